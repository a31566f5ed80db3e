#!/usr/bin/perl

# The writer under ThreadSanitizer: a thread that commits what is handed to it
# beside one that reads, and no data race.

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

my $out = `gcc -std=c11 -D_DEFAULT_SOURCE -g -O1 -I. -fsanitize=thread -Wno-tsan -o $temp/writer t/thread/store_writer.c lmdb_schema/*.c policy/crypto.c -llmdb -lcrypto -lpthread 2>&1`;
is($?, 0, 'it compiles') or diag $out;

$out = `TSAN_OPTIONS=halt_on_error=0 $temp/writer $temp/store 2>&1`;
is($?, 0, 'whatever was acknowledged is read') or diag $out;
unlike($out, qr/WARNING: ThreadSanitizer/, 'no data race')
    or diag substr $out, 0, 4000;
like($out, qr/^960 changes/, 'changes were made beside reads');
note $out;

done_testing;
