#!/usr/bin/perl

# The platform of a session is that of the device it is used on, by whatever
# way it was begun: it is recorded, and rules may ask for it.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::Api;
use Xassist::Provider;
use Xassist::World;

my $lines = <<'E';
        location /handheld {
            xassist_require handheld platform=$xassist_platform;
            proxy_pass http://application;
        }
E
my $provider = Xassist::Provider->new('EdDSA');
my $world = world(stopped => 1,
    policy => sub { $_[0] =~ s/"rules"\s*:\s*\{/$&
        "handheld": {"in": ["\$platform", ["ios", "android"]]},/r },
    substitute => sub { $_[0]
        =~ s/(?=        # Open to everybody)/$lines\n/r
        =~ s{(?=    xassist_store)}{
    xassist_jwt jwks=jwks.json issuer=https://id.example audience=xassist;
}r });
my $edge = $world->edge;
my $jwks = "$edge->{dir}/conf/jwks.json";

Xassist::Edge::spew($jwks, $provider->jwks);
chmod 0644, $jwks;
$edge->start;
$edge->ctl('user', 'set', 'acme', 'olga', '--issuer', 'https://id.example',
    '--subject', 'olga-7');

my $olga = $world->signed_in('olga');

my %agents = (
    ios => 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X)',
    android => 'Mozilla/5.0 (Linux; Android 14; Pixel 8) Mobile',
    windows => 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/124.0.0.0',
    mac => 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)',
    other => 'curl/8',
);

# From a device to another; the last is an iPad that says to be a Mac.

my @moves = (
    [windows => 'ios'], [ios => 'windows'], [mac => 'android'],
    [android => 'other'], [windows => 'ios', { touch => 1 }, 'mac'],
);


sub agent { return ('User-Agent' => $agents{$_[0]}) }


# What the rule says of who holds this session, whatever the browser that asks
# calls itself.

sub ruled {
    my ($session, $platform) = @_;

    my $asks = $platform =~ /ios|android/ ? 'windows' : 'ios';
    is($world->client->get('/handheld', agent($asks),
        Authorization => "Bearer $session")->{status},
        $platform =~ /ios|android/ ? 200 : 403, "$platform: the rule");
}


sub participant {
    my ($call, $kind, $platform) = @_;

    my @is = map { $_->{platform} } grep { $_->{kind} eq $kind }
        @{ api($olga, GET => "calls/$call/participants")
            ->{json}{participants} };
    is("@is", $platform, "$platform: the participant");
}


sub nonce { return Xassist::Client::nonce($_[0]{body}) }


subtest 'taken over by a transfer, in a browser' => sub {
    for my $row (@moves) {
        my ($from, $to, $form, $as) = @$row;
        my $call = $world->call;
        my ($desk, $phone) = map { $world->client } 1 .. 2;
        my ($path) = $world->link($call) =~ m{(/j/.*)};
        $desk->post($path, { name => 'Ann', terms => 1,
            nonce => nonce($desk->get($path, agent($from))) }, agent($from));
        participant($call, 'guest', $from);

        ($path) = api($desk, POST => "calls/$call/transfer")->{json}{link}
            =~ m{(/j/.*)};
        my @agent = agent($as // $to);
        is($phone->post($path, { nonce => nonce($phone->get($path, @agent)),
            %{ $form // {} } }, @agent)->{status}, 303, "$from to $to");

        participant($call, 'guest', $to);
        ruled($phone->{cookies}{'xassist-g'}, $to);
    }
};

subtest 'taken over by a transfer, in an app' => sub {
    for my $row (['ios/2.1', 'ios'], ['Windows/1', 'windows']) {
        my ($app, $to) = @$row;
        my $call = $world->call;
        my $desk = $world->guest($call);
        my $token = token_of(api($desk, POST => "calls/$call/transfer")
            ->{json}{link});
        my $joined = api($world->client, POST => "links/$token/join",
            { browser => 'B' x 21 . 'A' }, 'Xassist-App' => $app);
        is($joined->{status}, 200, "to $app") or diag $joined->{body};

        participant($call, 'guest', $to);
        ruled($joined->{json}{session}, $to);
    }
};

subtest 'signed in by a login card' => sub {
    for my $row (@moves) {
        my (undef, $to, $form, $as) = @$row;
        my $made = api($olga, POST => 'cards', {})->{json};
        my $phone = $world->client;
        my $path = $made->{url} =~ s{^http://[^/]+}{}r
            . ($form ? '?lang=en&touch=1' : '?lang=en');
        is($phone->post($path, { next => '' }, agent($as // $to),
            Accept => 'text/html')->{status}, 303, "$to: signed in");

        my $call = $world->call;
        ok(my ($socket) = $phone->websocket("/ws/$call"), 'takes part');
        participant($call, 'regular', $to);
        ruled($phone->{cookies}{xassist}, $to);
    }
};

subtest 'by a token of a provider' => sub {
    for my $to (sort keys %agents) {
        my $call = $world->call;
        my $client = $world->client;
        my @bearer = (Authorization => 'Bearer ' . $provider->token('EdDSA'));
        my ($socket) = $client->websocket("/ws/$call", @bearer, agent($to));
        ok($socket, "$to: takes part");
        participant($call, 'regular', $to);
        is($client->get('/handheld', @bearer, agent($to))->{status},
            $to =~ /ios|android/ ? 200 : 403, "$to: the rule");
    }
};

subtest 'by a session that such a token was swapped for' => sub {
    for my $row (['android', 'android'], ['windows', 'windows'],
        ['windows', 'ios', '', 'Xassist-App' => 'ios/3'],
        ['mac', 'ios', '?touch=1'], ['mac', 'mac', '?touch='],
        ['windows', 'windows', '?touch=1'])
    {
        my ($agent, $to, $query, @app) = @$row;
        my $answer = $world->client->request('POST', '/xassist/v1/login'
            . ($query // ''), { Accept => 'application/json', agent($agent),
            @app, Authorization => 'Bearer ' . $provider->token('EdDSA') });
        is($answer->{status}, 200, "$to: signed in") or diag $answer->{body};

        my $call = $world->call;
        my ($socket) = $world->client->websocket("/ws/$call",
            Authorization => "Bearer $answer->{json}{session}");
        ok($socket, 'takes part');
        participant($call, 'regular', $to);
        ruled($answer->{json}{session}, $to);
    }
};

$world->finish;
