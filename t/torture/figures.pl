#!/usr/bin/perl

# What all of the torture programs came to, in one line.
#
#     perl t/torture/figures.pl LOG

use strict;
use warnings;

my ($kills, $acknowledged, $faults, $orders, $presses, $pages) = (0) x 6;
my ($lost, $programs) = (0, 0);

while (<>) {
    $kills += $1 if /(\d+) kills/;
    $acknowledged += $1 if /(\d+) changes acknowledged/;
    $acknowledged += $1 + $2 if /(\d+) guests and (\d+) calls acknowledged/;
    $faults += $1 if /(\d+) faults/;
    $orders += $1 if /(\d+) orders tried/;
    $presses += $1 if /(\d+) presses/;
    $pages += $1 if /(\d+) pages written over/;
    $lost += $1, $programs++ if /(\d+) (?:invariants broken|lost or broken)/;
}

print "torture: $kills kills, $acknowledged changes acknowledged, $faults "
    . "faults, $orders orders tried, $presses presses, $pages pages written "
    . "over; ", ($lost ? "$lost invariants broken" : 'nothing lost'),
    " in $programs programs\n";
exit($lost || !$programs ? 1 : 0);
