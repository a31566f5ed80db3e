#!/usr/bin/perl

# Tokens by templates of claims, addresses of BigBlueButton, credentials as
# variables, and in-call permissions in the assertion.

use strict;
use warnings;
use lib 't/lib';

use Digest::SHA qw(hmac_sha1 hmac_sha256 sha256_hex);
use MIME::Base64 qw(decode_base64url encode_base64 encode_base64url);
use Mojo::JSON qw(decode_json);
use Mojo::URL ();
use Test::More;
use Xassist::Edge ();
use Xassist::World;

my %secret = (jitsi => 'a secret of Jitsi', bbb => 'a secret of BigBlueButton',
    janus => 'a secret of Janus', turn => 'static-auth-secret');

# Jitsi's, as README has it.
my ($jitsi) = Xassist::Edge::slurp(Xassist::Edge::top() . '/README.md')
    =~ /^(    \{"iss": "xassist".*?\n)\n/ms;

my $world = world(stopped => 1, substitute => sub {
    my $text = shift;
    $text =~ s{xassist_cookie plain;}{$&
        xassist_token jitsi jitsi.secret ttl=10m claims=jitsi.json
            url=https://meet.example.com/\$xassist_call;
        xassist_token mode jitsi.secret claims=mode.json;
        xassist_bigbluebutton bbb.secret
            url=https://bbb.example.com/bigbluebutton/api/;
        xassist_janus janus.secret ttl=1h;
        xassist_turn turn.secret uri=turn:turn.example;} or die;
    $text =~ s{(?=xassist_proxy application;)}{
            add_header X-Jitsi \$xassist_token_jitsi always;
            add_header X-None \$xassist_token_none always;
            add_header X-Bbb \$xassist_bigbluebutton always;
            add_header X-Janus \$xassist_janus_token always;
            add_header X-Room \$xassist_room_token always;
            add_header X-Turn-Name \$xassist_turn_name always;
            add_header X-Turn-Password \$xassist_turn_password always;
    };
    return $text;
});
my $edge = $world->edge;


sub file {
    my ($name, $text, $mode) = @_;
    Xassist::Edge::spew("$edge->{dir}/conf/$name", $text);
    chmod $mode // 0600, "$edge->{dir}/conf/$name";
}

file("$_.secret", "$secret{$_}\n") for keys %secret;
file('jitsi.json', $jitsi, 0644);
file('mode.json', '{"who": "mail@now@ $xassist_kind", "control": @controls@}',
    0644);
$edge->ctl('keys', 'new', '--use', 'assert');
$edge->start;


sub claims {
    my ($token) = @_;

    my ($head, $body, $mac) = split /\./, $token // '';
    return {} unless defined $mac;
    is($mac, encode_base64url(hmac_sha256("$head.$body", $secret{jitsi})),
        'the signature holds');
    return decode_json(decode_base64url($body));
}


sub ice { return $_[0]->get("/xassist/v1/calls/$_[1]/ice")->{json} // {} }


sub external {
    my ($call, $profile) = @_;

    my $client = $world->client;
    $client->join_link($world->external($call, 'olga', 'Max', $profile)
        ->{link});
    return $client;
}


my $call = $world->call;
my $name = 'Ann "The Pump", true} \\';
my $ann = $world->guest($call, name => $name);
my $olga = $world->signed_in('olga');
my ($host) = $olga->websocket("/ws/$call");

subtest 'a guest at Jitsi' => sub {
    my $given = ice($ann, $call)->{tokens}{jitsi};
    is($given->{url}, "https://meet.example.com/$call", 'the address');
    my $claims = claims($given->{token});
    is($claims->{context}{user}{name}, $name, 'whatever the name is');
    is($claims->{room}, $call, 'the room');
    ok(abs($claims->{exp} - time - 600) < 5, 'for ten minutes');
    is(ref $claims->{moderator}, 'JSON::PP::Boolean', 'a boolean');
    ok(!$claims->{moderator}, 'no moderator');
    my ($me) = grep { $_->{name} eq $name }
        @{ $world->shown($call)->{participants} };
    is($claims->{context}{user}{id}, $me->{id}, 'the participant');
};

subtest 'the owner at Jitsi' => sub {
    my $claims = claims(ice($olga, $call)->{tokens}{jitsi}{token});
    ok($claims->{moderator}, 'moderates');
    ok($claims->{context}{features}{recording}, 'records');
};

subtest 'mode, and what only looks like a word' => sub {
    for my $case ([view => 0], [control => 1]) {
        my $claims = claims(ice(external($call, $case->[0]), $call)
            ->{tokens}{mode}{token});
        is(!!$claims->{control}, !!$case->[1], $case->[0]);
        is($claims->{who}, 'mail@now@ external', 'text stays text');
    }
    ok(claims(ice($ann, $call)->{tokens}{mode}{token})->{control}, 'a guest');
};

subtest 'BigBlueButton' => sub {
    for my $case ([$ann, $name, 'VIEWER'], [$olga, 'olga', 'MODERATOR']) {
        my ($client, $who, $role) = @$case;
        my $url = ice($client, $call)->{bigbluebutton}{url};
        my ($query, $sum) = $url =~ m{^https://bbb\.example\.com/bigbluebutton
            /api/join\?(.*)&checksum=([0-9a-f]{64})$}x or fail($url), next;
        is($sum, sha256_hex("join$query$secret{bbb}"), 'the sum holds');
        my $q = Mojo::URL->new($url)->query;
        is($q->param('fullName'), $who, 'the name');
        is($q->param('meetingID'), $call, 'the meeting');
        is($q->param('role'), $role, 'the role');
        like($q->param('userID'), qr/^[\w-]{16}$/, 'who');
    }
};

subtest 'variables' => sub {
    my (undef, $answer) = $ann->websocket("/ws/$call");
    my $got = $answer->{headers};
    is(claims($got->{'x-jitsi'})->{room}, $call, 'the token of that name');
    ok(!defined $got->{'x-none'}, 'none of another');
    like($got->{'x-bbb'}, qr/&checksum=/, 'an address');

    my $room = $world->shown($call)->{room};
    for (['x-janus', 'janus,janus\.plugin\.videoroom'],
        ['x-room', "janus\\.plugin\\.videoroom,room=$room"])
    {
        my ($d, $mac) = ($got->{ $_->[0] } // '') =~ /^(.*):(.*)$/;
        like($d // '', qr/^\d+,$_->[1]$/, $_->[0]);
        is($mac, encode_base64(hmac_sha1($d, $secret{janus}), ''), 'signed');
    }

    like($got->{'x-turn-name'}, qr/^\d+:[\w-]{16}$/, 'TURN');
    is($got->{'x-turn-password'}, encode_base64(hmac_sha1(
        $got->{'x-turn-name'}, $secret{turn}), ''), 'name and password fit');

    my (undef, $none) = $world->client->websocket("/ws/$call");
    is(scalar(grep { /^x-(?:jitsi|bbb|janus|room|turn)/ }
        keys %{ $none->{headers} }), 0, 'none for others');
};

subtest 'the assertion' => sub {
    my %says = (
        guest => [$ann, 'control', [qw(annotate chat files media record
            share-screen)]],
        owner => [$olga, 'control', [qw(annotate chat files invite media
            record remove share-screen)]],
        external => [external($call, 'view'), 'view', [qw(chat media)]],
    );

    for my $who (sort keys %says) {
        my ($client, $mode, $grants) = @{ $says{$who} };
        my (undef, $answer) = $client->websocket("/ws/$call");
        my (undef, $body) = split /\./,
            $answer->{seen}{headers}{'X-Xassist-Assertion'}[0] // '';
        my $told = decode_json(decode_base64url($body // 'e30'));
        is($told->{mode}, $mode, "$who: mode");
        is_deeply([sort map { s/^xa_icall_//r } @{ $told->{grants} || [] }],
            $grants, 'grants');
        is($told->{room}, $world->shown($call)->{room}, 'room');
    }
};

subtest 'nothing once the call has ended' => sub {
    $edge->ctl('call', 'end', $call);
    unlike($ann->get("/xassist/v1/calls/$call/ice")->{body},
        qr/token|checksum|credential/, 'no credential');
};

subtest 'templates that are wrong' => sub {
    my @bad = (
        ['{"a": $xassist_name}', qr/variable outside of a string/],
        ['{"a": "\\"", "b": $xassist_name}', qr/variable outside of a string/],
        ['{"a": "$"}', qr/begins no variable/],
        ['{"a": @may xa_icall_media}', qr/does not end in @/],
        ['{"a": @may xa_icall_medium@}', qr/xa_icall_medium/],
        ['{"a": 1', qr/no JSON object/],
        ['{"a": 1}, "exp": 9', qr/no JSON object/],
        ['"a"', qr/no JSON object/],
        ['', qr/no JSON object/],
        ['{"a": "$no_such_variable"}', qr/unknown "no_such_variable"/],
    );

    for my $case (@bad) {
        file('mode.json', $case->[0], 0644);
        my ($ok, $said) = $edge->test_config;
        ok(!$ok, $case->[0]);
        like($said, $case->[1], 'and why');
    }
};

$world->finish(qr/\[emerg\]/);
