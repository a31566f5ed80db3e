#!/usr/bin/perl

# The fuzz targets of the policy for a few seconds each, from the committed
# seeds: under libFuzzer where clang has it, else (or where it takes too long
# to build) as mutations of the seeds under gcc's sanitizers.
#
#     FUZZ_SECONDS=60 XASSIST_SEED=7 prove t/26-policy-fuzz.t

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use Test::More;

chdir abs_path(dirname(__FILE__) . '/..') or die $!;
my $temp = tempdir(CLEANUP => 1);
my $seconds = $ENV{FUZZ_SECONDS} // 2;
my $seed = $ENV{XASSIST_SEED} // time;
my @targets = qw(policy_compile policy_image policy_token);

delete @ENV{qw(MAKEFLAGS MAKELEVEL MFLAGS)};
my $sanitize = '-fsanitize=address,undefined -fno-sanitize-recover=undefined';
my $common = "-std=c11 -D_DEFAULT_SOURCE -g -O1 -I.";

sub run { my $out = `@_ 2>&1`; return ($?, $out) }

my ($status, $out) = run("for f in policy/*.c; do gcc $common $sanitize -c"
    . " -o $temp/\$(basename \$f .c).o \$f || exit 1; done");
is($status, 0, 'the policy with sanitizers') or diag $out;

for my $target (@targets) {
    my @seeds = glob "t/fuzz/corpus/$target/*";
    ok(@seeds, "$target: seeds are there");

    ($status, $out) = run("gcc $common $sanitize -o $temp/$target"
        . " t/fuzz/$target.c t/lib/fuzz_main.c $temp/*.o -lyajl -lcrypto");
    is($status, 0, "$target: compiles") or diag $out;

    ($status, $out) = run("ASAN_OPTIONS=detect_leaks=1 $temp/$target"
        . " $seconds $seed @seeds");
    is($status, 0, "$target: mutations, seed $seed")
        or diag substr $out, 0, 4000;
    my ($runs) = $out =~ /^(\d+) runs/m;
    cmp_ok($runs // 0, '>', 300, "$target: many of them");
    note "$target: $runs runs" if $runs;
}

SKIP: {
    my ($ready) = grep { -x "build/t/fuzz/$_" } 'policy_compile';
    skip 'libFuzzer targets are not built: make fuzz', 1 unless $ready;

    for my $target (grep { -x "build/t/fuzz/$_" } @targets) {
        mkdir "$temp/found";
        ($status, $out) = run("build/t/fuzz/$target -max_total_time=$seconds"
            . " -seed=$seed $temp/found t/fuzz/corpus/$target");
        is($status, 0, "$target: libFuzzer") or diag substr $out, -4000;
    }
}

done_testing;
