#!/usr/bin/perl

# The end of a call ends what its people have open beside its WebSockets, too:
# streams of who never came in, and an app's WebSockets in other places.  Who
# hands a call over loses what only its owner may.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Time::HiRes qw(time);
use Xassist::Api;
use Xassist::Live;
use Xassist::World;

my $world = world(socket_server => 1, workers => 2, policy => sub {
    $_[0] =~ s/"rules": \{/$&
        "desk.own": {"all": ["regular", "call_owner"]},/r
}, substitute => sub {
    $_[0] =~ s{location /rule/guest}{location /socket/anybody {
            xassist_require authenticated;
            xassist_proxy application;
        }

        location ~ "^/files/(?<call>[A-Za-z0-9_-]{16})\$" {
            xassist_call \$call;
            xassist_require in-call;
            xassist_live all;
            xassist_proxy application;
        }

        location ~ "^/desk/(?<call>[A-Za-z0-9_-]{16})\$" {
            xassist_call \$call;
            xassist_require desk.own;
            xassist_proxy application;
        }

        $&}r
});
my $edge = $world->edge;
my $live = live($world);


# A response without end; Xassist::Socket.

sub stream_of {
    my ($client, $call) = @_;

    my $socket = Xassist::Socket->connect($edge->{port});
    $socket->send($client->head_of('GET', "/files/$call?stream=50", {})
        . "\r\n");
    my $answer = $socket->read_head;
    is($answer->{status}, 200, 'a stream') or diag explain $answer;
    ok(ticks($socket), 'comes');
    return $socket;
}


# Whether more of it comes than is here by now.

sub ticks {
    my ($socket) = @_;

    $socket->{buffer} = '';
    return $socket->fill(time + Xassist::Socket::PATIENCE);
}


# A WebSocket of an app, which knows its guest by the session token.

sub app {
    my ($name, $guest) = @_;

    my ($socket, $answer) = $world->client->websocket('/socket/anybody',
        Origin => undef, Authorization =>
            "Bearer $guest->{cookies}{'xassist-g'}");
    ok($socket, $name) or diag explain $answer;
    $live->{open}{$name} = $socket;
}


subtest 'streams of who never came in' => sub {
    my ($call, $other) = map { $world->call } 1 .. 2;
    my $olga = $world->signed_in('olga');
    my %stream = (owner => stream_of($olga, $call),
        guest => stream_of($world->guest($call), $call),
        'owner of another' => stream_of($olga, $other),
        'guest of another' => stream_of($world->guest($other), $other));
    is($world->states($call), 'invited', 'nobody is in the call');

    $edge->ctl('call', 'end', $call);
    ok($stream{$_}->ended, "$_: ends") for qw(owner guest);
    ok(ticks($stream{$_}), "$_: goes on")
        for 'owner of another', 'guest of another';
    $_->close for values %stream;
};

subtest 'WebSockets of an app' => sub {
    my ($call, $other) = map { $world->call } 1 .. 2;
    my ($in, $out) = map { $world->guest($call) } 1 .. 2;

    app('who is in', $in);
    app('who never came in', $out);
    app('who is in another', $world->guest($other));
    $live->open('in the call', $in, "/ws/$call");
    ok($edge->wait_for(sub { $world->states($call)
        eq 'invited present' }), 'one is present');

    $edge->ctl('call', 'end', $call);
    $live->closes('the call ended', { map { $_ => '4404 call_ended' }
        'who is in', 'who never came in', 'in the call' });
    $live->finish;
};

subtest 'a call handed over' => sub {
    my $bob = $world->user('bob', roles => 'agent');
    my $call = $world->call;
    my $olga = $world->signed_in('olga');

    $live->open('in the call', $olga, "/ws/$call");
    $live->open_in_each('desk', $olga, "/desk/$call", 2);
    $live->open('guest', $world->guest($call), "/ws/$call");

    is(api($olga, POST => "calls/$call/hand-over", { user => $bob->{id} })
        ->{status}, 200, 'handed over');
    $live->closes('what is the owner\'s alone', { map {
        $_ => '4403 permission_missing' } grep { /^desk/ }
        keys %{ $live->{open} } });

    $live->open('his desk', $world->signed_in('bob'), "/desk/$call");
    $live->closes('he has it', {});
    $live->finish;
};

$world->finish;
