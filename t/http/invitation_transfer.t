#!/usr/bin/perl

# A guest goes on with another device: the page shows a link, the other
# device takes over, and the one so far is out.  Once, within two minutes.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::Api;
use Xassist::Live;
use Xassist::World;

my $world = world(workers => 2);
my $edge = $world->edge;
my $live = live($world);
my $olga = $world->signed_in('olga');
my @phone = ('User-Agent' => 'Mozilla/5.0 (iPhone) Mobile');


sub shown {
    my ($guest, $call) = @_;
    return api($guest, POST => "calls/$call/transfer");
}


sub people {
    my ($call) = @_;
    return grep { $_->{kind} ne 'regular' }
        @{ $world->shown($call)->{participants} };
}


subtest 'from a browser to the browser of a phone' => sub {
    my $call = $world->call;
    my $desk = $world->guest($call, name => 'Ann');
    $live->open('desk', $desk, "/ws/$call");
    $edge->wait_for(sub { $world->states($call) eq 'present' });
    my ($before) = people($call);

    my $made = shown($desk, $call);
    is($made->{status}, 201, 'a link') or diag $made->{body};
    is(length token_of($made->{json}{link}), 40, 'with a token');
    like($made->{json}{expires}, qr/^20/, 'for a while');

    my $phone = $world->client;
    my $txn = $world->txnid;
    my ($path) = $made->{json}{link} =~ m{(/j/.*)};
    my $page = $phone->get($path, Accept => 'text/html', @phone);
    is($page->{status}, 200, 'the page on the phone');
    like($page->{body}, qr/value="Ann"[^>]*readonly/, 'knows the name');
    unlike($page->{body}, qr/name="terms"/, 'and that terms are accepted');
    $world->client->request('HEAD', $path, {});
    is($world->txnid, $txn, 'looking changes nothing');
    ok($live->{open}{desk}->echoes('still'), 'the desk is still there');

    my $joined = $phone->join_link($made->{json}{link});
    is($joined->{status}, 303, 'taken over') or diag $joined->{body};
    $live->closes('the other device', { desk => '4401 signed_out' });

    my ($socket, $upgrade) = $phone->websocket("/ws/$call");
    ok($socket, "the phone is in")
        or diag "$upgrade->{status} $upgrade->{body}";
    is(($desk->websocket("/ws/$call"))[1]{status}, 401, 'the desk is not');
    my @after = people($call);
    is(scalar @after, 1, 'one person');
    is($after[0]{id}, $before->{id}, 'the same one');

    is($phone->join_link($made->{json}{link})->{status}, 303,
        'the same browser gets the same answer');
    is(reason($world->client->join_link($made->{json}{link})), 'used',
        'another one does not');
    $live->finish;
};

subtest 'of a link for one person, to an app' => sub {
    my $call = $world->call;
    my ($host) = $olga->websocket("/ws/$call");
    my $link = $world->external($call, 'olga', 'Max', 'view')->{link};
    my $desk = $world->client;
    is($desk->join_link($link)->{status}, 303, 'joined');

    my $token = token_of(shown($desk, $call)->{json}{link});
    my $app = $world->client;
    my $look = api($app, GET => "links/$token")->{json};
    ok($look->{transfer} && $look->{joinable}, 'an app sees what it is');
    is($look->{name}, 'Max', 'whose');

    my $joined = api($app, POST => "links/$token/join",
        { browser => 'B' x 21 . 'A' }, 'Xassist-App' => 'ios/1');
    is($joined->{status}, 200, 'taken over') or diag $joined->{body};
    is($joined->{json}{call}, $call, 'the call');
    my $in = as_app($world, $joined->{json}{session});
    is(api($in, GET => 'me')->{json}{kind}, 'external', 'as what it was');
    is(api($in, GET => "calls/$call/ice")->{status}, 200, 'in the call');
    my ($part) = grep { $_->{kind} eq 'external' } @{ api($olga,
        GET => "calls/$call/participants")->{json}{participants} };
    is($part->{device}, 'mobile', 'the device is the new one');

    is(reason($desk->join_link($link)), 'used',
        'the link leads the old browser back no more');
    is(api($app, POST => "links/$token/join",
        { browser => 'B' x 21 . 'A' })->{json}{session},
        $joined->{json}{session}, 'asked again: the same session');
};

subtest 'two at once: one of them' => sub {
    my $call = $world->call;
    my $desk = $world->guest($call);

    for my $round (1 .. 5) {
        my $token = token_of(shown($desk, $call)->{json}{link});
        my @fh;
        for my $n (0 .. 3) {
            my $pid = open($fh[$n], '-|') // die "fork: $!";
            next if $pid;
            my $answer = api($world->client, POST => "links/$token/join",
                { browser => 'C' x 20 . $round . (qw(A Q g w))[$n] });
            print join ' ', $answer->{status},
                $answer->{json}{session} // $answer->{json}{reason};
            close STDOUT;
            POSIX::_exit(0);
        }
        my @answers = map { my $fh = $_; local $/; <$fh> } @fh;
        my ($won, @more) = grep { /^200 / } @answers;
        ok($won && !@more, "round $round: one has it") or diag "@answers";
        is(scalar(grep { $_ eq '410 used' } @answers), 3, 'three have not');
        $desk = as_app($world, (split ' ', $won)[1]);
    }
    is(scalar(my @left = people($call)), 1, 'and they are one person');
};

subtest 'who and when' => sub {
    my $call = $world->call;
    my $guest = $world->guest($call);

    is(reason(shown($olga, $call)), 'permission_missing',
        'a user signs in, and is not taken over');
    is(shown($world->client, $call)->{status}, 401, 'nobody');
    is(reason(shown($guest, $world->call)), 'permission_missing',
        'not into another call');

    my $first = shown($guest, $call)->{json}{link};
    my $second = shown($guest, $call)->{json}{link};
    is(reason($world->client->join_link($first)), 'expired',
        'a new one ends the one before');

    my ($part) = people($call);
    api($olga, DELETE => "calls/$call/participants/$part->{id}");
    is(reason($world->client->join_link($second)), 'removed',
        'who was removed goes on nowhere');

    $guest = $world->guest($call);
    my $last = shown($guest, $call)->{json}{link};
    api($olga, POST => "calls/$call/end");
    is(reason($world->client->join_link($last)), 'call_ended',
        'nor after the end');
};

subtest 'who was removed does not come back by the pass of another' => sub {
    my $call = $world->call;
    my $other = $world->guest($call, name => 'Other');

    for my $link ('one of his own', 'the same') {
        my $gone = $world->client;
        my $to = $world->link($call);
        $gone->join_link($to, name => 'Gone');
        $other->join_link($to, name => 'Other') if $link eq 'the same';
        my ($part) = grep { $_->{name} eq 'Gone' && $_->{state} ne 'removed' }
            people($call);
        api($olga, DELETE => "calls/$call/participants/$part->{id}");

        my $pass = shown($other, $call)->{json}{link};
        my ($path) = $pass =~ m{(/j/.*)};
        my $page = $gone->get($path, Accept => 'text/html');
        is(reason($page), 'removed', "$link: the page says so");
        ok(!defined Xassist::Client::nonce($page->{body}), 'and has no Join');
        is(reason($gone->post($path, { nonce => 'A' x 27, name => 'Gone' },
            Accept => 'application/json')), 'removed', 'pressed all the same');
        is(reason($gone->get("/xassist/v1/calls/$call/ice", Accept =>
            'application/json')), 'removed', 'nor is he in it');
        is(api($other, GET => "calls/$call/ice")->{status}, 200,
            'who showed it still is');
    }
};

SKIP: {
    skip 'needs the test clock', 1 unless $edge->has_test_clock;

    subtest 'two minutes' => sub {
        my $now = time * 1000;
        $edge->clock($now);
        my $call = $world->call;
        my $guest = $world->guest($call);
        my $link = shown($guest, $call)->{json}{link};
        $edge->clock($now + 119_000);
        is($world->client->get($link =~ s{^http://[^/]+}{}r,
            Accept => 'text/html')->{status}, 200, 'nearly over');
        $edge->clock($now + 121_000);
        is(reason($world->client->join_link($link)), 'expired', 'over');
        $edge->clock(undef);
    };
}

unlike($edge->access_log . $edge->error_log, qr{/j/[\w-]{40}},
    'no token stands in a log');

$world->finish;
