#!/usr/bin/perl

# A place that belongs to one account: nobody of another acts there, a link of
# another is unknown, and who signs in need not name it.

use strict;
use warnings;
use lib 't/lib';

use Mojo::JSON qw(encode_json);
use Test::More;
use Xassist::Api;
use Xassist::World;

my %of = (acme => 'acme', other => 'other', none => 'nobodys');

my $places = join '', map { "
        location /$_/ { xassist_account $of{$_}; xassist_require regular;
            proxy_pass http://application; }
        location /$_-all/ { xassist_account $of{$_};
            xassist_require everybody; proxy_pass http://application; }
        location /$_-j/ { xassist_account $of{$_}; xassist_join; }
        location /$_-api/ { xassist_account $of{$_}; xassist_api; }
" } sort keys %of;

my $world = world(
    policy => sub { $_[0] =~ s/("rules": \{)/$1
        "same": {"all": ["regular", "same_account"]},/r },
    substitute => sub { $_[0] =~ s{(?=    xassist_policy )}
        {    xassist_node edge-1;\n}r =~ s{(?=        location / \{)}{$places
        location /asked/ { xassist_account \$arg_of;
            xassist_require same; proxy_pass http://application; }
        location ~ "^/tube/(?<call>[A-Za-z0-9_-]{16})\$" {
            xassist_account acme; xassist_call \$call;
            xassist_require in-call; xassist_proxy application; }
    }r });
my $edge = $world->edge;
my $olga = $world->signed_in('olga');

$edge->ctl('account', 'create', 'other');
$edge->ctl('user', 'create', 'other', 'otto', '--roles', 'account_admin');
my $otto = $world->client;
$otto->{cookies}{xassist}
    = $edge->ctl('session', 'create', 'other', 'otto')->{token};


sub status { return $_[0]->get($_[1])->{status} }


is($world->client->get('/xassist/v1/health')->{json}{node}, 'edge-1',
    'the node has a name');

subtest 'who is of another account is refused' => sub {
    is(status($olga, '/acme/'), 200, 'one\'s own');
    my $answer = $olga->get('/other/');
    is($answer->{status}, 403, 'another');
    is(reason($answer), 'permission_missing', 'and why');
    is(status($otto, '/other/'), 200, 'the other way round');
    is(status($otto, '/acme/'), 403, 'too');
    is(status($world->client, '/acme/'), 401, 'nobody is signed out');
};

subtest 'whatever the rule says' => sub {
    is(status($olga, '/acme-all/'), 200, 'one\'s own');
    is(status($olga, '/other-all/'), 403, 'another');
    is(status($world->client, '/other-all/'), 200, 'open to who is nobody');
};

subtest 'an account that there is not' => sub {
    is(status($olga, '/none/'), 403, 'refuses everybody');
    is(status($olga, '/asked/'), 403, 'as none does');
    is(status($olga, '/asked/?of=' . 'A' x 16), 403, 'and the id of none');
};

subtest 'rules ask for it' => sub {
    is(status($olga, '/asked/?of=acme'), 200, 'by name');
    is(status($olga, "/asked/?of=$world->{account}{id}"), 200, 'by id');
    is(status($olga, '/asked/?of=other'), 403, 'another');
};

subtest 'the API of a place' => sub {
    my $app = as_app($world, $olga->{cookies}{xassist});
    my %as = (Authorization => "Bearer $app->{bearer}");
    is($app->get('/acme-api/v1/me', %as)->{status}, 200, 'one\'s own');
    is($app->get('/other-api/v1/me', %as)->{status}, 403, 'another');
};

subtest 'links' => sub {
    my $token = token_of($world->link($world->call));
    my %html = (Accept => 'text/html');
    my $forged = $token =~ s/.$/$& eq 'A' ? 'B' : 'A'/er;

    is($world->client->get("/acme-j/$token", %html)->{status}, 200, 'of it');
    my $foreign = $world->client->get("/other-j/$token", %html);
    my $unknown = $world->client->get("/other-j/$forged", %html);
    is($foreign->{status}, 404, 'of another: unknown');
    is(reason($foreign), 'unknown_link', 'by name');
    is($foreign->{body}, $unknown->{body}, 'with the bytes of a forged one');

    $foreign = $world->client->get("/other-api/v1/links/$token");
    is($foreign->{status}, 404, 'by the API, too');
    unlike($foreign->{body}, qr/wrong_account/, 'the answer does not say so');
};

subtest 'signing in' => sub {
    my $dir = $edge->{dir};
    my $ctl = Xassist::Edge::build() . '/xassistctl';
    local $ENV{ASAN_OPTIONS} = 'detect_leaks=0';
    system("echo correct horse | $ctl --store $dir/store --keys "
        . "$dir/conf/keys user password acme olga >/dev/null") == 0
        or BAIL_OUT('no password');

    my $try = sub {
        my ($place, %body) = @_;
        my $answer = $world->client->request('POST', "/$place-api/v1/login",
            { 'Content-Type' => 'application/json' },
            encode_json({ password => 'correct horse', %body }));
        return $answer->{status};
    };

    is($try->('acme', name => 'olga'), 200, 'without naming the account');
    is($try->('acme', name => 'olga', account => 'acme'), 200, 'naming it');
    is($try->('other', name => 'olga', account => 'acme'), 401,
        'not where it is another\'s');
    is($try->('other', name => 'olga'), 401, 'not as one of another');
};

subtest 'open connections stay' => sub {
    my $call = $world->call;
    my ($socket, $answer) = $world->signed_in('olga')->websocket(
        "/tube/$call", Origin => $olga->origin);
    ok($socket, 'a WebSocket') or diag $answer->{status};
    $edge->ctl('user', 'set', 'acme', 'olga', '--roles',
        'account_admin,service_agent');
    ok($edge->reload, 'decided again, by a new cycle too');
    ok($socket && $socket->echoes('hello'), 'it is open still');
};

$world->finish;
