#!/usr/bin/perl

# From the commit of a cause, by another process, to the Close frame in the
# client's hands; memory of a registered socket.
# Writes t/bench/results/DATE-live.md and DATE-live.svg.
#
#   SOCKETS=10000 CAUSES=300 XASSIST_BUILD=build perl -It/lib t/bench/live.pl

use strict;
use warnings;

use MIME::Base64 qw(decode_base64url);
use POSIX qw(strftime);

use Xassist::Crowd;
use Xassist::Histogram;
use Xassist::World;

my $sockets = $ENV{SOCKETS} // 10_000;
my $causes = $ENV{CAUSES} // 300;
my $people = 100;

my $world = world(socket_server => 1, workers => 2, policy => sub {
    $_[0] =~ s/("sockets_per_(?:guest|user)": )\d+/${1}0/gr
        =~ s/"participants_per_call": \d+/"participants_per_call": 0/r
        =~ s/"guest_seats": \d+/"guest_seats": 100000/r
        =~ s/"per_user": 16/"per_user": 1000/r
}, substitute => sub {
    $_[0] =~ s{location /rule/guest}{location /probe { return 204; }

        location /plain/ { xassist_proxy application; }

        $&}r
        =~ s{max=64m}{max=256m}r
        =~ s{worker_connections \d+}{worker_connections 18000}r
        =~ s{access_log [^;]*;}{access_log off;}r
        =~ s{(xassist_cookie plain;)}{$1 keepalive_requests 10000000;}r
});
my $edge = $world->edge;
my $dir = $edge->{dir};
my %result;


sub hex_of { return unpack 'H*', decode_base64url($_[0]) }

sub crowd {
    return Xassist::Crowd->new(store => "$dir/store", port => $edge->{port},
        file => "$dir/targets", lines => \@_);
}


# Anonymous memory of both workers, in bytes.

sub memory {
    my $sum = 0;

    for my $pid ($edge->workers) {
        my ($kb) = Xassist::Edge::slurp("/proc/$pid/status")
            =~ /^RssAnon:\s+(\d+)/m;
        $sum += 1024 * $kb;
    }

    return $sum;
}


sub at { my ($p, @sorted) = @_; return $sorted[$p * $#sorted / 100] }


# 1: memory, with and without the registry.

my $call = $world->call;
my $link = $world->link($call);
my @guests = map {
    my $guest = $world->client;
    $guest->join_link($link, name => "guest $_");
    $guest->{cookies}{'xassist-g'};
} 1 .. $people;

# What each further one takes: a worker's own buffers come with the first.

for my $kind (qw(plain live)) {
    $edge->reload or die "no reload\n";
    $edge->wait_for(sub { my @pids = $edge->workers; @pids == 2 }, 20);
    my $path = $kind eq 'plain' ? '/plain/x' : "/ws/$call";
    my (@open, @memory);

    for my $each ($sockets / $people / 5, $sockets / $people) {
        my $crowd = crowd(map { "all $path xassist-g=$guests[$_] $each" }
            0 .. $people - 1);
        push @open, $crowd->open;
        sleep 2;
        push @memory, memory();
        $crowd->over;
        sleep 1;
    }

    $result{memory}{$kind} = ($memory[1] - $memory[0]) / ($open[1] - $open[0]);
}


# 2: single causes, with all sockets open.

my @sessions = map { $edge->ctl('session', 'create', 'acme', 'olga') }
    1 .. $causes;
my $crowd = crowd((map {
        "one$_ /ws/$call xassist=$sessions[$_]{token} 2" } 0 .. $#sessions),
    map { "all /ws/$call xassist-g=$guests[$_] "
        . int(($sockets - 2 * $causes) / $people) } 0 .. $people - 1);
my $n = $crowd->open;
print "$n WebSockets\n";
sleep 2;

# By turns another process writes the store, and the edge is asked to.

my $own = $edge->ctl('session', 'create', 'acme', 'olga')->{token};
my %took = (one => [], api => []);

for my $i (0 .. $#sessions) {
    my $id = $sessions[$i]{id} // $sessions[$i]{session};
    my $kind = $i % 2 ? 'api' : 'one';
    my (undef, @now) = $crowd->cause($kind eq 'one'
        ? "revoke one$i " . hex_of($id)
        : "post one$i /xassist/v1/sessions/$id/revoke xassist=$own");
    push @{ $took{$kind} }, @now;
    select undef, undef, undef, 0.01;
}

for my $kind (qw(one api)) {
    my @took = @{ $took{$kind} } = sort { $a <=> $b } @{ $took{$kind} };
    @{ $result{$kind} }{qw(n p50 p99 max)} = (scalar @took,
        map { at($_, @took) } 50, 99, 100);
}

$crowd->over;


# The page and the picture.

my $date = strftime '%Y-%m-%d', gmtime;
my $base = "t/bench/results/$date-live";
mkdir 't/bench/results';

Xassist::Histogram::draw("$base.svg",
    ["Commit of one revocation to Close, $n sockets open: milliseconds",
        @{ $took{one} }],
    ['The same through the edge, request to Close: milliseconds',
        @{ $took{api} }]);

my $ms = sub { sprintf '%.2f ms', $_[0] / 1000 };
my $text = "# Live authority, $date\n\n"
    . "Two workers, $n WebSockets; causes are committed by another process "
    . "where nothing\nelse is said.  Clients and application share the "
    . "machine's cores with the edge.\n\n"
    . "| | n | p50 | p99 | max |\n|---|---|---|---|---|\n"
    . "| one session revoked, commit to Close | $result{one}{n} | "
    . join(' | ', map { $ms->($result{one}{$_}) } qw(p50 p99 max)) . " |\n"
    . "| one session revoked through the edge, request to Close | "
    . "$result{api}{n} | "
    . join(' | ', map { $ms->($result{api}{$_}) } qw(p50 p99 max)) . " |\n"
    . "\n"
    . sprintf("Memory of an open WebSocket: %.0f bytes without the module, "
        . "%.0f with it registered, %.0f more.\n",
        @{ $result{memory} }{qw(plain live)},
        $result{memory}{live} - $result{memory}{plain});

Xassist::Edge::spew("$base.md", $text);
print $text;

$edge->stop;
$world->{upstream}->stop;
