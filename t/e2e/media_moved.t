#!/usr/bin/perl

# In real browsers: a Janus is killed, and who was in a call on it see each
# other again on the other one, by themselves.  Media that goes through TURN
# alone, with the credential that was given out, and with one that has ended.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Digest::SHA qw(hmac_sha1);
use IO::Socket::INET ();
use MIME::Base64 qw(encode_base64);
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);

use Xassist::Browser ();
use Xassist::Demo ();

my $why = Xassist::Demo::missing() || Xassist::Browser::missing();
plan skip_all => $why if $why;

my $turn = Xassist::Edge::free_port();
my $address = Xassist::Janus::media_address();
my $demo = Xassist::Demo->new(servers => 2,
    server => "xassist_turn turn.secret uri=turn:$address:$turn;\n");

$demo->secret('turn.secret', 'north wind');
$demo->start;

my $driver = Xassist::Browser->driver;
my $call = $demo->call('Pump 7');


sub guest {
    my ($name, $colour, $more) = @_;
    my $page = $driver->open;

    $page->go($demo->invite($call)->{link});
    $page->type('#name', $name);
    $page->click('#terms');
    $page->click('button[type=submit]');
    $page->until('return location.pathname === arguments[0]', 30,
        "/call/$call->{id}") or return fail("$name joined");
    $page->go($page->url . "?canvas=$colour" . ($more // ''));
    return $page;
}


# Both are together, and pictures come in from now on.

sub together {
    my ($what, @pages) = @_;
    my $n = 0;

    for my $page (@pages) {
        $page->until('return room.state === "together"', 30) or next;
        my $before = $page->js('return room.frames()');
        $n++ if $page->until('return room.frames().then(n => n > '
            . 'arguments[0])', 30, $before + 10);
    }

    is($n, scalar @pages, $what);
}


# What is asked of ICE servers: how many relayed candidates come.

sub relayed {
    my ($page, $name, $password) = @_;

    return $page->js(<<'EOJ', "turn:$address:$turn", $name, $password);
        var pc = new RTCPeerConnection({ iceTransportPolicy: "relay",
            iceServers: [{ urls: [arguments[0]], username: arguments[1],
                credential: arguments[2] }] });
        var n = 0;
        pc.createDataChannel("x");
        return new Promise(function (done) {
            pc.onicecandidate = function (event) {
                if (!event.candidate) {
                    pc.close();
                    done(n);
                } else if (event.candidate.candidate) {
                    n++;
                }
            };
            pc.createOffer().then(o => pc.setLocalDescription(o));
            setTimeout(function () { done(n); }, 8000);
        });
EOJ
}


my ($alice, $bob) = (guest('Alice', 'red'), guest('Bob', 'blue'));
together('they see each other', $alice, $bob);

subtest 'kill -9 of the Janus that the call is on' => sub {
    my $on = $demo->ctl(qw(call show), $call->{id})->{media};
    my ($janus) = grep { $on =~ /:$_->{ws_port}$/ } @{ $demo->{januses} };
    my $other = (grep { $_ != $janus } @{ $demo->{januses} })[0];

    kill 'KILL', $janus->{pid};
    waitpid delete $janus->{pid}, 0;
    my $start = time;

    ok($_->until('return room.tries > 0 || room.state === "connecting"', 10),
        'a page sees it go') for $alice, $bob;
    together('they see each other again', $alice, $bob);
    my $took = time - $start;
    diag sprintf 'together again %.1f s after kill -9', $took;

    is($demo->ctl(qw(call show), $call->{id})->{media},
        "127.0.0.1:$other->{ws_port}", 'on the other one');
    is_deeply($_->js('return room.others().length'), 1, 'each one other')
        for $alice, $bob;
};

$_->close for $alice, $bob;

subtest 'through TURN alone' => sub {
    plan skip_all => 'coturn is not installed' if !-x '/usr/bin/turnserver';

    Xassist::Edge::spew("$demo->{dir}/turn.conf", join "\n",
        "listening-port=$turn", "listening-ip=$address", "relay-ip=$address",
        'min-port=30000', 'max-port=30100', 'realm=edge.example.test',
        'fingerprint', 'use-auth-secret', 'static-auth-secret=north wind',
        'no-tls', 'no-dtls', 'no-cli', 'no-multicast-peers',
        'log-file=stdout', 'simple-log', "pidfile=$demo->{dir}/turn.pid",
        "userdb=$demo->{dir}/turndb", '');

    defined(my $pid = fork) or die "fork: $!";
    if ($pid == 0) {
        open STDOUT, '>', "$demo->{dir}/turn.log";
        open STDERR, '>&', \*STDOUT;
        exec 'turnserver', '-c', "$demo->{dir}/turn.conf"
            or POSIX::_exit(127);
    }

    $demo->edge->wait_for(sub {
        IO::Socket::INET->new(PeerAddr => "$address:$turn") ? 1 : 0 }, 5);

    my ($carla, $dan) = (guest('Carla', 'red', '&relay'),
        guest('Dan', 'blue', '&relay'));
    together('who may use nothing else see each other', $carla, $dan);

    my $types = $carla->js(<<'EOJ');
        return room.connections[0].getStats().then(function (stats) {
            var types = [];
            stats.forEach(function (s) {
                if (s.type === "local-candidate") {
                    types.push(s.candidateType);
                }
            });
            return types;
        });
EOJ
    is_deeply([grep { $_ ne 'relay' } @$types], [], 'relayed indeed')
        or diag explain $types;
    ok(scalar @$types, 'some');

    my $given = $carla->js('return room.ice.ice_servers[0]');
    ok($demo->edge->wait_for(sub {
        relayed($carla, @$given{qw(username credential)}) }),
        'the credential that was given out is taken');

    my $past = int(time - 60) . ':' . (split /:/, $given->{username})[1];
    is(relayed($carla, $past, encode_base64(hmac_sha1($past, 'north wind'),
        '')), 0, 'one that has ended is not');
    is(relayed($carla, '9' . $given->{username}, $given->{credential}), 0,
        'nor one with a later end');

    $demo->end($call);
    ok($_->until('return room.reason === "call_ended"', 10), 'out')
        for $carla, $dan;
    ok($demo->edge->wait_for(sub {
        my @before = map { $_->js('return room.frames()') } $carla, $dan;
        sleep 1;
        return "@before" eq join ' ', map { $_->js('return room.frames()') }
            $carla, $dan;
    }), 'and nothing is relayed any more');

    kill 'TERM', $pid;
    waitpid $pid, 0;
};

$driver->stop;
$demo->stop;
is(join("\n", $demo->edge->complaints), '', 'nothing bad in the log');

done_testing();
