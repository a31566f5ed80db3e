#!/usr/bin/perl

# A session that ends takes its open WebSockets with it, in every worker, and
# no other: revoked by the command line, signed out, expired, or idle.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::Api;
use Xassist::Live;
use Xassist::World;

my $world = world(workers => 2, policy => sub {
    $_[0] =~ s/("conference": \{[^}]*"idle_timeout": )"none"/$1"3s"/r
        =~ s/("lifetime": "12h",\s*"idle": )"1h"/$1"none"/r
        =~ s/("idle_timeout": )"30m"(,\s*"mode": "view")/$1"2s"$2/r
}, substitute => sub {
    $_[0] =~ s{location /rule/guest}{location = /metrics { xassist_metrics; }

        $&}r
});
my $edge = $world->edge;
my $live = live($world);


sub sessions {
    my ($name) = @_;

    my $list = $edge->ctl('session', 'list', 'acme', $name);
    return ref $list eq 'HASH' ? @{ $list->{sessions} } : @$list;
}


# How many were closed by an event of the log.

sub revocations {
    return $world->client->get('/metrics')->{body}
        =~ /^xassist_revocation_seconds_count (\d+)/m ? $1 : 0;
}


subtest 'revoked' => sub {
    my $call = $world->call;
    my ($one, $two) = map { $world->signed_in('olga') } 1 .. 2;

    $live->open_in_each('revoked', $one, "/ws/$call", 2);
    $live->open('same user', $two, "/ws/$call");

    my %gone = map { $_ => '4401 signed_out' } grep { /^revoked/ }
        keys %{ $live->{open} };
    my ($first) = sort { $a->{created} cmp $b->{created} }
        grep { !$_->{ended} } sessions('olga');
    $edge->ctl('session', 'revoke', $first->{id});
    $live->closes('a session revoked', \%gone);

    my ($again, $answer) = $one->websocket("/ws/$call");
    is($answer->{status}, 401, 'and it opens nothing any more');
    $live->finish;
};

subtest 'signed out' => sub {
    my $call = $world->call;
    my ($one, $two, $three) = map { $world->signed_in('olga') } 1 .. 3;
    my $guest = $world->guest($call);

    $live->open_in_each('one', $one, "/ws/$call", 2);
    $live->open('two', $two, "/ws/$call");
    $live->open('three', $three, "/ws/$call");
    $live->open('guest', $guest, "/ws/$call");

    is(api($one, POST => 'logout', {})->{status}, 200, 'one leaves');
    $live->closes('one signed out', { map { $_ => '4401 signed_out' }
        grep { /^one/ } keys %{ $live->{open} } });

    is(api($two, POST => 'logout', { everywhere => \1 })->{status}, 200,
        'two leaves, everywhere');
    $live->closes('signed out everywhere', { map { $_ => '4401 signed_out' }
        qw(two three) });
    $live->finish;
};

subtest 'idle by profile' => sub {
    my $call = $world->call;
    my $olga = $world->signed_in('olga');
    $live->open('olga', $olga, "/ws/$call");

    for my $profile (qw(view control)) {
        my $made = $world->external($call, 'olga', $profile, $profile);
        my $client = $world->client;
        is($client->join_link($made->{link})->{status}, 303, 'joined');
        $live->open($profile, $client, "/ws/$call");
    }

    $live->closes('as long as the profile says', { view => '4408 idle' });
    $live->finish;
};

subtest 'idle' => sub {
    my $call = $world->call;
    my ($quiet, $busy) = map { $world->guest($call) } 1 .. 2;

    $live->open('quiet', $quiet, "/ws/$call");
    $live->open('busy', $busy, "/ws/$call");
    $live->open('busy too', $busy, "/ws/$call");
    $live->open('unlimited', $world->signed_in('olga'), "/ws/$call");

    for (1 .. 8) {
        select undef, undef, undef, 0.5;
        $live->{open}{busy}->say('x');
        $live->{open}{quiet}->send_frame(9, 'ping');
    }

    my $got = $live->closed({ quiet => '4408 idle' });
    is_deeply($got, { quiet => '4408 idle' },
        'pings do not count, another tab of the same person does')
        or diag explain $got;
    delete $live->{open}{quiet};
    $live->closes('both tabs quiet', { map { $_ => '4408 idle' }
        'busy', 'busy too' });
    $live->finish;
};

subtest 'expired' => sub {
    plan skip_all => 'no test clock' unless Xassist::Edge::has_test_clock();

    my $call = $world->call;
    my ($now, $hour) = (1000 * int(time), 3_600_000);
    $edge->clock($now);
    $live->open('early', $world->signed_in('olga'), "/ws/$call");

    $edge->clock($now += 8 * $hour);
    $live->open('later', $world->signed_in('olga'), "/ws/$call");
    $edge->clock($now += 3.9 * $hour);

    is_deeply($live->closed({}, 2), {}, 'nobody before the time');
    my $seen = revocations();
    $edge->clock($now += 0.2 * $hour);
    $live->closes('lifetime over', { early => '4401 signed_out' });

    # Not when it happened to be looked at, which is within a minute.

    is(revocations() - $seen, 1, 'as the log told of the end');
    $live->finish;
};

$world->finish;
