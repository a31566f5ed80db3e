#!/usr/bin/perl

# README lists every directive and variable of the code, and no other.
#
# Rows it looks for:
#     | `xassist_store DIR [max=SIZE]` | http | what it does ... |
#     | `$xassist_reason` | what it holds ... |

use strict;
use warnings;

use File::Basename qw(dirname);
use Test::More;

chdir dirname(__FILE__) . '/..' or die $!;

my %context = (NGX_HTTP_MAIN_CONF => 'http', NGX_HTTP_SRV_CONF => 'server',
    NGX_HTTP_LOC_CONF => 'location', NGX_HTTP_LIF_CONF => 'if',
    NGX_HTTP_UPS_CONF => 'upstream');


sub slurp {
    my ($path) = @_;
    open my $fh, '<:encoding(UTF-8)', $path or return '';
    local $/;
    return scalar <$fh>;
}


my $code = join "\n", map { slurp($_) } glob 'ngx_xassist_module/*.c';
my (%directives, %variables);

for my $table ($code =~ /ngx_command_t\s+\w+\[\]\s*=\s*\{(.*?)\n\};/gs) {
    while ($table =~ /ngx_string\("(\w+)"\),\s*((?:NGX_\w+[\s|]*)+),/g) {
        my ($name, $flags) = ($1, $2);
        $directives{$name} = join ', ', sort grep { defined }
            map { $context{$_} } $flags =~ /NGX_\w+/g;
    }
}

# A name may be a directive and a variable: xassist_call is both.

(my $rest = $code) =~ s/ngx_command_t\s+\w+\[\]\s*=\s*\{.*?\n\};//gs;

$variables{$_} = 1
    for $rest =~ /ngx_str(?:ing\(|_set\(&\w+, )"(xassist_\w+)"\)/g;

ok(keys %directives, 'there are directives in the code');
ok(keys %variables, 'there are variables in the code');

my (%rows, %seen);

for my $line (split /\n/, slurp('README.md')) {
    my @cells = $line =~ /^\|/ ? split /\s*(?<!\\)\|\s*/, $line : ();
    my $first = $cells[1] // '';

    if ($first =~ /^`(xassist_\w+)/) {
        ok(!$rows{$1}, "$1 has one row");
        $rows{$1} = join ', ', sort split /[,\s]+/, $cells[2] // '';

    } elsif ($first =~ /^`\$(xassist_\w+)`/) {
        ok(!$seen{$1}++, "\$$1 has one row");
    }
}

is_deeply([sort keys %rows], [sort keys %directives],
    'README lists the directives of the code');
is_deeply([sort keys %seen], [sort keys %variables],
    'README lists the variables of the code');
is($rows{$_} // '', $directives{$_}, "context of $_")
    for sort keys %directives;

done_testing();
