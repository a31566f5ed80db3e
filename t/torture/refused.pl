#!/usr/bin/perl

# Whether the time of a refusal tells what is wrong with a link.  Links made
# up, altered, not there and of another account are asked for by whole HTTP
# requests, in an order drawn anew each round, over one connection.  Two labels
# of one kind tell what noise is; a request that is a little dearer for sure
# tells what would have been seen.
#
#     perl -It/lib t/torture/refused.pl [ROUNDS]

use strict;
use warnings;
use lib 't/lib';

use List::Util qw(max shuffle);
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);
use Xassist::Guess;
use Xassist::Socket ();

my $rounds = $ARGV[0] // 5000;
my $warm = 200;

# A difference counts when it is this sure not to be chance, and more than this
# part of the request: some tenths of a microsecond are a twentieth of what two
# answers to the same link differ by.
my $alpha = 1e-4;
my $part = 0.01;

srand($ENV{TORTURE_SEED} // int CORE::time);

my ($world, $kinds) = guesses(each => 8);
my $edge = $world->edge;
my $client = $world->client;
my @labels = qw(absent same forged altered other dearer);
my $broken = 0;

delete $kinds->{valid};
$kinds->{$_} = $kinds->{absent} for qw(same dearer);

my $socket;
my $asked = 0;


sub took {
    my ($bytes) = @_;

    if (!$socket || $asked++ % 900 == 899) {
        $socket->close if $socket;
        $socket = Xassist::Socket->connect($edge->{port}, 30);
    }

    my $begun = clock_gettime(CLOCK_MONOTONIC);
    $socket->send($bytes);
    my $answer = $socket->read_head or die "no answer\n";
    $socket->read_exactly($answer->{headers}{'content-length'});
    my $ended = clock_gettime(CLOCK_MONOTONIC);

    die "answered $answer->{status}\n" if $answer->{status} != 404;
    return ($ended - $begun) * 1e6;
}


sub measure {
    my ($bytes) = @_;
    my %took;

    for my $round (1 .. $warm + $rounds) {
        for my $label (shuffle @labels) {
            my $tokens = $kinds->{$label};
            my $request = $bytes->($tokens->[rand @$tokens]);
            $request =~ s/\r\n/\r\nX-Filler: @{[ 'x' x 3000 ]}\r\n/
                if $label eq 'dearer';
            my $us = took($request);
            push @{ $took{$label} }, $us if $round > $warm;
        }
    }

    return map { $_ => [ sort { $a <=> $b } @{ $took{$_} } ] } keys %took;
}


sub middle { return $_[0][ @{ $_[0] } / 2 ] }


# Kolmogorov and Smirnov: how far the distributions are apart at most.

sub apart {
    my ($x, $y) = @_;
    my ($i, $j, $most) = (0, 0, 0);

    while ($i < @$x && $j < @$y) {
        $x->[$i] <= $y->[$j] ? $i++ : $j++;
        $most = max($most, abs($i / @$x - $j / @$y));
    }

    return $most;
}


# How far they may be by chance.

sub chance { return sqrt(-log($alpha / 2) / 2 * 2 / $rounds) }

for (guess_requests($client)) {
    my ($name, $bytes) = @$_;
    my %took = measure($bytes);
    my $base = $took{absent};
    my $one = middle($base);

    printf "%s: %.1f us, half of them within %.1f us\n", $name, $one,
        $base->[ $#$base * 3 / 4 ] - $base->[ $#$base / 4 ];

    for my $label (grep { $_ ne 'absent' } @labels) {
        my $off = middle($took{$label}) - $one;
        my $far = apart($base, $took{$label});
        my $told = $far > chance() && abs($off) > $part * $one;

        printf "    %-8s %+6.2f us %+6.2f%%, apart by %.4f, by chance %.4f\n",
            $label, $off, 100 * $off / $one, $far, chance();

        if ($label eq 'dearer' ? !$told : $told) {
            print STDERR $label eq 'dearer'
                ? "$name: too noisy here, a difference would not be seen\n"
                : "$name: $label is told from absent by its time\n";
            $broken++;
        }
    }
}

$edge->stop;
$world->{upstream}->stop;
print "refused: $rounds rounds, $broken invariants broken\n";
exit($broken ? 1 : 0);
