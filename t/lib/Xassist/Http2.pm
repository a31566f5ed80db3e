package Xassist::Http2;

# A client of HTTP/2 (RFC 9113) without TLS, just large enough to see what
# becomes of each stream of one connection.

use strict;
use warnings;

use Time::HiRes qw(time);

use Xassist::Socket ();

# Types of frames, and the status codes of HPACK's static table.

use constant { DATA => 0, HEADERS => 1, RST_STREAM => 3, SETTINGS => 4,
    PING => 6, GOAWAY => 7, WINDOW_UPDATE => 8, ACK => 1, END_STREAM => 1,
    END_HEADERS => 4 };

my @statuses = (200, 204, 206, 304, 400, 404, 500);


sub connect {
    my ($class, $port) = @_;

    my $self = bless { socket => Xassist::Socket->connect($port), next => 1,
        streams => {} }, $class;
    $self->{socket}->send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    $self->frame(SETTINGS, 0, 0, '');
    return $self;
}


sub frame {
    my ($self, $type, $flags, $stream, $payload) = @_;

    $self->{socket}->send(substr(pack('N', length $payload), 1)
        . pack('CCN', $type, $flags, $stream) . $payload);
}


# Begins a GET; the stream, which is {bytes, body, status, ended}.

sub get {
    my ($self, $path, %headers) = @_;

    my $id = $self->{next};
    $self->{next} += 2;
    my @fields = (':method' => 'GET', ':scheme' => 'http', ':path' => $path,
        ':authority' => 'localhost', %headers);
    my $block = '';

    # Literal fields that stand in no table.

    while (my ($name, $value) = splice @fields, 0, 2) {
        $block .= pack 'C C/a* C/a*', 0, $name, $value;
    }

    $self->frame(HEADERS, END_STREAM | END_HEADERS, $id, $block);
    return $self->{streams}{$id} = { bytes => 0, body => '',
        status => 0, ended => '' };
}


# Takes what comes for so long, which is as Xassist::Socket has it, or until
# `done` says so; what it said.

sub take {
    my ($self, $seconds, $done) = @_;

    my $socket = $self->{socket};
    my $end = $socket->deadline($seconds);

    until ($done && $done->()) {
        my $left = $end - time;
        return 0 if $left <= 0 || $self->{goaway};

        if (length $socket->{buffer} < 9) {
            $socket->fill($end) or return 0;
            next;
        }

        my ($high, $low, $type, $flags, $id)
            = unpack 'C n C C N', $socket->{buffer};
        my $length = $high << 16 | $low;
        my $payload = do {
            $socket->read_exactly(9 + $length, 5) // return 0;
        };
        $self->got($type, $flags, $id, substr $payload, 9);
    }

    return 1;
}


sub got {
    my ($self, $type, $flags, $id, $payload) = @_;

    my $stream = $self->{streams}{$id} // {};

    if ($type == SETTINGS && !($flags & ACK)) {
        $self->frame(SETTINGS, ACK, 0, '');

    } elsif ($type == GOAWAY) {
        $self->{goaway} = 1;

    } elsif ($type == HEADERS) {
        $stream->{status} = status($payload);

    } elsif ($type == DATA && length $payload) {
        $stream->{bytes} += length $payload;
        $stream->{body} .= $payload;
        $self->frame(WINDOW_UPDATE, 0, $_, pack 'N', length $payload)
            for 0, $id;

    } elsif ($type == RST_STREAM) {
        $stream->{ended} = 'reset';
    }

    $stream->{ended} ||= 'end'
        if ($type == DATA || $type == HEADERS) && $flags & END_STREAM;
}


# The first field of an answer, as nginx writes it.

sub status {
    my ($block) = @_;

    $block =~ s/^[\x20-\x3f]//;
    my $first = ord $block;
    return $statuses[$first - 0x88] if $first >= 0x88 && $first <= 0x8e;
    return $block =~ /^\x48\x03(\d{3})/ || $block =~ /^\x08\x03(\d{3})/
        ? $1 : 0;
}


sub close { $_[0]{socket}->close }


1;
