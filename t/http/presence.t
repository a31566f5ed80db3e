#!/usr/bin/perl

# Who is in a call is what the edge sees: joining before the handshake goes
# to the media server, present at its 101, away when no connection is left.

use strict;
use warnings;
use lib 't/lib';

use POSIX ();
use Test::More;
use Xassist::World;

my $world = world(workers => 2);
my $edge = $world->edge;

sub becomes {
    my ($call, $states, $state, $name) = @_;

    my $got = '';
    $edge->wait_for(sub {
        $got = $world->states($call) . ' ' . $world->shown($call)->{state};
        return $got eq "$states $state" ? 1 : 0;
    });
    is($got, "$states $state", $name);
}


# A WebSocket whose handshake takes until the application answers, opened by a
# child.

sub slow {
    my ($client, $path) = @_;
    my $pid = fork // die "fork: $!";
    return $pid if $pid;

    my ($socket) = $client->websocket($path);
    POSIX::_exit($socket ? 0 : 1);
}


sub application { kill $_[0], $world->{upstream}{pid} }


subtest 'joining, present, away' => sub {
    my $call = $world->call;
    my $guest = $world->guest($call);
    like($world->states($call), qr/^(?:invited)?$/, 'joined, not yet there');
    is($world->shown($call)->{state}, 'open', 'the call is open');

    application('STOP');
    my $pid = slow($guest, "/ws/$call");
    becomes($call, 'joining', 'open', 'joining before the 101');
    application('CONT');
    waitpid $pid, 0;
    is($?, 0, 'the handshake ends well');
    becomes($call, 'away', 'live', 'away when the connection is gone');

    my ($socket) = $guest->websocket("/ws/$call");
    ok($socket, 'back again');
    becomes($call, 'present', 'live', 'present at the 101');

    my ($second) = $guest->websocket("/ws/$call");
    ok($second, 'a second connection');
    $socket->close;
    select undef, undef, undef, 0.3;
    becomes($call, 'present', 'live', 'one of two gone: still present');
    $second->close;
    becomes($call, 'away', 'live', 'both gone: away');
};

subtest 'a handshake that the media server refuses' => sub {
    my $call = $world->call;
    my $guest = $world->guest($call);
    my ($socket, $answer) = $guest->websocket("/ws/$call?refuse=500");

    ok(!$socket, 'no WebSocket');
    is($answer->{status}, 500, 'its own answer');
    ok($edge->wait_for(sub { $world->states($call) !~ /joining|present/ }),
        'nobody is there');
    is($world->shown($call)->{state}, 'open', 'the call was never live');

    ($socket) = $guest->websocket("/ws/$call");
    ok($socket, 'trying again works');
    becomes($call, 'present', 'live', 'present then');
};

subtest 'a client that goes away while joining' => sub {
    my $call = $world->call;
    my $guest = $world->guest($call);
    application('STOP');
    my $pid = slow($guest, "/ws/$call");
    becomes($call, 'joining', 'open', 'joining');
    kill 'KILL', $pid;
    waitpid $pid, 0;
    ok($edge->wait_for(sub { $world->states($call) !~ /joining|present/ }),
        'is not there');
    application('CONT');
};

subtest 'the call of another' => sub {
    my ($mine, $theirs) = ($world->call, $world->call);
    my $guest = $world->guest($mine);

    my ($socket) = $guest->websocket("/ws/$theirs");
    ok(!$socket, 'is closed');
    is(scalar @{ $world->shown($theirs)->{participants} }, 0,
        'and knows nothing of it');
};

subtest 'asking is not joining' => sub {
    my $call = $world->call;
    my $guest = $world->guest($call);
    my $before = $world->txnid;

    is($guest->get("/call/$call")->{status}, 200, 'the page');
    my $answer = $guest->get("/xassist/v1/calls/$call/admission");
    ok($answer->{json}{admitted}, 'admission') or diag explain $answer;
    is($guest->get("/xassist/v1/calls/$call/ice")->{status}, 200, 'tokens');
    is($world->txnid, $before, 'change nothing');
};

$world->finish;
