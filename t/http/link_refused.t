#!/usr/bin/perl

# Each way a link can be refused has its own reason and status, on the page
# and for API clients, for opening and for joining.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Time::HiRes qw(time);
use Xassist::World;

plan skip_all => 'this build has no test clock'
    unless Xassist::Edge::has_test_clock();

my $world = world(policy => sub {
    $_[0] =~ s/("conference"\s*:\s*\{[^{}]*?)"while_call"/$1"1h"/r
});
my $edge = $world->edge;


# GET and POST of a link are refused with the reason and change nothing.

sub refused {
    my ($link, $reason, $status, $client) = @_;

    $client //= $world->client;
    my ($path) = $link =~ m{(/j/.*)};
    my $before = $world->txnid;

    my $page = $client->get($path, Accept => 'text/html');
    is($page->{status}, $status, "$reason: status of the page");
    is(reason($page), $reason, "$reason: the page says why");
    ok(!Xassist::Client::nonce($page->{body}), "$reason: no way to join");

    my $json = $client->get($path, Accept => 'application/json');
    is($json->{status}, $status, "$reason: status for API clients");
    is(reason($json), $reason, "$reason: and its code");

    my $post = $client->post($path, { nonce => 'A' x 27, name => 'Ann',
        terms => 1 }, Accept => 'application/json');
    isnt($post->{status}, 303, "$reason: no joining");
    ok(!$client->{cookies}{'xassist-g'}, "$reason: no session");
    is($world->txnid, $before, "$reason: nothing changed");
}


# A browser that opened the page in time presses Join too late.

sub too_late {
    my ($change, $reason, $status, @call) = @_;

    my $call = $world->call(@call);
    my $invitation = $world->invitation($call);
    my ($path) = $invitation->{link} =~ m{(/j/.*)};
    my $client = $world->client;
    my $nonce = Xassist::Client::nonce($client->get($path)->{body});

    ok($nonce, "$reason: the page opened in time");
    $change->($call, $invitation);

    my $answer = $client->post($path, { nonce => $nonce, name => 'Ann',
        terms => 1 }, Accept => 'text/html');
    is($answer->{status}, $status, "$reason: Join is refused");
    is(reason($answer), $reason, "$reason: and says why");

    refused($invitation->{link}, $reason, $status);
}


subtest 'withdrawn' => sub {
    too_late(sub { $edge->ctl('invite', 'withdraw', $_[1]{id}) },
        'withdrawn', 410);
};

subtest 'call_ended' => sub {
    too_late(sub { $edge->ctl('call', 'end', $_[0]) }, 'call_ended', 410);
};

subtest 'withdrawn comes before call_ended' => sub {
    my $call = $world->call;
    my $invitation = $world->invitation($call);
    $edge->ctl('call', 'end', $call);
    $edge->ctl('invite', 'withdraw', $invitation->{id});
    my ($path) = $invitation->{link} =~ m{(/j/.*)};
    my $reason = reason($world->client->get($path,
        Accept => 'application/json'));
    like($reason, qr/^(?:withdrawn|call_ended)$/, $reason);
};

subtest 'withdrawn by its token and by its link' => sub {
    for my $what (qw(token link)) {
        my $invitation = $world->invitation($world->call);
        my $word = $what eq 'link' ? $invitation->{link}
            : $invitation->{link} =~ s{.*/}{}r;
        $edge->ctl('invite', 'withdraw', $word);
        refused($invitation->{link}, 'withdrawn', 410);
    }
};

subtest 'not_yet, then open' => sub {
    my $now = time;
    my @t = gmtime($now + 600);
    my $at = sprintf '%04d-%02d-%02dT%02d:%02d:%02dZ', $t[5] + 1900,
        $t[4] + 1, @t[3, 2, 1, 0];
    my $link = $world->link($world->call('--starts-at', $at));

    refused($link, 'not_yet', 403);
    $edge->clock(($now + 601) * 1000);
    is($world->client->join_link($link)->{status}, 303, 'in time it opens');
    $edge->clock(undef);
};

subtest 'expired' => sub {
    my $link = $world->link($world->call);
    my $guest = $world->client;

    is($guest->join_link($link)->{status}, 303, 'within the hour');
    $edge->clock((time + 3700) * 1000);

    # Calls to which nobody came end at that, by themselves; not the one that
    # begins in ten minutes.

    ok($edge->wait_for(sub {
        my $list = $edge->ctl(qw(call list acme --state open));
        return 1 == @{ ref $list eq 'HASH' ? $list->{calls} : $list };
    }), 'the hour is over');
    refused($link, 'expired', 410);
    $edge->clock(undef);
};

$world->finish;
