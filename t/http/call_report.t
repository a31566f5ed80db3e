#!/usr/bin/perl

# A media server says by its API key who is in a call: that counts as
# presence, until it says that they left.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::Api;
use Xassist::World;

my $world = world();
my $edge = $world->edge;
my $olga = $world->signed_in('olga');
my $emil = do { $world->user('emil', roles => 'agent');
    $world->signed_in('emil') };
my $key = $edge->ctl(qw(service create acme janus --roles media_server))
    ->{key};
my $janus = as_app($world, $key);


sub report {
    my ($client, $call, $part, $state) = @_;
    return api($client, POST => "calls/$call/participants/$part/report",
        { state => $state });
}


sub guest_of {
    my ($call) = @_;
    my ($part) = grep { $_->{kind} eq 'guest' } @{ api($olga,
        GET => "calls/$call/participants")->{json}{participants} };
    return $part;
}


subtest 'present, and left' => sub {
    my $call = $world->call;
    my $ann = $world->guest($call, name => 'Ann');
    my $part = guest_of($call)->{id};

    my $answer = report($janus, $call, $part, 'present');
    is($answer->{status}, 200, 'reported') or diag $answer->{body};
    is(guest_of($call)->{state}, 'present', 'is there');
    is($world->shown($call)->{state}, 'live', 'and the call is live');

    my ($socket) = $ann->websocket("/ws/$call");
    ok($socket, 'the edge sees the guest, too');
    is(report($janus, $call, $part, 'left')->{status}, 200, 'left');
    is(guest_of($call)->{state}, 'left', 'is not there');
};

subtest 'who is removed is not present again' => sub {
    my $call = $world->call;
    $world->guest($call);
    my $part = guest_of($call)->{id};
    api($olga, DELETE => "calls/$call/participants/$part");
    is(reason(report($janus, $call, $part, 'present')), 'removed', 'refused');

    api($olga, POST => "calls/$call/end");
    is(reason(report($janus, $call, $part, 'present')), 'call_ended',
        'nor after the end');
};

subtest 'who may not, and what is not right' => sub {
    my $call = $world->call;
    my $ann = $world->guest($call);
    my $part = guest_of($call)->{id};

    for my $row (['an owner', $olga], ['an agent', $emil], ['a guest', $ann])
    {
        is(report($row->[1], $call, $part, 'left')->{status}, 403, $row->[0]);
    }
    is(report($world->client, $call, $part, 'left')->{status}, 401, 'nobody');
    is(reason(report($janus, $call, $part, 'away')), 'invalid_request',
        'no such state');
    is(reason(report($janus, $call, 'AAAB' . 'A' x 12, 'present')),
        'not_found', 'no such participant');

    $edge->ctl(qw(account create other));
    my $theirs = as_app($world, $edge->ctl(qw(service create other janus
        --roles media_server))->{key});
    is(report($theirs, $call, $part, 'present')->{status}, 403,
        'a service of another account');
    is(guest_of($call)->{state}, 'invited', 'nothing was changed');
};

$world->finish;
