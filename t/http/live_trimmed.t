#!/usr/bin/perl

# A worker whose place in the log was trimmed away meanwhile decides all of
# its connections again: also those that had to make room for newer ones
# while it did not look are closed, and no other.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::Live;
use Xassist::World;

my $world = world(socket_server => 1, workers => 2, policy => sub {
    $_[0] =~ s/"sockets_per_guest": 4/"sockets_per_guest": 3/r
        =~ s/"replace_oldest": false/"replace_oldest": true/r
});
my $edge = $world->edge;
my $live = live($world);
my $call = $world->call;
my ($ann, $ben) = map { $world->guest($call) } 1 .. 2;

# Ann has three, oldest first, and Ben two, all in one worker.

my ($deaf, $other) = $edge->workers;
$edge->hold($other);

for my $name (map({ "Ann $_" } 1 .. 3), map { "Ben $_" } 1 .. 2) {
    $live->open($name, $name =~ /Ann/ ? $ann : $ben, "/ws/$call");
    select undef, undef, undef, 0.02;
}

kill 'CONT', $other;
ok($edge->wait_for(sub { $world->states($call) eq 'present present' }),
    'both are present');
$live->closes('until here', {});


# While it hears nothing, two of Ann's open in the other; then the log goes.

$edge->hold($deaf);

is($live->open("Ann $_", $ann, "/ws/$call"), $other, "the other has $_")
    for 4 .. 5;


sub crowded {
    return scalar(() = ($edge->ctl_try('log', 'export'))[1]
        =~ /"participant\.crowded"/g);
}


ok($edge->wait_for(sub { crowded() == 2 }), 'two are to make room');
$world->call;                                  # the newest event stays
$edge->ctl('store', 'trim', '--log', '0s');
is(crowded(), 0, 'which the log tells no more');
kill 'CONT', $deaf;

$live->closes('the log was trimmed', {
    'Ann 1' => '4429 too_many', 'Ann 2' => '4429 too_many' });
my ($failed, $report) = $edge->ctl_try('store', 'check');
is($failed, 0, 'the counts are right') or diag $report;

# Those that are left count as before.

$live->open('Ann 6', $ann, "/ws/$call");
$live->closes('the next one', { 'Ann 3' => '4429 too_many' });

$live->finish;
ok($edge->wait_for(sub { $world->states($call) eq 'away away' }),
    'who has none left is away');
$world->finish;
