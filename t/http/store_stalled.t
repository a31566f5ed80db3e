#!/usr/bin/perl

# The disk stands still: as many changes wait as the queue takes, the next get
# 503 store_unavailable at once, reads go on; then those that waited are made.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Time::HiRes qw(sleep time);
use Xassist::Held;
use Xassist::World;

my $queue = 8;
my $people = 40;
my $world = world(substitute => sub {
    $_[0] =~ s/max=64m/max=64m queue=$queue/r
});
my $edge = $world->edge;
my $call = $world->call;
my $link = $world->link($call);
my $olga = $world->signed_in('olga');
my @presses = presses($world, $link, $people);
my @more = presses($world, $link, 1);
my ($path) = $link =~ m{(/j/.*)};
my ($worker) = $edge->workers;

is($olga->get('/home/dashboard')->{status}, 200, 'it works before');

my $held = hold($edge);
press(@presses);

# Those that find no place are answered, the others are not.

my @refused;
my $answered = -1;

while ($answered < @refused) {
    $answered = @refused;
    sleep 0.3;
    @refused = grep { answer($_, 0.001) } @presses;
}

my @waiting = grep { !$_->{answer} } @presses;

# One batch is in flight; the sweep may have a place, too.

cmp_ok(scalar @waiting, '>=', $queue - 1, 'the queue is filled');
cmp_ok(scalar @waiting, '<=', $queue + $people / 4, 'and has an end')
    or diag scalar(@refused) . ' refused';
is(scalar(grep { $_->{answer}{status} != 503 } @refused), 0,
    'beyond it a change gets 503');
is(scalar(grep { reason($_->{answer}) ne 'store_unavailable' } @refused), 0,
    'with its reason');
is(scalar(grep { !$_->{answer}{headers}{'retry-after'} } @refused), 0,
    'and when to try again');

my $answer = $olga->request('POST', '/xassist/v1/calls', { Origin =>
    $olga->origin, 'Content-Type' => 'application/json' },
    '{"title":"Pump 8"}');
is($answer->{status}, 503, 'the API says so, too');
is(reason($answer), 'store_unavailable', 'with its reason');
ok($answer->{headers}{'retry-after'}, 'and when to try again');

my $begun = time;
is($olga->get('/home/dashboard')->{status}, 200, 'decisions go on');
is($world->client->get($path)->{status}, 200, 'pages go on');
cmp_ok(time - $begun, '<', 30, 'and nobody waits for them');

$held->release;

is(scalar(grep { (answer($_) // { status => 0 })->{status} != 303 } @waiting),
    0, 'who waited is let in');
is(redeemed($world), scalar @waiting, 'each once, and nobody else');

press(@more);
is(answer($more[0])->{status}, 303, 'changes go on by themselves');
press($refused[0]);
delete $refused[0]{answer};
is(answer($refused[0])->{status}, 303, 'who was refused presses again');

my @lost = grep { $_->{client}->get("/call/$call")->{status} != 200 }
    @waiting, @more, $refused[0];
is(scalar @lost, 0, 'everybody who was let in is known');
is(($edge->ctl_try('store', 'check'))[0], 0, 'the store is whole');
is(join(' ', $edge->workers), $worker, 'the worker lives');
# Beside a long commit the event loop has the processor first.

my %nice = map {
    my ($task) = m{(\d+)/stat\z};
    my @of = split ' ', Xassist::Edge::slurp($_) =~ s/.*\) //r;
    $task => $of[16];
} glob "/proc/$worker/task/*/stat";
my $own = delete $nice{$worker};
my ($gave) = grep { $_ != $own } values %nice;
is($gave // $own, $own > 0 ? 19 : $own + 19,
    'the thread that writes gives way to the one that answers');

like($edge->error_log, qr/writes wait for the store, no more are taken/,
    'the log says why');

$world->finish;
