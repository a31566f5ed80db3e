#!/usr/bin/perl

# A store that cannot be opened is left as it is: the workers stay up, refuse
# what needs it, say what to do, and serve the rest.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::World;

my $world = world(stopped => 1);
my $edge = $world->edge;
my $olga = $world->signed_in('olga');
my $file = "$edge->{dir}/store/data.mdb";
my $good = Xassist::Edge::slurp($file);
my $garbage = 'garbage!' x (length($good) / 8);

unlink "$edge->{dir}/store/lock.mdb";
Xassist::Edge::spew($file, $garbage);
$edge->start;

my ($worker) = $edge->workers;
my $answer = $olga->get('/home/dashboard', Accept => 'application/json');

is($answer->{status}, 503, 'what needs it is refused');
is(reason($answer), 'store_unavailable', 'with its reason');
is($olga->get('/open')->{status}, 200, 'what does not is served');
like($edge->error_log, qr/\[emerg\].*xassist.*store/, 'the log says so');
is(Xassist::Edge::slurp($file), $garbage, 'the file is as it was');
is(($edge->workers)[0], $worker, 'the worker is the same one');

Xassist::Edge::spew($file, $good);
unlink "$edge->{dir}/store/lock.mdb";

ok($edge->wait_for(sub {
    $olga->get('/home/dashboard')->{status} == 200 ? 1 : 0
}, 15), 'once it is mended it is used, without a restart');

$world->finish(qr/\[emerg\].*xassist.*store/);
