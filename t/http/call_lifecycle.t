#!/usr/bin/perl

# How a conference lives: scheduled, never joined, come to early, left by a
# locked phone, left by all.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Time::HiRes qw(time);
use Xassist::Api;
use Xassist::World;

plan skip_all => 'this build has no test clock'
    unless Xassist::Edge::has_test_clock();

my $world = world();
my $edge = $world->edge;
my $start = int(time) * 1000;
my $now = 0;
$edge->clock($start);
my $olga = $world->signed_in('olga');


sub at { $now = $_[0]; $edge->clock($start + $now * 1000) }

sub state_of { return $world->shown($_[0])->{state} }

sub becomes {
    my ($call, $state, $name) = @_;
    ok($edge->wait_for(sub { state_of($call) eq $state ? 1 : 0 }), $name);
}

sub stays {
    my ($call, $state, $name) = @_;
    ok(!$edge->wait_for(sub { state_of($call) ne $state ? 1 : 0 }, 2.2),
        $name);
}

sub rfc3339 {
    my @t = gmtime(($start / 1000) + $_[0]);
    return sprintf '%04d-%02d-%02dT%02d:%02d:%02dZ', $t[5] + 1900,
        $t[4] + 1, @t[3, 2, 1, 0];
}

sub enter {
    my ($call, $client) = @_;
    my ($socket, $answer) = $client->websocket("/ws/$call");
    return wantarray ? ($socket, $answer) : $socket;
}


subtest 'a scheduled start' => sub {
    my $call = api($olga, POST => 'calls', { starts_at => rfc3339(600) })
        ->{json};
    ok($call->{starts_at}, 'kept');
    my $link = $world->link($call->{id});
    my $guest = $world->client;
    is(reason($guest->join_link($link)), 'not_yet', 'guests wait');
    my ($token) = $link =~ m{/j/(.*)};
    my $says = api($guest, GET => "links/$token")->{json};
    is($says->{reason}, 'not_yet', 'apps are told');
    is($says->{starts_at}, $call->{starts_at}, 'until when');

    ok(scalar enter($call->{id}, $olga), 'a regular user starts early');
    is(reason($guest->join_link($link)), 'not_yet', 'guests still wait');
    at(600);
    is($guest->join_link($link)->{status}, 303, 'at the time they come in');
    api($olga, POST => "calls/$call->{id}/end");
};

subtest 'never joined' => sub {
    my $call = api($olga, POST => 'calls', {})->{json}{id};
    at($now + 3590);
    stays($call, 'open', 'open for an hour');
    at($now + 11);
    becomes($call, 'ended', 'then it ends');
};

subtest 'an early guest ends nothing, all who leave do' => sub {
    $olga = $world->signed_in('olga');
    my $call = api($olga, POST => 'calls', {})->{json}{id};
    my $link = $world->link($call);
    my $early = $world->client;
    $early->join_link($link);
    my $socket = enter($call, $early);
    becomes($call, 'live', 'live with the first');
    $socket->close;
    $edge->wait_for(sub { $world->states($call) eq 'away' });
    at($now + 61);
    $edge->wait_for(sub { $world->states($call) eq 'left' });
    is($world->states($call), 'left', 'the guest has left');
    is(state_of($call), 'live', 'the call goes on');

    my $expert = enter($call, $olga);
    $socket = enter($call, $early);
    $edge->wait_for(sub { $world->states($call) eq 'present present' });
    is($world->states($call), 'present present', 'both are there');

    $socket->close;
    $edge->wait_for(sub { $world->states($call) =~ /away/ });
    at($now + 50);
    $socket = enter($call, $early);
    ok($socket, 'a locked phone is back within the grace');
    ok($edge->wait_for(sub { $world->states($call) eq 'present present' }),
        'the same participant');

    $_->close for $socket, $expert;
    $edge->wait_for(sub { $world->states($call) eq 'away away' });
    at($now + 59);
    is(state_of($call), 'live', 'within the grace it waits');
    at($now + 2);
    becomes($call, 'ended', 'all have left: it ends');
    is(reason($world->client->join_link($link)), 'call_ended',
        'and its links are dead');
};

subtest 'ended with its owner, by policy' => sub {
    $world->with_policy(sub {
        $_[0] =~ s/"end_when_owner_left": false/"end_when_owner_left": true/r
    });
    ok($edge->reload, 'reload');
    $olga = $world->signed_in('olga');
    my $call = api($olga, POST => 'calls', {})->{json}{id};
    my $guest = $world->guest($call);
    my $socket = enter($call, $guest);
    my $owner = enter($call, $olga);
    $edge->wait_for(sub { $world->states($call) eq 'present present' });
    $owner->close;
    $edge->wait_for(sub { $world->states($call) =~ /away/ });
    at($now + 61);
    is($socket->wait_close(5)->{reason}, 'call_ended', 'it ends for all');
};

$edge->stop;
$world->finish;
