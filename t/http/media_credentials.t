#!/usr/bin/perl

# Credentials for LiveKit and TURN: for that call, for what the person may do
# there, and for no longer than the session.

use strict;
use warnings;
use lib 't/lib';

use Digest::SHA qw(hmac_sha1 hmac_sha256);
use MIME::Base64 qw(decode_base64url encode_base64 encode_base64url);
use Mojo::JSON qw(decode_json);
use Test::More;
use Time::Piece ();
use Xassist::Api;
use Xassist::World;

my %secret = (livekit => 'a secret of LiveKit that is long enough',
    turn => 'static-auth-secret');
my $world = world(stopped => 1, substitute => sub {
    my $text = shift;
    $text =~ s{xassist_cookie plain;}{$&
        xassist_livekit livekit.secret key=APIkey url=wss://lk.example ttl=10m;
        xassist_turn turn.secret uri=turn:turn.example:3478?transport=udp
            uri=turns:turn.example:443 ttl=400d;} or die;
    $text =~ s{(?=xassist_proxy application;)}{add_header X-Token
        \$xassist_livekit always; };
    return $text;
});
my $edge = $world->edge;

for my $name (keys %secret) {
    my $file = "$edge->{dir}/conf/$name.secret";
    Xassist::Edge::spew($file, "$secret{$name}\n");
    chmod 0600, $file;
}

$edge->start;


# The claims of a token that LiveKit would take.

sub claims {
    my ($token) = @_;

    my ($head, $body, $mac) = split /\./, $token // '';
    return {} unless defined $mac;
    is($mac, encode_base64url(hmac_sha256("$head.$body", $secret{livekit})),
        'the signature holds');
    is_deeply(decode_json(decode_base64url($head)),
        { alg => 'HS256', typ => 'JWT' }, 'HS256');
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
my $ann = $world->guest($call, name => 'Ann');
my $olga = $world->signed_in('olga');
my ($host) = $olga->websocket("/ws/$call");

subtest 'an app that joins has servers to go by' => sub {
    my $joined = api($world->client,
        POST => 'links/' . token_of($world->link($call)) . '/join',
        { browser => 'A' x 22, name => 'App', terms => \1 })->{json};
    my ($server) = @{ $joined->{ice_servers} };
    is_deeply($server->{urls}, ['turn:turn.example:3478?transport=udp',
        'turns:turn.example:443'], 'addresses');
    my ($until, $who) = split /:/, $server->{username};
    is(length $who, 16, 'named after the participant');
    is($until, int(Time::Piece->strptime(
        $joined->{expires} =~ s/\.\d+Z$/Z/r, '%Y-%m-%dT%H:%M:%SZ')->epoch),
        'no longer than the session');
    is($server->{credential}, encode_base64(hmac_sha1($server->{username},
        $secret{turn}), ''), 'the credential holds');

    # What the session is given when it asks; times and MACs apart.

    my $asked = api(as_app($world, $joined->{session}),
        GET => "calls/$call/ice")->{json};
    is($joined->{$_}, $asked->{$_}, $_) for qw(call room display);
    is($joined->{display}, 'App', 'by its name');
    is(claims($joined->{livekit}{token})->{video}{room}, $call,
        'a token for this room');
    is_deeply(claims($joined->{livekit}{token})->{video},
        claims($asked->{livekit}{token})->{video}, 'with the same grants');
    is_deeply([ sort keys %{ $joined->{janus} // {} } ],
        [ sort keys %{ $asked->{janus} // {} } ], "and Janus's, if any");
    is(scalar keys %{ $joined->{tokens} // {} },
        scalar keys %{ $asked->{tokens} // {} }, 'and those of templates');
};

subtest 'LiveKit, a guest' => sub {
    my $ice = ice($ann, $call);
    is($ice->{livekit}{url}, 'wss://lk.example', 'the server');

    my $claims = claims($ice->{livekit}{token});
    my $video = $claims->{video};
    is($claims->{iss}, 'APIkey', 'the key');
    is($claims->{name}, 'Ann', 'the name');
    like($claims->{sub}, qr/^[\w-]{16}$/, 'the participant');
    ok(abs($claims->{exp} - time - 600) < 60, 'for ten minutes');
    is($video->{room}, $call, 'the room is the call');
    ok($video->{roomJoin} && $video->{canPublish} && $video->{canSubscribe}
        && $video->{canPublishData}, 'takes part');
    ok(!$video->{roomAdmin}, 'is no admin');
};

subtest 'LiveKit, the owner' => sub {
    my $video = claims(ice($olga, $call)->{livekit}{token})->{video};
    ok($video->{roomAdmin}, 'may remove');
    is_deeply([sort @{ $video->{canPublishSources} }], [qw(camera microphone
        screen_share screen_share_audio)], 'everything');
};

subtest 'LiveKit, externals by profile' => sub {
    my %grants = (view => [0, [], 0],
        control => [1, [qw(camera microphone screen_share
            screen_share_audio)], 0]);

    for my $profile (sort keys %grants) {
        my ($publish, $sources, $record) = @{ $grants{$profile} };
        my $max = external($call, $profile);
        my $ice = ice($max, $call);
        my $video = claims($ice->{livekit}{token})->{video} or next;

        is(!!$video->{canPublish}, !!$publish, "$profile publishes: $publish");
        is_deeply([sort @{ $video->{canPublishSources} }], $sources,
            'these sources');
        is(!!$video->{roomRecord}, !!$record, 'does not record');
        ok($video->{canSubscribe}, 'sees and hears');
    }
};

subtest 'as a variable' => sub {
    my (undef, $answer) = $ann->websocket("/ws/$call");
    is(claims($answer->{headers}{'x-token'})->{video}{room}, $call,
        'for whoever is in the call');
    my (undef, $none) = $world->client->websocket("/ws/$call");
    ok(!$none->{headers}{'x-token'}, 'not for others');
};

subtest 'TURN' => sub {
    my $servers = ice($ann, $call)->{ice_servers};
    is(@$servers, 1, 'one entry') or return;
    is_deeply($servers->[0]{urls}, ['turn:turn.example:3478?transport=udp',
        'turns:turn.example:443'], 'as configured');

    my $name = $servers->[0]{username};
    my ($expires, $who) = split /:/, $name;
    my $end = Time::Piece->strptime(substr($ann->get('/xassist/v1/me',
        Authorization => "Bearer $ann->{cookies}{'xassist-g'}", Cookie => '')
        ->{json}{expires}, 0, 19), '%Y-%m-%dT%H:%M:%S')->epoch;
    ok($end > time, 'the session ends some day');
    is($expires, $end, 'never longer than the session, though ttl is');
    like($who, qr/^[\w-]{16}$/, 'in a name that says who');
    is($servers->[0]{credential}, encode_base64(hmac_sha1($name,
        $secret{turn}), ''), 'the credential holds');
};

subtest 'nothing for others' => sub {
    my $other = $world->call;
    my $answer = $ann->get("/xassist/v1/calls/$other/ice");
    ok($answer->{status} >= 400, 'of another call');
    unlike($answer->{body}, qr/token|credential/, 'no credential');

    $edge->ctl('call', 'end', $call);
    unlike($ann->get("/xassist/v1/calls/$call/ice")->{body},
        qr/token|credential/, 'nor once it has ended');
};

subtest 'what cannot be' => sub {
    my @bad = (
        ['xassist_turn turn.secret;', qr/invalid number of arguments/],
        ['xassist_turn turn.secret ttl=1h;', qr/at least one uri/],
        ['xassist_turn turn.secret uri=http://x;', qr/uri=turn:HOST/],
        ['xassist_livekit livekit.secret url=x;', qr/needs key=KEY/],
        ['xassist_livekit livekit.secret key=k ttl=x;', qr/invalid ttl/],
    );

    for my $case (@bad) {
        my ($line, $error) = @$case;
        my $text = Xassist::Edge::slurp("$edge->{dir}/conf/nginx.conf");
        $text =~ s/xassist_(livekit|turn) [^;]*;//g;
        $text =~ s/xassist_pages pages;/$& $line/;
        my $other = "$edge->{dir}/conf/nginx.conf";
        my $good = Xassist::Edge::slurp($other);
        Xassist::Edge::spew($other, $text);
        my ($ok, $said) = $edge->test_config;
        Xassist::Edge::spew($other, $good);
        ok(!$ok, $line);
        like($said, $error, 'says why');
    }
};

$world->finish(qr/\[emerg\].*xassist_(?:turn|livekit)/);
