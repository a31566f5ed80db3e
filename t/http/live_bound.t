#!/usr/bin/perl

# An external holds what the inviter holds, while the inviter is there: one
# whose invitation is bound to the call stays in it, and loses what needs a
# right.  Bound to the owner, externals go with the owner alone.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::Api;
use Xassist::Live;
use Xassist::World;

my $bound = qr/("external": \{[^}]*"bound_to": )"\w+"/;
my $world = world(workers => 2, policy => sub {
    $_[0] =~ s/"grace": "60s"/"grace": "1s"/r =~ s/$bound/$1"call"/r
}, substitute => sub {
    $_[0] =~ s{location /rule/guest}{location ~ "^/media/(?<call>[A-Za-z0-9_-]{16})\$" {
            xassist_call \$call;
            xassist_require xa_icall_media;
            xassist_proxy application;
        }

        $&}r
});
my $edge = $world->edge;
my $live = live($world);

$world->user($_, roles => 'account_admin') for qw(bob eva);
my ($olga, $bob, $eva) = map { $world->signed_in($_) } qw(olga bob eva);


# An external's browser, in the call.

sub external {
    my ($call, $inviter, $name) = @_;

    my $made = $world->external($call, $inviter, $name, 'view');
    my $client = $world->client;
    is($client->join_link($made->{link})->{status}, 303, "$name joined");
    return $client;
}


sub participant {
    my ($call, $name) = @_;

    my ($found) = grep { $_->{name} eq $name }
        @{ $world->shown($call)->{participants} };
    return $found->{id};
}


# Who is present, by name.

sub present {
    my ($call, @names) = @_;

    ok($edge->wait_for(sub {
        my %now = map { $_->{name} => $_->{state} }
            @{ $world->shown($call)->{participants} };
        return !grep { ($now{$_} // '') ne 'present' } @names;
    }), "present: @names");
}


# All media of the inviter's external.

sub media {
    my ($inviter) = @_;

    return map { $_ => '4403 permission_missing' }
        grep { /^media of $inviter/ } keys %{ $live->{open} };
}


subtest 'the inviter is removed, another leaves' => sub {
    my $call = $world->call;
    $live->open('olga', $olga, "/ws/$call");
    $live->open('bob', $bob, "/ws/$call");
    $live->open('eva', $eva, "/ws/$call");
    present($call, qw(olga bob eva));

    for my $inviter (qw(olga bob eva)) {
        my $client = external($call, $inviter, "Max of $inviter");
        $live->open_in_each("media of $inviter", $client, "/media/$call", 2);
        $live->open("call of $inviter", $client, "/ws/$call");
    }

    $live->open('guest', $world->guest($call), "/media/$call");

    $edge->ctl('call', 'remove', $call, participant($call, 'olga'));
    $live->closes('removed', { olga => '4405 removed', media('olga') });

    (delete $live->{open}{bob})->close;
    $live->closes('left', { media('bob') });
    $live->finish;
};

subtest 'an expert is away, the service call waits' => sub {
    my $answer = api($olga, POST => 'service-requests', { name => 'Ann' });
    is($answer->{status}, 201, 'a service request') or diag $answer->{body};
    my $ann = $world->client;
    my $joined = $ann->join_link($answer->{json}{link});
    my ($call) = ($joined->{headers}{location} // '') =~ m{/call/(.{16})$};
    ok($call, 'a call') or return;

    $live->open('Ann', $ann, "/media/$call");
    $live->open('olga', $olga, "/ws/$call");
    present($call, qw(Ann olga));
    my $max = external($call, 'olga', 'Max');
    $live->open_in_each('media of olga', $max, "/media/$call", 2);
    $live->open('Max', $max, "/ws/$call");

    (delete $live->{open}{olga})->close;
    $live->closes('away', { media('olga') });
    is($world->shown($call)->{state}, 'live', 'the call waits');

    $live->open('olga', $olga, "/ws/$call");
    present($call, 'olga');
    $live->open('media of olga', $max, "/media/$call");
    $live->closes('she is back', {});
    $live->finish;
};

subtest 'bound to the owner' => sub {
    my $file = "$edge->{dir}/conf/policy.json";
    Xassist::Edge::spew($file,
        Xassist::Edge::slurp($file) =~ s/$bound/$1"owner"/r);

    my $call = $world->call;
    $live->open('olga', $olga, "/ws/$call");
    $live->open('bob', $bob, "/ws/$call");
    present($call, qw(olga bob));
    $live->open_in_each('of bob', external($call, 'bob', 'Pia'),
        "/ws/$call", 2);
    $live->open('guest', $world->guest($call), "/ws/$call");

    (delete $live->{open}{olga})->close;
    $live->closes('the owner left', { map { $_ => '4423 inviter_left' }
        grep { /^of bob/ } keys %{ $live->{open} } });
    $live->finish;
};

$world->finish;
