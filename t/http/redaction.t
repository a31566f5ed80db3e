#!/usr/bin/perl

# No token stands in a log, whichever way it came and however the request
# ended.

use strict;
use warnings;
use lib 't/lib';

use Digest::SHA qw(sha256_hex);
use Test::More;
use Xassist::Socket;
use Xassist::World;

my $format = join ' ', map { "\$$_" } qw(request request_uri uri args
    arg_token http_referer xassist_uri status);

my $world = world(upstream_options => {}, substitute => sub {
    $_[0] =~ s{access_log logs/access.log;}{log_format all '$format';
    access_log logs/access.log all;}r
});
my $edge = $world->edge;
my $call = $world->call;
my ($link) = $world->link($call) =~ m{/j/(.*)};
my $guest = $world->guest($call);
my $guest_token = $guest->{cookies}{'xassist-g'};
my $user_token = $world->session('olga');
my $port = $edge->{port};

$world->client->get("/j/$link");
$world->client->get("/j/$link/");
$world->client->get("/j/$link?x=1&token=$link");
$world->client->get("/open?token=$user_token&a=$link");
$world->client->get("/open/$guest_token/more");
$world->client->get('/open?token=' . ($link =~ s/^(.)/sprintf '%%%02x', ord $1/er));
$world->client->get('/open', Referer => "http://localhost/j/$link");
$world->client->get('/open', Referer => "http://localhost/x?y=$link&z=1");
$world->client->get("/j/$link$_") for '.', ')', '>', '%29', '%0a', '==';
$world->client->join_link("http://localhost/j/$link");
$world->client->post("/j/$link", { nonce => 'A' });
$world->client->request('DELETE', "/j/$link", {});
$guest->websocket("/ws/$call");
$world->client->get('/home/dashboard',
    Authorization => "Bearer $user_token");

# Requests that die before any phase.

for my $bytes ("GET /j/$link HTTP/9.9\r\nHost: localhost\r\n\r\n",
    "GET /j/$link HTTP/1.1\r\n\r\n",
    "GET /j/$link HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
    "GET /j/$link HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
    "GET /open HTTP/1.1\r\nReferer: http://localhost/j/$link\r\n\r\n",
    "G\@\@T /j/$link HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET /j/$link%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET /j/$link HTTP/1.1\r\nHost: localhost\r\n")
{
    my $socket = Xassist::Socket->connect($port);
    $socket->send($bytes);
    $socket->read_head(0.3);
    $socket->close;
}

# An error of the upstream names the request.

$world->{upstream}->stop;
is($world->client->get("/open/$link")->{status}, 502, 'the upstream is gone');

$edge->stop('QUIT');

my $access = $edge->access_log;
my $error = $edge->error_log;
my %name = ($link => 'the link', $guest_token => "the guest's session",
    $user_token => "the user's session");

for my $token (sort keys %name) {
    my $short = substr $token, 4, 30;
    my @access = grep { /\Q$short\E/ } split /\n/, $access;
    my @error = grep { /\Q$short\E/ } split /\n/, $error;

    is(scalar @access, 0, "$name{$token} is not in the access log")
        or diag join "\n", @access;
    is(scalar @error, 0, "$name{$token} is not in the error log")
        or diag join "\n", @error;
}

my $mark = 'TOKEN_' . substr sha256_hex($link), 0, 4;
like($access, qr{GET /j/$mark HTTP/1\.1}, 'a mark stands for it');
like($access, qr{/j/$mark\?x=1&token=$mark HTTP}, 'in arguments, too');
like($access, qr{http://localhost/j/$mark}, 'in the Referer, too');
like($error, qr/connect\(\) failed.*$mark/, 'in the error log, too');

is(join("\n", $edge->complaints), '', 'nothing bad in the log');
done_testing();
