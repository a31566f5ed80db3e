#!/usr/bin/perl

# Reloads under load: once a new worker answers, old ones, which hold open
# WebSockets, decide by the same generation; no request fails, no socket is
# lost.
#
#     SOCKETS=1000 RELOADS=10 prove t/http/policy_reload_load.t

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Time::HiRes qw(sleep);
use Xassist::Socket;
use Xassist::World;

chomp(my $wrk = `command -v wrk 2>/dev/null`);
plan skip_all => 'wrk is not installed' unless $wrk;

my $count = $ENV{SOCKETS} // 300;
my $reloads = $ENV{RELOADS} // 3;

my $world = world(workers => 2, socket_server => 1, substitute => sub {
    $_[0] =~ s/worker_connections \d+/worker_connections 16384/r
        =~ s{(?=        location / \{)}{
        location /load/ { xassist_require home_dashboard_access;
            alias conf/pages/assets/;
            add_header X-Worker \$pid always;
            add_header X-Generation \$xassist_generation always; }
        location /socket/home { xassist_require home_dashboard_access;
            xassist_proxy application; }
}r });
my $edge = $world->edge;
my $policy = "$edge->{dir}/conf/policy.json";
my $good = Xassist::Edge::slurp($policy);
my $olga = $world->signed_in('olga');
my $cookie = "Cookie: xassist=$olga->{cookies}{xassist}";
my @sockets;
my ($asset) = map { s{.*/}{}r } glob "$edge->{dir}/conf/pages/assets/*.css";


sub generation { $_[0]{headers}{'x-generation'} // 0 }


# Requests whose heads are unfinished: they keep the workers that have them.

sub pending {
    my ($n) = @_;

    return map {
        my $socket = Xassist::Socket->connect($edge->{port});
        $socket->send("GET /load/$asset HTTP/1.1\r\nHost: localhost\r\n");
        $socket;
    } 1 .. $n;
}


is($olga->get("/load/$asset")->{status}, 200, 'the load is admitted');
isnt($world->client->get("/load/$asset")->{status}, 200, 'by a decision');

my $one = sub {
    my ($socket, $answer) = $olga->websocket('/socket/home');
    BAIL_OUT("a socket: $answer->{status}") unless $socket;
    push @sockets, $socket;
    return $answer->{worker};
};

is($edge->in_each(2, $one), 2, 'WebSockets in both workers');
$one->() while @sockets < $count;
is(scalar @sockets, $count, "$count are open");

# wrk, with a connection for each request: one that is closed while it is idle
# would count as an error of its own.

my $seconds = 2 + 1.5 * $reloads;
my $out = "$edge->{dir}/logs/wrk";
my $pid = fork // die "fork: $!";

if ($pid == 0) {
    open STDOUT, '>', $out;
    open STDERR, '>&', \*STDOUT;
    delete $ENV{LD_PRELOAD};
    exec $wrk, '-t1', '-c8', '--timeout', '60s', '-d',
        int($seconds) . 's', '-H', $cookie, '-H',
        'Connection: close', "http://127.0.0.1:$edge->{port}/load/$asset"
        or POSIX::_exit(127);
}

my %old = map { $_ => 1 } $edge->workers;
my $live = generation($olga->get("/load/$asset"));

for my $turn (1 .. $reloads) {
    subtest "reload $turn" => sub {
        my @pending = pending(8);
        my %before = map { $_ => 1 } $edge->workers;
        sleep 0.3;

        Xassist::Edge::spew($policy, "// edit $turn\n$good");
        kill 'HUP', $edge->{pid};

        my $answer;

        $edge->wait_for(sub {
            $answer = $olga->get("/load/$asset");
            return !$before{ $answer->{headers}{'x-worker'} // 0 };
        });

        my $now = generation($answer);
        is($now, $live + 1, 'a new worker has the next generation');

        my (%generations, %workers);

        for my $socket (@pending) {
            $socket->send("$cookie\r\nConnection: close\r\n\r\n");
            my $head = $socket->read_head;
            $generations{ $head ? generation($head) : 'no answer' }++;
            $workers{ $head->{headers}{'x-worker'} }++ if $head;
        }

        ok(!(grep { !$before{$_} } keys %workers), 'old ones, all of them');
        is_deeply([keys %generations], [$now], 'by the same generation')
            or diag explain \%generations;
        $live = $now;
    };
}

waitpid $pid, 0;
my $report = Xassist::Edge::slurp($out);
my ($requests) = $report =~ /^\s*(\d+) requests in/m;
cmp_ok($requests // 0, '>', 100, 'requests all the while') or diag $report;
note $report;
unlike($report, qr/Non-2xx|Socket errors/, 'none of them failed')
    or diag $report;

my $lost = grep { !$_->echoes('still there') } @sockets;
is($lost, 0, "all $count WebSockets are open still");

my %now = map { $_ => 1 } $edge->workers;
ok((grep { $now{$_} } keys %old) >= 1, 'held by the first workers');

$_->close for @sockets;
$world->finish;
