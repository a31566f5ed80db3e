#!/usr/bin/perl

# Participants: listed, removed for good, counted against the limits, handed
# the call, reported by whoever else sees them.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::Api;
use Xassist::World;

my $world = world();
my $edge = $world->edge;
my $olga = $world->signed_in('olga');
my $emil_id = $world->user('emil', roles => 'account_admin',
    display => 'Emil')->{id};
my $emil = $world->signed_in('emil');
my $call = $world->call;


sub people { return @{ api($olga, GET => "calls/$call/participants")
    ->{json}{participants} } }

sub person { my ($name) = @_; return (grep { $_->{name} eq $name }
    people())[0] }


my $link = api($olga, POST => "calls/$call/invitations", {})->{json}{link};
my ($ann, $bob) = map { $world->client } 1 .. 2;
$ann->join_link($link, name => 'Ann');
$bob->join_link($link, name => 'Bob');

subtest 'listed' => sub {
    my ($there) = $ann->websocket("/ws/$call");
    ok($edge->wait_for(sub { person('Ann')->{state} eq 'present' ? 1 : 0 }),
        'present');
    my $ann_is = person('Ann');
    is($ann_is->{kind}, 'guest', 'kind');
    is($ann_is->{device}, 'web', 'device');
    ok($ann_is->{joined} && $ann_is->{since}, 'since when');
    is(person('Bob')->{state}, 'invited', 'pressed Join, not connected yet');

    my ($own) = grep { $_->{me} } @{ api($ann, GET =>
        "calls/$call/participants")->{json}{participants} };
    is($own->{name}, 'Ann', 'one knows oneself');
    ok(api($olga, GET => "calls/$call/participants?limit=1")->{json}{more},
        'and there may be more');
    is(api($world->client, GET => "calls/$call/participants")->{status},
        401, 'not for nobody');

    my ($second) = $ann->websocket("/ws/$call");
    my ($third) = $ann->websocket("/ws/$call");
    is(api($olga, GET => "calls/$call")->{json}{here}, 1,
        'several tabs are one person');
};

subtest 'removed for good, by a shared link' => sub {
    my ($there) = $bob->websocket("/ws/$call");
    $edge->wait_for(sub { person('Bob')->{state} eq 'present' ? 1 : 0 });
    my $answer = api($olga, DELETE => "calls/$call/participants/"
        . person('Bob')->{id});
    is($answer->{status}, 200, 'removed') or diag $answer->{body};
    is($answer->{json}{state}, 'removed', 'state');
    ok($answer->{json}{offer_withdraw}, 'withdrawing the link is offered');
    is($there->wait_close(5)->{reason}, 'removed', 'the connection goes');

    is(reason($bob->join_link($link)), 'removed', 'cannot come back');
    is(api($bob, GET => "calls/$call")->{status}, 410, 'nor look');
    ok(api($olga, DELETE => "calls/$call/participants/"
        . person('Bob')->{id})->{json}{again}, 'again changes nothing');
    is($world->client->join_link($link)->{status}, 303,
        'others may still come');

    api($olga, POST => "invitations/$answer->{json}{invitation}/withdraw");
    is(reason($world->client->join_link($link)), 'withdrawn',
        'until it is withdrawn');
    is(api($ann, GET => "calls/$call/ice")->{status}, 200,
        'who is in stays');
};

subtest 'who is not there, and whom one may not remove' => sub {
    is(reason(api($olga, DELETE => "calls/$call/participants/AAAB"
        . 'A' x 12)), 'not_found', 'nobody');
    is(api($ann, DELETE => "calls/$call/participants/"
        . person('Ann')->{id})->{status}, 403, 'a guest removes nobody');
    my $other = $world->call;
    is(reason(api($olga, DELETE => "calls/$other/participants/"
        . person('Ann')->{id})), 'not_found', 'not by another call');
};

subtest 'handed over' => sub {
    my $path = "calls/$call/hand-over";
    is(reason(api($olga, POST => $path, { user => 'x' })),
        'invalid_request', 'not an id');
    is(reason(api($olga, POST => $path, {})), 'invalid_request', 'nobody');
    is(reason(api($olga, POST => $path, { user => 'AAAB' . 'A' x 12 })),
        'not_found', 'no such user');

    my $elsewhere = $world->call;
    is(api($olga, POST => "calls/$elsewhere/hand-over",
        { user => $emil_id })->{json}{owner}{id}, $emil_id,
        'to somebody who is not there yet');

    my ($there) = $emil->websocket("/ws/$call");
    $edge->wait_for(sub { (person('Emil') // { state => '' })->{state}
        eq 'present' ? 1 : 0 });
    is(api($emil, POST => $path, { user => $emil_id })->{status}, 403,
        'nobody takes it');
    my $answer = api($olga, POST => $path, { user => $emil_id });
    is($answer->{status}, 200, 'given') or diag $answer->{body};
    is($answer->{json}{owner}{id}, $emil_id, 'the new owner');
    ok(person('Emil')->{owner}, 'in the list, too');
    is(api($olga, POST => $path, { user => $emil_id })->{status}, 403,
        'only an owner gives it');
    is(api($olga, GET => "calls/$call/ice")->{status}, 200,
        'whoever gave it is still of the call');
    is(api($emil, POST => "calls/$call/end")->{status}, 200,
        'the owner ends it');
};

$world->finish;
