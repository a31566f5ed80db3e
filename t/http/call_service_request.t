#!/usr/bin/perl

# A service request: the link calls its expert, once.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Time::HiRes qw(time);
use Xassist::Api;
use Xassist::World;

plan skip_all => 'this build has no test clock'
    unless Xassist::Edge::has_test_clock();

my $world = world(workers => 2);
my $edge = $world->edge;
my $start = int(time) * 1000;
my $olga;


sub at { $edge->clock($start + $_[0] * 1000) }


sub request {
    my (%more) = @_;
    my $answer = api($olga, POST => 'service-requests', \%more);
    is($answer->{status}, 201, 'a request') or diag $answer->{body};
    return $answer->{json};
}


# Session tokens that live through the days of these tests.

sub expert {
    my ($name) = @_;
    return $world->signed_in($name);
}


sub state_of {
    return api($olga, GET => "invitations/$_[0]{invitation}{id}")->{json};
}


at(0);
$olga = expert('olga');

subtest 'looking rings nobody' => sub {
    my $request = request(name => 'Ann', comment => 'Pump 7');
    is($request->{invitation}{call}, undef, 'no call yet');
    is($request->{invitation}{request}, 'waiting', 'it waits');
    ok($request->{invitation}{expires}, 'for 24 hours');

    my $guest = $world->client;
    my ($path) = $request->{link} =~ m{(/j/.*)};
    is($guest->get($path, Accept => 'text/html')->{status}, 200, 'the page');
    is_deeply(api($olga, GET => 'calls')->{json}{calls}, [], 'no call');
};

subtest 'the first press makes the call and rings' => sub {
    my $request = request(name => 'Ann');
    my $events = stream($olga, '');
    my $guest = $world->client;
    my $answer = $guest->join_link($request->{link});
    is($answer->{status}, 303, 'pressed') or diag $answer->{body};
    my ($call) = $answer->{headers}{location} =~ m{/call/(.{16})$};

    my %seen;
    while (my $event = next_event($events, 2)) {
        $seen{ $event->{event} } = $event->{data};
        last if $event->{event} eq 'call.ringing';
    }
    is($seen{'call.ringing'}{call}, $call, 'the expert is rung');
    is($seen{'call.ringing'}{detail}, 'Ann', 'by whom');

    my ($shown) = grep { $_->{id} eq $call }
        @{ api($olga, GET => 'calls?state=open,live')->{json}{calls} };
    is($shown->{kind}, 'service', 'a service call');
    ok($shown->{ringing} && $shown->{mine}, 'that rings oneself');
    is($shown->{people}[0]{name}, 'Ann', 'who waits');
    ok($shown->{waiting_since}, 'since when');
    is(state_of($request)->{request}, 'called', 'called');

    is(api($olga, POST => "calls/$call/accept")->{json}{ringing}, 0,
        'accepted');
    is(next_event($events)->{event}, 'call.accepted', 'event');
    ok(api($olga, POST => "calls/$call/accept")->{json}{again}, 'once');
    ok(api($olga, GET => "calls/$call")->{json}{answered_at}, 'when');

    my ($socket) = $guest->websocket("/ws/$call");
    ok($socket, 'the guest is in');
    my ($expert) = $olga->websocket("/ws/$call");
    ok($expert, 'the expert, too');
    $edge->wait_for(sub { $world->states($call) eq 'present present' });
    is(api($olga, GET => "calls/$call")->{json}{waiting_since}, undef,
        'nobody waits any more');
};

subtest 'two presses make one call' => sub {
    my $request = request();
    my @guests = map { $world->client } 1 .. 2;
    my ($path) = $request->{link} =~ m{(/j/.*)};
    my @nonces = map { Xassist::Client::nonce($_->get($path,
        Accept => 'text/html')->{body}) } @guests;

    my @sockets;
    for my $i (0, 1) {
        my $body = "nonce=$nonces[$i]&name=G$i&terms=1&lang=en";
        my $socket = Xassist::Socket->connect($edge->{port}, 10);
        $socket->send($guests[$i]->head_of('POST', $path, {
            Connection => 'close', Origin => $guests[$i]->origin,
            'Content-Type' => 'application/x-www-form-urlencoded',
            'Content-Length' => length $body }) . "\r\n$body");
        push @sockets, $socket;
    }
    my @calls = map { $_->read_head->{headers}{location} } @sockets;
    is($calls[0], $calls[1], 'the same call');
    is(scalar(grep { $_->{kind} eq 'service' && "/call/$_->{id}" eq
        ($calls[0] =~ s{^http://[^/]+}{}r) }
        @{ api($olga, GET => 'calls')->{json}{calls} }), 1, 'one');
};

subtest 'declined, missed, and joined all the same' => sub {
    my $request = request();
    my $guest = $world->client;
    my ($call) = $guest->join_link($request->{link})->{headers}{location}
        =~ m{/call/(.{16})$};

    is(api($olga, POST => "calls/$call/decline")->{status}, 200, 'declined');
    ok(!api($olga, GET => "calls/$call")->{json}{ringing}, 'it is silent');

    $request = request();
    my $second = $world->client;
    ($call) = $second->join_link($request->{link})->{headers}{location}
        =~ m{/call/(.{16})$};
    my $events = stream($olga, "?call=$call");
    at(46);
    my ($missed) = grep { $_ && $_->{event} eq 'call.missed' }
        next_event($events, 5);
    ok($missed, 'missed');
    my ($shown) = grep { $_->{id} eq $call }
        @{ api($olga, GET => 'calls')->{json}{calls} };
    ok($shown, 'still on the dashboard');
    ok(!$shown->{ringing}, 'it rings no more');
    my ($socket) = $olga->websocket("/ws/$call");
    ok($socket, 'the expert joins');
};

subtest 'the guest who pressed Join ends it, no other' => sub {
    my $request = request();
    my ($first, $second) = map { $world->client } 1 .. 2;
    my ($call) = $first->join_link($request->{link})->{headers}{location}
        =~ m{/call/(.{16})$};
    $second->join_link($request->{link});

    is(reason(api($second, POST => "calls/$call/end")), 'not_for_guests',
        'not who came later');
    my $answer = api($first, POST => "calls/$call/end");
    is($answer->{json}{state}, 'ended', 'who pressed first')
        or diag $answer->{body};
    is(reason($world->client->join_link($request->{link})), 'call_ended',
        'the link says so');
    is(state_of($request)->{request}, 'closed', 'closed');
};

subtest 'losing the connection is not ending' => sub {
    at(1000);
    my $request = request();
    my $guest = $world->client;
    my ($call) = $guest->join_link($request->{link})->{headers}{location}
        =~ m{/call/(.{16})$};
    my ($socket) = $guest->websocket("/ws/$call");
    $edge->wait_for(sub { $world->states($call) eq 'present' });
    $socket->close;
    ok($edge->wait_for(sub { $world->states($call) eq 'away' }), 'away');

    at(1000 + 14 * 60);
    ok(!$edge->wait_for(sub { $world->shown($call)->{state} eq 'ended' }, 2),
        'the call waits');
    at(1000 + 15 * 60 + 2);
    ok($edge->wait_for(sub { $world->shown($call)->{state} eq 'ended' }, 5),
        'for as long as the policy says');
};

subtest 'within 24 hours, and a reload after them' => sub {
    at(5000);
    $olga = expert('olga');
    my $late = request();
    my $never = request();
    my $guest = $world->client;

    at(5000 + 24 * 3600 - 30);
    my ($path) = $late->{link} =~ m{(/j/.*)};
    is($guest->join_link($late->{link})->{status}, 303, 'at 23:59:30');
    at(5000 + 24 * 3600 + 300);
    is($guest->join_link($late->{link})->{status}, 303, 'at 24:05');
    is($world->client->join_link($late->{link})->{status}, 303,
        'and somebody else, while the call lasts');
    is(reason($world->client->join_link($never->{link})), 'expired',
        'never pressed: expired');
};

subtest 'made by the command line' => sub {
    my $made = $edge->ctl(qw(invite create --account acme --inviter olga
        --kind service_request));
    my $answer = $world->client->join_link($made->{link});
    is($answer->{status}, 303, 'it works') or diag $answer->{body};
};

$world->finish;
