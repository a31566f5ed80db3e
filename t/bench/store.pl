#!/usr/bin/perl

# The store at size and under load: tables and curves in t/bench/results.
# Records to reach: arguments, or a thousand, a million and ten million, which
# take half an hour and 20 GB in build/.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Path qw(make_path remove_tree);
use POSIX qw(strftime);
use Time::HiRes qw(time);

my $top = abs_path(dirname(__FILE__) . '/../..');
my $build = $ENV{XASSIST_BUILD} || 'build';
my @records = @ARGV ? @ARGV : (1000, 1_000_000, 10_000_000);
my $dir = "$top/build/bench.store.$$";
my $results = "$top/t/bench/results";
my (%fill, %read, %link, @commits, @size, @beside);

chdir $top;
make_path("$dir/store", "$dir/loaded", $results);

open my $run, '-|', "$build/t/bench/store", "$dir/store", @records
    or die "bench: $!";

while (my $line = <$run>) {
    my ($what, @figures) = split /\t/, $line =~ s/\n//r;
    $fill{ $figures[0] } = \@figures if $what eq 'fill';
    $read{ $figures[0] } = \@figures if $what eq 'read';
    $link{ $figures[0] } = \@figures if $what eq 'link';
    @size = @figures if $what eq 'size';
    push @commits, \@figures if $what eq 'commit';
    @beside = @figures if $what eq 'beside';
    print $line;
}

close $run or die "the bench failed\n";


# There and back as text.

sub timed {
    my ($command) = @_;

    my $begun = time;
    system($command) == 0 or die "$command\n";
    return time - $begun;
}

my $ctl = "$build/xassistctl";
my $dumped = timed("$ctl --store $dir/store store dump >$dir/dump");
my $lines = `wc -l <$dir/dump` + 0;
my $loaded = timed("$ctl --store $dir/loaded store load $dir/dump >/dev/null");
my $same = timed("$ctl --store $dir/loaded store dump | cmp -s - $dir/dump");
my $file = -s "$dir/loaded/data.mdb";
my $checked = timed("$ctl --store $dir/loaded store check >/dev/null");

remove_tree($dir);


sub group { return scalar reverse join ' ', unpack '(A3)*', reverse $_[0] }


# Curves: points of (label, value), the axis from 0.

sub svg {
    my ($file, $title, $unit, @lines) = @_;

    my @labels = map { $_->[0] } @{ $lines[0]{points} };
    my ($top_value) = sort { $b <=> $a }
        map { map { $_->[1] } @{ $_->{points} } } @lines;
    my ($w, $h, $x0, $y0) = (640, 320, 70, 270);
    my $step = @labels > 1 ? 520 / (@labels - 1) : 0;
    my @colours = ("#1f5fa8", "#c0504d", "#4f9d4f");
    my $out = qq{<svg xmlns="http://www.w3.org/2000/svg" width="$w" }
        . qq{height="$h" font-family="sans-serif" font-size="12">\n}
        . qq{<rect width="$w" height="$h" fill="#fff"/>\n}
        . qq{<text x="$x0" y="24" font-size="15">$title</text>\n}
        . qq{<path d="M$x0 40V${y0}H610" fill="none" stroke="#888"/>\n};

    for my $part (0 .. 4) {
        my $y = $y0 - 55 * $part;
        $out .= sprintf qq{<text x="62" y="%d" text-anchor="end">%s</text>\n},
            $y + 4, group(int($top_value * $part / 4));
        $out .= qq{<path d="M$x0 ${y}H610" stroke="#eee"/>\n} if $part;
    }

    for my $i (0 .. $#labels) {
        $out .= sprintf qq{<text x="%d" y="288" text-anchor="middle">%s}
            . "</text>\n", $x0 + 10 + $i * $step, group($labels[$i]);
    }

    for my $n (0 .. $#lines) {
        my $colour = $colours[$n];
        my @at = map { sprintf '%d %d', $x0 + 10 + $_ * $step,
            $y0 - 220 * $lines[$n]{points}[$_][1] / ($top_value || 1) }
            0 .. $#labels;
        $out .= qq{<path d="M} . join('L', @at)
            . qq{" fill="none" stroke="$colour" stroke-width="2"/>\n};
        $out .= sprintf qq{<text x="%d" y="308" fill="%s">%s</text>\n},
            $x0 + 190 * $n, $colour, $lines[$n]{name};
    }

    open my $fh, '>', "$results/$file" or die $!;
    print $fh $out, qq{<text x="610" y="24" text-anchor="end">$unit</text>\n},
        "</svg>\n";
    close $fh;
}

my $day = strftime('%Y-%m-%d', gmtime);
my $cpu = (map { /model name\s*: (.*)/ ? $1 : () } `cat /proc/cpuinfo`)[0];

open my $md, '>', "$results/$day-store.md" or die $!;
print $md "# The store\n\n$cpu, ", `nproc` + 0, " cores, Linux ", `uname -r`,
    "\n";
print $md "| invitations | made in | file | reads of a decision, median | p99 |",
    " to the first | of a random link | p99 |\n",
    "|---|---|---|---|---|---|---|---|\n";

for my $n (@records) {
    printf $md "| %s | %.1f s | %.0f MiB | %.2f us | %.2f us | %.2f "
        . "| %.2f us | %.2f us |\n",
        group($n), $fill{$n}[1], $fill{$n}[2] / 2**20, $read{$n}[1] / 1000,
        $read{$n}[2] / 1000, $read{$n}[1] / $read{ $records[0] }[1],
        $link{$n}[1] / 1000, $link{$n}[2] / 1000;
}

printf $md "\nOne invitation with its index keys is %d bytes, its event in "
    . "the log %d.\n\n", @size[1, 2];
print $md "| redemptions in flight | durable a second, one commit for all |",
    " a commit each | ratio |\n|---|---|---|---|\n";
printf $md "| %d | %s | %s | %.1f |\n", $_->[0], group($_->[1]),
    group($_->[2]), $_->[1] / $_->[2] for @commits;
printf $md "\nReads of a decision while another thread commits, 64 redemptions "
    . "at a time: median %.2f us, p99 %.2f us; idle %.2f us and %.2f us: p99 "
    . "%.2f times.\n", map({ $_ / 1000 } @beside[2, 3, 0, 1]),
    $beside[3] / $beside[1];
printf $md "\nAs text: %s lines, dumped in %.1f s, loaded in %.1f s "
    . "(%s a second), compared equal, checked in %.1f s.\n", group($lines),
    $dumped, $loaded, group(int($lines / $loaded)), $checked;
printf $md "Loaded, the file has %.0f bytes a line, with index keys and all "
    . "pages.\n", $file / $lines;
close $md;

svg("$day-store-reads.svg", 'Reads of a decision', 'ns',
    { name => 'median', points => [map { [$_, $read{$_}[1]] } @records] },
    { name => 'p99', points => [map { [$_, $read{$_}[2]] } @records] },
    { name => 'a random link', points => [map { [$_, $link{$_}[1]] }
        @records] });
svg("$day-store-commits.svg", 'Durable redemptions a second, by how many '
    . 'are in flight', 'a second',
    { name => 'one commit for all', points => [map { [@$_[0, 1]] } @commits] },
    { name => 'a commit each', points => [map { [@$_[0, 2]] } @commits] });

print `cat $results/$day-store.md`;
