#!/usr/bin/perl

# Sessions: listed, revoked, left, limited; a password's change ends others.

use strict;
use warnings;
use lib 't/lib';

use Mojo::JSON qw(encode_json);
use Test::More;
use Xassist::World;

my $world = world(policy => sub {
    $_[0] =~ s/("per_user"\s*:\s*)\d+/${1}3/r });
my $edge = $world->edge;
my $dir = $edge->{dir};

$world->user('agnes', roles => 'agent');
$world->user('boss', roles => 'account_admin');


sub post {
    my ($client, $path, $body, %headers) = @_;

    return $client->request('POST', "/xassist/v1/$path", {
        Accept => 'application/json', Origin => $client->origin,
        'Content-Type' => 'application/json', %headers },
        encode_json($body // {}));
}


sub get {
    my ($client, $path) = @_;
    return $client->get("/xassist/v1/$path", Accept => 'application/json');
}


sub password {
    my ($name, $text) = @_;

    system("echo '$text' | " . Xassist::Edge::build() . "/xassistctl --store "
        . "$dir/store --keys $dir/conf/keys user password acme $name "
        . '>/dev/null') == 0 or BAIL_OUT('no password');
}


subtest 'listed and revoked' => sub {
    my ($first, $second) = map { $world->signed_in('boss') } 1 .. 2;
    my $list = get($first, 'sessions');
    is($list->{status}, 200, 'one can see them');
    is(scalar @{ $list->{json}{sessions} }, 2, 'both');
    my ($other) = grep { !$_->{current} } @{ $list->{json}{sessions} };
    is((grep { $_->{current} } @{ $list->{json}{sessions} }), 1,
        'one is the one that asks');
    unlike($list->{body}, qr/$second->{cookies}{xassist}/, 'not their tokens');

    is(post($first, "sessions/$other->{id}/revoke")->{status}, 200, 'revoked');
    is(get($second, 'me')->{status}, 401, 'and over at once');
    is(get($first, 'me')->{status}, 200, 'the other stays');
    is(scalar @{ get($first, 'sessions')->{json}{sessions} }, 1, 'one is left');

    my $id = (get($first, 'sessions')->{json}{sessions}[0])->{id};
    my $agnes = $world->signed_in('agnes');
    isnt(post($agnes, "sessions/$id/revoke")->{status}, 200,
        'not by another user');
    is(get($first, 'me')->{status}, 200, 'it stays');
    is(post($first, "sessions/$id/revoke", {},
        Origin => 'https://evil.example')->{status}, 403,
        'nor by another site');

    my $user = get($agnes, 'me')->{json}{user};
    my $of = get($first, "sessions?user=$user");
    is($of->{status}, 200, 'an administrator sees those of others');
    is(post($first, "sessions/$of->{json}{sessions}[0]{id}/revoke")->{status},
        200, 'and ends them');
    is(get($agnes, 'me')->{status}, 401, 'at once');

    $edge->ctl('account', 'create', 'other');
    $edge->ctl('user', 'create', 'other', 'otto', '--roles', 'account_admin');
    my $otto = $world->client;
    $otto->{cookies}{xassist} = $edge->ctl('session', 'create', 'other',
        'otto')->{token};
    is(get($otto, "sessions?user=$user")->{status}, 404,
        'not those of another account');
    is(post($otto, "sessions/$id/revoke")->{status}, 404, 'nor ends them');
};

subtest 'left' => sub {
    my ($one, $two) = map { $world->signed_in('agnes') } 1 .. 2;
    my $token = $one->{cookies}{xassist};
    my $answer = post($one, 'logout');
    is($answer->{status}, 200, 'logout');
    like($answer->{all}{'set-cookie'}[0], qr/^xassist=;.*Max-Age=0/,
        'takes the cookie away');
    $one->{cookies}{xassist} = $token;
    is(get($one, 'me')->{status}, 401, 'and the session');
    is(get($two, 'me')->{status}, 200, 'not the other one');

    my $three = $world->signed_in('agnes');
    is(post($two, 'logout', { everywhere => \1 })->{status}, 200,
        'logout everywhere');
    is(get($three, 'me')->{status}, 401, 'ends all');
    is(post($world->client, 'logout')->{status}, 401, 'nobody cannot');

    my $guest = $world->guest($world->call);
    my $key = $guest->{cookies}{'xassist-g'};
    is(post($guest, 'logout')->{status}, 200, 'a guest can leave');
    is($guest->{cookies}{'xassist-g'}, undef, 'without a cookie then');
};

subtest 'per user' => sub {
    my @all = map { $world->signed_in('olga') } 1 .. 4;
    is(join(' ', map { get($_, 'me')->{status} } @all), '401 200 200 200',
        'the oldest ends');
};

subtest 'change of password' => sub {
    password('agnes', 'first password');
    my ($one, $two) = map { $world->signed_in('agnes') } 1 .. 2;
    my $call = $world->call;

    is(reason(post($one, 'password', { old => 'wrong', new =>
        'second password' })), 'sign_in_failed', 'the old one is asked for');
    is(post($one, 'password', { old => 'first password', new => 'short' })
        ->{status}, 400, 'a short one is refused');
    is(get($two, 'me')->{status}, 200, 'nothing happened so far');
    is(post($one, 'password', { old => 'first password', new =>
        'second password' })->{status}, 200, 'changed');
    is(get($one, 'me')->{status}, 200, 'who changed it stays');
    is(get($two, 'me')->{status}, 401, 'the others are signed out');

    my %body = (account => 'acme', name => 'agnes');
    is(post($world->client, 'login', { %body,
        password => 'first password' })->{status}, 401, 'the old one is over');
    is(post($world->client, 'login', { %body,
        password => 'second password' })->{status}, 200, 'the new one counts');
    is(post($world->guest($call), 'password', { old => 'a', new =>
        'b' x 9 })->{status}, 401, 'a guest has none');
};

subtest 'idle, and touched once a minute' => sub {
    plan skip_all => 'needs the test clock'
        unless Xassist::Edge::has_test_clock();

    my $now = 1_900_000_000_000;
    $edge->clock($now);
    my $client = $world->signed_in('boss');
    get($client, 'me');
    my $txn = $world->txnid;
    get($client, 'me') for 1 .. 20;
    is($world->txnid, $txn, 'requests write nothing');

    # What became due by the leap is swept within a second, and written.

    $edge->clock($now += 61_000);

    for (1 .. 20) {
        $txn = $world->txnid;
        sleep 2;
        last if $world->txnid == $txn;
    }

    $client->get('/assist/open') for 1 .. 20;
    $edge->wait_for(sub { $world->txnid > $txn ? 1 : 0 });
    select undef, undef, undef, 0.2;
    is($world->txnid, $txn + 1, 'but once a minute');

    $edge->clock($now + 400 * 24 * 3600 * 1000);
    is(get($client, 'me')->{status}, 401, 'unused, it ends');
    $edge->clock;
};

$world->finish;
