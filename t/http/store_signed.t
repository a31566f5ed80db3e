#!/usr/bin/perl

# nginx signs its log after every 1,024 changes: not before, and what was
# signed holds against the log, which nobody can write anew after that.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::Held;
use Xassist::World;

my $every = 1024;
my $at_once = 64;
my $world = world();
my $edge = $world->edge;
my $link = $world->link($world->call);
my $joined = 0;


sub join_many {
    my ($n) = @_;

    while ($n > 0) {
        my @presses = presses($world, $link, $n < $at_once ? $n : $at_once);
        press(@presses);
        my @in = grep { (answer($_) // { status => 0 })->{status} == 303 }
            @presses;
        BAIL_OUT('nobody could join') unless @in;
        $n -= @presses;
        $joined += @in;
    }
}


sub checkpoints {
    my ($rc, $out) = $edge->ctl_try('log', 'verify', '--signed');

    return $rc ? "status $rc: $out" : $out =~ /"checkpoints":\s*(\d+)/
        ? $1 : $out;
}


# The sweep and the like count as well: stay clear of the number.

join_many($every - 200);
is(checkpoints(), 0, 'nothing is signed before');
join_many(200);
is($joined, $every, 'so many changes');
ok($edge->wait_for(sub { checkpoints() eq '1' }), 'the log is signed')
    or diag checkpoints();

join_many($at_once);
is(checkpoints(), 1, 'and not again soon');
is(($edge->ctl_try('store', 'check'))[0], 0, 'the store is whole');

# At the end it is signed as it is then; with a key of others nothing holds.

$edge->stop('QUIT');
is(checkpoints(), 2, 'it is signed at the end');

my $keys = "$edge->{dir}/conf/keys";
my $right = Xassist::Edge::slurp($keys);
unlink $keys;
$edge->ctl('keys', 'new');
isnt(($edge->ctl_try('log', 'verify', '--signed'))[0], 0,
    'it holds by its own key alone');
Xassist::Edge::spew($keys, $right);

$edge->start;
$world->finish;
