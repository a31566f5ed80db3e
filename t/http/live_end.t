#!/usr/bin/perl

# A proper end, over plain TCP and over TLS: the Close frame stands between
# two frames whatever flows, both sides get it, and whoever does not take it
# is cut off after a bounded wait.

use strict;
use warnings;
use lib 't/lib';

use IO::Socket::SSL ();
use Test::More;
use Time::HiRes qw(sleep time);
use Xassist::World;

my $tls_port = Xassist::Edge::free_port();
my $world = world(socket_server => 1, workers => 2, substitute => sub {
    $_[0] =~ s{listen 127[^;]*;}{$&
        listen 127.0.0.1:$tls_port ssl;
        ssl_certificate cert.pem;
        ssl_certificate_key cert.key;}r
}, stopped => 1);
my $edge = $world->edge;
my $server = $world->{upstream};
my $opened = 0;

is(system("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    . " -keyout $edge->{dir}/conf/cert.key -out $edge->{dir}/conf/cert.pem"
    . " 2>/dev/null"), 0, 'a certificate');
$edge->start;


# A WebSocket of a guest: plain, or over TLS.

sub socket_of {
    my ($tls, $call, $query) = @_;

    my $guest = $world->guest($call);
    my $head = $guest->head_of('GET', "/ws/$call$query", {
        Upgrade => 'websocket', Connection => 'Upgrade',
        Origin => $guest->origin =~ s{^http:}{$tls ? "https:" : "http:"}er,
        'Sec-WebSocket-Version' => 13,
        'Sec-WebSocket-Key' => 'AAAAAAAAAAAAAAAAAAAAAA==' });

    my $socket = Xassist::Socket->connect($tls ? $tls_port : $edge->{port}, 10);
    IO::Socket::SSL->start_SSL($socket->{socket}, SSL_verify_mode => 0)
        or BAIL_OUT("TLS: $IO::Socket::SSL::SSL_ERROR") if $tls;
    $socket->send("$head\r\n");
    my $answer = $socket->read_head;
    $opened++;
    is($answer->{status}, 101, 'a WebSocket' . ($tls ? ' over TLS' : ''));
    return $socket;
}


# Ends the call; the Close frame and when it came, in milliseconds.

sub ended {
    my ($call, $socket) = @_;

    my $time = time;
    $edge->ctl('call', 'end', $call);
    my $close = $socket->wait_close;
    return ($close, 1000 * (time - $time));
}


sub server_saw {
    my ($path, $pattern, $name) = @_;

    $edge->wait_for(sub { scalar $server->ends($path) });
    like(($server->ends($path))[0] // '', $pattern, $name);
}


my $ended = { code => 4404, reason => 'call_ended' };

# What flows.

my @flows = (
    ['nothing', ''],
    ['small frames', '?flood=60'],
    ['frames of 64 KB', '?flood=65536'],
    ['frames of 1 MB', '?flood=1000000'],
    ['one message without end in large fragments', '?message=900000'],
    ['one message without end in small fragments', '?message=100'],
    ['deflated frames', '?flood=3000&packed=1'],
);

for my $tls (0, 1) {
    for my $flow (@flows) {
        my ($name, $query) = @$flow;

        subtest join(', ', $name, $tls ? 'TLS' : 'plain') => sub {
            my $call = $world->call;
            my $socket = socket_of($tls, $call, $query);
            is(($socket->read_frame)[1], '{}', 'frames come');
            $socket->read_frame for 1 .. ($query ? 5 : 0);

            my ($close, $took) = ended($call, $socket);
            is_deeply($close, $ended, sprintf 'Close after %.0f ms', $took)
                or diag explain $close;
            ok($socket->ended(3), 'then the end');
            is($socket->{buffer}, '', 'and nothing after the Close');
            server_saw("/ws/$call$query", qr/^close 4404 call_ended$/,
                'the server is told, too');
        };
    }

    subtest 'who reads slowly' . ($tls ? ', TLS' : '') => sub {
        my ($close, $socket, $slept);

        # Slower than is waited for it must not be, on a busy machine either.

        for (1 .. 10) {
            my $call = $world->call;
            $socket = socket_of($tls, $call, '?flood=20000');
            sleep 0.5;
            my $time = time;
            $edge->ctl('call', 'end', $call);
            sleep 0.7;
            $slept = time - $time;
            $close = $socket->wait_close;
            last if $slept < 1.2 || $close->{code} != 1006;
        }

        is_deeply($close, $ended, 'gets the Close, too')
            or diag "slept $slept";
        ok($socket->ended, 'then the end');
    };

    subtest 'who does not read' . ($tls ? ', TLS' : '') => sub {
        my $call = $world->call;
        my $path = "/ws/$call?flood=65536";
        my $socket = socket_of($tls, $call, '?flood=65536');
        sleep 0.5;
        my $time = time;
        $edge->ctl('call', 'end', $call);
        ok($edge->wait_for(sub { scalar $server->ends($path) }),
            'is cut off');
        cmp_ok(time - $time, '>', 1.5, 'after a while');
        cmp_ok(time - $time, '<', 20, 'and not a long one');
        my $close = $socket->wait_close;
        is($close->{code}, 1006, 'without a Close frame');
    };

    subtest 'a frame that is never whole' . ($tls ? ', TLS' : '') => sub {
        my $call = $world->call;
        my $socket = socket_of($tls, $call, '?hold=1');
        is(($socket->read_frame)[1], '{}', 'frames come');
        my ($close, $took) = ended($call, $socket);
        is($close->{code}, 1006, 'has no place for a Close');
        cmp_ok($took, '>', 1500, 'is waited for');
        cmp_ok($took, '<', 20_000, 'but not long');
    };

    subtest 'a client in the middle of a frame' . ($tls ? ', TLS' : '') => sub {
        my $call = $world->call;
        my $socket = socket_of($tls, $call, '');
        $socket->send(pack('CCnN', 0x82, 0xfe, 1000, 0) . 'half');
        sleep 0.1;
        my ($close) = ended($call, $socket);
        is_deeply($close, $ended, 'gets the Close');
        server_saw("/ws/$call", qr/^eof$/, 'the server no Close inside it');
    };
}

subtest 'a client that closed its half' => sub {
    my $call = $world->call;
    my $socket = socket_of(0, $call, '');
    is(($socket->read_frame)[1], '{}', 'frames come');
    shutdown $socket->{socket}, 1;
    ok($socket->ended(3), 'the tunnel ends with it');
    ok($edge->wait_for(sub { $world->states($call) eq 'away' }),
        'and so does presence');
    $edge->ctl('call', 'end', $call);
    server_saw("/ws/$call", qr/^eof$/, 'the server sees the end');
};

subtest 'a server that closed its half' => sub {
    my $call = $world->call;
    my $socket = socket_of(0, $call, '?half=1');
    is(($socket->read_frame)[1], '{}', 'what it said comes');
    ok($socket->ended(3), 'the tunnel ends with it');
    ok($edge->wait_for(sub { $world->states($call) eq 'away' }),
        'and so does presence');
    server_saw("/ws/$call?half=1", qr/^eof$/, 'the server sees the end');
};

subtest 'a client that closes its half before it takes the Close' => sub {
    my $call = $world->call;
    my $socket = socket_of(0, $call, '?flood=65536');
    is(($socket->read_frame)[1], '{}', 'frames come');
    $edge->ctl('call', 'end', $call);
    shutdown $socket->{socket}, 1;
    server_saw("/ws/$call?flood=65536",
        qr/^(?:close 4404 call_ended|eof|reset)$/, 'the server sees an end');
    ok($socket->ended, 'and the client one');
};

subtest 'a client that is gone while it is closed' => sub {
    for (1 .. 20) {
        my $call = $world->call;
        my $socket = socket_of(0, $call, '?flood=60');
        my $pid = fork // die "fork: $!";

        if ($pid == 0) {
            sleep rand 0.03;
            setsockopt $socket->{socket}, Socket::SOL_SOCKET(),
                Socket::SO_LINGER(), pack 'II', 1, 0;
            $socket->close;
            POSIX::_exit(0);
        }

        $socket->close;
        $edge->ctl('call', 'end', $call);
        waitpid $pid, 0;
    }
};

subtest 'no WebSocket: ended plainly' => sub {
    my $call = $world->call;
    my $guest = $world->guest($call);
    my $answer = $guest->raw($guest->head_of('GET', "/ws/$call", {
        Upgrade => 'bytes', Connection => 'Upgrade',
        Origin => $guest->origin }) . "\r\n");
    is($answer->{status}, 101, 'another upgrade');
    my $socket = $answer->{socket};
    $socket->send('hello');
    is($socket->read_exactly(5), 'hello', 'bytes go both ways');

    $edge->ctl('call', 'end', $call);
    ok($socket->ended, 'it ends');
    is($socket->{buffer}, '', 'and nothing is put into it');
    server_saw("/ws/$call", qr/^(?:eof|reset)$/, 'for the server, too');
};

my $lines;
ok($edge->wait_for(sub {
    $lines = () = $edge->access_log =~ m{"GET /ws/\S* HTTP/1.1" 101 }g;
    return $lines == $opened + 1;
}), 'a line in the access log for each') or diag "$lines of $opened";

$world->finish;
