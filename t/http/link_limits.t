#!/usr/bin/perl

# Limits of the policy refuse with their own reasons: used, call_full,
# no_guest_seat.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::World;


# A second browser is refused with the reason where the first one joined.

sub second_is_refused {
    my ($reason, $status, $change) = @_;

    my $world = world(policy => $change);
    my $call = $world->call;
    my $link = $world->link($call);
    my $first = $world->client;

    is($first->join_link($link)->{status}, 303, "$reason: the first joins");
    my ($here) = $first->websocket("/ws/$call");
    ok($here, "$reason: and is in the call");

    my $second = $world->client;
    my $answer = $second->join_link($link);

    if ($answer->{status} == 303) {
        (my $socket, $answer) = $second->websocket("/ws/$call",
            Accept => 'application/json');
        ok(!$socket, "$reason: the second is not let in");
    }

    is($answer->{status}, $status, "$reason: status");
    is(reason($answer), $reason, "$reason: code");

    is($first->join_link($link)->{status}, 303,
        "$reason: the first browser may come again");

    $here->close;
    is($world->edge->stop('QUIT'), 1, "$reason: the edge ends");
    is(join("\n", $world->edge->complaints), '', "$reason: a quiet log");
}


second_is_refused('used', 410, sub {
    $_[0] =~ s/("conference"\s*:\s*\{[^{}]*?"uses"\s*:\s*)(?:\d+|"\w+")/${1}1/r
});

second_is_refused('call_full', 403, sub {
    $_[0] =~ s/("participants_per_call"\s*:\s*)\d+/${1}1/r
});

second_is_refused('no_guest_seat', 403, sub {
    $_[0] =~ s/("guest_seats"\s*:\s*)\d+/${1}1/r
});

done_testing();
