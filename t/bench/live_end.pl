#!/usr/bin/perl

# The end of one call that ten thousand are in, and what everybody else sees
# of it: how long a small request on a kept connection takes while nothing
# happens and while the call ends.  Beside it, in the same run, an nginx
# without the module, whose application ends as many WebSockets by itself in
# as much time: what closing connections costs others anyway.  The worker, its
# thread that commits included, has the first processor; clients and the
# application have the second, as if they were elsewhere.  A worker has as many
# connections as it may open files for, two for each WebSocket.
# Writes t/bench/results/DATE-live-end.md and .svg.
#
#   SOCKETS=9800 ROUNDS=5 XASSIST_BUILD=build perl -It/lib t/bench/live_end.pl

use strict;
use warnings;

use IPC::Open2 qw(open2);
use MIME::Base64 qw(decode_base64url);
use POSIX qw(strftime);

use Xassist::Bench;
use Xassist::Crowd;
use Xassist::Histogram;
use Xassist::World;

my $sockets = $ENV{SOCKETS} // 9800;
my $rounds = $ENV{ROUNDS} // 5;
my $people = 100;

my ($from, $to);
system("taskset -cp 1 $$ >/dev/null") == 0 or die "no second processor\n";
my $server = open2($from, $to, Xassist::Edge::build() . '/t/bench/upstream');
my $port = 0 + readline $from;

my $world = world(workers => 1, policy => sub {
    $_[0] =~ s/("sockets_per_(?:guest|user)": )\d+/${1}0/gr
        =~ s/"participants_per_call": \d+/"participants_per_call": 0/r
        =~ s/"guest_seats": \d+/"guest_seats": 100000/r
}, substitute => sub {
    $_[0] =~ s{location /rule/guest}{location /probe { return 204; } $&}r
        =~ s/^(worker_processes.*)/$1 worker_cpu_affinity 01;/mr
        =~ s{(upstream application \{\s*server )[\d.:]+}{${1}127.0.0.1:$port}r
        =~ s{max=64m}{max=1g}r
        =~ s{worker_connections \d+}{worker_connections 30000}r
        =~ s{access_log [^;]*;}{access_log off;}r
        =~ s{(xassist_cookie plain;)}{$1 keepalive_requests 10000000;}r
});
my $edge = $world->edge;
my $dir = $edge->{dir};

my $bench = Xassist::Bench->new;
my $bare = Xassist::Edge::free_port();
my $master = $bench->nginx('bare', $bare, <<"HTTP", workers => 1,
    server {
        listen 127.0.0.1:$bare;
        location /probe { return 204; }
        location / {
            proxy_pass http://127.0.0.1:$port;
            proxy_http_version 1.1;
            proxy_set_header Upgrade \$http_upgrade;
            proxy_set_header Connection upgrade;
            proxy_read_timeout 1h;
        }
    }
HTTP
    main => 'worker_cpu_affinity 01;',
    connections => 30000);


# Nanoseconds that threads have run: of event loops (the workers' first), of
# all others of them.

sub ran {
    my (@workers) = @_;
    my %ran = (loop => 0, writer => 0);

    for my $pid (@workers) {
        for my $task (glob "/proc/$pid/task/*") {
            my ($ns) = split ' ', Xassist::Edge::slurp("$task/schedstat");
            $ran{ $task =~ m{/$pid$} ? 'loop' : 'writer' } += $ns // 0;
        }
    }

    return \%ran;
}


# One end: idle, meanwhile, and the microseconds of each Close.

sub measured {
    my ($crowd, $workers, $command, $then) = @_;

    select undef, undef, undef, 2;
    my $idle = $crowd->probe(3);
    my $before = ran(@$workers);
    my ($meanwhile, @took) = $crowd->cause($command, $then);
    select undef, undef, undef, 1;
    my $after = ran(@$workers);
    $crowd->over;
    @took = sort { $a <=> $b } @took;
    return { idle => $idle, meanwhile => $meanwhile, took => \@took,
        map { ($_ => ($after->{$_} - $before->{$_}) / @took / 1000) }
        qw(loop writer) };
}


sub of_edge {
    my $call = $world->call;
    my $link = $world->link($call);
    my @lines;

    for my $n (1 .. $people) {
        my $guest = $world->client;
        $guest->join_link($link, name => "guest $n");
        push @lines, "all /ws/$call xassist-g=$guest->{cookies}{'xassist-g'} "
            . int($sockets / $people);
    }

    my $crowd = Xassist::Crowd->new(store => "$dir/store", first => 1,
        port => $edge->{port}, file => "$dir/targets", lines => \@lines);
    return measured($crowd, [$edge->workers], 'end all '
        . unpack 'H*', decode_base64url($call));
}


# The application takes as long for it as the edge did.

sub of_bare {
    my ($ms) = @_;

    my $crowd = Xassist::Crowd->new(store => "$dir/store", first => 1,
        port => $bare, file => "$dir/targets", lines => ["all / - $sockets"]);
    my $got = measured($crowd, [$bench->workers($master)], 'meet all -',
        sub { print $to "end $ms\n" });
    readline $from;
    return $got;
}


my %got;

for my $round (1 .. $rounds) {
    my $edge = of_edge();
    my $bare = of_bare(int $edge->{took}[-1] / 1000);
    push @{ $got{edge} }, $edge;
    push @{ $got{bare} }, $bare;
    printf "%s: idle p99 %d us, meanwhile p50 %d p99 %d max %d us; all after "
        . "%d ms; %.0f us of a loop, %.0f of other threads each\n", @$_
        for map { my $g = $got{$_}[-1]; [$_, $g->{idle}{p99},
            @{ $g->{meanwhile} }{qw(p50 p99 max)}, $g->{took}[-1] / 1000,
            @$g{qw(loop writer)}] } qw(edge bare);
}

$edge->stop;
$bench->stop($master);
kill TERM => $server;
waitpid $server, 0;


# The page and the picture.

sub middle {
    my ($who, $of) = @_;

    return Xassist::Bench::median(map { $of->($_) } @{ $got{$who} });
}


my $date = strftime '%Y-%m-%d', gmtime;
my $base = "t/bench/results/$date-live-end";
my @rows = (
    ['other requests, nothing happening, p99', 'us',
        sub { $_[0]{idle}{p99} }],
    ['other requests meanwhile, p50', 'us', sub { $_[0]{meanwhile}{p50} }],
    ['other requests meanwhile, p99', 'us', sub { $_[0]{meanwhile}{p99} }],
    ['other requests meanwhile, longest', 'us',
        sub { $_[0]{meanwhile}{max} }],
    ['the same p99, in idle ones', '', sub {
        $_[0]{meanwhile}{p99} / $_[0]{idle}{p99} }],
    ['the first closed after', 'ms', sub { $_[0]{took}[0] / 1000 }],
    ['all closed after', 'ms', sub { $_[0]{took}[-1] / 1000 }],
    ['event loop, each', 'us', sub { $_[0]{loop} }],
    ['other threads, each', 'us', sub { $_[0]{writer} }],
);
my $text = "# The end of one call, $date\n\n"
    . "$sockets WebSockets of $people guests on one worker, which has a "
    . "processor to itself; medians of $rounds rounds.\n\n"
    . "| | with the module, the call ends | without, the application ends them "
    . "|\n|---|---|---|\n"
    . join '', map { my ($name, $unit, $of) = @$_;
        "| $name | " . join(' | ', map { sprintf('%.3g', middle($_, $of))
        . ($unit ? " $unit" : '') } qw(edge bare)) . " |\n" } @rows;
my $ratio = middle('edge', $rows[2][2]) / middle('bare', $rows[2][2]);
$text .= sprintf "\nThe p99 of others is %.2f times what it is without the "
    . "module.\n", $ratio;

Xassist::Edge::spew("$base.md", $text);
Xassist::Histogram::draw("$base.svg",
    ["The call ends: milliseconds to each of $sockets Close frames",
        map { @{ $_->{took} } } @{ $got{edge} }]);
print $text;
