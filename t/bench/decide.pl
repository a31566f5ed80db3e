#!/usr/bin/perl

# What a decision costs, from ten rules to a hundred thousand: nanoseconds,
# and instructions by callgrind.  Writes t/bench/results/DATE-decide.md and
# the curve, DATE-decide.svg.

use strict;
use warnings;

use File::Temp qw(tempdir);
use POSIX qw(strftime);

my $build = $ENV{XASSIST_BUILD} // 'build';
my $program = "$build/t/bench/decide";
my $temp = tempdir(CLEANUP => 1);
my @what = (permission => 'a permission, five roles', ten =>
    'a rule of ten steps', name => 'a name looked up');
my @columns = qw(rules roles permissions permission ten name compile bytes);
my @colors = (permission => '#1b6ca8', ten => '#b5462f', name => '#4c8c4a');

$| = 1;
my @rows;

for my $line (`$program`) {
    print $line;
    my @cells = split ' ', $line;
    next unless @cells == @columns && $cells[0] =~ /^\d+$/;
    my %row;
    @row{@columns} = @cells;
    push @rows, \%row;
}

die "no result of $program\n" unless @rows;


# Instructions of one decision: of a thousand, inside of the function alone.

sub instructions {
    my ($row, $what) = @_;

    my $function = $what eq 'name' ? 'policy_rule_find' : 'policy_decide';
    my $text = `valgrind --tool=callgrind --callgrind-out-file=$temp/out --toggle-collect=$function $program $row->{rules} $row->{roles} $row->{permissions} $what 2>&1`;
    my ($count) = $text =~ /Collected : (\d+)/;
    return $count ? $count / 1000 : undef;
}

my $valgrind = `command -v valgrind 2>/dev/null`;

for my $row ($valgrind ? @rows : ()) {
    $row->{"i_$_"} = instructions($row, $_) for qw(permission ten name);
    printf "%8d rules: instructions %.0f, %.0f, %.0f\n", $row->{rules},
        map { $_ // 0 } @$row{qw(i_permission i_ten i_name)};
}


sub first_line { my ($line) = split /\n/, `@_ 2>&1`; return $line // '' }

my $date = strftime('%Y-%m-%d', gmtime);
my ($cpu) = map { /^model name\s*:\s*(.*)/ ? $1 : () }
    split /\n/, `cat /proc/cpuinfo`;
my $report = "# A decision: nanoseconds and instructions, $date\n\n- "
    . ($cpu // 'unknown CPU') . ', ' . first_line('nproc') . ' cores, '
    . first_line('gcc --version') . "\n"
    . '- load before: ' . (split ' ', first_line('cat /proc/loadavg'))[0]
    . "; the best of 25 rounds of 100,000\n"
    . "- a permission that five roles are gone through for, with one that it"
    . " requires; a rule of ten steps; a rule found by its name\n\n"
    . "| rules | roles | permissions | ns: permission | ten steps | name |"
    . " instructions: permission | ten steps | name | compile, s | image |\n"
    . '| ---: ' x 11 . "|\n";

for my $row (@rows) {
    $report .= sprintf "| %s | %s | %s | %.1f | %.1f | %.1f | %s | %s | %s |"
        . " %.3f | %s |\n", @$row{qw(rules roles permissions permission ten
            name)}, (map { defined $_ ? sprintf '%.0f', $_ : '' }
            @$row{qw(i_permission i_ten i_name)}), @$row{qw(compile bytes)};
}

mkdir 't/bench/results';
spew("t/bench/results/$date-decide.md", "$report\n![the curve]($date-decide.svg)\n");
spew("t/bench/results/$date-decide.svg", curve());
print "\n$report";


# Rules from left to right, a power of ten each; nanoseconds upwards.

sub curve {
    my ($width, $height, $left, $bottom) = (640, 360, 60, 50);
    my %title = @what;
    my %color = @colors;
    my ($most) = sort { $b <=> $a }
        map { @$_{qw(permission ten name)} } @rows;
    my $top = 100 * (1 + int($most / 100));
    my $x = sub { $left + ($width - $left - 170) * (log($_[0]) / log(10) - 1) / 4 };
    my $y = sub { $height - $bottom - ($height - $bottom - 30) * $_[0] / $top };
    my $svg = qq{<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 $width}
        . qq{ $height" font-family="sans-serif" font-size="12">\n}
        . qq{<rect width="$width" height="$height" fill="#fff"/>\n}
        . qq{<text x="$left" y="18">nanoseconds of a decision, by the number}
        . qq{ of rules and roles</text>\n};

    for my $n (0 .. $top / 50) {
        my $at = sprintf '%.1f', $y->($n * 50);
        $svg .= qq{<path d="M$left ${at}H} . ($width - 170)
            . qq{" stroke="#ddd"/><text x="} . ($left - 6)
            . qq{" y="} . ($at + 4) . qq{" text-anchor="end">} . $n * 50
            . "</text>\n";
    }

    for my $power (1 .. 5) {
        my $at = sprintf '%.1f', $x->(10 ** $power);
        $svg .= qq{<text x="$at" y="} . ($height - $bottom + 18)
            . qq{" text-anchor="middle">} . 10 ** $power . "</text>\n";
    }

    for my $what (qw(ten permission name)) {
        my $points = join ' ', map { sprintf '%.1f,%.1f', $x->($_->{rules}),
            $y->($_->{$what}) } @rows;
        my $last = $rows[-1];
        $svg .= qq{<polyline points="$points" fill="none" stroke="}
            . qq{$color{$what}" stroke-width="2"/>\n}
            . sprintf(qq{<text x="%.1f" y="%.1f" fill="%s">%s</text>\n},
                $x->($last->{rules}) + 8, $y->($last->{$what}) + 4,
                $color{$what}, $title{$what});
    }

    return "$svg</svg>\n";
}


sub spew {
    my ($path, $text) = @_;
    open my $fh, '>', $path or die "$path: $!";
    print $fh $text;
    close $fh or die "$path: $!";
}
