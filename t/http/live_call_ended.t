#!/usr/bin/perl

# When a call ends every WebSocket of it gets Close 4404 "call_ended", in every
# worker, across a reload, soon; those of other calls stay.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Time::HiRes qw(time);
use Xassist::World;

my $world = world(workers => 2);
my $edge = $world->edge;
my @took;


# Opens WebSockets of the call until each worker holds one at least.

sub sockets_in_each_worker {
    my ($call, $workers) = @_;
    my @sockets;
    my $one = sub {
        my ($socket, $answer) = $world->guest($call)->websocket("/ws/$call");
        ok($socket, 'a guest is in') or return;
        push @sockets, $socket;
        return $answer->{worker};
    };

    is($edge->in_each($workers, $one), $workers,
        "$workers workers hold sockets");
    $one->() until @sockets >= 4;
    return @sockets;
}


sub all_close {
    my ($call, @sockets) = @_;

    $edge->ctl('call', 'end', $call);
    my $ended = time;

    for my $socket (@sockets) {
        my $close = $socket->wait_close;
        push @took, my $took = time - $ended;
        is_deeply($close, { code => 4404, reason => 'call_ended' },
            sprintf 'Close 4404 call_ended after %.0f ms', $took * 1000)
            or diag explain $close;
        ok($socket->ended, 'and the connection ends');
    }
}


my $kept = $world->call;
my ($other) = $world->guest($kept)->websocket("/ws/$kept");
ok($other, 'somebody in another call');

subtest 'in two workers' => sub {
    my $call = $world->call;
    my @sockets = sockets_in_each_worker($call, 2) or return;
    my ($owner) = $world->signed_in('olga')->websocket("/ws/$call");
    ok($owner, 'the owner is in, too');
    all_close($call, @sockets, $owner);
    ok($other->echoes('still here'), 'the other call goes on');
    is($world->states($call) =~ s/left ?//gr, '', 'nobody is left in it');
};

subtest 'while frames flow both ways' => sub {
    my $call = $world->call;
    my ($socket) = $world->guest($call)->websocket("/ws/$call");
    ok($socket, 'in') or return;

    $socket->say('x' x 3000) for 1 .. 200;
    all_close($call, $socket);
};

subtest 'in the middle of a frame of the client' => sub {
    my $call = $world->call;
    my ($socket) = $world->guest($call)->websocket("/ws/$call");
    ok($socket, 'in') or return;

    $socket->send(pack 'CCnN', 0x81, 0xfe, 1000, 0);
    $socket->send('half');
    ok($socket->wait_close(0.2) ? 0 : 1, 'it is open');
    all_close($call, $socket);
};

subtest 'across a reload' => sub {
    my $call = $world->call;
    my @old = sockets_in_each_worker($call, 2) or return;
    ok($edge->reload, 'reloaded');
    my @new = sockets_in_each_worker($call, 2) or return;

    ok($old[0]->echoes('old'), 'old workers go on serving');
    all_close($call, @old, @new);
    ok($other->echoes('still here'), 'the other call goes on');
};

subtest 'afterwards' => sub {
    my $call = $world->call;
    my $guest = $world->guest($call);
    my $link = $world->link($call);
    $edge->ctl('call', 'end', $call);

    my ($socket) = $guest->websocket("/ws/$call");
    ok(!$socket, 'no WebSocket');
    my $answer = $guest->get("/xassist/v1/calls/$call/admission");
    is($answer->{status}, 200, 'a page can ask why');
    ok(!$answer->{json}{admitted}, 'not admitted');
    is($answer->{json}{reason}, 'call_ended', 'for its reason');
    is(reason($world->client->join_link($link)), 'call_ended', 'nor by link');
};

# Other programs may hold up some of them.

cmp_ok((sort { $a <=> $b } @took)[@took / 2], '<', 1,
    'half of them closed within a second');

$other->close;
$world->finish;
