#!/usr/bin/perl

# A conference over the API: made, listed, looked at, ended.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::Api;
use Xassist::World;

my $world = world();
my $olga = $world->signed_in('olga');
$world->user('emil', roles => 'agent');
my $emil = $world->signed_in('emil');
my $call;

subtest 'create' => sub {
    my $answer = api($olga, POST => 'calls', { title => "P\x{fc}mp 7" });
    is($answer->{status}, 201, 'made') or diag $answer->{body};
    $call = $answer->{json};
    like($call->{id}, qr/^[A-Za-z0-9_-]{16}$/, 'id');
    is($call->{title}, "P\x{fc}mp 7", 'title');
    is($call->{state}, 'open', 'state');
    is($call->{kind}, 'conference', 'kind');
    ok($call->{mine}, 'mine');
    is($call->{owner}{name}, 'olga', 'owner');
    is($call->{waiting_since}, undef, 'nobody waits');
    is_deeply($call->{people}, [], 'nobody there');
    like($call->{created}, qr/^\d{4}-\d\d-\d\dT.*Z$/, 'created');

    $answer = api($olga, POST => 'calls', {});
    is($answer->{status}, 201, 'nothing has to be said');
    is(api($olga, POST => 'calls', undef)->{status}, 201, 'nor a body sent');
};

subtest 'bodies that are not right' => sub {
    my $before = $world->txnid;

    for my $row (['{', 'invalid_request'], ['[]', 'invalid_request'],
        ['{"titel":"x"}', 'invalid_request'],
        ['{"title":7}', 'invalid_request'],
        ['{"title":"a","title":"b"}', 'invalid_request'],
        ['{"title":"' . 'x' x 201 . '"}', 'invalid_request'],
        ['{"title":"a\u0007b"}', 'invalid_request'],
        ['{"starts_at":"tomorrow"}', 'invalid_request'],
        ['{"starts_at":"2026-02-30T10:00:00"}', 'invalid_request'],
        ['{} /* x */', 'invalid_request'])
    {
        my $answer = api($olga, POST => 'calls', $row->[0]);
        is($answer->{status}, 400, substr $row->[0], 0, 40);
        is(reason($answer), $row->[1], 'reason');
        like($answer->{headers}{'content-type'},
            qr{^application/problem\+json}, 'problem+json');
        ok(length $answer->{json}{detail}, 'says what');
    }

    my $answer = api($olga, POST => 'calls', '{"titel":"x"}');
    like($answer->{json}{detail}, qr/"titel"/, 'and names it');

    $answer = api($olga, POST => 'calls', '{}', 'Content-Type' => 'text/plain');
    is($answer->{status}, 415, 'another content type');
    is(reason($answer), 'not_json', 'reason');

    $answer = api($olga, POST => 'calls', '{"title":"' . 'x' x 9000 . '"}');
    is($answer->{status}, 413, 'too large');
    is(reason($answer), 'too_large', 'reason');

    is($world->txnid, $before, 'nothing was changed');
};

subtest 'a change by a cookie needs an Origin' => sub {
    my $before = $world->txnid;
    my $answer = api($olga, POST => 'calls', {}, Origin => undef);
    is(reason($answer), 'origin_refused', 'none');
    $answer = api($olga, POST => 'calls', {}, Origin => 'https://evil.example');
    is(reason($answer), 'origin_refused', 'a foreign one');
    is($world->txnid, $before, 'nothing was changed');

    my $app = as_app($world, $world->session('olga'));
    is(api($app, POST => 'calls', {}, Origin => undef)->{status}, 201,
        'an app sends none');
    is(reason(api($app, POST => 'calls', {},
        Origin => 'https://evil.example')), 'origin_refused',
        'but a foreign one is refused');
};

subtest 'get' => sub {
    my $answer = api($olga, GET => "calls/$call->{id}");
    is($answer->{status}, 200, 'the owner');
    is_deeply($answer->{json}, $call, 'the same call');

    my $guest = $world->guest($call->{id}, name => 'Ann');
    $answer = api($guest, GET => "calls/$call->{id}");
    is($answer->{status}, 200, 'a guest of it');
    ok(!$answer->{json}{mine}, 'not theirs');
    is($answer->{json}{people}[0]{name}, 'Ann', 'sees who is in it');
    ok($answer->{json}{people}[0]{me}, 'and who is oneself');
    ok($answer->{json}{waiting_since}, 'and waits');

    is(api($world->guest($world->call), GET => "calls/$call->{id}")->{status},
        403, 'not the guest of another call');
    is(api($world->client, GET => "calls/$call->{id}")->{status}, 401,
        'nobody');
    is(reason(api($olga, GET => 'calls/' . 'A' x 16)), 'permission_missing',
        'one that is not there says no more');
};

subtest 'list' => sub {
    my $answer = api($olga, GET => 'calls');
    is($answer->{status}, 200, 'open and live');
    my ($found) = grep { $_->{id} eq $call->{id} } @{ $answer->{json}{calls} };
    ok($found, 'has the call');
    is(scalar @{ $found->{people} }, 1, 'and who waits');
    ok($found->{waiting_since}, 'since when');
    ok(!$answer->{json}{more}, 'no more');

    $answer = api($olga, GET => 'calls?limit=2');
    is(scalar @{ $answer->{json}{calls} }, 2, 'as many as asked for');
    ok($answer->{json}{more}, 'there are more');

    $answer = api($olga, GET => 'calls?state=live');
    is_deeply($answer->{json}{calls}, [], 'none is live');

    for my $bad ('limit=0', 'limit=201', 'limit=x', 'state=', 'state=open,x',
        'from=now')
    {
        is(reason(api($olga, GET => "calls?$bad")), 'invalid_request', $bad);
    }

    $answer = api($olga, GET => 'calls?from=2100-01-01T00:00:00%2B01:00');
    is_deeply($answer->{json}{calls}, [], 'from a time on');
};

subtest 'end' => sub {
    my $guest = $world->guest($call->{id});
    my $path = "calls/$call->{id}/end";

    is(reason(api($guest, POST => $path)), 'not_for_guests', 'not a guest');
    is(reason(api($emil, POST => $path)), 'permission_missing',
        'not who is not of it');

    my $answer = api($olga, POST => $path);
    is($answer->{status}, 200, 'the owner') or diag $answer->{body};
    is($answer->{json}{state}, 'ended', 'state');
    ok(!$answer->{json}{again}, 'now');

    $answer = api($olga, POST => $path, {});
    is($answer->{status}, 200, 'again');
    ok($answer->{json}{again}, 'changes nothing');

    is(reason(api($guest, GET => "calls/$call->{id}")), 'call_ended',
        'the guest is out');
    is(reason(api($olga, POST => "calls/$call->{id}/accept")), 'call_ended',
        'nothing is left to answer');
};

subtest 'ended ones' => sub {
    my $answer = api($olga, GET => "calls/$call->{id}");
    is($answer->{status}, 200, 'may be looked at');
    is($answer->{json}{state}, 'ended', 'state');
    is($answer->{json}{reason}, 'call_ended', 'reason');
    ok($answer->{json}{ended_at}, 'when');

    $answer = api($olga, GET => 'calls?state=ended');
    is_deeply([map { $_->{id} } @{ $answer->{json}{calls} }], [$call->{id}],
        'listed');

    is_deeply(api($olga, GET => 'calls')->{json}{calls}[0]{state}, 'open',
        'and not among the others');
};

$world->finish;
