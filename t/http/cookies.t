#!/usr/bin/perl

# Which credentials count, with which Origin, and how our cookies are marked.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::World;

my $world = world(substitute => sub {
    $_[0] =~ s/xassist_cookie plain;/$&
        xassist_origin app.example.com https:\/\/pages.example.com;/r
});
my $edge = $world->edge;
my $call = $world->call;
my $link = $world->link($call);
my $guest = $world->guest($call);
my $token = $guest->{cookies}{'xassist-g'};
my $olga = $world->session('olga');
my $user = $world->client;
$user->{cookies}{xassist} = $olga;

subtest 'cookie and Bearer together' => sub {
    is($user->get('/home/dashboard', Authorization => "Bearer $olga")
        ->{status}, 400, '400');
    is($guest->get("/call/$call", Authorization => "Bearer $token")
        ->{status}, 400, 'for guests as well');
    my ($socket, $answer) = $guest->websocket("/ws/$call",
        Authorization => "Bearer $token");
    is($answer->{status}, 400, 'for WebSockets as well');
};

subtest 'an upgrade decided by a cookie' => sub {
    for my $row ([$guest->origin, 1], ['https://app.example.com', 1],
        ['https://pages.example.com', 1], ['http://app.example.com', 0], ['http://evil.example', 0],
        ['null', 0], [undef, 0], ['', 0],
        ['http://127.0.0.1', 0], [$guest->origin . '.evil.example', 0],
        ['https://app.example.com.evil.example', 0],
        ['https://evil-app.example.com', 0])
    {
        my ($origin, $passes) = @$row;
        my ($socket, $answer) = $guest->websocket("/ws/$call",
            Origin => $origin, Accept => 'application/json');
        my $name = 'Origin ' . ($origin // 'absent');

        is($socket ? 1 : 0, $passes, $name);
        next if $passes;
        is($answer->{status}, 403, "$name: 403");
        is(reason($answer), 'origin_refused', "$name: its reason");
    }
};

subtest 'what the browser says of where it comes from' => sub {
    for my $row (['same-origin', 1], ['none', 1], ['cross-site', 0],
        ['same-site', 0], ['Same-Origin', 1], ['same-origin, cross-site', 0],
        ['', 0])
    {
        my ($site, $passes) = @$row;
        my ($socket, $answer) = $guest->websocket("/ws/$call",
            'Sec-Fetch-Site' => $site, Accept => 'application/json');
        is($socket ? 1 : 0, $passes, "an upgrade: \"$site\"");
        is(reason($answer), 'origin_refused', 'its reason') if !$passes;

        $answer = $user->request('POST', '/xassist/v1/cards',
            { Origin => $user->origin, 'Sec-Fetch-Site' => $site,
                'Content-Type' => 'application/json' }, '{}');
        is($answer->{status}, $passes ? 201 : 403, "a change: \"$site\"");
    }

    my ($socket) = $guest->websocket("/ws/$call", Origin =>
        'https://app.example.com', 'Sec-Fetch-Site' => 'cross-site');
    ok($socket, 'a listed host may be another site');
    is($user->get('/home/dashboard', 'Sec-Fetch-Site' => 'cross-site')
        ->{status}, 200, 'following a link is no change');
};

subtest 'an upgrade decided by a Bearer' => sub {
    my $app = $world->client;
    my ($socket) = $app->websocket("/ws/$call", Origin => undef,
        Authorization => "Bearer $token");
    ok($socket, 'needs no Origin');
    ($socket) = $app->websocket("/ws/$call", Origin => 'http://evil.example',
        Authorization => "Bearer $token");
    ok(!$socket, 'a foreign one is refused');
};

subtest 'joining' => sub {
    for my $origin ('http://evil.example', 'null') {
        my $client = $world->client;
        my ($path) = $link =~ m{(/j/.*)};
        my $nonce = Xassist::Client::nonce($client->get($path)->{body});
        my $answer = $client->post($path, { nonce => $nonce, name => 'Ann',
            terms => 1 }, Origin => $origin, Accept => 'application/json');
        is($answer->{status}, 403, "Origin $origin");
        is(reason($answer), 'origin_refused', 'its reason');
    }
};

subtest 'a token counts only where it belongs' => sub {
    for my $row (["xassist=$token", 'a guest as a user'],
        ["xassist-b=$olga", 'in the cookie of the browser'],
        ["xassist-g=$olga", 'a user as a guest'],
        ["yxassist=$olga", 'in a longer name'],
        ["x=xassist=$olga", 'inside a value'],
        ["__Host-xassist=$olga", 'under the name of the secure cookie'])
    {
        my $answer = $world->client->get('/home/dashboard',
            Cookie => $row->[0]);
        is($answer->{status}, 401, $row->[1]);
    }

    my $answer = $world->client->get('/home/dashboard',
        Cookie => "a=b;xassist=$olga;c=d");
    is($answer->{status}, 200, 'without spaces');
    $answer = $world->client->get('/home/dashboard',
        Cookie => ['a=b', "xassist=$olga"]);
    is($answer->{status}, 200, 'in a second Cookie header');
};

subtest 'marks of the secure cookies' => sub {
    my $edge = $world->edge;
    $edge->write_config($edge->{text} =~ s/xassist_cookie plain/xassist_cookie secure/r);
    ok($edge->reload, 'reloaded');

    my $client = $world->client;
    my $answer = $client->get($link =~ s{.*(/j/)}{$1}r);
    my ($browser) = grep { /^__Host-xassist-b=/ }
        @{ $answer->{all}{'set-cookie'} || [] };
    ok($browser, 'the browser');

    $answer = $client->join_link($link);
    is($answer->{status}, 303, 'joined');
    my ($cookie) = grep { /^__Host-xassist-g=/ }
        @{ $answer->{all}{'set-cookie'} || [] };
    ok($cookie, 'the guest');

    for my $line ($browser // '', $cookie // '') {
        like($line, qr/; *Secure/i, 'secure');
        like($line, qr/; *HttpOnly/i, 'no script reads it');
        like($line, qr/; *SameSite=Lax/i, 'same site');
        like($line, qr{; *Path=/(?:;|$)}i, 'for the whole host');
        unlike($line, qr/Domain=/i, 'and this host alone');
    }

    is($client->get("/call/$call")->{status}, 200, 'is known by it');
    is($guest->get("/call/$call")->{status}, 401, 'not by the plain one');
};

$world->finish;
