#!/usr/bin/perl

# Every page in three languages, on phones, a tablet and a desk, light and
# dark, into build/t/pages; fails on a page that is too wide or that axe-core
# calls a serious barrier.  Names on the command line choose pages.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use POSIX qw(strftime);

use Xassist::Browser ();
use Xassist::Demo ();
use Xassist::Look ();

my $why = Xassist::Demo::missing() || Xassist::Browser::missing();
die "$why\n" if $why;

my $folder = Xassist::Edge::top() . '/build/t/pages';
my $demo = Xassist::Demo->new(server => <<'E')->start;
        xassist_app ios link=acme-assist://join?link=
                    store=https://apps.example.com/assist;
        xassist_app android id=com.acme.assist
                    store=https://play.example.com/assist;
        xassist_app other link=acme-console://join?link=;
E
my $driver = Xassist::Browser->driver;
my $call = $demo->{call};
my $withdrawn = $demo->invite($call);
my $named = $demo->invite($call, '--name', 'Maximiliane Obermeier');
my $later = $demo->invite($demo->call('Inspection of the cooling system',
    '--starts-at', strftime('%Y-%m-%dT%H:%M:%SZ', gmtime time + 5400)));
my $old = $demo->call('Over');
my $dead = $demo->invite($old);
my $request = $demo->request;
my %pressed;

$demo->withdraw($withdrawn);
$demo->end($old);


sub opens {
    my ($path) = @_;
    return sub { $_[0]->go($demo->url($path) . "?lang=$_[1]") };
}


# The page of an expert, who is signed in at a host of his own.

sub signed_in {
    my ($page, $path) = @_;
    $page->go($demo->url('/demo/expert', 'expert.localhost'));
    $page->go($demo->url($path, 'expert.localhost'));
}

sub expert {
    my ($page, $language) = @_;
    signed_in($page, "/expert?lang=$language");
    $page->until('return document.querySelector(".call")', 10);
}

sub chosen {
    my ($page) = @_;
    expert(@_);
    $page->click('.call');
    $page->until('return document.querySelector("#people .row, '
        . '#no-people:not([hidden])")', 10);
}

sub calling {
    my ($page, $language) = @_;

    if (!$pressed{$page}++) {
        $page->go($request->{link});
        $page->type('#name', 'Gustav Gast');
        $page->click('#terms');
        $page->click('#guest button');
        $page->until('return document.getElementById("calling")', 10);
    }
    $page->go("$request->{link}?wait=1&lang=$language");
    $page->until('return !document.getElementById("give-up").hidden', 10);
}

my @pages = (
    [ join => opens($demo->invite($call)->{path}) ],
    [ 'join-named' => opens($named->{path}) ],
    [ 'join-request' => opens($demo->request->{path}) ],
    [ 'join-as-user' => sub {
        signed_in($_[0], "$named->{path}?lang=$_[1]") } ],
    [ waiting => opens($later->{path}) ],
    [ calling => \&calling ],
    [ signin => opens('/xassist/v1/login') ],
    [ withdrawn => opens($withdrawn->{path}) ],
    [ ended => opens($dead->{path}) ],
    [ 'signed-out' => opens('/expert') ],
    [ expert => \&expert ],
    [ 'expert-call' => \&chosen ],
);

my %wanted = map { $_ => 1 } @ARGV;
my $failed = 0;

for my $device (qw(iPhone Pixel iPad desktop)) {
    my $page = $driver->open($device eq 'desktop' ? () : (device => $device));

    for my $row (grep { !%wanted || $wanted{ $_->[0] } } @pages) {
        my ($name, $go) = @$row;

        for (qw(light/en light/de light/fr dark/en dark/de dark/fr)) {
            my ($scheme, $language) = split m{/};
            $page->scheme($scheme);
            $go->($page, $language);

            my @bad = @{ Xassist::Look::barriers($page) // [] };
            push @bad, 'too wide by ' . $page->overflow if $page->overflow;
            $page->screenshot("$folder/$name-$device-$scheme-$language.png");
            $failed += @bad;
            print "$name, $device, $scheme, $language: ",
                @bad ? join('; ', @bad) : 'ok', "\n";
        }
    }

    $page->close;
}

$driver->stop;
$demo->stop;
print "screenshots are in $folder\n";
exit($failed ? 1 : 0);
