#!/usr/bin/perl

# Two real Janus servers behind one upstream: calls spread, each on one; one is
# killed, and its calls go on together on the other.  A real coturn takes the
# credentials that are given out.

use strict;
use warnings;
use lib 't/lib';

use File::Temp ();
use IO::Socket::INET ();
use Mojo::JSON qw(decode_json encode_json);
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);
use Xassist::Janus ();
use Xassist::Media;
use Xassist::World;

my $missing = Xassist::Janus::missing();
plan skip_all => $missing if $missing;

my $calls = $ENV{XASSIST_CALLS} // 40;
my $run = File::Temp->newdir;
chmod 0755, "$run";

my @janus = Xassist::Janus->start(dir => "$run/janus1");
push @janus, Xassist::Janus->start(dir => "$run/janus2",
    map { $_ => $janus[0]{$_} } Xassist::Janus::secrets());

my $turn = Xassist::Edge::free_port();
my $world = media_world(stopped => 1, workers => 2, policy => sub {
        $_[0] =~ s{"guest_seats": 50}{"guest_seats": 500}r },
    servers => [map { Behind->new($_->{ws_port}) } @janus],
    media => 'janus=janus.secret-api ' . join(' ', map {
        "api=127.0.0.1:$_->{ws_port}=http://127.0.0.1:$_->{admin_port}/admin"
        } @janus),
    substitute => sub {
        $_[0] =~ s{xassist_cookie plain;}{$&
            xassist_janus janus.secret;
            xassist_turn turn.secret uri=turn:127.0.0.1:$turn;}r
    });
my $edge = $world->edge;
my %of = map { ("127.0.0.1:$_->{ws_port}" => $_) } @janus;

for my $secret (['janus.secret' => $janus[0]{token_secret}],
    ['janus.secret-api' => $janus[0]->api_file],
    ['turn.secret' => 'north wind'])
{
    my $file = "$edge->{dir}/conf/$secret->[0]";
    Xassist::Edge::spew($file, $secret->[1]);
    chmod 0600, $file;
}

$edge->start;

my $olga = $world->signed_in('olga');
my $transaction = 0;


# A handshake as janus.js does it, and the server that it led to.

sub handshake {
    my ($client, $call, $protocol) = @_;

    my $answer = $client->raw($client->upgrade_of("/ws/$call",
        'Sec-WebSocket-Protocol' => $protocol // 'janus-protocol'));
    return ($answer->{socket}, $answer->{headers}{'x-media'}, $answer);
}


# One request of Janus's API, until something that answers it comes.

sub ask {
    my ($socket, %message) = @_;

    my $t = 't' . ++$transaction;
    $socket->say(encode_json({ transaction => $t, %message }));

    while (my ($opcode, $text) = $socket->read_frame(5)) {
        my $json = $opcode == 1 ? decode_json($text) : {};
        next if ($json->{transaction} // '') ne $t;
        return $json if $json->{janus} ne 'ack';
    }

    return { janus => 'nothing' };
}


# A session with a handle of the room plugin.

sub session {
    my ($socket, $ice) = @_;

    my %token = (token => $ice->{janus}{token});
    my $made = ask($socket, janus => 'create', %token);
    my $session = $made->{data}{id} or return ($made);
    my $handle = ask($socket, janus => 'attach', session_id => $session,
        plugin => 'janus.plugin.videoroom', %token)->{data}{id};
    return ($made, session_id => $session, handle_id => $handle, %token);
}


sub enter {
    my ($socket, $ice, %more) = @_;

    my (undef, %session) = session($socket, $ice);
    return ask($socket, janus => 'message', %session, body => {
        request => 'join', ptype => 'publisher', room => $ice->{room},
        display => $ice->{display}, token => $ice->{janus}{room_token},
        %more })->{plugindata}{data};
}


my (%people, %on, %open, %split);

subtest "$calls calls of three" => sub {
    my $start = time;

    for (1 .. $calls) {
        my $call = $world->call;
        $people{$call} = [$olga, map { $world->guest($call) } 1 .. 2];

        for my $client (@{ $people{$call} }) {
            my ($socket, $media) = handshake($client, $call);
            push @{ $open{$call} }, $socket;
            $on{$call}{$media // 'none'}++;
        }
    }

    %split = map { ($_ => $on{$_}) } grep { keys %{ $on{$_} } != 1 } keys %on;
    is_deeply(\%split, {}, 'none is split');

    my %count;
    $count{ (keys %{ $on{$_} })[0] }++ for keys %on;
    is($count{$_}, $calls / 2, "half of them on $_") for keys %of;
    diag sprintf '%d handshakes in %.1f s', 3 * $calls, time - $start;
};

# Two on the same server, which is not the one that dies.
my ($call, $other) = grep { $on{$_}{ (sort keys %of)[1] } } sort keys %on;

subtest 'rooms' => sub {
    my %room = map { ($_ => $world->shown($_)->{room}) } $call, $other;

    my $guest = $people{$call}[1];
    my $ice = $guest->get("/xassist/v1/calls/$call/ice")->{json};
    is(enter($open{$call}[1], $ice)->{videoroom}, 'joined', 'one is in');

    my ($socket) = handshake($people{$call}[2], $call);
    my $two = $people{$call}[2]->get("/xassist/v1/calls/$call/ice")->{json};
    my $seen = enter($socket, $two, display => 'two');
    is($seen->{videoroom}, 'joined', 'the other too');

    my ($strange) = handshake($guest, $call);
    my $refused = enter($strange, $ice, room => $room{$other});
    is($refused->{error_code}, 433, 'in the room of another call Janus '
        . 'refuses') or diag explain $refused;
};

subtest 'a subprotocol that Janus does not speak' => sub {
    my ($socket, undef, $answer) = handshake($people{$call}[1], $call,
        'other-protocol');
    is($answer->{status}, 502, 'is refused');
    like($edge->error_log,
        qr/the client asked for subprotocol "other-protocol"/,
        'the log says why');
    my ($again, $media) = handshake($people{$call}[1], $call);
    is($media, (keys %{ $on{$call} })[0], 'and it costs the server nothing');
    is_deeply(moved_events($world), {}, 'no call is moved');
};

subtest 'kill -9 of one' => sub {
    my $dead = (sort keys %of)[0];
    my @lost = grep { $on{$_}{$dead} } sort keys %on;
    my $janus = $of{$dead};
    kill 'KILL', $janus->{pid};
    waitpid delete $janus->{pid}, 0;

    ok(!(grep { !$_->ended(3) } map { @{ $open{$_} } } @lost),
        'its WebSockets end');

    my ($start, $tries, %to) = (time, 0);

    for my $call (@lost) {
        for my $client (@{ $people{$call} }) {
            for (1 .. 200) {
                my ($socket, $media) = handshake($client, $call);
                $tries++;
                $open{"$call again"} = $socket;
                $to{$call}{ $media // '' }++, last if $socket;
                sleep 0.02;
            }
        }
    }

    diag sprintf '%d calls of 3 together again in %.2f s, %d handshakes',
        scalar @lost, time - $start, $tries;
    is_deeply(\%to, { map { ($_ => { (sort keys %of)[1] => 3 }) } @lost },
        'all of each call on the other');
    is_deeply(moved_events($world), { map { ($_ => 1) } @lost }, 'moved once');

    my $moved = $lost[0];
    my $guest = $people{$moved}[1];
    my ($socket) = handshake($guest, $moved);
    is(enter($socket, $guest->get("/xassist/v1/calls/$moved/ice")->{json})
        ->{videoroom}, 'joined', 'and there is the room');
};

subtest 'the call ends' => sub {
    my $janus = $of{ (sort keys %of)[1] };
    my $guest = $people{$other}[1];
    my ($socket) = handshake($guest, $other);
    my $ice = $guest->get("/xassist/v1/calls/$other/ice")->{json};
    is(enter($socket, $ice)->{videoroom}, 'joined', 'one is in');
    my $before = $janus->sessions;
    my $room = $world->shown($other)->{room} + 0;
    ok($janus->videoroom(request => 'exists', room => $room)->{exists},
        'the room is there');

    $edge->ctl('call', 'end', $other);
    my $start = time;
    $edge->wait_for(sub { $janus->sessions < $before ? 1 : 0 }, 5);
    my $cut = time - $start;
    cmp_ok(scalar $janus->sessions, '<', $before,
        'Janus has dropped the session');
    ok($edge->wait_for(sub { !$janus->videoroom(request => 'exists',
        room => $room)->{exists} }, 5), 'and the room');
    diag sprintf 'session gone %.0f ms after the commit, room %.0f ms',
        1000 * $cut, 1000 * (time - $start);
    is($socket->wait_close(3)->{code}, 4404, 'the guest knows why');
};

subtest 'Janus is started anew' => sub {
    my $janus = $of{ (sort keys %of)[1] };
    my $guest = $people{$call}[1];
    kill 'KILL', $janus->{pid};
    waitpid delete $janus->{pid}, 0;
    $janus->spawn;
    $janus->wait_ready;

    my ($start, $socket) = (time);
    $edge->wait_for(sub { ($socket) = handshake($guest, $call) and $socket
        ? 1 : 0 }, 10);
    ok($socket, 'the call goes on') or return;
    is(enter($socket, $guest->get("/xassist/v1/calls/$call/ice")->{json})
        ->{videoroom}, 'joined', 'in its room, which was gone with it');
};

subtest 'coturn' => sub {
    my $address = '127.0.0.1';
    plan skip_all => 'coturn is not installed'
        unless -x '/usr/bin/turnserver';

    Xassist::Edge::spew("$run/turn.conf", join "\n",
        "listening-port=$turn", "listening-ip=$address", "relay-ip=$address",
        'min-port=30000', 'max-port=30100', 'realm=edge.example.test',
        'use-auth-secret', 'static-auth-secret=north wind', 'no-tls',
        'no-dtls', 'no-cli', 'no-multicast-peers', 'allow-loopback-peers',
        'log-file=stdout', 'simple-log', "pidfile=$run/turn.pid",
        "userdb=$run/turndb", '');

    my $pid = fork // die;
    if ($pid == 0) {
        open STDOUT, '>', "$run/turn.log";
        open STDERR, '>&', \*STDOUT;
        exec 'turnserver', '-c', "$run/turn.conf" or POSIX::_exit(127);
    }

    $edge->wait_for(sub {
        IO::Socket::INET->new(PeerAddr => "$address:$turn") ? 1 : 0 }, 5);

    my $ice = $olga->get("/xassist/v1/calls/$call/ice")->{json};
    my $given = $ice->{ice_servers}[0];
    my $use = sub {
        my ($name, $password) = @_;
        system("turnutils_uclient -p $turn -L $address -y -n 3 -m 1 -u "
            . "'$name' -w '$password' $address >/dev/null 2>&1");
        return $? >> 8;
    };

    is($use->($given->{username}, $given->{credential}), 0, 'is let in');
    isnt($use->('9' . $given->{username}, $given->{credential}), 0,
        'not with a later end');

    require Digest::SHA;
    my $past = time - 60;
    my $name = int($past) . ':ann';
    require MIME::Base64;
    isnt($use->($name, MIME::Base64::encode_base64(
        Digest::SHA::hmac_sha1($name, 'north wind'), '')), 0,
        'not after its end');
    kill 'TERM', $pid;
    waitpid $pid, 0;
};

$_->stop for @janus;
$world->finish;


package Behind;

sub new { return bless { port => $_[1] }, $_[0] }
sub port { $_[0]{port} }
