#!/usr/bin/perl

# When the store can only be read a change gets 503 store_unavailable and
# reads go on; once it can be written again it is, without a restart.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::World;

my $world = world(stopped => 1);
my $edge = $world->edge;
my $call = $world->call;
my $link = $world->link($call);
my $olga = $world->signed_in('olga');
my @files = ("$edge->{dir}/store/data.mdb");

chmod 0444, @files;
chown 0, 0, @files if $> == 0;
$edge->start;

is($olga->get('/home/dashboard')->{status}, 200, 'decisions go on');
is($world->client->get($link =~ s{http://localhost}{}r)->{status}, 200,
    'pages go on');

my $answer = $world->client->join_link($link);
is($answer->{status}, 503, 'a change gets 503');
is(reason($answer), 'store_unavailable', 'with its reason');
ok($answer->{headers}{'retry-after'}, 'and when to try again');

chmod 0644, @files;
Xassist::Edge::chown_worker($_) for @files;

ok($edge->wait_for(sub {
    $world->client->join_link($link)->{status} == 303 ? 1 : 0
}, 15), 'writing works again by itself');

$world->finish(qr/\[(?:crit|alert|emerg)\].*store/);
