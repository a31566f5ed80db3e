#!/usr/bin/perl

# When a right ends the media server is told, until it agrees.

use strict;
use warnings;
use lib 't/lib';

use Digest::SHA qw(hmac_sha256);
use IO::Socket::INET ();
use MIME::Base64 qw(decode_base64url encode_base64url);
use Mojo::JSON qw(decode_json);
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);
use Xassist::Media;
use Xassist::World;

# The media server's API: answers by a script of statuses, one for each
# request (the last for all others), and writes down what it was told.

my $listen = IO::Socket::INET->new(Listen => 64, LocalAddr => '127.0.0.1',
    ReuseAddr => 1) or die;
my $port = $listen->sockport;
my $secret = 'a secret of LiveKit that is long enough';
my $told = File::Temp->new;
my $script = File::Temp->new;

sub answers { Xassist::Edge::spew("$script", join ' ', @_) }

my $api = fork // die;

if ($api == 0) {
    my $parent = getppid;

    while (getppid == $parent) {
        my $client = $listen->accept or next;
        my $text = '';

        while (sysread $client, $text, 65536, length $text) {
            last if $text =~ /Content-Length: (\d+)\r\n.*?\r\n\r\n(.*)/s
                && length $2 >= $1;
        }

        my ($status, @more) = split ' ', Xassist::Edge::slurp("$script");
        Xassist::Edge::spew("$script", join ' ', @more) if @more;
        open my $out, '>>', "$told";
        print $out time, ' ', unpack('H*', $text), "\n";
        close $out;
        next if $status eq 'close';
        print $client "HTTP/1.1 $status X\r\nContent-Length: 2\r\n\r\n{}";
    }

    POSIX::_exit(0);
}

my $world = media_world(servers => 1, media => "kick=http://127.0.0.1:$port"
    . '/twirp/livekit.RoomService/RemoveParticipant?call=$xassist_call',
    stopped => 1, substitute => sub {
        $_[0] =~ s{xassist_cookie plain;}{$&
            xassist_livekit livekit.secret key=APIkey;}r
    });
my $edge = $world->edge;

Xassist::Edge::spew("$edge->{dir}/conf/livekit.secret", $secret);
chmod 0600, "$edge->{dir}/conf/livekit.secret";
$edge->start;


sub told {
    my ($n, $seconds) = @_;

    my @lines;
    $edge->wait_for(sub {
        @lines = split /\n/, Xassist::Edge::slurp("$told");
        return @lines >= $n ? 1 : 0;
    }, $seconds // 4);
    sleep 0.2;
    @lines = split /\n/, Xassist::Edge::slurp("$told");
    Xassist::Edge::spew("$told", '');

    return map {
        my ($when, $hex) = split / /;
        my $text = pack 'H*', $hex;
        my ($head, $body) = split /\r\n\r\n/, $text, 2;
        { when => $when, head => $head, json => eval { decode_json($body) } };
    } @lines;
}


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

kill 'TERM', $api;
waitpid $api, 0;
$world->finish;
