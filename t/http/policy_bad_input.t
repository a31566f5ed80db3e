#!/usr/bin/perl

# What is wrong in a policy is told with its place by nginx -t and by a reload,
# soon, and the old policy serves on.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Time::HiRes qw(time);
use Xassist::BadPolicy;
use Xassist::World;

my $world = world();
my $edge = $world->edge;
my $policy = "$edge->{dir}/conf/policy.json";
my $good = Xassist::Edge::slurp($policy);
my $olga = $world->signed_in('olga');
my $limit = Xassist::Edge::sanitized() ? 60 : 10;

sub health { $world->client->get('/xassist/v1/health')->{json} }

my $generation = health()->{generation};

for my $bad (bad_policies($good)) {
    subtest $bad->{name} => sub {
        Xassist::Edge::spew($policy, $bad->{text});

        my $start = time;
        my ($ok, $text) = $edge->test_config;
        ok(!$ok, 'nginx -t refuses it');
        like($text, qr/policy\.json/, 'and names the file');
        like($text, $bad->{says}, 'with the place') or diag substr $text, 0, 400;
        cmp_ok(length $text, '<', 20_000, 'in so many words');
        cmp_ok(time - $start, '<', $limit, 'soon');

        $start = time;
        ok($edge->reload(fails => 1), 'so does the reload');
        cmp_ok(time - $start, '<', $limit, 'soon');
        is($olga->get('/home/dashboard')->{status}, 200,
            'the old policy serves on');
        is(health()->{generation}, $generation, 'of the old generation');
    };
}

Xassist::Edge::spew($policy, $good);
ok($edge->reload, 'a good one is taken');
is(health()->{generation}, $generation + 1, 'as the next generation');

$world->finish(qr/\[emerg\].*policy/);
