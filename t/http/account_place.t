#!/usr/bin/perl

# A place that belongs to one account: people, links and cards of another are
# as if they were not there, and who signs in need not name it.

use strict;
use warnings;
use lib 't/lib';

use Mojo::JSON qw(encode_json);
use Test::More;
use Xassist::Api;
use Xassist::Provider;
use Xassist::World;

my $provider = Xassist::Provider->new('EdDSA');
my $world = world(stopped => 1, policy => sub {
    $_[0] =~ s/("rules": \{)/$1
        "same": {"all": ["regular", "same_account"]},/r
}, substitute => sub { $_[0]
    =~ s{(?=        location /j/)}{
        xassist_account \$place;

        location /theirs/ {
            xassist_account globex;
            xassist_require regular;
            proxy_pass http://application;
        }

        location /open/ {
            xassist_require everybody;
            proxy_pass http://application;
        }

        location /asked/ {
            xassist_account \$arg_of;
            xassist_require same;
            proxy_pass http://application;
        }

}r
    =~ s{(?=    xassist_store)}{
    xassist_node edge-1;

    map \$http_x_place \$place {
        default \$http_x_place;
        ''      acme;
    }

    xassist_jwt jwks=jwks.json issuer=https://id.example audience=xassist;
}r });
my $edge = $world->edge;
my $jwks = "$edge->{dir}/conf/jwks.json";

Xassist::Edge::spew($jwks, $provider->jwks);
chmod 0644, $jwks;
$edge->start;
$edge->ctl(qw(account create globex));
$edge->ctl(qw(user create globex gina --roles account_admin));
$edge->ctl(qw(user set globex gina --issuer https://id.example --subject g1));

my $olga = $world->signed_in('olga');
my $nobody = $world->client;
my $gina = $edge->ctl(qw(session create globex gina))->{token};
my $theirs = $edge->ctl(qw(call create globex gina --title Secret))->{id};
my @globex = ('X-Place' => 'globex');


sub token { return $edge->ctl(qw(invite create --call), @_)->{link}
    =~ s{.*/}{}r }


sub as_gina {
    my ($method, $path, %headers) = @_;
    return $world->client->request($method, $path, { Accept =>
        'application/json', Authorization => "Bearer $gina", %headers });
}


is($nobody->get('/xassist/v1/health')->{json}{node}, 'edge-1',
    'the node has a name');

subtest 'a session' => sub {
    is(api($olga, GET => 'me')->{status}, 200, 'of this account');
    is(as_gina(GET => '/xassist/v1/me', @globex)->{status}, 200,
        'of the other, at its place');

    for my $path ('/xassist/v1/me', '/home/dashboard',
        "/xassist/v1/calls/$theirs")
    {
        my $answer = as_gina(GET => $path);
        is($answer->{status}, 403, "of the other, here: $path");
        is(reason($answer), 'permission_missing', 'has no right');
    }
};

subtest 'a location says it, over its server' => sub {
    is(as_gina(GET => '/theirs/')->{status}, 200, 'her own');
    is($olga->get('/theirs/')->{status}, 403, 'of another account');
    is($nobody->get('/theirs/')->{status}, 401, 'who is nobody may sign in');
};

subtest 'whatever the rule says' => sub {
    is($olga->get('/open/')->{status}, 200, 'her own');
    is($olga->get('/open/', @globex)->{status}, 403, 'another');
    is($nobody->get('/open/', @globex)->{status}, 200,
        'open to who is nobody');
};

subtest 'rules ask for it' => sub {
    my $asked = sub { $olga->get("/asked/$_[0]")->{status} };
    is($asked->('?of=acme'), 200, 'by name');
    is($asked->("?of=$world->{account}{id}"), 200, 'by id');
    is($asked->('?of=globex'), 403, 'another');
    is($asked->(''), 403, 'none');
    is($asked->('?of=' . 'A' x 16), 403, 'the id of none');
};

subtest 'a WebSocket' => sub {
    my ($socket, $answer) = $world->client->websocket("/ws/$theirs",
        Authorization => "Bearer $gina");
    ok(!$socket, 'not here');
    is($answer->{status}, 403, 'but 403');
    ok(($world->client->websocket("/ws/$theirs",
        Authorization => "Bearer $gina", @globex))[0], 'but there');

    ($socket) = $olga->websocket('/ws/' . $world->call);
    $edge->ctl(qw(user set acme olga --roles account_admin,service_agent));
    ok($edge->reload, 'decided again, by a new cycle too');
    ok($socket && $socket->echoes('hello'), 'one of this account stays');
};

subtest "a guest's session, and his way to another device" => sub {
    my $token = token($theirs);
    my $joined = api($world->client, POST => "links/$token/join",
        { browser => 'A' x 22, name => 'Gus', terms => \1 }, @globex)->{json};
    my @gus = (Authorization => "Bearer $joined->{session}");
    is($world->client->get("/call/$theirs", @gus, @globex)->{status}, 200,
        'there');
    is($world->client->get("/call/$theirs", @gus)->{status}, 403, 'not here');

    my $made = $world->client->request('POST',
        "/xassist/v1/calls/$theirs/transfer", { @gus, @globex })->{json};
    my $pass = token_of($made->{link} // '');
    is(api($world->client, GET => "links/$pass", undef, @globex)->{json}{name},
        'Gus', 'a pass, there');
    my $here = api($world->client, GET => "links/$pass");
    unlike($here->{body}, qr/Gus|Secret/, 'says nothing here');
    is($here->{json}{reason}, 'expired', 'as one that was forgotten');
    is(reason(api($world->client, POST => "links/$pass/join",
        { browser => 'B' x 21 . 'A' })), 'expired', 'nor leads in');
};

subtest 'a link' => sub {
    my $token = token($theirs);
    is($world->client->get("/j/$token", @globex)->{status}, 200, 'there');
    my $txn = $world->txnid;
    my $answer = $world->client->get("/j/$token", Accept => 'text/html');
    is($answer->{status}, 404, 'not here');
    is(reason($answer), 'unknown_link', 'as unknown');
    is($answer->{body}, $world->client->get('/j/' . $token
        =~ s/.$/$& eq 'A' ? 'B' : 'A'/er, Accept => 'text/html')->{body},
        'with the bytes of a forged one');
    is(reason(api($world->client, POST => "links/$token/join",
        { browser => 'A' x 22, name => 'Gus', terms => \1 })),
        'unknown_link', 'nor is it taken');

    my $page = $world->client;
    my $nonce = Xassist::Client::nonce($page->get("/j/$token", @globex)
        ->{body});
    is(reason($page->post("/j/$token", { nonce => $nonce, name => 'Gus',
        terms => 1 }, Accept => 'application/json')), 'unknown_link',
        'by a page of the other place');
    is($world->txnid, $txn, 'nothing was changed');

    is($world->client->join_link($world->link($world->call))->{status}, 303,
        'one of this account is');
};

subtest 'a login card' => sub {
    my $card = as_gina(POST => '/xassist/v1/cards', @globex)->{json}{card};
    my $path = "/xassist/v1/cards/$card";
    my @app = (Accept => 'application/json',
        'Content-Type' => 'application/json');
    my $look = $world->client->get($path, Accept => 'application/json');
    is(reason($look), 'expired', 'is none here');
    unlike($look->{body}, qr/gina|globex/, 'and tells nothing');
    is(reason($world->client->request('POST', $path, { @app }, '{}')),
        'expired', 'nor signs in');
    is($world->client->request('POST', $path, { @app, @globex }, '{}')
        ->{status}, 200, 'but there');
};

subtest 'signing in' => sub {
    for (['acme', 'olga'], ['globex', 'gina']) {
        open my $fh, '|-', Xassist::Edge::build() . '/xassistctl --store '
            . "$edge->{dir}/store --keys $edge->{dir}/conf/keys user password "
            . "@$_ >/dev/null" or die $!;
        print $fh "correct horse\n";
        close $fh or die 'no password';
    }

    my $try = sub {
        my ($said, @place) = @_;
        return $world->client->request('POST', '/xassist/v1/login', { Accept =>
            'application/json', 'Content-Type' => 'application/json', @place },
            encode_json({ password => 'correct horse', %$said }))->{status};
    };
    is($try->({ name => 'olga', account => 'acme' }), 200, 'here');
    is($try->({ name => 'olga' }), 200, 'the place says which account');
    is($try->({ name => 'gina', account => 'globex' }), 401,
        'the other account: as a wrong password');
    is($try->({ name => 'gina@globex' }), 401, '... by her whole name, too');
    is($try->({ name => 'gina', account => 'globex' }, @globex), 200,
        'but there');
    is($try->({ name => 'gina' }, @globex), 200, '... which is known there');
};

subtest 'a token of the provider' => sub {
    # what was issued before her password was set is void
    my @bearer = (Authorization => 'Bearer ' . $provider->token('EdDSA',
        { sub => 'g1', iat => time + 2 }));
    is($world->client->get('/xassist/v1/me', @bearer, @globex)->{status}, 200,
        'there');
    is($world->client->get('/xassist/v1/me', @bearer)->{status}, 403,
        'not here');
    my $swapped = $world->client->request('POST', '/xassist/v1/login',
        { @bearer })->{json}{session} // 'none';
    isnt($world->client->get('/home/dashboard',
        Authorization => "Bearer $swapped")->{status}, 200,
        'nor by a session that it is swapped for');
};

subtest 'a place of no account serves nobody' => sub {
    my @none = ('X-Place' => 'nobody');
    is($world->client->get('/home/dashboard', @none, Accept =>
        'application/json', Cookie => 'xassist=' . $world->session('olga'))
        ->{status}, 403, 'a session');
    my $token = $world->link($world->call) =~ s{.*/}{}r;
    is(reason($world->client->get("/j/$token", @none, Accept =>
        'application/json')), 'unknown_link', 'a link');
};

$world->finish;
