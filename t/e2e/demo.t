#!/usr/bin/perl

# What `make demo` prints and shows: one address to open, whose page says what
# to click, and every link of it leads where it says.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use Xassist::Browser ();
use Xassist::Demo ();
use Xassist::Look;

my $why = Xassist::Demo::missing() || Xassist::Browser::missing();
plan skip_all => $why if $why;

my $top = Xassist::Edge::top();
my $pid = open my $demo, '-|', "$top/conf/demo/run" or die "demo: $!";
my $text = '';

{
    local $SIG{ALRM} = sub { die "the demo printed too little:\n$text" };
    alarm 300;
    while (<$demo>) {
        $text .= $_;
        last if /Ctrl-C/;
    }
    alarm 0;
}

my ($url) = $text =~ /Open this page in a browser.*\n\n\s+(http\S+)\n/;
ok($url, 'the first thing is an address to open') or diag $text;

my $driver = Xassist::Browser->driver;
my $page = $driver->open;

for (qw(light dark)) {
    $page->scheme($_);
    $page->go($url);
    unlike($page->js('return document.body.textContent'), qr/\@[A-Z_]+\@/,
        'the page is filled');
    sound($page, "start-desktop-$_");
}

my %leads = ('Erika Expert' => qr/^(?:\(\d+\) )?Calls$/,
    'Somebody who needs help' => qr/^Join/, 'First guest' => qr/^Join/,
    'Second guest' => qr/^Join/, 'A guest who is early' => qr/^Not yet/,
    'A guest who is no longer invited' => qr/withdrawn/);
my $links = $page->js('return [...document.querySelectorAll(".person")].map('
    . 'a => [a.querySelector("b").textContent, a.href])');

is_deeply([ sort map { $_->[0] } @$links ], [ sort keys %leads ],
    'everybody is there');

for my $link (@$links) {
    my ($who, $href) = @$link;
    ok(index($text, $href) >= 0, "$who: printed, too");
    $page->go($href);
    ok($page->until('return document.title.match(arguments[0])', 10,
        "$leads{$who}" =~ s/^\(\?\^u?:(.*)\)$/$1/r), "$who: the link")
        or diag $page->js('return document.title');
}

my ($end) = $text =~ /everybody is out:\n\n\s+(\S.*)\n/;
ok(system("$end >/dev/null") == 0, 'the command ends the call');
$page->go((grep { $_->[0] eq 'First guest' } @$links)[0][1]);
is($page->js('return document.querySelector("main").dataset.reason'),
    'call_ended', 'and the link says so');

$driver->stop;
kill 'INT', $pid;
my $rest = do { local $/; <$demo> };
close $demo;
like($rest, qr/stopping/, 'it stops when told to');
is($? >> 8, 0, 'and well');

$text = `$top/conf/demo/run once 2>&1`;
is($? >> 8, 0, 'make demo ONCE=1 takes one guest through') or diag $text;
like($text, qr/everything was as it should be\n\z/, '... and says so');

done_testing();
