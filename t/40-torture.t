#!/usr/bin/perl

# The short form of the torture programs; "make torture" runs the long one.

use strict;
use warnings;

use File::Basename qw(dirname);
use Test::More;

chdir dirname(__FILE__) . '/..' or die $!;

my @names = map { m{(\w+)\.c$} } sort glob 't/torture/*.c';

for my $name (@names) {
    my $program = "build/t/torture/$name";
    my $built = `make -s $program 2>&1`;

    is($?, 0, "$name is built") or diag $built;

    my $out = `timeout 900 $program short 2>&1`;
    my ($last) = $out =~ /([^\n]*)\n?\z/;

    is($? >> 8, 0, "$name: nothing breaks") or diag $out;
    like($last, qr/^$name: .*\b0 invariants broken$/, 'it says so');
    note $last;
}

done_testing();
