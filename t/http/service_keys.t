#!/usr/bin/perl

# Services come with keys, upstreams get proof of who asks.

use strict;
use warnings;
use lib 't/lib';

use Mojo::JSON qw(decode_json);
use Mojo::Util qw(b64_decode);
use Test::More;
use Xassist::Client;
use Xassist::World;

my $world = world(policy => sub { $_[0] =~ s/("roles"\s*:\s*\{)/$1
    "reader": {"title": "Reader", "grants": ["svc_read_events"]},/r });
my $edge = $world->edge;


sub me {
    my ($key) = @_;
    return $world->client->get('/xassist/v1/me', Accept => 'application/json',
        Authorization => "Bearer $key");
}


my $made = $edge->ctl('service', 'create', 'acme', 'recorder', '--roles',
    'reader');
like($made->{key}, qr/^xassist_[\w-]{40}$/, 'a key that a leak shows');
my $answer = me($made->{key});
is($answer->{status}, 200, 'it opens');
is($answer->{json}{kind}, 'service', 'for a service');
is($answer->{json}{name}, 'recorder', 'of its name');
is($answer->{json}{roles}, 'reader', 'with its roles');

my $store = Xassist::Edge::slurp("$edge->{dir}/store/data.mdb");
unlike($store, qr/\Q$made->{key}\E|@{[substr $made->{key}, 8]}/,
    'the store does not hold it');

is($world->client->get('/assist/open', Authorization => "Bearer $made->{key}")
    ->{status}, 403, 'the ceiling of services holds');
my $cookie = $world->client;
$cookie->{cookies}{xassist} = substr $made->{key}, 8;
is($cookie->get('/xassist/v1/me')->{status}, 401, 'it is no cookie');
is(me($made->{key} =~ s/(.)$/$1 eq '_' ? '-' : '_'/er)->{status}, 401,
    'altered: nothing');
is(($edge->ctl_try('service', 'create', 'acme', 'x', '--roles', 'nosuch'))[0],
    1, 'an unknown role is refused');

my $next = $edge->ctl('service', 'rotate', $made->{id});
isnt($next->{key}, $made->{key}, 'rotated: another key');
is(me($_)->{status}, 200, 'both count') for $made->{key}, $next->{key};
is_deeply($next->{roles}, ['reader'], 'with the same roles');
$edge->ctl('service', 'revoke', $made->{id});
is(me($made->{key})->{status}, 401, 'the old one is revoked');
is(me($next->{key})->{status}, 200, 'the new one stays');
is(scalar(grep { !$_->{ended} } @{ $edge->ctl('service', 'list',
    'acme')->{services} }), 1, 'one is listed');
is($edge->ctl('store', 'check')->{findings}, 0,
    'the store is whole');

subtest 'assertions' => sub {
    my $client = $world->signed_in('olga');
    my $seen = $client->get('/assist/open', 'X-Xassist-Assertion' => 'mine',
        'X_Xassist_Assertion' => 'mine');
    unlike($seen->{body}, qr/mine/, 'a client cannot bring one');
    unlike($seen->{body}, qr/assertion/i, 'without a key there is none');
    is_deeply($world->client->get('/xassist/v1/jwks')->{json}, { keys => [] },
        'nor a public key');

    $edge->ctl('keys', 'new', '--use', 'assert');
    ok($edge->reload, 'a key, and reloaded');
    $edge->wait_for(sub { @{ $world->client->get('/xassist/v1/jwks')
        ->{json}{keys} } ? 1 : 0 });

    my ($jws) = $client->get('/assist/open', 'X-Xassist-Assertion' => 'mine')
        ->{body} =~ /(eyJ[\w-]+\.[\w-]+\.[\w-]+)/;
    ok($jws, 'the upstream gets one') or return;
    my ($head, $body, $signature) = split /\./, $jws;
    my $from = sub { b64_decode($_[0] =~ tr{-_}{+/}r) };
    my $claims = decode_json($from->($body));
    my $me = $client->get('/xassist/v1/me')->{json};
    is($claims->{kind}, 'regular', 'kind');
    is($claims->{actor}, $me->{user}, 'actor');
    is($claims->{subject}, $me->{user}, 'subject');
    is($claims->{account}, $me->{account}, 'account');
    is($claims->{roles}, 'account_admin,billing_contact', 'roles');
    is($claims->{exp} - $claims->{iat}, 60, 'for a minute');

    my ($key) = @{ $world->client->get('/xassist/v1/jwks')->{json}{keys} };
    is($key->{kid}, decode_json($from->($head))->{kid}, 'its key is published');
    ok(!exists $key->{d}, 'not its private half');

    my $dir = $edge->{dir};
    Xassist::Edge::spew("$dir/pub", pack('H*', '302a300506032b6570032100')
        . $from->($key->{x}));
    Xassist::Edge::spew("$dir/in", "$head.$body");
    Xassist::Edge::spew("$dir/sig", $from->($signature));
    like(`openssl pkeyutl -verify -pubin -keyform DER -inkey $dir/pub -rawin -in $dir/in -sigfile $dir/sig 2>&1`,
        qr/Successfully/, 'and it verifies by that');
};

$world->finish;
