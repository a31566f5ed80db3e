package Xassist::Sink;

# A system of the operator's: takes POSTs, keeps them in a file, and answers
# with the status that it was told to (a path may have its own).
#
#   my $sink = Xassist::Sink->new($dir);
#   $sink->port;  $sink->answer(503);  my @got = $sink->got('/path');

use strict;
use warnings;

use IO::Socket::INET ();
use Mojo::JSON qw(decode_json encode_json);
use POSIX ();


sub new {
    my ($class, $dir) = @_;

    my $listen = IO::Socket::INET->new(Listen => 64, ReuseAddr => 1,
        LocalAddr => '127.0.0.1') or die "no port: $!";
    my $self = bless { dir => $dir, port => $listen->sockport, owner => $$,
        file => "$dir/sink", status => "$dir/sink.status" }, $class;
    $self->answer(204);

    my $pid = fork // die "fork: $!";

    if (!$pid) {
        $self->serve($listen);
        POSIX::_exit(0);
    }

    $self->{pid} = $pid;
    close $listen;
    return $self;
}

sub port { $_[0]{port} }


sub answer {
    my ($self, $status) = @_;

    open my $fh, '>', "$self->{status}.new" or die $!;
    print $fh $status;
    close $fh;
    rename "$self->{status}.new", $self->{status};
}


sub got {
    my ($self, $path) = @_;

    open my $fh, '<', $self->{file} or return;
    my @got = map { decode_json($_) } <$fh>;
    return grep { !$path || $_->{path} eq $path } @got;
}


sub serve {
    my ($self, $listen) = @_;

    $SIG{TERM} = sub { POSIX::_exit(0) };

    while (my $socket = $listen->accept) {
        my ($text, $length) = ('', 0);

        while ($text !~ /\r\n\r\n/) {
            sysread($socket, $text, 4096, length $text) or last;
        }

        my ($head, $body) = split /\r\n\r\n/, $text, 2;
        next unless defined $body;
        ($length) = $head =~ /^Content-Length: (\d+)/mi;

        while (length $body < $length) {
            sysread($socket, $body, 4096, length $body) or last;
        }

        open my $st, '<', $self->{status};
        my $status = <$st>;
        close $st;

        my ($path) = $head =~ /^POST (\S+)/;
        my %headers = $head =~ /^([\w-]+): ([^\r\n]*)/mg;
        open my $fh, '>>', $self->{file} or die $!;
        print $fh encode_json({ path => $path, status => $status,
            headers => \%headers, body => $body,
            json => eval { decode_json($body) } }), "\n";
        close $fh;

        syswrite $socket, "HTTP/1.1 $status X\r\nContent-Length: 0\r\n"
            . "Connection: close\r\n\r\n";
        close $socket;
    }
}


sub stop {
    my ($self) = @_;

    my $pid = delete $self->{pid} or return;
    return if $$ != $self->{owner};
    kill 'KILL', $pid;
    waitpid $pid, 0;
}


sub DESTROY { local ($?, $@); $_[0]->stop }


1;
