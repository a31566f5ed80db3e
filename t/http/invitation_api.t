#!/usr/bin/perl

# Invitations over the API: made by the policy's terms, with texts to send,
# listed, sent anew, withdrawn; joined by an app.

use strict;
use warnings;
use lib 't/lib';
use utf8;

use Test::More;
use Mojo::Util qw(url_unescape decode);
use Xassist::Api;
use Xassist::World;

my $world = world();
$world->user('emil', roles => 'agent');
my $olga = $world->signed_in('olga');
my $call = $world->call;
my $browser = 'A' x 21;

sub browser { return $browser . (qw(A Q g w))[$_[0]] }


subtest 'made, with texts to send' => sub {
    my $answer = api($olga, POST => "calls/$call/invitations",
        { channel => 'mail', to => 'ann+7@example.com', name => 'Ann',
            comment => 'Pump 7' });
    is($answer->{status}, 201, 'made') or diag $answer->{body};

    my $made = $answer->{json};
    is(length token_of($made->{link}), 40, 'a link');
    like($made->{link}, qr{^http://127\.0\.0\.1:\d+/j/}, 'of this host');
    is($made->{invitation}{state}, 'unused', 'unused');
    is($made->{invitation}{channel}, 'mail', 'channel');
    is($made->{invitation}{name}, 'Ann', 'name');
    is($made->{invitation}{expires}, undef, 'while the call lasts');
    is($made->{invitation}{inviter}{name}, 'olga', 'inviter');

    is(join(' ', map { $_->{lang} } @{ $made->{messages} }), 'en de fr',
        'three languages');
    for my $message (@{ $made->{messages} }) {
        like($message->{text}, qr/\Q$made->{link}\E/, 'the link is in it');
        like($message->{text}, qr/olga/, 'and the inviter');
        like($message->{address},
            qr{^mailto:ann%2B7\@example\.com\?subject=[^&]+&body=\S+$},
            'an address for the mail program');
        my ($body) = $message->{address} =~ /&body=(.*)/;
        is(decode('UTF-8', url_unescape($body)), $message->{text},
            'with the text in it');
    }
    like($made->{messages}[1]{text}, qr/lädt/, 'German is German');

    $answer = api($olga, POST => "calls/$call/invitations",
        { channel => 'sms', to => '+49 (170) 12-34' });
    like($answer->{json}{messages}[0]{address},
        qr{^sms:\+491701234\?&body=\S+$}, 'an address for the telephone');

    $answer = api($olga, POST => "calls/$call/invitations", {});
    is($answer->{json}{messages}[0]{address}, $answer->{json}{link},
        'the link itself, to copy');
};

subtest 'what is not right' => sub {
    my $before = $world->txnid;
    my $path = "calls/$call/invitations";

    for my $row ({ channel => 'pigeon' }, { kind => 'service_request' },
        { channel => 'mail', to => 'a,b@example.com' },
        { channel => 'mail', to => 'ann' },
        { channel => 'sms', to => 'ann@example.com' },
        { replaces => 'x' }, { profile => 'view' }, { name => 'x' x 65 },
        { comment => 'x' x 1001 }, { to => 'x' x 255 }, { name => 7 },
        { uses => 5 }, { expires => '2100-01-01T00:00:00Z' })
    {
        my $answer = api($olga, POST => $path, $row);
        is(reason($answer), 'invalid_request', join ' ', %$row);
    }

    is($world->txnid, $before, 'nothing was changed');
};

subtest 'listed by call and by inviter' => sub {
    my $list = api($olga, GET => "calls/$call/invitations")->{json};
    is(scalar @{ $list->{invitations} }, 3, 'of the call');
    ok(!exists $list->{invitations}[0]{link}, 'links are not listed');
    ok(api($olga, GET => "calls/$call/invitations?limit=2")->{json}{more},
        'and there may be more');

    $list = api($olga, GET => 'invitations')->{json};
    is(scalar @{ $list->{invitations} }, 3, 'of the inviter');
    is_deeply(api($world->signed_in('emil'), GET => 'invitations')
        ->{json}{invitations}, [], 'others have made none');
};

subtest 'got and withdrawn' => sub {
    my $made = api($olga, POST => "calls/$call/invitations", {})->{json};
    my $id = $made->{invitation}{id};
    my $answer = api($olga, GET => "invitations/$id");
    is($answer->{json}{link}, $made->{link}, 'its inviter gets the link');

    my $guest = $world->client;
    is($guest->join_link($made->{link})->{status}, 303, 'it lets in');
    is(api($olga, GET => "invitations/$id")->{json}{state}, 'redeemed',
        'redeemed');

    $answer = api($olga, POST => "invitations/$id/withdraw");
    is($answer->{json}{state}, 'withdrawn', 'withdrawn');
    is(api($olga, GET => "invitations/$id")->{json}{state}, 'withdrawn',
        'stays so');
    ok(api($olga, POST => "invitations/$id/withdraw")->{json}{again},
        'again changes nothing');
    is(reason($world->client->join_link($made->{link})), 'withdrawn',
        'it lets nobody in');

    is(reason(api($olga, GET => 'invitations/' . 'A' x 16)), 'not_found',
        'one that is not there');
    is(api($guest, POST => "invitations/$id/withdraw")->{status}, 403,
        'no guest withdraws');
};

subtest 'sent anew, the old link ends' => sub {
    my $old = api($olga, POST => "calls/$call/invitations", {})->{json};
    my $new = api($olga, POST => "calls/$call/invitations",
        { replaces => $old->{invitation}{id} })->{json};

    is(reason($world->client->join_link($old->{link})), 'withdrawn', 'old');
    is($world->client->join_link($new->{link})->{status}, 303, 'new');
    is(reason(api($olga, POST => "calls/$call/invitations",
        { replaces => 'AAAB' . 'A' x 12 })), 'not_found', 'nothing to replace');
};

subtest 'channels by policy' => sub {
    my $answer = api($olga, POST => "calls/$call/invitations",
        { kind => 'external', channel => 'sms', name => 'Ext',
            comment => 'why', profile => 'view' });
    isnt($answer->{status}, 201, 'an external has no sms');
};

subtest 'an app looks at a link and joins' => sub {
    my $link = $world->link($call);
    my $token = token_of($link);
    my $app = $world->client;
    my $before = $world->txnid;

    my $answer = api($app, GET => "links/$token");
    is($answer->{status}, 200, 'looked at') or diag $answer->{body};
    ok($answer->{json}{joinable}, 'it can be joined');
    is($answer->{json}{title}, 'Pump 7', 'title');
    is($answer->{json}{kind}, 'conference', 'kind');
    is($answer->{json}{terms}{version}, '2026-01', 'terms');

    my $join = { browser => browser(0), name => "J\x{f6}rg", terms => \1 };
    for my $row ([{ %$join, terms => \0 }, 'terms_required'],
        [{ %$join, name => '' }, 'name_required'],
        [{ %$join, browser => 'A' x 21 }, 'invalid_request'],
        [{ %$join, browser => 'A' x 21 . 'B' }, 'invalid_request'],
        [{ name => 'x', terms => \1 }, 'invalid_request'])
    {
        $answer = api($app, POST => "links/$token/join", $row->[0],
            Origin => undef);
        is(reason($answer), $row->[1], $row->[1]);
        is($answer->{status}, { terms_required => 403, name_required => 422 }
            ->{$row->[1]} // 400, 'its status');
    }
    is($world->txnid, $before, 'nothing was changed');

    $answer = api($app, POST => "links/$token/join", $join,
        Origin => undef);
    is($answer->{status}, 200, 'joined') or diag $answer->{body};
    my $joined = $answer->{json};
    is($joined->{call}, $call, 'call');
    like($joined->{session}, qr/^[A-Za-z0-9_-]{40}$/, 'session');
    like($joined->{websocket}, qr{^ws://127\.0\.0\.1:\d+/ws/$call$},
        'where to');
    is_deeply($joined->{ice_servers}, [], 'servers');
    ok($joined->{expires}, 'until when');
    ok(!$joined->{again}, 'the first time');

    my $again = api($app, POST => "links/$token/join", $join,
        Origin => undef)->{json};
    ok($again->{again}, 'again');
    is($again->{session}, $joined->{session}, 'the same session');

    my $guest = as_app($world, $joined->{session});
    is(api($guest, GET => 'me')->{json}{name}, "J\x{f6}rg", 'as a Bearer');
    is(api($guest, GET => "calls/$call/ice")->{status}, 200, 'for media');
    my ($socket) = $guest->websocket("/ws/$call",
        Authorization => "Bearer $joined->{session}", Origin => undef);
    ok($socket, 'and into the call');
};

subtest 'links that are none say the same' => sub {
    my $token = token_of($world->link($call));
    (my $forged = $token) =~ tr/A-Za-z/B-ZAb-za/;
    my @answers = map { api($world->client, GET => "links/$_") }
        $forged, 'x', 'A' x 40, 'H' x 40, 'H' x 41;

    is($_->{status}, 404, 'not found') for @answers;
    is(scalar keys %{ { map { $_->{body} => 1 } @answers } }, 1,
        'the same bytes');
    is(reason($answers[0]), 'unknown_link', 'unknown');
    is(reason(api($world->client, POST => "links/$forged/join",
        { browser => browser(1), name => 'x', terms => \1 })),
        'unknown_link', 'nor can they be joined');
};

subtest 'a session that is over takes no link away' => sub {
    my $stale = $world->signed_in('emil');
    $world->edge->ctl('session', 'revoke', $_->{id})
        for @{ $world->edge->ctl(qw(session list acme emil))->{sessions} };
    is(api($stale, GET => 'me')->{status}, 401, 'signed out');
    is(api($stale, GET => 'links/' . token_of($world->link($call)))
        ->{status}, 200, 'the link opens');
};

$world->finish;
