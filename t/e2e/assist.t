#!/usr/bin/perl

# The agents' page and the bar that an application includes, on a desk and on
# a tablet: finding, assisting, pausing, noting, finishing, registering.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Mojo::Util qw(encode);

use Xassist::Api;
use Xassist::Browser ();
use Xassist::Edge ();
use Xassist::Look;
use Xassist::World;

binmode $_, ':encoding(UTF-8)' for map { Test::More->builder->$_ }
    qw(output failure_output todo_output);

my $why = Xassist::Browser::missing();
plan skip_all => $why if $why;

my $policy = q{default-src 'none'; style-src 'self'; script-src 'self'; }
    . q{img-src 'self'; connect-src 'self'; form-action 'self'; }
    . q{base-uri 'none'; frame-ancestors 'none'};

my $world = world(substitute => sub {
    $_[0] =~ s{(\n\s*location /xassist/ \{)}{
        location = /application {
            alias conf/application.html;
            default_type text/html;
            add_header Content-Security-Policy "$policy";
        }$1}r });
my $edge = $world->edge;

Xassist::Edge::spew("$edge->{dir}/conf/application.html",
    '<!DOCTYPE html><html lang="de"><head><meta charset="utf-8">'
    . '<meta name="viewport" content="width=device-width">'
    . '<title>Antrag</title><link rel="icon" href="/xassist/assets/mark.svg">'
    . '<link rel="stylesheet" href="/xassist/assets/xassist.css">'
    . '<script src="/xassist/assets/assist-bar.js" defer></script></head>'
    . '<body class="page"><main class="card"><h1>Ummeldung</h1><p>Das ist '
    . 'die Anwendung.</p></main></body></html>');

$world->user('sam', roles => 'service_agent', display => 'Sam Sommer');
$world->user('cid', roles => 'client');
my $carl = $world->user('carl', roles => 'client',
    display => encode('UTF-8', 'Carl Müller'), mail => 'carl@example.com',
    phone => '+49 171 2345678')->{id};
$world->user('dora', roles => 'client', display => 'Dora Miller',
    mail => 'dora@example.org');
$world->user('hans', roles => 'client', display => 'Hans Muller',
    phone => '+49 30 5550123');
$edge->ctl('call', 'create', 'acme', 'carl', '--title', 'Pump 7');
api(as_app($world, $world->session('carl')), POST => 'tasks',
    { name => 'address', detail => 'Main Street 5', kind => 'submitted' });

my $token = $world->session('sam');
my $sam = as_app($world, $token);
my $driver = Xassist::Browser->driver;
my $base = "http://127.0.0.1:$edge->{port}";


sub opened {
    my ($device, $who, $path) = @_;

    my $page = $driver->open($device eq 'desktop' ? ()
        : (device => $device));
    $page->go("$base/xassist/assets/mark.svg");
    $page->cdp('Network.setCookie', { name => 'xassist', value => $who,
        url => $base, httpOnly => \1 });
    $page->go("$base$path");
    return $page;
}


sub bar {
    my ($page, $css) = @_;
    return $page->js('var h = document.getElementById("xassist-bar");'
        . "var e = h && h.shadowRoot.querySelector('$css');"
        . 'return e ? e.textContent : null');
}


sub press {
    my ($page, $css) = @_;
    return $page->until('document.getElementById("xassist-bar").shadowRoot'
        . ".querySelector('$css').click(); return true");
}


sub bar_is {
    my ($page, $css, $text, $what) = @_;
    ok($page->until('var h = document.getElementById("xassist-bar");'
        . "var e = h && h.shadowRoot.querySelector('$css');"
        . "return e && e.textContent === '$text'", 10), $what)
        or diag bar($page, $css) // 'no bar';
}


sub waits { return ok($_[0]->until("return $_[1]", 10), $_[2]) }


my %heading = (en => 'Assistance', de => 'Assistenz', fr => 'Assistance');
my %found = (en => '3 users', de => '3 Personen', fr => '3 personnes');
my %pages;

for (qw(desktop/light/en desktop/dark/de iPad/light/fr iPad/dark/en
    iPhone/light/de))
{
    my ($device, $scheme, $language) = split m{/};

    subtest "$device, $scheme, $language" => sub {
        my $page = $pages{$device} //= opened($device, $token, '/assist');
        $page->scheme($scheme);
        $page->go('about:blank');
        $page->go("$base/assist?lang=$language&q=muller&channel=email"
            . '&service=Moving');
        waits($page, 'document.querySelectorAll(".call").length === 3',
            'who fits, however it is spelt');
        text_is($page, 'h1', $heading{$language}, 'the heading');
        text_like($page, '#count', qr/^$found{$language}/, 'how many');
        sound($page, "assist-found-$device-$scheme-$language");

        $page->js("document.querySelector('.call[data-id=\"$carl\"]')"
            . '.click()');
        waits($page, 'document.getElementById("detail-head").textContent '
            . '=== "Carl Müller"', 'the chosen one');
        comes_to($page, 'return document.activeElement.id', 'detail-head',
            'the focus is there');
        text_like($page, '#calls', qr/Pump 7/, 'the open call');
        text_like($page, '#tasks', qr/address: Main Street 5/, 'the task');
        comes_to($page, 'return document.getElementById("channel").value',
            'email', 'the channel of the address');
        comes_to($page, 'return document.getElementById("service").value',
            'Moving', 'the service of the address');
        sound($page, "assist-user-$device-$scheme-$language");
    };
}

my $page = $pages{desktop};
$page->scheme('light');
$page->go('about:blank');
$page->go("$base/assist?lang=en&q=carl\@example.com");

subtest 'one result is chosen at once, and assisted' => sub {
    waits($page, '!document.getElementById("detail").hidden', 'chosen');
    $page->click('#start button[type=submit]');
    waits($page, '!document.getElementById("start-error").hidden', 'refused');
    text_is($page, '#start-error', 'Say why.', 'a reason is needed');
    $page->console;
    $page->type('#reason', 'called in');
    $page->click('#start button[type=submit]');
    bar_is($page, '.who b', 'Carl Müller', 'the bar says whom');
    bar_is($page, '.who small', 'You act for', 'and what');
    like(bar($page, '.time'), qr/^00:\d\d$/, 'and how long');
    sound($page, 'assist-active-desktop');

    my $now = api(as_app($world, $world->session('sam')),
        GET => 'assistance')->{json};
    is($now->{active}, Mojo::JSON::false(), 'another session does not');
};

subtest 'the profile is edited' => sub {
    waits($page, '(document.querySelector("#actions button").click(), true)',
        'a button for it');
    waits($page, '!document.getElementById("edit").hidden', 'the form');
    $page->js('document.getElementById("edit-phone").value = "+49 30 4711"');
    $page->js('document.querySelector("#edit button")'
        . '.scrollIntoView({ block: "center" })');
    $page->click('#edit button[type=submit]');
    waits($page, 'document.getElementById("profile").textContent'
        . '.includes("+49 30 4711")', 'saved and shown');
    text_like($page, '#tasks', qr/profile: phone.*by Sam Sommer/s,
        'as a task by the agent');
};

subtest 'the bar in the application' => sub {
    $page->go("$base/application");
    bar_is($page, '.who b', 'Carl Müller', 'it is there, by one tag');
    bar_is($page, '.who small', 'Sie handeln für', 'in the language of '
        . 'the page');
    sound($page, 'assist-bar-desktop');
    $page->scheme('dark');
    $page->screenshot(Xassist::Edge::top()
        . '/build/t/e2e/assist-bar-desktop-dark.png');
    $page->scheme('light');

    press($page, '.noting');
    waits($page, 'document.getElementById("xassist-bar").shadowRoot'
        . '.activeElement.id === "text"', 'a note, with the focus in it');
    sound($page, 'assist-bar-note-desktop');
    $page->js('var r = document.getElementById("xassist-bar").shadowRoot;'
        . 'r.querySelector("#text").value = "Zeile 1\nZeile 2";'
        . 'r.querySelector("form .main").click()');
    bar_is($page, '.said', 'Die Notiz ist gespeichert.', 'kept');

    press($page, '.turn');
    bar_is($page, '.who small', 'Pausiert', 'paused');
    bar_is($page, '.turn', 'Fortsetzen', 'and can go on');
    press($page, '.turn');
    bar_is($page, '.who small', 'Sie handeln für', 'goes on');

    press($page, '.ending');
    waits($page, 'document.getElementById("xassist-bar").shadowRoot'
        . '.activeElement.id === "outcome"', 'asks what came of it');
    $page->screenshot(Xassist::Edge::top()
        . '/build/t/e2e/assist-bar-stop-desktop.png');
    press($page, 'form .main');
    waits($page, '!document.getElementById("xassist-bar").shadowRoot'
        . '.querySelector(".bar")', 'finished, it is gone');

    my $all = api($sam, GET => 'interactions')->{json}{interactions};
    is($all->[0]{state}, 'closed', 'closed');
    is($all->[0]{outcome}, 'resolved', 'resolved');
    my $lines = api($sam, GET => "interactions/$all->[0]{id}")
        ->{json}{entries};
    is_deeply([map { $_->{kind} } @$lines],
        [qw(started note paused resumed closed)], 'all of it is on record');
    is($lines->[1]{text}, "Zeile 1\nZeile 2", 'the note has its lines');
};

subtest 'on a tablet' => sub {
    my $tablet = $pages{iPad};
    $tablet->scheme('light');
    $tablet->go("$base/assist?lang=en&q=dora");
    waits($tablet, '!document.getElementById("detail").hidden', 'chosen');
    $tablet->type('#reason', 'wrote');
    $tablet->click('#start button[type=submit]');
    bar_is($tablet, '.who b', 'Dora Miller', 'assisted');
    sound($tablet, 'assist-active-iPad');
    $tablet->go("$base/application");
    bar_is($tablet, '.who b', 'Dora Miller', 'in the application');
    sound($tablet, 'assist-bar-iPad');
    press($tablet, '.turn');
    bar_is($tablet, '.turn', 'Fortsetzen', 'paused');
    $tablet->go("$base/assist?lang=en");
    waits($tablet, '!document.getElementById("paused-part").hidden',
        'the page lists it');
    $tablet->click('#paused button');
    bar_is($tablet, '.who small', 'You act for', 'and goes on with it');
};

subtest 'registering' => sub {
    $page->go("$base/assist?lang=en");
    $page->click('#register');
    $page->type('#new-first', 'Karl');
    $page->type('#new-last', 'Mueller');
    $page->type('#new-mail', 'carl@example.com');
    waits($page, '!document.getElementById("alike-part").hidden',
        'who it may be is told while one types');
    text_like($page, '#alike', qr/Carl Müller.*\d\d %/s, 'how surely');
    text_is($page, '#register-now', 'Register all the same', 'all the same');
    sound($page, 'assist-register-desktop');

    $page->js('document.getElementById("new-mail").value = "";'
        . 'document.getElementById("new-first").value = "Nina";'
        . 'document.getElementById("new-last").value = "Neumann";');
    $page->type('#new-mail', 'nina@example.net');
    waits($page, 'document.getElementById("alike-part").hidden', 'nobody');
    $page->click('#register-now');
    waits($page, 'document.getElementById("detail-head").textContent '
        . '=== "Nina Neumann"', 'registered and shown');
};

subtest 'opened by call-centre software' => sub {
    api($sam, POST => "assistance/$_->{id}/stop") for
        grep { $_->{state} ne 'closed' }
        @{ api($sam, GET => 'interactions')->{json}{interactions} };
    $page->go("$base/assist?lang=en&q=dora&channel=letter&service=Permit"
        . '&formid=open');
    waits($page, '!document.getElementById("detail").hidden',
        'q is searched, and the only one chosen');
    comes_to($page, 'return document.getElementById("channel").value',
        'letter', 'channel');
    comes_to($page, 'return document.getElementById("service").value',
        'Permit', 'service');
    $page->type('#reason', 'wrote');
    $page->click('#start button[type=submit]');
    ok($page->until('return location.pathname === "/open"', 10),
        'formid is led to once it has begun')
        or diag $page->js('return location.href');
    my $one = api($sam, GET => 'interactions')->{json}{interactions}[-1];
    is("$one->{subject}{name} $one->{channel} $one->{service} $one->{state}",
        'Dora Miller letter Permit active', 'and all of it is on record');

    $page->go("$base/assist?lang=en&channel=smoke&formid=../..%2F/evil.test");
    waits($page, 'document.getElementById("channel").value === "phone"',
        'a channel that there is not is left out');
    is($page->js('return new URL(document.body.dataset.shortcutPage'
        . ' + encodeURIComponent(new URLSearchParams(location.search)'
        . '.get("formid")), location.href).origin'), $base,
        'and a formid leads nowhere else');
};

subtest 'who is no agent' => sub {
    my $other = opened('desktop', $world->session('cid'), '/application');
    select undef, undef, undef, 0.5;
    ok(!$other->js('return !!document.getElementById("xassist-bar")'),
        'sees no bar');
    $other->go("$base/assist");
    ok(!$other->js('return !!document.getElementById("q")'),
        'nor the page');
    $other->close;
};

$driver->stop;
$edge->stop;
done_testing();
