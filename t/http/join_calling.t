#!/usr/bin/perl

# Who joined by a service request waits on a page of ours until somebody
# comes; the form asks for it with the field `wait`.

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
$edge->clock($start);
my $olga = $world->signed_in('olga');


sub request {
    my $answer = api($olga, POST => 'service-requests', {});
    return $answer->{json}{link} =~ m{(/j/.*)} ? $1 : BAIL_OUT('no request');
}


sub page { return $_[0]->get("$_[1]?wait=1&lang=en", Accept => 'text/html') }


# The state that the page says without a script.

sub said {
    my ($page) = @_;
    return $page->{body} =~ /data-state="(\w+)"/ ? $1 : "status $page->{status}";
}

my ($call, $path, $guest);

subtest 'the Join press leads to the page that waits' => sub {
    ($path, $guest) = (request(), $world->client);
    my $page = $guest->get($path, Accept => 'text/html');
    like($page->{body}, qr/<input type="hidden" name="wait" value="1">/,
        'the form of a request asks for it');
    unlike($world->client->get($world->link($world->call))->{body},
        qr/name="wait"/, 'no other does');

    my $answer = $guest->join_link($path, wait => 1);
    is($answer->{status}, 303, 'pressed');
    like($answer->{headers}{location}, qr{^[\w-]{40}\?wait=1&lang=en$},
        'on to the same link');
};

subtest 'what it says' => sub {
    my $before = $world->txnid;
    my $page = page($guest, $path);

    is($page->{status}, 200, 'the page');
    is(said($page), 'rings', 'it rings');
    ($call) = $page->{body} =~ /data-call="(.{16})"/;
    is($world->shown($call)->{state}, 'open', 'in this call');
    like($page->{body}, qr{data-call-url="/call/\Q$call\E"}, 'and the way in');
    like($page->{body}, qr/Calling olga …/, 'whom');
    like($page->{body}, qr{<noscript><meta http-equiv="refresh" content="5">},
        'it renews itself without a script');
    like($page->{body}, qr{/assets/calling\.js}, '... and with one');
    unlike($page->{body}, qr/\{\{|\}\}/, 'nothing is left of the template');
    is($world->txnid, $before, 'looking changed nothing');

    like($guest->get("$path?wait=1", Accept => 'text/html',
        'Accept-Language' => $_->[0])->{body}, $_->[1], $_->[0])
        for ['de', qr/olga wird angerufen/], ['fr', qr/Appel de olga/];
};

subtest 'its stream is presence' => sub {
    my $stream = stream($guest, "?call=$call&present=1");
    ok($edge->wait_for(sub { $world->states($call) eq 'present' }),
        'who waits is in the call');
    my ($shown) = grep { $_->{id} eq $call }
        @{ api($olga, GET => 'calls')->{json}{calls} };
    ok($shown->{waiting_since}, 'the expert sees since when');
};

subtest 'another browser is not shown it' => sub {
    like(page($world->client, $path)->{body}, qr/<form class="form"/,
        'it gets the join page');
};

subtest 'nobody answered yet' => sub {
    $edge->clock($start + 46_000);
    is(said(page($guest, $path)), 'missed', 'it says so, and waits');
};

subtest 'somebody answers' => sub {
    api($olga, POST => "calls/$call/accept");
    my $answer = page($guest, $path);
    is($answer->{status}, 303, 'without a script, too, one is led on');
    like($answer->{headers}{location}, qr{/call/\Q$call\E$}, 'into the call');

    $answer = $guest->join_link($path, wait => 1);
    like($answer->{headers}{location}, qr{/call/\Q$call\E$},
        'and so is who comes back by the link');
};

subtest 'somebody comes without having answered' => sub {
    my $late = request();
    my $other = $world->client;
    $other->join_link($late, wait => 1);
    my ($call) = page($other, $late)->{body} =~ /data-call="(.{16})"/;
    api($olga, POST => "calls/$call/decline");
    is(said(page($other, $late)), 'missed', 'declined: one still waits');
    my ($socket) = $olga->websocket("/ws/$call");
    ok($edge->wait_for(sub { $world->states($call) =~ /present/ }), 'in');
    is(page($other, $late)->{status}, 303, 'then one is led on');
};

subtest 'the call is over' => sub {
    is(api($guest, POST => "calls/$call/end")->{status}, 200,
        'who waits may end it');
    is(reason(page($guest, $path)), 'call_ended', 'the page says so');
};

$world->finish;
