package Xassist::Upstream;

# The application behind the edge: answers every request with what it saw,
# and every WebSocket with what its handshake held, then echoes.

use strict;
use warnings;

use IO::Socket::INET ();
use Mojo::IOLoop;
use Mojo::JSON qw(encode_json);
use Mojo::Server::Daemon;
use Mojolicious;
use POSIX ();


sub new {
    my ($class, %opt) = @_;

    my $listen = IO::Socket::INET->new(Listen => 128, ReuseAddr => 1,
        LocalAddr => '127.0.0.1', LocalPort => $opt{port} // 0) or die "no port: $!";
    my $self = bless { port => $listen->sockport, owner => $$ }, $class;

    $self->{pid} = fork // die "fork: $!";
    return $self if $self->{pid};

    serve($listen, \%opt);
    POSIX::_exit(0);
}


sub port { $_[0]{port} }


sub serve {
    my ($listen, $opt) = @_;

    my $parent = getppid;
    my $app = Mojolicious->new(secrets => ['none']);
    my $routes = $app->routes;

    $app->log->level('fatal');
    Mojo::IOLoop->recurring(1 => sub { POSIX::_exit(0) if getppid != $parent });

    $routes->websocket('/*any' => { any => '' } => \&socket_echo);
    $routes->any('/*any' => { any => '' } => sub {
        my ($c) = @_;

        $c->res->headers->add('Set-Cookie' => $_) for @{ $opt->{cookies} || [] };
        $c->render(data => encode_json(seen($c)), format => 'json');
    });

    $SIG{INT} = 'IGNORE';
    $SIG{TERM} = sub { POSIX::_exit(0) };

    Mojo::Server::Daemon->new(app => $app, silent => 1, max_requests => 1e6,
        listen => ['http://127.0.0.1?fd=' . fileno $listen])->run;
}


sub seen {
    my ($c) = @_;

    my $headers = $c->req->headers;

    return { pid => $$, method => $c->req->method, uri => $c->req->url->to_string,
        peer => $c->tx->remote_port,
        headers => { map { $_ => $headers->every_header($_) }
            @{ $headers->names } } };
}


# With ?refuse=STATUS it says no; with ?delay=SECONDS the 101 comes late.

sub socket_echo {
    my ($c) = @_;

    my $refuse = $c->req->query_params->param('refuse');
    return $c->rendered($refuse) if $refuse;

    my $delay = $c->req->query_params->param('delay');

    if ($delay && !$c->stash->{delayed}++) {
        $c->render_later;
        my $tx = $c->tx;
        Mojo::IOLoop->timer($delay => sub {
            accept_socket($c);
            $tx->on(finish => sub { undef $tx });
        });
        return;
    }

    accept_socket($c);
}


sub accept_socket {
    my ($c) = @_;

    my ($protocol) = split /\s*,\s*/,
        $c->req->headers->sec_websocket_protocol // '';
    $c->tx->res->headers->sec_websocket_protocol($protocol) if $protocol;

    $c->inactivity_timeout(0);
    $c->tx->with_compression;
    $c->tx->max_websocket_size(1 << 22);
    $c->send({ text => encode_json(seen($c)) });
    $c->on(message => sub {
        my ($c, $message) = @_;
        $message eq 'bye' ? $c->finish(1000) : $c->send($message);
    });
}


sub stop {
    my ($self) = @_;

    return unless $self->{owner} == $$;
    my $pid = delete $self->{pid} or return;
    kill 'TERM', $pid;
    waitpid $pid, 0;
}


sub DESTROY { local ($?, $@); $_[0]->stop }


1;
