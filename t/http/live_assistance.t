#!/usr/bin/perl

# Assistance that ends takes the agent's WebSockets with it, in every worker,
# and nobody else's: stopped while it is active, or over by its time.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Time::HiRes qw(time);
use Xassist::Api;
use Xassist::Live;
use Xassist::World;

my $world = world(workers => 2, policy => sub {
    $_[0] =~ s/"max_duration": "8h"/"max_duration": "10m"/r
});
my $edge = $world->edge;
my $live = live($world);

$world->user($_, roles => 'service_agent') for qw(sam tom);
my $carl = $world->user('carl', roles => 'client')->{id};
my %token = map { $_ => $world->session($_) } qw(sam tom);
my ($sam, $tom) = map { as_app($world, $token{$_}) } qw(sam tom);
my $call = api($sam, POST => 'calls', { title => 'Pump' })->{json}{id};


sub start {
    my ($client) = @_;

    my $answer = api($client, POST => 'assistance', { channel => 'chat',
        reason => 'asked', user => $carl });
    BAIL_OUT("not started: $answer->{body}") if $answer->{status} != 201;
    return $answer->{json}{id};
}


# The agent's, each of two workers has one, and those of others.

sub open_all {
    my ($agent, $other) = map { my $client = $world->client;
        $client->{cookies}{xassist} = $_; $client } @token{qw(sam tom)};

    $live->open_in_each('agent', $agent, "/ws/$call", 2);
    $live->open('other', $other, '/ws/' . api($tom, POST => 'calls',
        { title => 'Valve' })->{json}{id});
    $live->open('guest', $world->guest($call), "/ws/$call");
}


sub agents {
    return { map { $_ => '4409 assistance_ended' } grep { /^agent/ }
        keys %{ $live->{open} } };
}


subtest 'stopped' => sub {
    my ($one, $other) = map { start($_) } $sam, $tom;
    open_all();
    is(api($sam, POST => "assistance/$one/stop")->{status}, 200, 'stopped');
    $live->closes('stopped', agents());
    api($tom, POST => "assistance/$other/stop");
    $live->finish;
};

subtest 'over by its time' => sub {
    plan skip_all => 'no test clock' unless Xassist::Edge::has_test_clock();

    my $now = 1000 * (1 + int time);
    $edge->clock($now);
    start($sam);
    open_all();
    is_deeply($live->closed({}), {}, 'not yet');
    $edge->clock($now + 11 * 60_000);
    $live->closes('over', agents());
    $live->finish;
};

$world->finish;
