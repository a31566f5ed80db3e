#!/usr/bin/perl

# What redemptions do to everybody else, through nginx: how long an allowed
# read takes while nothing else happens, while 1, 8, 64 or 512 people press
# Join at a time, each redemption durable before it is answered, and while 64
# press in bursts and are refused without a write.  The worker, its thread
# that commits included, has the first processor; who presses and who reads
# have the second, the reader before the others, as if they were elsewhere.
# Writes t/bench/results/DATE-beside.md.
#
#     perl -It/lib t/bench/beside.pl [ROUNDS] [PRESSES]

use strict;
use warnings;
use lib 't/lib';

use IO::Select ();
use POSIX qw(strftime);
use Time::HiRes qw(sleep time);

use Xassist::Held;
use Xassist::Socket ();
use Xassist::World;

my $rounds = $ARGV[0] // 5;
my $people = $ARGV[1] // 3000;
my $pause = 0.0005;
my @levels = (1, 8, 64, 512);
my $refused = 64;
my %names = (idle => 'nothing', refused => "$refused refused, no write",
    map { $_ => "$_ in flight" } @levels);

die "two processors are needed\n" if `nproc` < 2;

my $world = world(substitute => sub {
    $_[0] =~ s{location /rule/guest}{location /bench/ {
            xassist_require home_dashboard_access;
            alias conf/pages/assets/;
        }

        location /rule/guest}r =~ s/access_log [^;]*;/access_log off;/r
            =~ s/^(worker_processes.*)/$1 worker_cpu_affinity 01;/mr
});
system('taskset', '-cp', '1', $$) == 0 or die "no second processor\n";
my $first = system('chrt', '-f', '-p', '1', $$) == 0;
my $edge = $world->edge;
my $link = $world->link($world->call);
my $olga = $world->signed_in('olga');
my ($asset) = map { m{([^/]+)\z} } sort { -s $a <=> -s $b }
    glob 'conf/pages/assets/*';
my $request = $olga->head_of('GET', "/bench/$asset", {}) . "\r\n";


# Seconds that each read took, until `done` says so or `most` are read.

sub reads {
    my ($done, $most) = @_;

    my $socket = Xassist::Socket->connect($edge->{port});
    my @took;

    until (@took >= $most || $done->()) {
        if (@took % 900 == 899) {
            $socket->close;
            $socket = Xassist::Socket->connect($edge->{port});
        }

        my $begun = time;
        $socket->send($request);
        my $answer = $socket->read_head or die "no answer\n";
        die "a read was refused\n" if $answer->{status} != 200;
        $socket->read_exactly($answer->{headers}{'content-length'});
        push @took, time - $begun;
        sleep $pause;
    }

    $socket->close;
    return @took;
}


# Presses all of them, so many at a time; how many were answered so.  With a
# rate they come in bursts of so many, as a commit lets them go.

sub run_presses {
    my ($status, $at_once, $rate, @presses) = @_;

    my $select = IO::Select->new;
    my $next = time;
    my (%of, $good);

    while (@presses || %of) {
        if ($rate && !%of) {
            sleep $next - time if $next > time;
            $next += $at_once / $rate;
        }

        my $room = $rate && %of ? 0 : $at_once;

        while (@presses && keys %of < $room) {
            my $press = shift @presses;
            send_presses($press);
            my $handle = $press->{socket}{socket};
            $of{ fileno $handle } = $press;
            $select->add($handle);
        }

        for my $handle ($select->can_read(5)) {
            my $press = delete $of{ fileno $handle };
            $select->remove($handle);
            $good++ if answer($press)->{status} == $status;
            delete $press->{socket};
        }
    }

    return $good // 0;
}


sub beside {
    my ($status, @how) = @_;
    my @presses = splice @how, 2;

    my $begun = time;
    my $pid = open(my $pipe, '-|') // die "fork: $!";

    if (!$pid) {
        system('chrt', '-o', '-p', '0', $$) if $first;
        print run_presses($status, @how, @presses), ' ', time - $begun, "\n";
        close STDOUT;
        POSIX::_exit(0);
    }

    my $select = IO::Select->new($pipe);
    my @took = reads(sub { $select->can_read(0) }, 1e6);
    my ($good, $seconds) = split ' ', readline($pipe) // '0 1';
    close $pipe;
    die "$good of " . @presses . " were answered $status\n"
        if $good != @presses;
    return ($good / $seconds, @took);
}


sub at {
    my ($part, @sorted) = @_;
    return $sorted[$#sorted * $part] * 1e6;
}

sub median { return at(0.5, map { $_ / 1e6 } sort { $a <=> $b } @_) }

my (%p50, %p99, %rate, %count);

for my $round (1 .. $rounds) {
    my %took = (idle => [reads(sub { 0 }, 1500)]);

    for my $at_once (@levels) {
        my @presses = presses($world, $link, $at_once == 1 ? $people / 6
            : $people);
        my ($rate, @took) = beside(303, $at_once, 0, @presses);
        push @{ $rate{$at_once} }, $rate;
        $took{$at_once} = \@took;
    }

    my @presses = presses($world, $link, $people);
    $_->{bytes} =~ s/^Origin: .*?\r\n/Origin: http:\/\/elsewhere\r\n/m
        for @presses;
    my ($rate, @took) = beside(403, $refused, $rate{$refused}[-1], @presses);
    push @{ $rate{refused} }, $rate;
    $took{refused} = \@took;

    for my $what (keys %took) {
        my @sorted = sort { $a <=> $b } @{ $took{$what} };
        push @{ $p50{$what} }, at(0.5, @sorted);
        push @{ $p99{$what} }, at(0.99, @sorted);
        $count{$what} += @sorted;
    }

    printf "round %d: p99 %s\n", $round, join ', ',
        map { sprintf '%s %.0f us', $_, $p99{$_}[-1] }
        'idle', @levels, 'refused';
}

$edge->stop('QUIT');

my $day = strftime('%Y-%m-%d', gmtime);
my ($cpu) = map { /^model name\s*:\s*(.*)/ ? $1 : () }
    split /\n/, `cat /proc/cpuinfo`;
my $report = "# Reads beside redemptions, through nginx, $day\n\n$cpu, one "
    . "worker and all that it commits on one core, those who press and read on"
    . " another" . ($first ? ', who reads before who presses' : '')
    . "; medians of $rounds rounds.\n\n"
    . "| beside the reads | a second | reads | median | p99 | to idle |\n"
    . "|---|---|---|---|---|---|\n";

for my $what ('idle', @levels, 'refused') {
    $report .= sprintf "| %s | %s | %d | %.0f us | %.0f us | %.2f |\n",
        $names{$what}, $rate{$what} ? int median(@{ $rate{$what} }) : '',
        $count{$what}, median(@{ $p50{$what} }), median(@{ $p99{$what} }),
        median(@{ $p99{$what} }) / median(@{ $p99{idle} });
}

mkdir 't/bench/results';
Xassist::Edge::spew("t/bench/results/$day-beside.md", $report);
print $report;
