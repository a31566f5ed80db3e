#!/usr/bin/perl

# What is wrong in a policy is told with its place, in bounded time and
# memory: 512 MB of address space and ten seconds of CPU are plenty.

use strict;
use warnings;
use lib 't/lib';

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use JSON::PP;
use Test::More;
use Xassist::BadPolicy;

my $top = abs_path(dirname(__FILE__) . '/..');
chdir $top or die $!;
my $ctl = ($ENV{XASSIST_BUILD} // 'build') . '/xassistctl';
my $temp = tempdir(CLEANUP => 1);
my $memory = $ctl =~ /asan/ ? 'unlimited' : 524_288;


sub slurp {
    my ($path) = @_;
    open my $fh, '<:raw', $path or die "$path: $!";
    local $/;
    return scalar <$fh>;
}


for my $bad (bad_policies(slurp('conf/policy.json'))) {
    subtest $bad->{name} => sub {
        open my $fh, '>:raw', "$temp/policy.json" or die $!;
        print $fh $bad->{text};
        close $fh or die $!;

        my $text = `ulimit -t 60; ulimit -v $memory; $ctl policy check $temp/policy.json 2>&1`;
        ok($? >> 8 == 1 || $? >> 8 == 3, 'is refused') or diag "status $?";
        like($text, $bad->{says}, 'with its place') or diag substr $text, 0, 500;
        cmp_ok(length $text, '<', 60_000, 'in so many words');
        unlike($text, qr/out of memory|not enough memory/, 'not for memory');

        my $json = `$ctl --json policy check $temp/policy.json 2>&1`;
        my $answer = eval { JSON::PP->new->utf8->decode($json) };
        ok($answer && !$answer->{ok}, 'as JSON, too') or diag $json;
        is($answer->{count}, $bad->{errors}, 'once') if $bad->{errors};
    };
}

# A good one may be as large as can be: two seconds of CPU, the same memory.

my $rules = join ',', map { qq("rule$_": {"any": ["regular", {"all": ["guest",)
    . qq( "call_member"]}]}) } 1 .. 99_000;
open my $large, '>:raw', "$temp/large.json" or die $!;
print $large slurp('conf/policy.json') =~ s/"rules": \{/$& $rules,/r;
close $large or die $!;
my $cpu = $ctl =~ /asan/ ? 30 : 2;
my $said = `ulimit -t $cpu; ulimit -v $memory; $ctl --json policy check $temp/large.json 2>&1`;
is($?, 0, '99,000 rules are loaded in two seconds') or diag $said;
is(eval { JSON::PP->new->utf8->decode($said)->{ok} }, 1, 'and good');

# CVE-2023-33460 is in yajl_tree_parse, which leaks; it is not called.

my $library = $ctl =~ s/xassistctl$/libpolicy.a/r;
my @yajl = `nm -u $library` =~ /U (yajl_\w+)/g;
ok((grep { $_ eq 'yajl_parse' } @yajl), 'yajl parses');
is("@{[ grep { /^yajl_(?:tree|gen)/ } @yajl ]}", '',
    'and builds no tree of its own');

done_testing;
