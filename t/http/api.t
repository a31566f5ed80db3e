#!/usr/bin/perl

# The API answers JSON, refuses with problem+json, and changes nothing when
# it is only asked.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::World;

my $world = world();
my $call = $world->call;
my $guest = $world->guest($call, name => 'Ann');
my $olga = $world->signed_in('olga');
my $before = $world->txnid;

subtest 'health' => sub {
    my $answer = $world->client->get('/xassist/v1/health');
    is($answer->{status}, 200, 'is open to everybody');
    like($answer->{headers}{'content-type'}, qr{^application/json}, 'JSON');
    ok($answer->{json}, 'that can be read');
};

subtest 'me' => sub {
    my $answer = $olga->get('/xassist/v1/me');
    is($answer->{status}, 200, 'a user');
    is($answer->{json}{kind}, 'regular', 'kind');
    like($answer->{headers}{'cache-control'} // '', qr/no-store/, 'not cached');

    $answer = $world->client->get('/xassist/v1/me',
        Authorization => "Bearer $guest->{cookies}{'xassist-g'}");
    is($answer->{status}, 200, 'a guest');
    is($answer->{json}{kind}, 'guest', 'kind');
    is($answer->{json}{name}, 'Ann', 'name');

    $answer = $world->client->get('/xassist/v1/me');
    is($answer->{status}, 401, 'nobody');
    is(reason($answer), 'signed_out', 'reason');
    like($answer->{headers}{'content-type'}, qr{^application/problem\+json},
        'problem+json');
};

subtest 'admission' => sub {
    my $path = "/xassist/v1/calls/$call/admission";

    for my $row ([$guest, 1, 'the guest'], [$olga, 1, 'the owner'],
        [$world->client, 0, 'nobody'],
        [$world->guest($world->call), 0, 'the guest of another call'])
    {
        my ($client, $admitted, $name) = @$row;
        my $answer = $client->get($path);
        is($answer->{status}, 200, "$name: 200");
        is($answer->{json}{admitted} ? 1 : 0, $admitted, "$name: admitted");
        ok(length $answer->{json}{reason}, "$name: and why") unless $admitted;
    }

    $before = $world->txnid;
};

subtest 'what is not there' => sub {
    for my $path ('/xassist/', '/xassist/v1', '/xassist/v1/', '/xassist/v2/me',
        '/xassist/v1/nothing', "/xassist/v1/calls/$call/nothing",
        '/xassist/v1/me/more', '/xassist/v1/calls//ice')
    {
        my $answer = $olga->get($path);
        is($answer->{status}, 404, $path);
        like($answer->{headers}{'content-type'},
            qr{^application/problem\+json}, "$path: problem+json");
    }

    for my $id ('x', 'A' x 15, 'A' x 17, 'A' x 200, '%00' x 16, '+' x 16) {
        my $answer = $olga->get("/xassist/v1/calls/$id/ice");
        ok($answer->{status} >= 400 && $answer->{status} < 500,
            "a call that is none: $answer->{status}");
        unlike($answer->{body}, qr/token/, 'no token');
    }
};

subtest 'methods' => sub {
    for my $method (qw(POST PUT DELETE PATCH)) {
        my $answer = $olga->request($method, '/xassist/v1/me',
            { Origin => $olga->origin }, '{}');
        is($answer->{status}, 405, $method);
    }

    my $head = $olga->request('HEAD', '/xassist/v1/me', {});
    is($head->{status}, 200, 'HEAD');
};

is($world->txnid, $before, 'nothing was changed');

$world->finish;
