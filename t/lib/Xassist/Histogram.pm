package Xassist::Histogram;

# Bars of how many took so long, on a logarithmic scale from 0.1 ms to 1 s.

use strict;
use warnings;

use Xassist::Edge ();

my @steps = map { 10 ** ($_ / 5) } 10 .. 30;


# One below the other: ([title, microseconds ...], ...) into the file.

sub draw {
    my ($file, @charts) = @_;

    my $height = 10 + 180 * @charts;
    my $y = -160;
    Xassist::Edge::spew($file, '<svg xmlns="http://www.w3.org/2000/svg" '
        . qq{viewBox="0 0 640 $height" font-family="sans-serif" font-size="10">}
        . '<style>.t{font-size:13px}rect{fill:#2a6db0}</style>'
        . qq{<rect width="640" height="$height" style="fill:#fff"/>}
        . join('', map { chart($y += 180, @$_) } @charts) . "</svg>\n");
}


sub chart {
    my ($y, $title, @values) = @_;

    my @count = (0) x @steps;

    for my $value (@values) {
        my $i = 0;
        $i++ while $i < $#steps && $value > $steps[$i];
        $count[$i]++;
    }

    my ($most) = sort { $b <=> $a } @count;
    my $svg = sprintf '<text x="20" y="%d" class="t">%s</text>', $y, $title;

    for my $i (0 .. $#steps) {
        my $h = $most ? 120 * $count[$i] / $most : 0;
        $svg .= sprintf '<rect x="%d" y="%.1f" width="26" height="%.1f"/>',
            20 + 28 * $i, $y + 140 - $h, $h;
        $svg .= sprintf '<text x="%d" y="%d">%s</text>', 20 + 28 * $i,
            $y + 154, $steps[$i] < 1000 ? sprintf('%.1f', $steps[$i] / 1000)
            : sprintf('%.0f', $steps[$i] / 1000) if $i % 5 == 0;
    }

    return $svg;
}


1;
