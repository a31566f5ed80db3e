#!/usr/bin/perl

# No token stands in a log, whichever way it came and however the request
# ended.

use strict;
use warnings;
use lib 't/lib';

use Digest::SHA qw(sha256_hex);
use IO::Socket::INET ();
use Socket qw(MSG_DONTWAIT);
use Test::More;
use Xassist::Socket;
use Xassist::World;

my $format = join ' ', map { "\$$_" } qw(request request_uri uri args
    arg_token http_referer xassist_uri status);

my $second = Xassist::Edge::free_port();
my $syslog = IO::Socket::INET->new(Proto => 'udp', LocalAddr => '127.0.0.1')
    or die "no port: $!";
my $collector = '127.0.0.1:' . $syslog->sockport;
my $world = world(upstream_options => {}, substitute => sub {
    $_[0] =~ s{access_log logs/access.log;}{log_format all '$format';
    access_log logs/access.log all;}r =~ s/(error_log \S+) \w+;/$1 info;/r
        =~ s{(?=    server \{)}{    server { listen 127.0.0.1:$second;
        error_log logs/second.log info; error_log logs/error.log info;
        error_log syslog:server=$collector info; }
}r
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
    for my $to ($port, $second) {
        my $socket = Xassist::Socket->connect($to);
        $socket->send($bytes);
        $socket->read_head(0.3);
        $socket->close;
    }
}

# An error of the upstream names the request.

$world->{upstream}->stop;
is($world->client->get("/open/$link")->{status}, 502, 'the upstream is gone');

$edge->stop('QUIT');

my $access = $edge->access_log;
my $error = $edge->error_log;
my $other = Xassist::Edge::slurp("$edge->{dir}/logs/second.log");
my ($told, $line) = ('');
$told .= "$line\n" while defined $syslog->recv($line, 4096, MSG_DONTWAIT)
    && length $line;
my %name = ($link => 'the link', $guest_token => "the guest's session",
    $user_token => "the user's session");

for my $token (sort keys %name) {
    my $short = substr $token, 4, 30;
    my @access = grep { /\Q$short\E/ } split /\n/, $access;
    my @error = grep { /\Q$short\E/ } split /\n/, "$error$other$told";

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
like($_, qr/client sent invalid version.*$mark/,
    'where nginx tells of a request that it does not take')
    for $error, $other, $told;

is(join("\n", $edge->complaints), '', 'nothing bad in the log');
done_testing();
