#!/usr/bin/perl

# When a right ends the media server is told, until it agrees.

use strict;
use warnings;
use lib 't/lib';

use Digest::SHA qw(hmac_sha256);
use MIME::Base64 qw(decode_base64url encode_base64url);
use Mojo::JSON qw(decode_json);
use Test::More;
use Time::HiRes qw(sleep time);
use Xassist::Media;
use Xassist::Scripted;
use Xassist::World;

my $secret = 'a secret of LiveKit that is long enough';
my $api = Xassist::Scripted->new;
my $port = $api->port;
my $other = Xassist::Scripted->new;

my @servers = map { Xassist::Upstream->new } 1 .. 2;
my $path = '/twirp/livekit.RoomService/RemoveParticipant?call=$xassist_call';
my $world = media_world(servers => \@servers, media =>
    "kick=http://*:$port$path kick=127.0.0.1:" . $servers[1]->port
    . '=http://127.0.0.1:' . $other->port . $path, stopped => 1, substitute => sub {
        $_[0] =~ s{xassist_cookie plain;}{$&
            xassist_livekit livekit.secret key=APIkey;}r
    });
my $edge = $world->edge;

Xassist::Edge::spew("$edge->{dir}/conf/livekit.secret", $secret);
chmod 0600, "$edge->{dir}/conf/livekit.secret";
$edge->start;
$edge->ctl('media', 'drain', '127.0.0.1:' . $servers[1]->port);


sub told { return $api->told(@_) }

sub answers { return $api->answers(@_) }


# Ends the call; when that was committed, at the latest.

sub over {
    my ($call) = @_;
    $edge->ctl('call', 'end', $call);
    return time;
}


sub inside {
    my ($call) = @_;
    my $link = $world->link($call);
    my $client = $world->client;
    $client->join_link($link);
    my ($socket) = $client->websocket("/ws/$call");
    return ($socket, $link, $client);
}


subtest 'told once' => sub {
    answers(200);
    my $call = $world->call;
    my ($socket) = inside($call);
    my ($who) = @{ $world->shown($call)->{participants} };
    my $at = over($call);
    my @told = told(1);

    is(@told, 1, 'one request') or return;
    diag sprintf 'told after %.0f ms', 1000 * ($told[0]{when} - $at);
    is((split /\r\n/, $told[0]{head})[0], 'POST /twirp/livekit.RoomService/'
        . "RemoveParticipant?call=$call HTTP/1.1", 'to the address');
    is($told[0]{json}{room}, $call, 'the room');
    is($told[0]{json}{identity}, $who->{id}, 'the participant');
    like($told[0]{json}{reason}, qr/\w/, 'the reason');

    my ($head, $body, $mac) = $told[0]{head}
        =~ /^Authorization: Bearer ([\w-]+)\.([\w-]+)\.([\w-]+)\r?$/m;
    is($mac // '', encode_base64url(hmac_sha256("$head.$body", $secret)),
        'with a token of its own') or return;
    my $claims = decode_json(decode_base64url($body));
    ok($claims->{video}{roomAdmin}, 'that may remove');
    is($claims->{video}{room}, $call, 'in that room alone');
    is($socket->wait_close(3)->{code}, 4404, 'the connection is closed too');
};

subtest 'until it agrees' => sub {
    answers(500, 'close', 503, 200);
    my $call = $world->call;
    my ($socket) = inside($call);
    over($call);
    my @told = told(4, 6);
    is(@told, 4, 'four requests');
    is(keys %{ { map { $_->{json}{identity} => 1 } @told } }, 1, 'the same');
    ok($told[$_ + 1]{when} > $told[$_]{when} + 0.2, 'not at once') for 0 .. 2;
};

subtest 'gone already' => sub {
    answers(404);
    my $call = $world->call;
    my ($socket) = inside($call);
    over($call);
    is(scalar(my @told = told(2, 1)), 1, 'is as good');
};

subtest 'a worker that ends tells first' => sub {
    answers(500, 200);
    my $call = $world->call;
    my ($socket) = inside($call);
    over($call);
    sleep 0.1;
    $edge->reload;
    is(scalar(my @told = told(2)), 2, 'both tries');
};

subtest 'who leaves by himself' => sub {
    answers(200);
    my $call = $world->call;
    my ($socket) = inside($call);
    $socket->close;
    is(scalar(my @told = told(1, 0.5)), 0, 'is seen by the server itself');
};

subtest 'everybody of a call' => sub {
    answers(200);
    my $call = $world->call;
    my @inside = map { [inside($call)] } 1 .. 3;
    $edge->ctl('call', 'end', $call);
    my @told = told(3);
    is(@told, 3, 'three');
    is(keys %{ { map { $_->{json}{identity} => 1 } @told } }, 3, 'each once');
    is($told[0]{json}{reason}, 'call_ended', 'and why');
};

subtest 'the server that the call is on' => sub {
    my $name = '127.0.0.1:' . $servers[1]->port;
    answers(200);
    $edge->ctl('media', 'drain', '127.0.0.1:' . $servers[0]->port);
    $edge->ctl('media', 'undrain', $name);
    my $call = $world->call;
    my ($socket) = inside($call);
    is($world->shown($call)->{media}, $name, 'the other one');
    over($call);
    my @told = $other->told(1);
    is(@told, 1, 'is told at an address of its own');
    is($told[0]{json}{server}, $name, 'and of itself');
    is(scalar(my @none = told(1, 0.3)), 0, 'the first is not');
};

$_->stop for $api, $other;
$world->finish;
