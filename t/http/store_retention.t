#!/usr/bin/perl

# Workers take away what ended longer ago than "retention" says, and events
# once they are exported; what is open stays.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Time::HiRes qw(sleep time);
use Xassist::Edge;
use Xassist::World;

plan skip_all => 'needs the test clock' unless Xassist::Edge::has_test_clock();

my $world = world(workers => 2,
    substitute => sub { $_[0] =~ s/max=64m/max=64m retention=30d exported/r });
my $edge = $world->edge;
my $day = 86_400_000;
my $now = int(time * 1000);

$edge->clock($now);

my $old = $world->call;
my $kept = $world->call;

$edge->ctl('call', 'end', $old);

# The time goes on, and with it the sweep: calls that nobody joined end.

my $events = sub {
    my ($rc, $out) = $edge->ctl_try('log', 'export');
    return scalar(() = $out =~ /\n/g);
};
my $gone = sub {
    my ($id) = @_;
    my ($rc) = $edge->ctl_try('call', 'show', $id);
    return $rc != 0;
};
my $until = sub {
    my ($true, $name) = @_;
    my $end = time + Xassist::Edge::PATIENCE;
    sleep 0.1 while !$true->() && time < $end;
    ok($true->(), $name);
};

ok(!$gone->($old), 'it stays for its time');
my $before = $events->();

$edge->clock($now + 31 * $day);
$until->(sub { $gone->($old) }, 'and goes after it');
ok(!$gone->($kept), 'one that ended just now stays');
cmp_ok($events->(), '>=', $before, 'no event goes before it is exported');

is(($edge->ctl_try('log', 'export', '--mark'))[0], 0, 'the log is exported');
$edge->clock($now + 31 * $day + 2 * 3_600_000);
$until->(sub { $events->() < $before }, 'and goes');
is(($edge->ctl_try('log', 'verify'))[0], 0, 'the chain is whole');
is(($edge->ctl_try('store', 'check'))[0], 0, 'and so is the store');

# An hour back and forth again changes nothing.

my $left = $events->();
$edge->clock($now + 31 * $day + 3_600_000);
sleep 1.5;
$edge->clock($now + 31 * $day + 2 * 3_600_000);
sleep 1.5;
is($events->(), $left, 'a clock that is set back takes nothing away');
ok(!$gone->($kept), 'the call is there');

done_testing();
