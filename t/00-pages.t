#!/usr/bin/perl

# Templates, the fields that the code gives them, README's table of these, and
# the one table of reasons belong together.

use strict;
use warnings;
use utf8;

use File::Basename qw(basename dirname);
use Test::More;

chdir dirname(__FILE__) . '/..' or die $!;

binmode $_, ':encoding(UTF-8)' for map { Test::More->builder->$_ }
    qw(output failure_output todo_output);

my @languages = qw(en de fr);


sub slurp {
    my ($path) = @_;
    open my $fh, '<:encoding(UTF-8)', $path or die "$path: $!";
    local $/;
    return scalar <$fh>;
}

# A reason: {code, retry, en: [what, next], ...}.

my @reasons;
my $table = slurp('ngx_xassist_module/ngx_xassist_reason.def');

while ($table =~ /^NGX_XASSIST_REASON\(\w+, "(\w+)", (\d+), \d+, ([01]),(.*?)\)$/gms)
{
    my ($code, $status, $retry, $rest) = ($1, $2, $3, $4);
    my @texts = map { s/"\s+"//gr } $rest =~ /"((?:[^"]|"\s+")*)"(?=,|\z)/g;
    push @reasons, { code => $code, status => $status, retry => $retry,
        n => scalar @texts,
        map { $languages[$_] => [ @texts[2 * $_, 2 * $_ + 1] ] } 0 .. 2 };
}

# What the code gives: every page its language, then each its own.

my %given;

sub names {
    my ($file, $pattern) = @_;
    return slurp("ngx_xassist_module/$file") =~ /$pattern/g;
}

my @visit = names('ngx_xassist_visit_page.c',
    qr/_(?:field|section)\(&?\w+,\s+"(\w+)"/);
$given{'join.html'} = $given{'waiting.html'} = { map { $_ => 1 } @visit };
$given{'refused.html'} = { map { $_ => 1 } names('ngx_xassist_page.c',
    qr/ngx_str_set\(&fields\[n\]\.name, "(\w+)"\)/) };

my @common = names('ngx_xassist_login_answer.c',
    qr/ngx_str_set\(&fields\[n\]\.name, "(\w+)"\)/);
for (['signin.html', 'ngx_xassist_login_answer.c'],
    ['card.html', 'ngx_xassist_card.c'])
{
    my ($page, $file) = @$_;
    $given{$page} = { map { $_ => 1 } @common,
        names($file, qr/^\s+\{ "(\w+)", [^}]*&\w+->\w+/m) };
}
$given{$_}{lang} = 1 for keys %given;

my %documented;
my ($pages) = slurp('README.md') =~ /^## Pages\n(.*?)^## /ms;

for my $row ($pages =~ /^(\|.*\|)$/mg) {
    my (undef, $page, $fields) = split /\s*\|\s*/, $row;
    $documented{$page} = { map { $_ => 1 } $fields =~ /`(\w+)`/g }
        if $page =~ /\.html$/;
}

is_deeply([ sort keys %documented ], [ sort keys %given ],
    'README has a row for each template');

for my $page (sort keys %given) {
    my %own = map { $_ => 1 } @languages, $page eq 'refused.html'
        ? map { $_->{code} } @reasons : ();
    my %used = map { $_ => 1 }
        slurp("conf/pages/$page") =~ /\{\{[#^]?([a-z_]+)\}\}/g;

    is_deeply([ grep { !$documented{$page}{$_} && !$own{$_} }
        sort keys %used ], [], "$page uses what README lists");
    is_deeply([ grep { !$given{$page}{$_} } sort keys %{ $documented{$page} }
        ], [], "the code gives $page what README lists");
}

is_deeply([ grep { !$documented{'join.html'}{$_}
    && !$documented{'waiting.html'}{$_} } sort keys %{ $given{'join.html'} } ],
    [], 'README lists all fields of the pages of a link');

for my $page (qw(card.html refused.html signin.html)) {
    is_deeply([ grep { !$documented{$page}{$_} } sort keys %{ $given{$page} }
        ], [], "README lists all fields of $page");
}


# Templates as the module fills them.

sub filled {
    my ($text, $fields) = @_;

    1 while $text =~ s/\{\{([#^])(\w+)\}\}((?:(?!\{\{[#^]).)*?)\{\{\/\2\}\}/
        length($fields->{$2} \/\/ '') ? $1 eq '#' ? $3 : ''
                                    : $1 eq '#' ? '' : $3/gse;
    $text =~ s/\{\{(\w+)\}\}/$fields->{$1} \/\/ ''/ge;
    return $text;
}


# Visible text of a page, in one line.

sub seen {
    my ($html) = @_;
    $html =~ s/<(head|nav)\b.*?<\/\1>//gs;
    $html =~ s/<[^>]*>/ /g;
    return $html =~ s/\s+/ /gr;
}

my $refused = slurp('conf/pages/refused.html');

cmp_ok(scalar @reasons, '>=', 30, @reasons . ' reasons');
is(join(' ', map { $_->{code} } grep { $_->{n} != 6 } @reasons), '',
    'each says in three languages what happened and what to do next');

for my $language (@languages) {
    my (%what, @bad);

    for my $reason (@reasons) {
        my ($what, $next) = @{ $reason->{$language} };
        my $html = filled($refused, { $language => 1, lang => $language,
            reason => $reason->{code}, title => $what, text => $what,
            next => $next, status => $reason->{status}, here => '%2F',
            $reason->{code} => 1, retry => $reason->{retry} || '' });
        my $page = seen($html);

        push @{ $what{$what} }, $reason->{code};
        push @bad, "$reason->{code}: $_" for grep { defined } (
            $what =~ /^\p{Lu}.{8,}\.$/ ? undef : "what: $what",
            $next =~ /^\p{Lu}.{4,}\.$/ ? undef : "next: $next",
            $what ne $next ? undef : 'twice the same',
            index($page, $what) >= 0 && index($page, $next) >= 0
                ? undef : 'not on the page',
            $html =~ /\{\{|\}\}/ ? 'something of the template is left' : undef,
            $html =~ /<html lang="$language">/ ? undef : 'no language',
            ($html =~ /class="button" href="\?lang=$language"/ ? 1 : 0)
                == $reason->{retry} ? undef : 'a way to try again, or none');
    }

    is_deeply(\@bad, [], "every refusal in $language");
    is_deeply([ grep { @$_ > 1 } values %what ], [],
        "no two reasons say the same in $language");
}

is(() = filled($refused, { en => 1, signed_out => 1, here => '%2Fexpert',
    lang => 'en' }) =~ m{href="/xassist/v1/login\?lang=en&amp;next=%2Fexpert"}g,
    1, 'who is signed out is led to sign in');


# No page asks for anything that its policy would block.

for my $file (glob 'conf/pages/*.html') {
    my $html = slurp($file);
    my $name = basename $file;

    unlike($html, qr/<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]*src=)/,
        "$name has nothing inline");
    unlike($html =~ s/<a\b[^>]*>//gr, qr{(?:src|href)="(?:https?:)?//},
        "$name loads nothing from elsewhere");
    is_deeply([ grep { !-e "conf/pages/assets/$_" && $_ ne 'qrcode.js' }
        $html =~ m{/xassist/assets/([\w.-]+)}g ], [],
        "$name finds its files");
}

done_testing();
