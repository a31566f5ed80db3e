#!/usr/bin/perl

# A worker that is killed leaves nobody behind: its connections stop counting
# as presence, those of the other worker stay, and the store goes on.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::World;

my $world = world(workers => 2);
my $edge = $world->edge;
my (%held, %call);

is($edge->in_each(2, sub {
    my $call = $world->call;
    my ($socket, $answer) = $world->guest($call)->websocket("/ws/$call");
    ok($socket, 'in') or return;
    my $worker = $answer->{worker};
    ($held{$worker}, $call{$worker}) = ($socket, $call) if !$held{$worker};
    return $worker;
}), 2, 'each worker holds a WebSocket');

my ($dead, $alive) = sort keys %held;
ok($edge->wait_for(sub {
    2 == grep { $world->states($_) eq 'present' } values %call
}), 'both are present');
kill 'KILL', $dead;

ok($held{$dead}->ended(2), 'the connection ends');
ok($edge->wait_for(sub {
    my @workers = $edge->workers;
    return @workers == 2 && !grep { $_ == $dead } @workers;
}), 'another worker takes its place');
ok($held{$alive}->echoes('hello'), 'the other one goes on');

ok($edge->wait_for(sub {
    $world->states($call{$dead}) =~ /away|left/ ? 1 : 0
}, 40), 'who was there by the dead worker is not any more')
    or diag $world->states($call{$dead});
is($world->states($call{$alive}), 'present', 'who is there by the other is');

my $call = $world->call;
my ($socket) = $world->guest($call)->websocket("/ws/$call");
ok($socket, 'joining goes on');
is($world->signed_in('olga')->get('/home/dashboard')->{status}, 200,
    'decisions go on');

$socket->close;
$held{$alive}->close;

my @files = glob "$edge->{dir}/store/workers/*";
cmp_ok(scalar @files, '<=', 3, 'no file of the dead worker piles up');

$world->finish(qr/exited on signal 9/);
