#!/usr/bin/perl

# Ringing a user: asked to come to a call, accepting, declining, missing, and
# who may ring whom.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::Api;
use Xassist::World;

plan skip_all => 'this build has no test clock'
    unless Xassist::Edge::has_test_clock();

my $world = world();
my $edge = $world->edge;
my $emil_id = $world->user('emil', roles => 'agent')->{id};
my $ines_id = $world->user('ines', roles => 'agent')->{id};
my $bob_id = $world->user('bob', roles => 'client')->{id};
my ($olga, $emil, $ines, $bob) = map { $world->signed_in($_) }
    qw(olga emil ines bob);
my $call = $world->call;


sub of {
    my ($client) = @_;
    return grep { $_->{id} eq $call }
        @{ api($client, GET => 'calls')->{json}{calls} };
}


subtest 'a call that is another\'s is none of yours' => sub {
    is(reason(api($emil, GET => "calls/$call/ice")), 'permission_missing',
        'not to join');
    is(reason(api($emil, POST => "calls/$call/ring", { user => $ines_id })),
        'permission_missing', 'nor to ring into');
};

subtest 'whom to ring is found in the contact list' => sub {
    $edge->ctl(qw(account create elsewhere));
    $edge->ctl(qw(user create elsewhere emilia));
    my $found = api($olga, GET => 'users?q=emi');
    is($found->{status}, 200, 'a part of the name') or diag $found->{body};
    is_deeply([ map { $_->{id} } @{ $found->{json}{users} } ], [$emil_id],
        'whose id is what is rung, and nobody of another account');
    is(api($emil, GET => 'users?q=ines')->{json}{users}[0]{id}, $ines_id,
        'agents find colleagues, too');
};

subtest 'rung, and accepted' => sub {
    my $stream = stream($emil, '');
    my $answer = api($olga, POST => "calls/$call/ring",
        { user => $emil_id });
    is($answer->{status}, 200, 'rings') or diag $answer->{body};
    is($answer->{json}{state}, 'invited', 'invited');
    ok($answer->{json}{ring_until}, 'for a while');
    ok(!$answer->{json}{again}, 'anew');

    my $event = next_event($stream);
    $event = next_event($stream)
        while $event && $event->{event} ne 'call.ringing';
    is($event->{data}{user}, $emil_id, 'an event says whom');
    is($event->{data}{call}, $call, 'to which call');
    is($event->{data}{detail}, 'olga', 'and who asks');

    my ($seen) = of($emil);
    ok($seen->{rings_me}, 'the call rings emil');
    ok(!$seen->{ringing}, 'not its owner');
    ok(!(of($olga))[0]{rings_me}, 'nor olga');
    ok(api($olga, POST => "calls/$call/ring", { user => $emil_id })
        ->{json}{again}, 'once is enough');

    is(api($emil, POST => "calls/$call/accept")->{status}, 200, 'accepted');
    ok(!(of($emil))[0]{rings_me}, 'and rings no more');
    is(api($emil, GET => "calls/$call/ice")->{status}, 200,
        'emil may join now');
};

subtest 'declined' => sub {
    api($olga, POST => "calls/$call/ring", { user => $ines_id });
    is(api($ines, POST => "calls/$call/decline")->{status}, 200, 'declined');
    ok(!(of($ines))[0]{rings_me}, 'rings no more');
    is(api($ines, GET => "calls/$call/ice")->{status}, 200,
        'and may still join');
};

subtest 'missed' => sub {
    my $before = $world->edge->ctl('store', 'stat')->{log_last};
    api($olga, POST => "calls/$call/ring", { user => $emil_id });
    my $stream = stream($olga, '', 'Last-Event-ID' => $before);
    my ($event, $missed);
    $edge->clock_forward(46);
    while ($event = next_event($stream)) {
        $missed = $event->{data};
        last if $event->{event} eq 'call.missed';
    }
    is($missed->{user} // '', $emil_id, 'an event says who missed it');
    ok(!(of($emil))[0]{rings_me}, 'rings no more');
};

subtest 'coming is accepting' => sub {
    api($olga, POST => "calls/$call/ring", { user => $emil_id });
    my ($socket) = $emil->websocket("/ws/$call");
    ok($edge->wait_for(sub { !(of($emil))[0]{rings_me} }),
        'it stops as emil comes');
    ok(api($olga, POST => "calls/$call/ring", { user => $emil_id })
        ->{json}{again}, 'who is there is not rung');
};

subtest 'who cannot be rung' => sub {
    $edge->ctl(qw(account create other));
    my $eve = $edge->ctl(qw(user create other eve))->{id};
    for my $user ($eve, 'A' x 16) {
        is(reason(api($olga, POST => "calls/$call/ring", { user => $user })),
            'not_found', 'nobody of this account');
    }
    for my $body ({}, { user => 'emil' }, { user => 7 }) {
        is(reason(api($olga, POST => "calls/$call/ring", $body)),
            'invalid_request', 'no id');
    }
    is(reason(api($world->guest($call), POST => "calls/$call/ring",
        { user => $bob_id })), 'not_for_guests', 'no guest rings anybody');
    is(reason(api($bob, POST => "calls/$call/ring", { user => $emil_id })),
        'permission_missing', 'nor who has no right to');
};

api($olga, POST => "calls/$call/end");
is(reason(api($olga, POST => "calls/$call/ring", { user => $bob_id })),
    'call_ended', 'a call that is over rings nobody');

$world->finish;
