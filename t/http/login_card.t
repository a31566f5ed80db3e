#!/usr/bin/perl

# Login cards: shown where one is signed in, used once on another device,
# within two minutes; looking changes nothing.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::Api;
use Xassist::World;

plan skip_all => 'needs the test clock'
    unless Xassist::Edge::has_test_clock();

my $world = world(workers => 2);
my $edge = $world->edge;
my $now = 1_900_000_000_000;
$edge->clock($now);
$world->user('emil', display => 'Emil <Weiss>', roles => 'agent');

my $emil = $world->signed_in('emil');


sub card {
    my ($client) = @_;
    my $answer = api($client, POST => 'cards', {});
    is($answer->{status}, 201, 'a card is made') or diag $answer->{body};
    like($answer->{json}{card}, qr/^E[A-P]Q[A-Za-z0-9_-]{37}$/,
        'a token of kind 4');
    return $answer->{json};
}


sub path { return $_[0]->{url} =~ s{^http://[^/]+}{}r }


# As an app: no Origin, the session in the answer.

sub use_card {
    my ($card, %headers) = @_;
    my $client = $world->client;
    my $answer = $client->request('POST', path($card), { Accept =>
        'application/json', 'Content-Type' => 'application/json', %headers },
        '{}');
    return wantarray ? ($answer, $client) : $answer;
}


sub me { return api($_[0], GET => 'me') }


sub exported { return ($edge->ctl_try('log', 'export'))[1] }


sub events {
    my ($type) = @_;
    return grep { $_->{kind} eq $type }
        map { Mojo::JSON::decode_json($_) }
        grep { length } split /\n/, exported();
}


subtest 'an app is signed in, once' => sub {
    my $card = card($emil);
    is($card->{url}, $edge->url("/xassist/v1/cards/$card->{card}"),
        'the address that the code holds');

    my $look = $world->client->get(path($card), Accept => 'application/json');
    is($look->{status}, 200, 'it can be looked at');
    is_deeply([ sort keys %{ $look->{json} } ], [qw(account expires name)],
        'whose it is, and no more');
    is($look->{json}{name}, 'Emil <Weiss>', 'the name');

    my $answer = use_card($card, 'User-Agent' => 'Glass',
        'Xassist-App' => 'glasses/1.0');
    is($answer->{status}, 200, 'signed in') or diag $answer->{body};
    like($answer->{json}{session}, qr/^[\w-]{40}$/, 'with a session');
    is($answer->{all}{'set-cookie'}, undef, 'and no cookie');
    my $app = as_app($world, $answer->{json}{session});
    is(me($app)->{json}{name}, 'Emil <Weiss>', 'which is Emil\'s');
    is(me($emil)->{status}, 200, 'and Emil goes on here');

    my ($new) = grep { !$_->{current} }
        @{ api($emil, GET => 'sessions')->{json}{sessions} };
    is($new->{device}, 'glasses', 'the device is the new one\'s');
    isnt($answer->{json}{session}, $emil->{cookies}{xassist}, 'a new session');

    my $again = use_card($card);
    is($again->{status}, 410, 'not a second time');
    is(reason($again), 'used', 'with its reason');
    is(reason($world->client->get(path($card), Accept =>
        'application/json')), 'used', 'to look at, too');
};

subtest 'a browser is signed in by the page' => sub {
    my %words = (en => 'Sign in on this device',
        de => 'Auf diesem Gerät anmelden', fr => 'Se connecter sur cet appareil');
    my $card = card($emil);
    my $phone = $world->client;

    for my $lang (sort keys %words) {
        my $page = $phone->get(path($card) . "?lang=$lang",
            Accept => 'text/html');
        is($page->{status}, 200, $lang);
        like($page->{body}, qr/<h1>$words{$lang}/, 'its words');
        like($page->{body}, qr/Emil &lt;Weiss&gt;/, 'whose card it is');
        unlike($page->{body}, qr/<script>|\Q$card->{card}\E/,
            'no script within, and the token is in the address alone');
    }

    my $txn = $world->txnid;
    $phone->request($_, path($card), { Accept => 'text/html' })
        for ('GET', 'HEAD') x 3;
    is($world->txnid, $txn, 'looking writes nothing');
    is_deeply($phone->{cookies}, {}, 'and signs nobody in');

    my $answer = $phone->post(path($card) . '?lang=de', { next => '' },
        Accept => 'text/html');
    is($answer->{status}, 303, 'the button does');
    is($answer->{headers}{location}, '/', 'and leads on');
    is(me($phone)->{json}{name}, 'Emil <Weiss>', 'as Emil');

    my $late = $world->client->post(path($card), { next => '' },
        Accept => 'text/html');
    is($late->{status}, 410, 'a second press elsewhere');
    is(reason($late), 'used', 'is told so');
    like($late->{body}, qr/counts once, and for two minutes/, 'in words');
    unlike($late->{body}, qr/Emil/, 'but no longer whose it was');
};

subtest 'two minutes' => sub {
    my $card = card($emil);
    $edge->clock($now += 119_000);
    is($world->client->get(path($card), Accept => 'application/json')
        ->{status}, 200, 'before');
    $edge->clock($now += 1_000);
    is(reason(use_card($card)), 'expired', 'after');
    sleep 2;
    is(reason(use_card($card)), 'expired', 'and when it is forgotten');
};

subtest 'one at a time' => sub {
    my ($first, $second) = map { card($emil) } 1 .. 2;
    is(reason(use_card($first)), 'expired', 'a new one voids the one before');
    is(use_card($second)->{status}, 200, 'and counts itself');

    my $key = { 'Idempotency-Key' => 'abc' };
    my @same = map { api($emil, POST => 'cards', {}, %$key)->{json}{card} }
        1 .. 2;
    is($same[0], $same[1], 'a request made again gets the same card');
};

subtest 'it ends with what showed it' => sub {
    my $laptop = $world->signed_in('emil');
    my $card = card($laptop);
    api($laptop, POST => 'logout', {});
    is(reason(use_card($card)), 'expired', 'signed out');

    my $other = $world->signed_in('emil');
    $card = card($other);
    $edge->ctl('user', 'set', 'acme', 'emil', '--suspend');
    is(reason(use_card($card)), 'suspended', 'suspended');
    $edge->ctl('user', 'set', 'acme', 'emil', '--resume');

    # however many cards are made one from the other

    my $answer = use_card(card($other));
    my $end = $answer->{json}{expires};
    $edge->clock($now += 1800_000);
    $answer = use_card(card(as_app($world, $answer->{json}{session})));
    cmp_ok($answer->{json}{expires}, 'le', $end,
        'no session outlives the one that showed it');
};

subtest 'who may not make one' => sub {
    my $guest = $world->guest($world->call);
    is(api($guest, POST => 'cards', {})->{status}, 401, 'a guest');
    is(api($world->client, POST => 'cards', {})->{status}, 401, 'nobody');
    my $key = $edge->ctl('service', 'create', 'acme', 'recorder', '--roles',
        'media_server')->{key};
    isnt(api(as_app($world, $key), POST => 'cards', {})->{status}, 201,
        'a service');
    $emil = $world->signed_in('emil');
    is(reason(api($emil, POST => 'cards', {}, Origin =>
        'https://evil.example')), 'origin_refused', 'another site');
    is(api($emil, GET => 'cards')->{status}, 405, 'nor by GET');
};

subtest 'from elsewhere, and forged' => sub {
    my $card = card($emil);
    is(reason(use_card($card, Origin => 'https://evil.example')),
        'origin_refused', 'another site');
    is(reason(use_card($card, 'Sec-Fetch-Site' => 'cross-site')),
        'origin_refused', 'what says that it is cross-site');
    is($world->client->request('POST', path($card), { 'Content-Type' =>
        'application/x-www-form-urlencoded' }, 'next=')->{status}, 403,
        'a form without an Origin');
    is($world->client->request('POST', path($card), { 'Content-Type' =>
        'text/plain' }, '{}')->{status}, 415, 'JSON in disguise');
    is($world->client->request('POST', path($card), { 'Content-Type' =>
        'application/json' }, '{"a":1}')->{status}, 400, 'another body');

    my $link = token_of($world->link($world->call));
    my $session = $emil->{cookies}{xassist};
    (my $bent = $card->{card}) =~ tr/A-Ya-y/B-Zb-z/;
    is(reason(use_card({ url => $edge->url("/xassist/v1/cards/$_") })),
        'unknown_link', 'not a card of ours')
        for $bent, $link, $session, 'x' x 40, 'TOKEN_1234', 'x';

    is($world->client->get("/j/$card->{card}", Accept => 'application/json')
        ->{status}, 404, 'and a card is no link');
    is(me(as_app($world, $card->{card}))->{status}, 401, 'nor a session');
    is(use_card($card)->{status}, 200, 'it was not spent by any of that');
};

subtest 'one of two at the same time' => sub {
    my $card = card($emil);
    my $head = join "\r\n", 'POST ' . path($card) . ' HTTP/1.1',
        "Host: 127.0.0.1:$edge->{port}", 'Content-Type: application/json',
        'Accept: application/json', 'Content-Length: 2', 'Connection: close',
        '', '{}';
    my @sockets = map { Xassist::Socket->connect($edge->{port}, 10) } 1 .. 8;
    $_->send($head) for @sockets;
    my @status = sort map { $_->read_head->{status} } @sockets;
    is_deeply(\@status, [200, (410) x 7], 'one is signed in');
};

my @made = events('pass.created');
my @used = events('pass.used');
ok(@made > 10 && @used > 4, 'all of it stands in the log');
is((grep { $_->{detail} ne 'card' } @made, @used), 0, 'as cards');
unlike($edge->access_log . $edge->error_log . exported(),
    qr/E[A-P]Q[A-Za-z0-9_-]{37}/, 'no token in a log');

$world->finish;
