#!/usr/bin/perl

# The fuzz targets of the store for a few seconds each, from the committed
# seeds, as mutations of them under gcc's sanitizers; "make fuzz" runs them
# under libFuzzer.
#
#     FUZZ_SECONDS=60 XASSIST_SEED=7 prove t/27-store-fuzz.t

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(basename dirname);
use File::Temp qw(tempdir);
use Test::More;

chdir abs_path(dirname(__FILE__) . '/..') or die $!;
my $temp = tempdir(CLEANUP => 1);
my $seconds = $ENV{FUZZ_SECONDS} // 2;
my $seed = $ENV{XASSIST_SEED} // time;

delete @ENV{qw(MAKEFLAGS MAKELEVEL MFLAGS)};

sub run { my $out = `@_ 2>&1`; return ($?, $out) }

my ($status, $out) = run('make -s -j2 BUILD=build/asan SAN=1 TEST=1 libs');
is($status, 0, 'the store with sanitizers') or diag $out;

# Every kind of record has a seed.

open my $def, '<', 'lmdb_schema/record.def' or die $!;
my @records = map { /^STORE_RECORD\((\w+), \d/ ? $1 : () } <$def>;
my @bare = grep { !-e "t/fuzz/corpus/store_codec/$_" } @records;
is("@bare", '', 'every kind of record has a seed');

for my $target (map { basename($_, '.c') } glob 't/fuzz/store_*.c') {
    my @seeds = glob "t/fuzz/corpus/$target/*";
    ok(@seeds, "$target: seeds are there");

    ($status, $out) = run('gcc -std=c11 -D_DEFAULT_SOURCE -g -O1 -I.'
        . ' -fsanitize=address,undefined -fno-sanitize-recover=undefined'
        . " -o $temp/$target t/fuzz/$target.c t/lib/fuzz_main.c"
        . ' build/asan/libstore.a build/asan/libpolicy.a'
        . ' -lyajl -lcrypto -llmdb -lpthread');
    is($status, 0, "$target: compiles") or diag $out;

    ($status, $out) = run("ASAN_OPTIONS=detect_leaks=1 $temp/$target"
        . " $seconds $seed @seeds");
    is($status, 0, "$target: mutations, seed $seed")
        or diag substr $out, 0, 4000;
    my ($runs) = $out =~ /^(\d+) runs/m;
    cmp_ok($runs // 0, '>', 300, "$target: many of them");
    note "$target: $runs runs" if $runs;
}

done_testing;
