package Xassist::Socket;

# A TCP connection with deadlines: bytes, HTTP heads and WebSocket frames.
#
# Seconds to wait are few, less than two, for what is not to come.  For what
# must come they may be left out: however many they are, it is patient.

use strict;
use warnings;

use Errno ();
use IO::Select ();
use IO::Socket::INET ();
use Scalar::Util qw(weaken);
use Time::HiRes qw(time);

use constant PATIENCE => 60;

my @open;


sub connect {
    my ($class, $port, $timeout, $from) = @_;

    my $socket = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port",
        Timeout => PATIENCE, $from ? (LocalAddr => $from) : ())
        or die "connect to $port: $!";
    $socket->autoflush(1);
    my $self = bless { socket => $socket, buffer => '', eof => 0,
        timeout => $timeout // PATIENCE }, $class;
    @open = grep { $_ } @open, $self;
    weaken($_) for @open;
    return $self;
}


sub send {
    my ($self, $bytes) = @_;

    local $SIG{PIPE} = 'IGNORE';
    my $done = 0;

    while ($done < length $bytes) {
        my $n = syswrite $self->{socket}, $bytes, length($bytes) - $done, $done;
        return 0 unless $n;
        $done += $n;
    }

    return 1;
}


# Reads more into the buffer; false at the end or the deadline.

sub fill {
    my ($self, $deadline) = @_;

    my $wait = $deadline - time;
    return 0 if $self->{eof} || $wait <= 0;

    # What TLS has decrypted already, select does not see.
    my $socket = $self->{socket};
    return 0 unless $socket->can('pending') && $socket->pending
        || IO::Select->new($socket)->can_read($wait);

    my $n = sysread $socket, $self->{buffer}, 65536, length $self->{buffer};
    return 1 if $n;
    return 1 if !defined $n && $!{EAGAIN};
    $self->{eof} = 1;
    return 0;
}


sub deadline {
    my ($self, $seconds) = @_;

    $seconds //= $self->{timeout};
    return time + ($seconds < 2 ? $seconds : PATIENCE);
}


sub read_exactly {
    my ($self, $length, $timeout) = @_;

    my $deadline = $self->deadline($timeout);

    while (length $self->{buffer} < $length) {
        $self->fill($deadline) or return;
    }

    return substr $self->{buffer}, 0, $length, '';
}


sub read_to_end {
    my ($self, $timeout) = @_;

    my $deadline = $self->deadline($timeout);

    1 while $self->fill($deadline);
    return delete($self->{buffer}) // '';
}


# Status, headers (last value) and all (every value), names in lower case.

sub read_head {
    my ($self, $timeout) = @_;

    my $deadline = $self->deadline($timeout);

    until ($self->{buffer} =~ /\r\n\r\n/) {
        $self->fill($deadline) or return;
    }

    $self->{buffer} =~ s/^(.*?)\r\n\r\n//s;
    my $head = $1;
    my ($first, @lines) = split /\r\n/, $head;
    my ($status) = $first =~ m{^HTTP/1\.[01] (\d{3})} or return;
    my %answer = (status => $status, headers => {}, all => {}, head => $head);

    for my $line (@lines) {
        my ($name, $value) = $line =~ /^([^:]+):\s*(.*?)\s*$/ or next;
        $answer{headers}{lc $name} = $value;
        push @{ $answer{all}{lc $name} }, $value;
    }

    return \%answer;
}


# One frame of the server: (opcode, payload), or () at the end or deadline.

sub read_frame {
    my ($self, $timeout) = @_;

    my $end = $self->deadline($timeout);
    my $left = sub { my $t = $end - time; $t > 0 ? $t : 0.001 };

    my $head = $self->read_exactly(2, $left->()) // return;
    my ($first, $length) = unpack 'CC', $head;
    die 'masked frame of a server' if $length & 0x80;

    if ($length == 126) {
        $length = unpack 'n', $self->read_exactly(2, $left->()) // return;

    } elsif ($length == 127) {
        $length = unpack 'Q>', $self->read_exactly(8, $left->()) // return;
    }

    my $payload = $self->read_exactly($length, $left->()) // return;
    return ($first & 0x0f, $payload);
}


sub send_frame {
    my ($self, $opcode, $payload) = @_;

    my $mask = pack 'N', rand 2**32;
    my $length = length $payload;
    my $head = pack 'C', 0x80 | $opcode;

    $head .= $length < 126 ? pack('C', 0x80 | $length)
        : $length < 65536 ? pack('Cn', 0x80 | 126, $length)
        : pack('CQ>', 0x80 | 127, $length);

    my $masked = $payload ^ substr $mask x ($length / 4 + 1), 0, $length;
    return $self->send($head . $mask . $masked);
}


sub say { my ($self, $text) = @_; return $self->send_frame(1, $text) }


# Sends a text and waits for its echo.

sub echoes {
    my ($self, $text, $timeout) = @_;

    $self->say($text);

    while (my ($opcode, $payload) = $self->read_frame($timeout)) {
        return 1 if $opcode == 1 && $payload eq $text;
        return 0 if $opcode == 8;
    }

    return 0;
}


# Waits for the end: {code, reason} of the Close frame (code 1006 when the
# connection ended without one), or undef when it is still open.

sub wait_close {
    my ($self, $timeout) = @_;

    my $deadline = $self->deadline($timeout);

    while (time < $deadline) {
        my ($opcode, $payload) = $self->read_frame($deadline - time);

        if (!defined $opcode) {
            return { code => 1006, reason => '' } if $self->{eof};
            return;
        }

        next unless $opcode == 8;
        my ($code, $reason) = unpack 'n a*', $payload;
        return { code => $code // 1005, reason => $reason // '' };
    }

    return;
}


sub ended {
    my ($self, $timeout) = @_;

    my $deadline = $self->deadline($timeout);
    1 while $self->fill($deadline);
    return $self->{eof};
}


sub close { CORE::close($_[0]{socket}) }


# All that are open still: nobody who ends waits for them then.

sub close_all { $_->close for grep { $_ && $_->{socket}->opened } @open }


1;
