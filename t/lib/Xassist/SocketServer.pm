package Xassist::SocketServer;

# The application behind the edge where it matters how its WebSockets end:
# t/tool/socket_server.c, which says what the query makes it do.

use strict;
use warnings;

use File::Temp ();

use Xassist::Edge ();


sub new {
    my ($class) = @_;

    my $program = Xassist::Edge::build() . '/t/tool/socket_server';
    die "$program is not built\n" unless -x $program;

    my $log = File::Temp->new;
    my $pid = open my $out, '-|';
    die "fork: $!" unless defined $pid;

    if ($pid == 0) {
        exec $program, "$log" or POSIX::_exit(127);
    }

    my $port = readline $out;
    die 'the socket server does not run' unless $port;
    return bless { port => $port + 0, pid => $pid, out => $out, log => $log,
        owner => $$ }, $class;
}


sub port { $_[0]{port} }


# How the connections of a path ended: "close CODE REASON", "eof", "reset".

sub ends {
    my ($self, $path) = @_;

    return map { /^\Q$path\E (.*)$/ ? $1 : () }
        split /\n/, Xassist::Edge::slurp("$self->{log}");
}


sub stop {
    my ($self) = @_;

    return unless $self->{owner} == $$;
    my $pid = delete $self->{pid} or return;
    kill 'KILL', $pid;
    waitpid $pid, 0;
}


sub DESTROY { local ($?, $@, $!); $_[0]->stop }


1;
