#!/usr/bin/perl

# The application learns who asks from headers that the edge alone writes:
# those of the client never reach it, however they are spelled.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::World;

my @names = qw(Actor Subject Kind Account Roles Device Name Call Invitation);

my $world = world(
    upstream_options => { cookies => ['xassist=stolen; Path=/',
        'xassist-g=stolen', 'xassist-b=stolen', 'theme=dark'] },
    substitute => sub {
        $_[0] =~ s/server_name localhost;/$&
        underscores_in_headers on;
        ignore_invalid_headers off;/r
    });

$world->user('bob', display => "J\xc3\xb6rg \"B\"", roles => 'agent,client');

my $call = $world->call;
my $bob = $world->signed_in('bob');
my $guest = $world->guest($call, name => "Zo\xc3\xab, A");
my $id = qr/^[A-Za-z0-9_-]{16}$/;


# The identity headers that reached the application: {name => [values]}.

sub seen {
    my ($answer) = @_;
    my $all = $answer->{json}{headers} or return { none => $answer->{status} };
    return { map { $_ => $all->{$_} }
        grep { lc =~ s/[^a-z0-9]/-/gr =~ /^x-xassist/ } keys %$all };
}


subtest 'of a user' => sub {
    my $seen = seen($bob->get('/home/dashboard'));
    my %one = map { $_ => ($seen->{"X-Xassist-$_"} // [])->[0] } @names;

    is($one{Kind}, 'regular', 'kind');
    like($one{Actor}, $id, 'actor');
    is($one{Subject}, $one{Actor}, 'subject: the same without assistance');
    like($one{Account}, $id, 'account');
    is(join(',', sort split /,/, $one{Roles}), 'agent,client', 'roles');
    is($one{Name}, 'J%C3%B6rg%20%22B%22', 'name, percent-encoded');
    is($one{Device}, 'web', 'device');
    is($one{Call}, undef, 'no call');
    is($one{Invitation}, undef, 'no invitation');
    is(scalar(grep { @$_ != 1 } values %$seen), 0, 'each one time');
};

subtest 'of a guest' => sub {
    my $answer = $guest->get("/call/$call");
    my $seen = seen($answer);
    my %one = map { $_ => ($seen->{"X-Xassist-$_"} // [])->[0] } @names;

    is($one{Kind}, 'guest', 'kind') or diag explain $answer;
    like($one{Actor}, $id, 'actor');
    is($one{Call}, $call, 'call');
    like($one{Invitation}, $id, 'invitation');
    like($one{Name}, qr/^Zo%C3%AB%2C%20A$/, 'name');
};


sub spoofs {
    return map { my $name = $_; (
        "X-Xassist-$name", lc "X-Xassist-$name", uc "X-XASSIST-$name",
        "X_Xassist_$name", "x_xassist-$name", "X-Xassist_$name",
        "X.Xassist.$name", "X-Xassist.$name",
    ) } @names, 'Assertion', 'Anything', 'Actor-Two';
}


my %spoof = map { $_ => 'spoofed' } spoofs();

subtest 'client-sent ones are removed' => sub {
    for my $row ([$bob, '/home/dashboard', 'protected'],
        [$bob, '/open', 'open to everybody'],
        [$guest, "/call/$call", 'a guest in a call'],
        [$world->client, '/open', 'nobody signed in'],
        [$world->client, '/rule/everybody', 'a rule for everybody'])
    {
        my ($client, $path, $name) = @$row;
        my $plain = seen($client->get($path));
        my $answer = $client->get($path, %spoof, 'X-Other' => 'kept');

        is($answer->{status}, 200, "$name: passes");
        is_deeply(seen($answer), $plain, "$name: as without them");
        is($answer->{json}{headers}{'X-Other'}[0], 'kept',
            "$name: others are left alone");
    }
};

subtest 'wherever they stand among many' => sub {
    srand 7;
    my $plain = seen($bob->get('/home/dashboard'));
    my @names = keys %spoof;
    my (@bad, @lost);

    for my $round (1 .. 150) {
        my $count = int rand 90;
        my @lines = map { "X-Fill-$_: $_" } 1 .. $count;
        my $spoofs = 1 + int rand 8;

        for (1 .. $spoofs) {
            my $line = $names[rand @names] . ': spoofed';
            splice @lines, int rand(@lines + 1), 0, $line;
        }

        my $answer = $bob->raw(join "\r\n", 'GET /home/dashboard HTTP/1.1',
            "Host: localhost", "Cookie: xassist=$bob->{cookies}{xassist}",
            @lines, 'Connection: close', '', '');
        my $got = seen($answer);

        push @bad, $round unless join('|', map { "$_=@{$got->{$_}}" }
            sort keys %$got) eq join '|', map { "$_=@{$plain->{$_}}" }
            sort keys %$plain;
        push @lost, $round unless $count == grep { /^X-Fill-/ }
            keys %{ $answer->{json}{headers} };
    }

    is("@bad", '', 'none passes');
    is("@lost", '', 'no other header is lost');
};

subtest 'on the WebSocket' => sub {
    my ($socket, $answer) = $guest->websocket("/ws/$call", %spoof);
    ok($socket, 'opens');
    my $headers = $answer->{seen}{headers};
    is($headers->{'X-Xassist-Kind'}[0], 'guest', 'kind');
    unlike(join(' ', map { @$_ } values %$headers), qr/spoofed/, 'no spoof');
};

subtest 'credentials end at the edge' => sub {
    my $session = $bob->{cookies}{xassist};
    my $answer = $bob->get('/home/dashboard',
        Cookie => "a=1; xassist=$session; theme=dark; xassist-b=x; b=2");
    is($answer->{json}{headers}{Cookie}[0], 'a=1; theme=dark; b=2',
        'our cookies are cut out, others stay');

    $answer = $bob->get('/home/dashboard', Cookie => "xassist=$session");
    is($answer->{json}{headers}{Cookie}, undef, 'no empty Cookie header');

    $answer = $world->client->get('/home/dashboard',
        Authorization => "Bearer $session");
    is($answer->{status}, 200, 'a session as Bearer passes');
    is($answer->{json}{headers}{Authorization}, undef, 'and is taken out');

    $answer = $world->client->get('/open', Authorization => 'Basic YTpi');
    is($answer->{json}{headers}{Authorization}[0], 'Basic YTpi',
        'what is not ours is left alone');

    my @set = @{ $bob->get('/open')->{all}{'set-cookie'} || [] };
    is("@set", 'theme=dark', "the application cannot set our cookies");
};

$world->finish;
