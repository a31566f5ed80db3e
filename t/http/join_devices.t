#!/usr/bin/perl

# Which device a guest came by, and how the join page offers the app on it.

use strict;
use warnings;
use lib 't/lib';

use Mojo::Util qw(html_unescape url_unescape);
use Test::More;
use Xassist::Api;
use Xassist::World;

my $lines = <<'E';
        xassist_app ios id=TEAM123456.com.acme.assist link=acme-assist://join?link= store=https://apps.example.com/assist;
        xassist_app android id=com.acme.assist cert=14:6D:E9:83 store=https://play.example.com/assist;
        xassist_app windows link=acme-console://join?link=;

        location /.well-known/ {
            xassist_wellknown;
        }

        location /handheld {
            xassist_require handheld platform=$xassist_platform;
            proxy_pass http://application;
        }

        location /glasses/ {
            xassist_device glasses;
            xassist_join;
        }
E
my $world = world(policy => sub {
    $_[0] =~ s/"rules"\s*:\s*\{/$&
        "handheld": {"in": ["\$platform", ["ios", "android"]]},/r },
    substitute => sub {
    $_[0] =~ s/(?=        # Open to everybody)/$lines\n/r });
my $edge = $world->edge;
my $call = $world->call;

my %agents = (
    iphone => 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) '
        . 'AppleWebKit/605.1.15 Version/17.4 Mobile/15E148 Safari/604.1',
    android => 'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 '
        . 'Chrome/124.0.0.0 Mobile Safari/537.36',
    windows => 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/124.0.0.0',
    mac => 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17.4 '
        . 'Safari/605.1.15',
);


# The device that the store holds of a guest who joined so.

sub device {
    my ($headers, $form, $prefix) = @_;

    my $client = $world->client;
    my $link = $world->link($call);
    my ($token) = $link =~ m{/j/(.*)};
    my $path = ($prefix // '/j/') . $token;
    my $page = $client->get($path, %$headers);
    my $answer = $client->post($path, { name => 'Ann', terms => 1,
        nonce => Xassist::Client::nonce($page->{body}), %{ $form // {} } },
        %$headers);

    return "status $answer->{status}" unless $answer->{status} == 303;
    return $client->get("/call/$call")->{json}{headers}{'X-Xassist-Device'}[0];
}

subtest 'the device of a guest' => sub {
    for my $row (
        ['mobile_web', { 'User-Agent' => $agents{iphone} }],
        ['mobile_web', { 'User-Agent' => $agents{android} }],
        ['web', { 'User-Agent' => $agents{windows} }],
        ['web', { 'User-Agent' => $agents{mac} }],
        ['mobile_web', { 'User-Agent' => $agents{mac} }, { touch => 1 }],
        ['web', { 'User-Agent' => $agents{mac} }, { touch => '' }],
        ['web', {}],
        ['mobile', { 'Xassist-App' => 'ios/2.1' }],
        ['mobile', { 'Xassist-App' => 'Android/2.1',
            'User-Agent' => $agents{android} }],
        ['glasses', { 'Xassist-App' => 'glasses/1.0' }],
        ['web', { 'Xassist-App' => 'windows/1' }],
        ['web', { 'Xassist-App' => 'toaster/9' }],
        ['mobile_web', { 'Xassist-App' => 'toaster/9',
            'User-Agent' => $agents{iphone} }],
        ['web', { 'X-Xassist-App' => 'ios/2.1' }])
    {
        my ($wanted, $headers, $form) = @$row;
        is(device($headers, $form), $wanted, join ' ', $wanted, '<-',
            map { substr "$_: $headers->{$_}", 0, 40 } sort keys %$headers);
    }

    is(device({ 'User-Agent' => $agents{iphone} }, {}, '/glasses/'),
        'glasses', 'xassist_device says otherwise');
};

# What the participant of a guest who joined so is said to have.

sub platform {
    my ($headers, $touch) = @_;

    my $olga = $world->signed_in('olga');
    my $client = $world->client;
    my $call = $world->call;
    my ($token) = $world->link($call) =~ m{/j/(.*)};
    my $page = $client->get("/j/$token", %$headers);
    $client->post("/j/$token", { name => 'Ann', terms => 1,
        nonce => Xassist::Client::nonce($page->{body}), touch => $touch },
        %$headers);

    # others' headers now: it is the one of the Join press that counts
    my $session = $client->{cookies}{'xassist-g'};
    return (api($olga, GET => "calls/$call/participants")
        ->{json}{participants}[0]{platform},
        $world->client->get('/handheld', 'User-Agent' => $agents{windows},
            Authorization => "Bearer $session")->{status});
}

subtest 'the platform of a guest, and a rule that asks for it' => sub {
    for my $row (
        ['ios', 200, { 'User-Agent' => $agents{iphone} }],
        ['android', 200, { 'User-Agent' => $agents{android} }],
        ['windows', 403, { 'User-Agent' => $agents{windows} }],
        ['mac', 403, { 'User-Agent' => $agents{mac} }],
        ['ios', 200, { 'User-Agent' => $agents{mac} }, 1],
        ['windows', 403, { 'User-Agent' => $agents{windows} }, 1],
        ['ios', 200, { 'Xassist-App' => 'iOS/2.1',
            'User-Agent' => $agents{windows} }],
        ['other', 403, { 'Xassist-App' => 'other/1',
            'User-Agent' => $agents{iphone} }],
        ['other', 403, { 'User-Agent' => 'curl/8' }],
        ['android', 200, { 'Xassist-App' => 'toaster/9',
            'User-Agent' => $agents{android} }])
    {
        my ($wanted, $status, $headers, $touch) = @$row;
        my $named = join ' ', "$wanted <-", map { substr "$_: "
            . $headers->{$_}, 0, 40 } sort keys %$headers;
        is(join(' ', platform($headers, $touch // '')), "$wanted $status",
            $named);
    }
    isnt($world->client->get('/handheld', 'User-Agent' => $agents{iphone})
        ->{status}, 200, 'nobody has none');
};

subtest 'the platform of who signs in, and of a participant' => sub {
    $world->user('pia', roles => 'account_admin');
    open my $fh, '|-', Xassist::Edge::build() . '/xassistctl --store '
        . "$edge->{dir}/store --keys $edge->{dir}/conf/keys user password "
        . 'acme pia >/dev/null' or die $!;
    print $fh "correct horse\n";
    close $fh or die 'no password';

    for my $row (['android', 200], ['mac', 403]) {
        my ($agent, $status) = @$row;
        my $pia = $world->client;
        my $call = $world->call;
        is($pia->post('/xassist/v1/login', { account => 'acme',
            name => 'pia', password => 'correct horse' },
            'User-Agent' => $agents{$agent})->{status}, 303, $agent);
        is($pia->get('/handheld')->{status}, $status, "$agent: the rule");
        my ($there) = $pia->websocket("/ws/$call");
        my ($is) = map { $_->{platform} } grep { $_->{name} eq 'pia' }
            @{ api($pia, GET => "calls/$call/participants")
                ->{json}{participants} };
        is($is, $agent, "$agent: the participant");
    }
};

my $link = $world->link($call);
my ($path) = $link =~ m{(/j/.*)};
my $address = "http://127.0.0.1:$edge->{port}$path";


sub app {
    my ($agent, $query) = @_;

    my $body = $world->client->get($path . ($query // ''),
        'User-Agent' => $agents{$agent})->{body};
    return html_unescape(($body =~ /id="app" href="([^"]*)"/)[0] // ''), $body;
}

subtest 'the app is offered with the link in it' => sub {
    my ($open, $body) = app('iphone');
    is($open, 'acme-assist://join?link=' . Mojo::Util::url_escape($address),
        'ios: the scheme, the link behind it');
    like($body, qr{href="https://apps\.example\.com/assist"}, 'the store');
    like($body, qr/<form/, 'the browser does, too');

    ($open) = app('android');
    my ($fallback) = $open =~ /S\.browser_fallback_url=([^;]*);end$/;
    my $intent = $address =~ s/^http/intent/r;
    is($open =~ s/;S\..*//r,
        "$intent#Intent;scheme=http;package=com.acme.assist", 'android');
    is(url_unescape($fallback), "$address?app=get", '... and the way back');

    (undef, $body) = app('android');
    like($body, qr/id="app-missing"[^>]* hidden/, 'nothing is amiss at first');
    (undef, $body) = app('android', '?app=get');
    like($body, qr/id="app-missing" role="status">/,
        'who comes back is told that the app is missing');
    like($body, qr/<form/, '... and can go on');

    ($open) = app('windows');
    like($open, qr{^acme-console://join\?link=http%3A}, 'a console on Windows');
    is((app('mac'))[0], '', 'none for others');
};

subtest 'an outside expert is offered the console, on a desktop' => sub {
    my $olga = $world->signed_in('olga');
    my ($here) = $olga->websocket("/ws/$call");
    my $outside = $world->external($call, 'olga', 'Max', 'view')->{link};
    my ($to) = $outside =~ m{(/j/.*)};
    my $whole = "http://127.0.0.1:$edge->{port}$to";
    my $body = $world->client->get($to, 'User-Agent' => $agents{windows})
        ->{body};

    is(($body =~ /id="app" href="([^"]*)"/)[0], 'acme-console://join?link='
        . Mojo::Util::url_escape($whole), 'with the link in it');
    is((grep { $_->{name} eq 'Max' } @{ $edge->ctl(qw(invite list --call),
        $call)->{invitations} })[0]{state}, 'unused', 'which is not spent');
};

subtest 'the page has the whole link for a QR code' => sub {
    my (undef, $body) = app('mac');
    like($body, qr/data-link="\Q$address\E"/, 'as this browser came');
};

subtest 'what phones ask the host for' => sub {
    my $apple = $world->client->get(
        '/.well-known/apple-app-site-association');
    is($apple->{status}, 200, 'apple-app-site-association');
    like($apple->{headers}{'content-type'}, qr{^application/json}, 'JSON');
    is_deeply($apple->{json}, { applinks => { details => [ {
        appIDs => ['TEAM123456.com.acme.assist'],
        components => [ { '/' => '/j/*' } ] } ] } }, 'names the app');

    my $android = $world->client->get('/.well-known/assetlinks.json');
    is_deeply($android->{json}, [ { relation =>
        ['delegate_permission/common.handle_all_urls'], target => {
            namespace => 'android_app', package_name => 'com.acme.assist',
            sha256_cert_fingerprints => ['14:6D:E9:83'] } } ],
        'assetlinks.json');

    is($world->client->get("/.well-known/$_")->{status}, 404, "no $_")
        for qw(security.txt assetlinks.json.bak);
};

subtest 'mistakes in the configuration are told' => sub {
    for my $row (
        ['toaster link=a://b', qr/unknown platform "toaster"/],
        ['ios id=T.app', qr/xassist_app ios needs link=/],
        ['ios link=a://b colour=red', qr/invalid or repeated .*"colour=red"/],
        ['ios link=a://b link=c://d', qr/invalid or repeated/],
        ['ios link=nowhere', qr/without a scheme/],
        ['ios link=a://b cert=12', qr/has cert=/])
    {
        my $bad = Xassist::Edge->new(substitute => sub {
            $_[0] =~ s/(?=        # Open to e)/        xassist_app $row->[0];\n/r
        });
        my ($ok, $text) = $bad->test_config;
        ok(!$ok, "refused: $row->[0]");
        like($text, $row->[1], 'and says why');
        like($text, qr/nginx\.conf:\d+/, 'and where');
    }
};

$world->finish;
