#!/usr/bin/perl

# The zone under ThreadSanitizer: one writer, two readers, no data race, and
# never a mixture of two policies.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use Test::More;

chdir abs_path(dirname(__FILE__) . '/..') or die $!;
my $temp = tempdir(CLEANUP => 1);

open my $fh, '>', "$temp/probe.c" or die $!;
print $fh "int main(void) { return 0; }\n";
close $fh;
plan skip_all => 'gcc has no ThreadSanitizer here'
    if system("gcc -fsanitize=thread -o $temp/probe $temp/probe.c"
        . " >/dev/null 2>&1 && $temp/probe");

# gcc cannot instrument fences, and says so; what they order here are atomic
# accesses all the same.

my $out = `gcc -std=c11 -D_DEFAULT_SOURCE -g -O1 -I. -fsanitize=thread -Wno-tsan -o $temp/zone t/thread/policy_zone.c policy/*.c -lyajl -lcrypto -lpthread 2>&1`;
is($?, 0, 'it compiles') or diag $out;

$out = `TSAN_OPTIONS=halt_on_error=0 $temp/zone 2>&1`;
is($?, 0, 'each settled decision was of one policy') or diag $out;
unlike($out, qr/WARNING: ThreadSanitizer/, 'no data race')
    or diag substr $out, 0, 4000;
like($out, qr/reader 1: \d{4,} settled/, 'and many were made');

done_testing;
