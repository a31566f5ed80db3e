#!/usr/bin/perl

# The short form of the torture programs; "make torture" runs the long one.

use strict;
use warnings;

use File::Basename qw(dirname);
use File::Temp ();
use Test::More;

chdir dirname(__FILE__) . '/..' or die $!;

my $log = File::Temp->new;
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
    print $log "$last\n";
}

close $log;
my $all = `perl t/torture/figures.pl $log`;

is($? >> 8, 0, 'nothing is lost in all');
like($all, qr/^torture: [1-9]\d{2,} kills, [1-9]\d* changes acknowledged, /,
    'hundreds of kills');
like($all, qr/ [1-9]\d{2,} faults, [1-9]\d{2,} orders tried, /,
    'of faults and of orders');
like($all, qr/; nothing lost in ${\ scalar @names} programs$/, 'and no more')
    or diag $all;
note $all;

done_testing();
