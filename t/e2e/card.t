#!/usr/bin/perl

# A login card from one real browser to another: the expert's page shows a
# code, a phone's camera reads it, one press signs the phone in.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;

use Xassist::Browser ();
use Xassist::Demo ();
use Xassist::Look;

binmode $_, ':encoding(UTF-8)' for map { Test::More->builder->$_ }
    qw(output failure_output todo_output);

my $why = Xassist::Demo::missing() || Xassist::Browser::missing();
plan skip_all => $why if $why;
plan skip_all => 'Barcode::ZBar is not installed (apt-get install '
    . 'libbarcode-zbar-perl)' if !eval { require Barcode::ZBar; 1 };

my $demo = Xassist::Demo->new->start;
my $driver = Xassist::Browser->driver;
my $expert = $driver->open;
my $phone = $driver->open(device => 'Pixel');


sub name_of {
    return $_[0]->js('return fetch("/xassist/v1/me").then(r => r.json())'
        . '.then(j => j.name || j.reason)');
}


$expert->go($demo->url('/demo/expert'));
$expert->click('#another');
ok($expert->until('return document.querySelector("#card-code svg")', 10),
    'the expert shows a code');
my $address = scan($driver, $expert, '#card-code');
like($address, qr{^http://localhost:\d+/xassist/v1/cards/[\w-]{40}$},
    'a camera reads an address');

my %words = (en => 'Sign in on this device', de => 'Auf diesem Gerät anmelden',
    fr => 'Se connecter sur cet appareil');

for my $language (qw(de fr en)) {
    $phone->scheme($language eq 'fr' ? 'dark' : 'light');
    $phone->go("$address?lang=$language");
    text_is($phone, 'h1', $words{$language}, "the phone asks ($language)");
    text_is($phone, '.lead b', 'Erika Expert', 'whether it is that person');
    sound($phone, "card-Pixel-$language");
}
is(name_of($phone), 'signed_out', 'looking signed nobody in');

$phone->click('button[type=submit]');
ok($phone->until('return location.pathname === "/"', 10), 'one press');
is(name_of($phone), 'Erika Expert', 'and the phone is signed in');
is(name_of($expert), 'Erika Expert', 'and the desk still is');

my $late = $driver->open(device => 'iPhone');
$late->go("$address?lang=en");
comes_to($late,
    'return document.querySelector("[data-reason]").dataset.reason', 'used',
    'a third device is not');
sound($late, 'card-used-iPhone');

$driver->stop;
$demo->stop;
is(join("\n", $demo->edge->complaints), '', 'nothing bad in the log');

done_testing();
