#!/usr/bin/perl

# No end of a call is lost: each of many commits, one soon after another, is
# seen by both workers.  (LMDB wakes watchers by writing its meta page, a
# moment before readers can see the commit.)

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Time::HiRes qw(time);
use Xassist::Live;
use Xassist::World;

my $rounds = $ENV{XASSIST_ROUNDS} // 40;
my $world = world(workers => 2);
my (%workers, @took);

for my $round (1 .. $rounds) {
    my $live = live($world);
    my $call = $world->call;
    my $owner = $world->signed_in('olga');

    $workers{ $live->open("owner$_", $owner, "/ws/$call") }++ for 1 .. 2;
    $workers{ $live->open('guest', $world->guest($call), "/ws/$call") }++;

    # Now and then something else is committed right before and after.

    my @noise = map { $world->call } 1 .. $round % 3;
    $world->edge->ctl('call', 'end', $call);
    my $ended = time;
    $world->edge->ctl('call', 'end', $_) for @noise;

    my %expected = map { $_ => '4404 call_ended' } keys %{ $live->{open} };
    my $got = $live->closed(\%expected, 0);
    push @took, time - $ended;

    is_deeply($got, \%expected, "round $round: none stays open")
        or last;
    $live->finish;
}

is(scalar keys %workers, 2, 'both workers had some');
note sprintf 'slowest %.0f ms', 1000 * (sort { $b <=> $a } @took)[0];

$world->finish;
