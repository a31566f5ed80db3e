#!/usr/bin/perl

# Signing a user out, of everything or of what is older than a time.

use strict;
use warnings;
use lib 't/lib';

use POSIX qw(strftime);
use Test::More;
use Xassist::Edge;
use Xassist::Provider;
use Xassist::World;

my $provider = Xassist::Provider->new('EdDSA');
my $world = world(stopped => 1, socket_server => 1, workers => 2,
    substitute => sub {
        $_[0] =~ s{(?=    xassist_store)}{
    xassist_jwt jwks=jwks.json issuer=https://id.example audience=xassist;
}r });
my $edge = $world->edge;

Xassist::Edge::spew("$edge->{dir}/conf/jwks.json", $provider->jwks);
chmod 0644, "$edge->{dir}/conf/jwks.json";
$edge->start;

$world->user('otto');

my $now = time;
my $call = $world->call;
$edge->ctl('user', 'set', 'acme', 'olga', '--issuer', 'https://id.example',
    '--subject', 'olga-7');


sub at { strftime('%Y-%m-%dT%H:%M:%SZ', gmtime $_[0]) }

sub token { $provider->token('EdDSA', { iat => $_[0] }) }

sub me {
    return $world->client->get('/xassist/v1/me',
        Accept => 'application/json', Authorization => "Bearer $_[0]");
}


sub swap {
    return $world->client->request('POST', '/xassist/v1/login', {
        Accept => 'application/json', Authorization => "Bearer $_[0]"
    })->{json}{session};
}


# The status and code of an open WebSocket, for a bearer.

sub opened {
    my ($bearer) = @_;
    my ($socket, $answer) = $world->client->websocket("/ws/$call",
        Authorization => "Bearer $bearer");
    return $socket || diag "not opened: $answer->{status}";
}


subtest 'what is older than a time' => sub {
    my %token = (old => token($now - 1000), new => token($now - 100));
    my %session = map { $_ => swap($token{$_}) } keys %token;
    $session{other} = $world->session('olga');

    my %live = map { ("$_ token" => $token{$_}, "$_ session" => $session{$_}) }
        qw(old new);
    my %socket = map { $_ => opened($live{$_}) } sort keys %live;

    $edge->ctl('user', 'sign-out', 'acme', 'olga', '--before',
        at($now - 500));

    for my $what ('old token', 'old session') {
        is($socket{$what}->wait_close->{code}, 4401, "$what: closed");
        is(me($live{$what})->{status}, 401, "$what: refused");
    }

    for my $what ('new token', 'new session') {
        ok($socket{$what}->echoes('still here'), "$what: open");
        is(me($live{$what})->{status}, 200, "$what: good");
    }

    is(me($session{other})->{status}, 200, 'nor was that older');
    is(swap($token{old}), undef, 'an old token is swapped no more');
    is(me(token($now - 500))->{status}, 200, 'one of that time is not older');
    is(me(token($now - 501))->{status}, 401, 'a second before is');
};

subtest 'by an administrator' => sub {
    my $olga = $world->signed_in('olga');
    my ($id) = map { $_->{id} } grep { $_->{name} eq 'olga' }
        @{ $edge->ctl(qw(user list acme))->{users} };
    my $path = "/xassist/v1/users/$id/sign-out";
    my $ask = sub {
        my ($client, $body) = @_;
        return $client->request('POST', $path, { Accept => 'application/json',
            Origin => $client->origin, 'Content-Type' => 'application/json' },
            $body);
    };

    is(reason($ask->($world->signed_in('otto'), '{}')),
        'permission_missing', 'not by anybody');
    is($ask->($olga, '{"before":"soon"}')->{status}, 400, 'a time is one');
    is($ask->($olga, '{"before":"' . at($now + 900) . '"}')->{status}, 400,
        'that has been');

    my $token = token($now - 90);
    is(me($token)->{status}, 200, 'a token of then');
    is($ask->($olga, '{"before":"' . at($now - 60) . '"}')->{status}, 200,
        'signed out');
    is(me($token)->{status}, 401, 'is void');
    is(me($olga->{cookies}{xassist})->{status}, 200, 'a session of now is not');

    is($ask->($olga, '{}')->{status}, 200, 'of everything');
    is(me($olga->{cookies}{xassist})->{status}, 401, 'of this, too');
    is(me(token($now))->{status}, 401, 'and of tokens so far');
};

subtest 'what is no time' => sub {
    for my $time ('', 'yesterday', at($now + 900), '0') {
        is(($edge->ctl_try('user', 'sign-out', 'acme', 'olga', '--before',
            $time))[0], 2, "\"$time\"");
    }
    is($edge->ctl('store', 'check')->{findings}, 0, 'the store is whole');
};

$world->finish;
