#!/usr/bin/perl

# A guest opens the link, which changes nothing, joins by pressing Join, and
# is let into that call alone.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::World;

my $world = world();
my $edge = $world->edge;
my $call = $world->call;
my $invitation = $world->invitation($call);
my ($path) = $invitation->{link} =~ m{^http://localhost(/j/.*)$};

like($path // '', qr{^/j/[A-Za-z0-9_-]{40}$}, 'the link is short');

subtest 'opening the link shows the page and changes nothing' => sub {
    my $before = $world->txnid;
    my $client = $world->client;
    my $page = $client->get($path, Accept => 'text/html');

    is($page->{status}, 200, 'GET');
    like($page->{headers}{'content-type'}, qr{^text/html}, 'a page');
    like($page->{body}, qr/Pump 7/, 'with the title');
    ok(Xassist::Client::nonce($page->{body}), 'with a nonce');
    like($page->{body}, qr/<input[^>]*name="terms"/, 'with the terms');
    like($page->{body}, qr/<input[^>]*name="name"/, 'with the name');
    like($page->{headers}{'content-security-policy'} // '',
        qr/default-src 'none'/, 'with a content security policy');
    is($page->{headers}{'referrer-policy'}, 'strict-origin', 'referrer');
    like($page->{headers}{'cache-control'} // '', qr/no-store/, 'not cached');
    is($page->{headers}{'x-content-type-options'}, 'nosniff', 'no sniffing');
    ok($client->{cookies}{'xassist-b'}, 'the browser gets a cookie');
    ok(!$client->{cookies}{'xassist-g'}, 'but no session');

    $client->get($path) for 1 .. 5;
    my $head = $client->request('HEAD', $path, {});
    is($head->{status}, 200, 'HEAD');
    is($world->txnid, $before, 'the store is as it was');
};

subtest 'languages' => sub {
    for my $row (['de', qr/Beitreten/], ['fr', qr/Rejoindre/],
        ['en', qr/Join/], ['xx', qr/Join/])
    {
        my $page = $world->client->get($path,
            'Accept-Language' => "$row->[0],en;q=0.5");
        like($page->{body}, $row->[1], $row->[0]);
    }
};

subtest 'a page that cannot be joined by says what to mend' => sub {
    my $before = $world->txnid;
    my %form = (name => 'Ann', terms => 1);
    my %said = (terms_required => 'The terms of use',
        page_stale => 'This page was open for too long',
        name_required => 'A name of 1 to 64 characters is needed.');
    my $client = $world->client;
    my $nonce = Xassist::Client::nonce($client->get($path)->{body});

    for my $row (['terms_required', { name => 'Ann', nonce => $nonce }],
        ['page_stale', { %form, nonce => 'A' x 27 }],
        ['page_stale', { %form }],
        ['name_required', { %form, name => '', nonce => $nonce }],
        ['name_required', { %form, name => "\x01", nonce => $nonce }],
        ['name_required', { %form, name => "A\x00B", nonce => $nonce }],
        ['name_required', { %form, name => "\xff\xfe", nonce => $nonce }],
        ['name_required', { %form, name => 'x' x 65, nonce => $nonce }])
    {
        my $answer = $client->post($path, $row->[1], Accept => 'text/html');
        is(reason($answer), $row->[0], $row->[0]);
        is($answer->{status}, $row->[0] eq 'name_required' ? 422 : 403,
            'is refused');
        ok(Xassist::Client::nonce($answer->{body}), 'with a fresh nonce');
        like($answer->{body}, qr/id="problem">\Q$said{$row->[0]}\E/,
            'and said why');
    }

    my $other = $world->client;
    $other->get($path);
    is(reason($other->post($path, { %form, nonce => $nonce })), 'page_stale',
        'the nonce of another browser');

    is($world->txnid, $before, 'the store is as it was');
};

my $guest = $world->client;

subtest 'pressing Join leads to the call' => sub {
    my $answer = $guest->join_link($invitation->{link}, name => "J\xc3\xb6rg");

    is($answer->{status}, 303, 'see other');
    like($answer->{headers}{location}, qr{^(?:http://[^/]+)?/call/$call$},
        'the page of the call');

    my ($cookie) = grep { /^xassist-g=/ } @{ $answer->{all}{'set-cookie'} };
    like($cookie, qr/^xassist-g=[A-Za-z0-9_-]{40};/, 'a guest session');
    like($cookie, qr/; *HttpOnly/i, 'no script reads it');
    like($cookie, qr/; *SameSite=Lax/i, 'same site');
    like($cookie, qr{; *Path=/(?:;|$)}i, 'for the whole host');
    unlike($cookie, qr/Domain=/i, 'and this host alone');

    my $room = $guest->get("/call/$call");
    is($room->{status}, 200, 'the page of the call opens');
    is($room->{json}{headers}{'X-Xassist-Kind'}[0], 'guest', 'as a guest');
    is($room->{json}{headers}{'X-Xassist-Name'}[0], 'J%C3%B6rg', 'by name');
};

subtest 'pressing it again changes nothing' => sub {
    my $cookie = $guest->{cookies}{'xassist-g'};
    my $participants = @{ $world->shown($call)->{participants} };
    my $answer = $guest->join_link($invitation->{link}, name => 'Other');

    is($answer->{status}, 303, 'the same answer');
    is($guest->{cookies}{'xassist-g'}, $cookie, 'the same session');
    is(scalar @{ $world->shown($call)->{participants} }, $participants,
        'nobody new');
};

subtest 'the WebSocket of the call admits the guest' => sub {
    is($world->shown($call)->{state}, 'open', 'nobody there yet');

    my ($socket, $answer) = $guest->websocket("/ws/$call");
    ok($socket, 'handshake') or return diag explain $answer;
    is($answer->{seen}{headers}{'X-Xassist-Call'}[0], $call, 'of that call');
    ok($socket->echoes('hello'), 'frames go through');

    ok($edge->wait_for(sub { $world->shown($call)->{state} eq 'live' }),
        'the call is live');
    is($world->states($call), 'present', 'the guest is present');
};

subtest 'other calls stay closed' => sub {
    my $other = $world->call;
    my $their = $world->guest($other);

    for my $path ("/call/$other", "/ws/$other") {
        my $answer = $guest->get($path, Accept => 'application/json');
        ok($answer->{status} == 401 || $answer->{status} == 403,
            "$path is refused");
        unlike($answer->{body}, qr/"uri"/, 'and not reached');
    }

    my ($socket, $answer) = $guest->websocket("/ws/$other");
    ok(!$socket, 'no WebSocket into another call');
    is($their->get("/call/$other")->{status}, 200, 'its own guest passes');

    ($socket, $answer) = $guest->websocket('/ws/' . 'A' x 16);
    ok(!$socket, 'nor into one that is not');
};

subtest 'without a cookie' => sub {
    my $answer = $world->client->get("/call/$call",
        Accept => 'application/json');
    is($answer->{status}, 401, '401');
    is(reason($answer), 'signed_out', 'JSON for API clients');
    like($answer->{headers}{'content-type'}, qr{^application/problem\+json},
        'problem+json');

    $answer = $world->client->get("/call/$call", Accept => 'text/html');
    is($answer->{status}, 401, '401');
    like($answer->{headers}{'content-type'}, qr{^text/html},
        'a page for browsers');

    my ($socket) = $world->client->websocket("/ws/$call");
    ok(!$socket, 'no WebSocket');
};

subtest 'a regular user joins by the rule of the policy' => sub {
    my $olga = $world->signed_in('olga');
    my ($socket) = $olga->websocket("/ws/$call");
    ok($socket, 'the owner is let in');

    $world->user('client', roles => 'client');
    my ($refused) = $world->signed_in('client')->websocket("/ws/$call");
    ok(!$refused, 'who is not of the call is not');
};

$world->finish;
