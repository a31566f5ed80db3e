#!/usr/bin/perl

# Users come with tokens of an identity provider.

use strict;
use warnings;
use lib 't/lib';

use Digest::SHA qw(hmac_sha256);
use Mojo::JSON qw(encode_json);
use Test::More;
use Xassist::Edge;
use Xassist::Held;
use Xassist::Provider;
use Xassist::World;

my @algorithms = qw(RS256 RS384 RS512 PS256 ES256 ES384 EdDSA);
my $provider = Xassist::Provider->new(@algorithms);
my $more = '';

my $world = world(stopped => 1, substitute => sub {
    $_[0] =~ s{(?=    xassist_store)}{
    xassist_jwt jwks=jwks.json issuer=https://id.example audience=xassist $more;
}r });
my $edge = $world->edge;
my $jwks = "$edge->{dir}/conf/jwks.json";

Xassist::Edge::spew($jwks, $provider->jwks);
chmod 0644, $jwks;
$edge->start;

$world->user('second');
$edge->ctl('user', 'set', 'acme', 'olga', '--issuer', 'https://id.example',
    '--subject', 'olga-7');


sub me {
    my ($token, %headers) = @_;

    return $world->client->get('/xassist/v1/me',
        Accept => 'application/json', Authorization => "Bearer $token",
        %headers);
}


for my $alg (@algorithms) {
    my $answer = me($provider->token($alg));
    is($answer->{status}, 200, "$alg: a good token");
    is($answer->{json}{name}, 'olga', "$alg: is olga");
    is($answer->{json}{roles}, 'account_admin,billing_contact',
        "$alg: with her roles");
    is(me($provider->token($alg))->{status}, 200, "$alg: and again");

    my $token = $provider->token($alg);
    my $flip = substr($token, -20, 1) eq 'A' ? 'B' : 'A';
    substr $token, -20, 1, $flip;
    is(me($token)->{status}, 401, "$alg: another signature");
}

subtest 'tokens that are not taken' => sub {
    my $pem = $provider->public_pem('RS256');
    my $by_pem = do {
        my $input = join '.', map { Xassist::Provider::b64(encode_json($_)) }
            { alg => 'HS256', typ => 'JWT' },
            { iss => 'https://id.example', aud => 'xassist',
                sub => 'olga-7', exp => time + 300 };
        "$input." . Xassist::Provider::b64(hmac_sha256($input, $pem));
    };
    my $other = Xassist::Provider->new('EdDSA');

    my %bad = (
        'HMAC with the public key' => $by_pem,
        'no algorithm' => $provider->token('EdDSA', {}, { alg => 'none' })
            =~ s/[^.]+$//r,
        'the algorithm of another key' =>
            $provider->token('RS256', {}, { alg => 'PS256' }),
        'another provider' => $other->token('EdDSA'),
        'its key within' => $other->token('EdDSA', {},
            { jwk => { kty => 'OKP' }, kid => undef }),
        'an extension' => $provider->token('EdDSA', {}, { crit => ['x'] }),
        'another issuer' => $provider->token('EdDSA',
            { iss => 'https://evil.example' }),
        'another audience' => $provider->token('EdDSA', { aud => 'shop' }),
        'expired' => $provider->token('EdDSA', { exp => time - 61 }),
        'not yet' => $provider->token('EdDSA', { nbf => time + 900 }),
        'no end' => $provider->token('EdDSA', { exp => undef }),
        'nobody' => $provider->token('EdDSA', { sub => 'nobody' }),
        'the name of a user' => $provider->token('EdDSA', { sub => 'olga' }),
        'deep' => do { my $deep = []; $deep = [$deep] for 1 .. 40;
            $provider->token('EdDSA', { deep => $deep }) },
        'no token' => 'a.b.c',
    );

    for my $name (sort keys %bad) {
        my $answer = me($bad{$name}, Accept => 'application/json');
        is($answer->{status}, 401, $name);
        is(reason($answer), 'signed_out', "$name: its reason says nothing");
    }

    unlike($edge->error_log, qr/eyJ/, 'no token in the log');
    like($edge->error_log, qr/refused: it is for another audience/,
        'but why it was refused') if $edge->error_log =~ /\[info\]/;
};

subtest 'one credential at a time' => sub {
    my $client = $world->signed_in('olga');
    is($client->get('/xassist/v1/me', Authorization => 'Bearer '
        . $provider->token('EdDSA'))->{status}, 400, 'a cookie and a token');
};

subtest 'what the upstream sees' => sub {
    my $answer = $world->client->get('/assist/open',
        Authorization => 'Bearer ' . $provider->token('EdDSA'));
    is($answer->{status}, 200, 'let in');
    my %headers = map { lc $_->[0] => $_->[1] }
        @{ $answer->{json}{headers} // [] } if ref $answer->{json}{headers}
        eq 'ARRAY';
    my $text = encode_json($answer->{json});
    unlike($text, qr/eyJ/, 'the token is consumed');
    like($text, qr/account_admin/, 'roles are told');
};

subtest 'the user counts' => sub {
    my $token = $provider->token('EdDSA');
    $edge->ctl('user', 'set', 'acme', 'olga', '--suspend');
    is(me($token)->{status}, 403, 'suspended');
    $edge->ctl('user', 'set', 'acme', 'olga', '--resume');
    is(me($token)->{status}, 200, 'resumed');
    $edge->ctl('user', 'sign-out', 'acme', 'olga');
    is(me($token)->{status}, 401, 'signed out: what was issued before');
    is(me($provider->token('EdDSA', { iat => time + 2 }))->{status}, 200,
        'not what is issued after');
    is(me($provider->token('EdDSA', { iat => undef }))->{status}, 401,
        'nor what does not say');
};

subtest 'the provider turns its keys' => sub {
    my $iat = time + 2;
    my $old = $provider->token('EdDSA', { iat => $iat });
    is(me($old)->{status}, 200, 'the old key');
    $provider->add('EdDSA');
    Xassist::Edge::spew($jwks, $provider->jwks);
    my $new = $provider->token('EdDSA', { iat => $iat });

    is($edge->wait_for(sub { me($new)->{status} == 200 }, 8), 1,
        'the new key, without a reload');
    is(me($old)->{status}, 401, 'the old one is gone, cached or not');

    Xassist::Edge::spew($jwks, '{"keys":[]}');
    ok($edge->reload(fails => 1), 'a file without keys fails the reload');
    is(me($new)->{status}, 200, 'and the keys stay');
    Xassist::Edge::spew($jwks, $provider->jwks);
};

subtest 'roles of the claim, under the same ceiling' => sub {
    $more = 'roles_claim=realm.roles account=acme';
    $edge->write_config($edge->{text});
    ok($edge->reload, 'reloaded');
    my $iat = time + 2;
    my $with = sub { $provider->token('ES256', { iat => $iat,
        realm => { roles => [@_] } }) };

    is(me($with->('agent'))->{json}{roles}, 'agent', 'replace the stored');
    is(me($provider->token('ES256', { iat => $iat }))->{json}{roles}, '',
        'without the claim: none');
    is($world->client->get('/assist/open', Authorization => 'Bearer '
        . $with->('agent'))->{status}, 200, 'they give rights');
    is($world->client->get('/assist/open', Authorization => 'Bearer '
        . $with->('unheard'))->{status}, 403, 'unknown ones do not');

    $edge->ctl('user', 'set', 'acme', 'olga', '--no-licence');
    is($world->client->get('/assist/open', Authorization => 'Bearer '
        . $with->('account_admin'))->{status}, 403, 'no licence is no licence');
    $edge->ctl('user', 'set', 'acme', 'olga', '--licence');

    $edge->ctl('account', 'create', 'other');
    $edge->ctl('user', 'create', 'other', 'otto');
    $edge->ctl('user', 'set', 'other', 'otto', '--issuer',
        'https://id.example', '--subject', 'otto-1');
    is(me($provider->token('ES256', { sub => 'otto-1' }))->{status}, 401,
        'a user of another account');
    is(($edge->ctl_try('user', 'set', 'other', 'otto', '--issuer',
        'https://id.example', '--subject', 'olga-7'))[0], 1,
        'one subject is one user');
};

sub swap {
    my ($token) = @_;

    return $world->client->request('POST', '/xassist/v1/login', {
        Accept => 'application/json', Authorization => "Bearer $token" });
}


sub who {
    my ($answer) = @_;

    return $world->client->get('/xassist/v1/me', Accept => 'application/json',
        Authorization => "Bearer $answer->{json}{session}")->{json};
}


subtest 'at first sight' => sub {
    my %nina = (sub => 'nina-1', preferred_username => 'nina',
        name => "Nina N\x{fc}sse", email => 'nina@example.com',
        email_verified => Mojo::JSON::true,
        realm => { roles => ['agent'] }, groups => ['pumps', 'Not Here']);
    my $new = sub { $provider->token('ES256', { %nina, @_ }) };

    is(swap($new->())->{status}, 401, 'a known user is required');

    $more = 'roles_claim=realm.roles teams_claim=groups users=new';
    $edge->write_config($edge->{text});
    like(($edge->test_config)[1], qr/needs account=NAME/,
        'new users need an account');
    $more .= ' account=acme';
    $edge->write_config($edge->{text});
    ok($edge->reload, 'reloaded');
    $edge->ctl('team', 'create', 'acme', 'pumps', '--roles', 'client');
    $edge->ctl('team', 'create', 'acme', 'valves', '--roles', 'client');

    is(me($new->())->{status}, 401, 'a token alone makes nobody');
    my $answer = swap($new->());
    is($answer->{status}, 200, 'signing in does') or diag $answer->{body};
    my $nina = who($answer);
    is($nina->{name}, "Nina N\x{fc}sse", 'with the name of the token');
    is(join(',', sort split /,/, $nina->{roles}), 'agent,client',
        'with its roles, and those of its teams');
    is(me($new->())->{json}{user}, $nina->{user}, 'known by tokens from now');

    my ($user) = grep { $_->{name} eq 'nina' }
        @{ $edge->ctl('user', 'list', 'acme')->{users} };
    is($user->{mail} // $edge->ctl('user', 'show', 'acme', 'nina')->{mail},
        'nina@example.com', 'and the mail');
    is($world->client->get('/assist/open', Authorization =>
        "Bearer $answer->{json}{session}")->{status}, 403, 'without a licence');

    $answer = swap($new->(groups => ['valves'],
        realm => { roles => ['account_manager'] }));
    is(who($answer)->{user}, $nina->{user}, 'again: the same user');
    is(join(',', sort split /,/, who($answer)->{roles}),
        'account_manager,client', 'roles and teams follow');
    $answer = swap($new->(groups => undef, realm => undef));
    is(who($answer)->{roles}, '', 'to nothing, too');

    my @all = map { $provider->token('ES256', { sub => "many-$_" }) } 1 .. 6;
    my @said = map { swap($_)->{status} } @all, @all;
    is("@said", join(' ', (200) x 12), 'who has no name has the subject\'s');

    is(swap($new->(sub => 'nina-2'))->{status}, 401,
        'a name that is taken is another person');
    is(who(swap($new->()))->{user}, $nina->{user}, 'who stays who she was');
    is(swap($provider->token('ES256', { sub => 'otto-1' }))->{status}, 401,
        'nor is somebody of another account taken over');

    $edge->ctl('user', 'sign-out', 'acme', 'nina');
    is(swap($new->())->{status}, 401, 'whose tokens are void');
    $edge->ctl('user', 'set', 'acme', 'nina', '--suspend');
    is(swap($new->(iat => time + 2))->{status}, 403, 'or is suspended');

    for my $bad ({ groups => 'a,b' }, { groups => { a => 1 } },
        { groups => ['a,b'] }, { groups => [1] }, { groups => ['x' x 3000] })
    {
        is(swap($new->(sub => 'bad-1', %$bad))->{status}, 401,
            'teams that are none: '
                . encode_json($bad->{groups}) =~ s/x{9,}/x/r);
    }

    $more =~ s/users=new/users=licensed/;
    $edge->write_config($edge->{text});
    ok($edge->reload, 'reloaded');
    $answer = swap($provider->token('ES256', { sub => 'lena-1',
        realm => { roles => ['agent'] } }));
    is($world->client->get('/assist/open', Authorization =>
        "Bearer $answer->{json}{session}")->{status}, 200,
        'with a licence, if so configured');
    is($edge->ctl('store', 'check')->{findings}, 0, 'the store is whole');
};

# Tabs of one browser that come back from the provider together: each finds
# nobody, and each asks for the user to be made.

subtest 'twice at once at first sight' => sub {
    for my $n (1 .. 2) {
        my $token = $provider->token('ES256', { sub => "pair-$n",
            realm => { roles => ['agent'] } });
        my @tabs = map {
            my $client = $world->client;
            { client => $client, bytes => $client->head_of('POST',
                '/xassist/v1/login', { Connection => 'close',
                    Accept => 'application/json',
                    Authorization => "Bearer $token" }) . "\r\n" };
        } 1 .. 3;
        my $held = hold($edge);

        press(@tabs);
        is($world->client->get('/open')->{status}, 200,
            'all are read, and wait');
        is(scalar(grep { answer($_, 0.001) } @tabs), 0, 'nobody is told');
        $held->release;

        my @said = map { (answer($_) // { status => 0 })->{status} } @tabs;
        is("@said", '200 200 200', 'all are signed in')
            or diag map { ($_->{answer} // {})->{body} // '' } @tabs;

        my %users = map { my $json = eval {
            Mojo::JSON::decode_json($_->{answer}{body}) } // {};
            (who({ json => $json })->{user} // 'nobody') => 1 } @tabs;
        is(scalar keys %users, 1, 'as one user');
        ok(!$users{nobody}, 'who is somebody');
        is(scalar(grep { $_->{name} eq "pair-$n" }
            @{ $edge->ctl('user', 'list', 'acme')->{users} }), 1,
            'who is there once');
    }

    is($edge->ctl('store', 'check')->{findings}, 0, 'the store is whole');
};

subtest 'a socket closes when the token is over' => sub {
    plan skip_all => 'needs the test clock'
        unless Xassist::Edge::has_test_clock();

    # A minute of grace is left to it; the clock stands still meanwhile.

    my $now = time;
    $edge->clock(1000 * $now);
    my $call = $world->call;
    my $iat = $now + 2;
    my $client = $world->client;
    my $token = $provider->token('EdDSA', { iat => $iat, exp => $now - 50,
        realm => { roles => ['account_admin'] } });
    my ($socket, $answer) = $client->websocket("/ws/$call",
        Authorization => "Bearer $token");
    ok($socket, 'opened') or return diag $answer->{status};
    $edge->clock(1000 * ($now + 11));
    my ($code, $reason);
    while (my ($opcode, $data) = $socket->read_frame) {
        last unless defined $opcode;
        ($code, $reason) = (unpack('n', $data), substr $data, 2)
            if $opcode == 8;
        last if $opcode == 8;
    }
    is($code, 4401, 'closed in time');
    is($reason, 'signed_out', 'with its reason');
};

$world->finish(qr/no key of the set|jwks|needs account/);
