#!/usr/bin/perl

# The expert's page: on phones, a tablet and a desk, light and dark, in three
# languages; by keyboard; and everything that can be done on it.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Mojo::JSON ();
use Test::More;

use Xassist::Browser ();
use Xassist::Look;
use Xassist::Mock ();

binmode $_, ':encoding(UTF-8)' for map { Test::More->builder->$_ }
    qw(output failure_output todo_output);

my $why = Xassist::Browser::missing();
plan skip_all => $why if $why;

my $mock = Xassist::Mock->start;
my $driver = Xassist::Browser->driver;

$mock->change({ live => 'Inspection of the cooling system' });
$mock->change({ ring => 'Gustav Gast' });


# Afresh: the address keeps the call that was looked at.
sub opened {
    my ($page, $query) = @_;
    $page->go('about:blank');
    $page->go($mock->url("/expert$query"));
    return $page->until('return document.querySelector(".call")', 15);
}


# A key on the keyboard, once that element is there to have it.

sub press {
    my ($page, $css, $key) = @_;

    $page->until("return !!document.querySelector('$css')", 10);
    $page->call(POST => '/actions', { actions => [ { type => 'key',
        id => 'keys', actions => [ { type => 'keyDown', value => $key },
        { type => 'keyUp', value => $key } ] } ] });
}


my %pages;
my %words = (en => ['Calls', 'Gustav Gast is calling', 'Accept', 'Live'],
    de => ['Anrufe', 'Gustav Gast ruft an', 'Annehmen', 'Läuft'],
    fr => ['Appels', 'Gustav Gast appelle', 'Accepter', 'En cours']);

for (qw(desktop/dark/de iPhone/light/de Pixel/dark/en iPad/light/fr))
{
    my ($device, $scheme, $language) = split m{/};

    subtest "$device, $scheme, $language" => sub {
        my $page = $pages{$device} //= $driver->open(
            $device eq 'desktop' ? () : (device => $device));
        $page->scheme($scheme);
        my $words = $words{$language};

        ok(opened($page, "?lang=$language"), 'the calls are there');
        text_is($page, 'h1', $words->[0], 'the heading');
        text_is($page, '.ring-who b', $words->[1], 'who rings');
        text_is($page, '.ring button', $words->[2], 'what to do');
        comes_to($page, 'return document.title', "(1) $words->[0]",
            'the title tells those who look elsewhere');
        comes_to($page, 'return document.documentElement.lang', $language,
            'the page knows its language');
        sound($page, "expert-$device-$scheme-$language");

        $page->click('.call[data-state=live]');
        ok($page->until('return document.querySelector("#people .row")', 10),
            'who is in the call');
        comes_to($page, 'return document.activeElement.id', 'detail-head',
            'the focus is where one reads on');
        sound($page, "expert-call-$device-$scheme-$language");

        $page->click('#invite');
        $page->click('#kinds input[value=external]');
        ok($page->until('return document.querySelector("#profiles .choice")',
            10), 'the profiles');
        sound($page, "expert-invite-$device-$scheme-$language");
    };
}

my $page = $pages{desktop};
$page->scheme('light');
opened($page, '?lang=en');

subtest 'a profile is shown with all that it means' => sub {
    $page->click('.call[data-state=live]');
    $page->until('return document.querySelector("#people .row")', 10);
    $page->click('#invite');
    $page->click('#kinds input[value=external]');
    $page->until('return document.querySelector("#profiles .choice")', 10);
    text_like($page, '#profiles .choice span span',
        qr/^Sees and hears the call and speaks\. .* take files\.$/,
        'its description');

    $page->click('#invite-dialog button[type=submit]');
    $page->until('return !document.querySelector("#invite-dialog '
        . '.notice-error").hidden', 5);
    text_is($page, '#invite-dialog .notice-error',
        'Please fill in: Name, Comment.', 'name and comment are needed');
    comes_to($page, 'return document.activeElement.id', 'invite-name',
        'and one is led there');

    $page->type('#invite-name', 'Theo');
    $page->type('#invite-comment', 'Knows the valve');
    $page->click('#channels input[value=mail]');
    $page->type('#invite-to', 'theo@example.com');
    $page->click('#invite-dialog button[type=submit]');
    ok($page->until('return document.getElementById("made-dialog").open', 10),
        'the link is made');
};

subtest 'the link with its ready text' => sub {
    like($page->js('return document.getElementById("made-link").value'),
        qr{^https://help\.example\.com/j/A{40}$}, 'the link');
    like($page->js('return document.getElementById("made-text").value'),
        qr/^Please join the call/, 'a text in English');
    $page->js('var s = document.getElementById("made-lang"); s.value = "fr";'
        . 's.dispatchEvent(new Event("change"))');
    ok($page->until('return document.getElementById("made-text").value'
        . '.startsWith("Merci de rejoindre")'), 'and in French');
    like($page->js('return document.getElementById("made-send").href'),
        qr/^mailto:theo\@example\.com/, 'for the own mail program');
    sound($page, 'expert-made-desktop');

    $page->click('#made-code summary');
    ok($page->until('return !!document.querySelector("#made-code svg")'),
        'as a code, for who stands beside');
    sound($page, 'expert-made-code-desktop');

    $page->click('#copy-link');
    ok($page->until('return document.getElementById("copied").textContent',
        5), 'copying says so');
    $page->click('#made-dialog button[type=submit]');
    ok($page->until('return [...document.querySelectorAll("#invitations b")]'
        . '.some(b => b.textContent === "Theo")', 10), 'it is in the list');
};

my $rung = 'return [...document.querySelectorAll("#people .row")].filter('
    . 'r => r.textContent.includes("Ines")).map(r => r.querySelector("span")'
    . '.textContent.split(" · ")[1] + "|" + r.querySelectorAll('
    . '"[data-action=ringAgain]").length).join()';

subtest 'a colleague is rung' => sub {
    $page->click('#ring');
    comes_to($page, 'return document.activeElement.id', 'ring-search',
        'one can type at once');
    text_is($page, '#ring-said', 'Type two characters or more.', 'how much');
    $page->type('#ring-search', 'zz');
    text_is($page, '#ring-said', 'Nobody fits.', 'nobody');
    $page->js('document.getElementById("ring-search").value = ""');
    $page->type('#ring-search', 'in');
    text_is($page, '#ring-found b', 'Ines Inhoff', 'who fits');
    sound($page, 'expert-ring-desktop');

    press($page, '#ring-search', "\x{e004}");
    comes_to($page, 'return document.activeElement.getAttribute("aria-label")',
        'Call: Ines Inhoff', 'Tab leads there, which has a name');
    press($page, '#ring-found button', "\x{e007}");
    text_is($page, '#rung', 'Ines Inhoff is being called.', 'Enter rings');
    comes_to($page, 'return document.getElementById("ring-dialog").open',
        Mojo::JSON::false(), 'and closes the question');
    comes_to($page, $rung, 'is being called|0', 'so does the list');
    is_deeply([ grep { /ring/ } $mock->asked ], ['POST calls/*/ring'],
        'once');

    for (['declined', 'Ines Inhoff declined.', 'declined|1'],
        ['missed', 'Ines Inhoff did not answer.', 'did not answer|1'],
        ['accepted', 'Ines Inhoff is coming.', 'is coming|1'])
    {
        my ($does, $said, $row) = @$_;
        $mock->change({ rung => ['Ines Inhoff', $does] });
        text_is($page, '#rung', $said, "$does: said");
        comes_to($page, $rung, $row, "$does: shown, and rung again");
        is($page->js('return document.getElementById("toast").hidden'),
            Mojo::JSON::true(), 'which is not a call that I missed')
            if $does eq 'missed';
        $page->click('#people [data-action=ringAgain]') if $does ne 'accepted';
        comes_to($page, $rung, 'is being called|0', 'again')
            if $does ne 'accepted';
    }
    sound($page, 'expert-rung-desktop');
};

for (qw(iPhone/light/de Pixel/dark/fr)) {
    my ($device, $scheme, $language) = split m{/};

    subtest "a colleague is rung: $device, $scheme, $language" => sub {
        my $phone = $pages{$device};
        $phone->scheme($scheme);
        ok(opened($phone, "?lang=$language"), 'the calls');
        $phone->click('.call[data-state=live]');
        ok($phone->until('return document.querySelector("#people .row")', 10),
            'a call');
        $phone->click('#ring');
        $phone->type('#ring-search', 'example');
        ok($phone->until('return document.querySelectorAll('
            . '"#ring-found .row").length === 2', 10), 'who fits');
        sound($phone, "expert-ring-$device-$scheme-$language");
    };
}

subtest 'withdraw, remove, end: each asks first' => sub {
    $page->click('#invitations button[data-action=withdraw]');
    sound($page, 'expert-sure-desktop');
    $page->click('#sure-dialog [data-word=cancel]');
    ok(!(grep { /withdraw/ } $mock->asked), 'no is no');
    $page->click('#invitations button[data-action=withdraw]');
    $page->click('#sure-yes');
    ok($page->until('return document.querySelector("#invitations span")'
        . '.textContent.includes("withdrawn")', 10), 'yes is yes');

    $page->click('#people button[aria-label="Remove: Theo Techniker"]');
    text_is($page, '#sure-head', 'Remove Theo Techniker?', 'it says whom');
    $page->click('#sure-yes');
    ok($page->until('return document.getElementById("sure-head").textContent'
        . ' === "Withdraw the link, too?"'
        . ' && document.getElementById("sure-dialog").open', 10),
        'the link for several is offered to be withdrawn');
    $page->click('#sure-yes');

    $page->until('return !document.getElementById("sure-dialog").open', 5);
    $page->click('#people button[data-action=handOver]');
    text_is($page, '#sure-head',
        'Hand the call over to Karl-Heinz Obermeier?', 'it says to whom');
    $page->click('#sure-yes');
    ok($page->until('return !document.querySelector('
        . '"#people button[data-action=handOver]")', 10),
        'what is another\'s cannot be handed on');

    $page->until('return !document.getElementById("sure-dialog").open', 5);
    $page->click('#end');
    $page->click('#sure-yes');
    ok($page->until('return document.getElementById("detail").hidden', 10),
        'the call is gone');
    is_deeply([ grep { /withdraw|DELETE|hand|end/ } $mock->asked ],
        ['POST invitations/*/withdraw', 'DELETE calls/*/participants/*',
            'POST invitations/*/withdraw', 'POST calls/*/hand-over',
            'POST calls/*/end'],
        'and this is what was asked of the edge');
};

subtest 'a conference and a service request' => sub {
    $page->click('#new-call');
    $page->type('#call-title', 'Valve 12');
    sound($page, 'expert-new-desktop');
    $page->click('#call-dialog button[type=submit]');
    ok($page->until('return document.getElementById("detail-head")'
        . '.textContent === "Valve 12"', 10), 'the new call is open at once');

    $page->click('#new-request');
    ok($page->until('return document.getElementById("kinds").hidden'),
        'a request is of one kind');
    $page->type('#invite-name', 'Carla Client');
    $page->click('#channels input[value=sms]');
    text_is($page, '#to-label', 'Telephone number', 'SMS asks for a number');
    sound($page, 'expert-request-desktop');
    $page->click('#invite-dialog button[type=submit]');
    ok($page->until('return document.getElementById("made-dialog").open', 10),
        'its link');
    text_like($page, '#made-lead', qr/^When they press/, 'to be sent by hand');
    $page->click('#made-dialog button[type=submit]');
    ok($page->until('return [...document.querySelectorAll("#requests b")]'
        . '.some(b => b.textContent === "Carla Client")', 10),
        'it is listed until it is called');
};

subtest 'another device' => sub {
    $page->click('#another');
    ok($page->until('return document.querySelector("#card-code svg")', 10),
        'a code is shown');
    like($page->js('return document.getElementById("card-link").value'),
        qr{/xassist/v1/cards/A{40}$}, 'and its address');
    text_like($page, '#card-left', qr/^Counts for 1\d\d seconds more\.$/,
        'and how long it counts');
    sound($page, 'expert-card-desktop');
    $page->click('#card-dialog button[type=submit]');

    # a dialog says that it was closed a moment after
    ok($page->until('return document.getElementById("card-link").value === ""',
        5), 'closed, it is gone');
};

subtest 'what the operator sends' => sub {
    $page->click('#new-request');
    $page->click('#channels input[value=mail]');
    $page->type('#invite-to', 'queue@example.com');
    $page->click('#invite-dialog button[type=submit]');
    ok($page->until('return document.getElementById("made-dialog").open', 10),
        'its link');
    text_is($page, '#made-lead', 'It is being sent.', 'is on its way');
    ok($page->until('return document.getElementById("made-send").hidden'),
        'and nothing to be sent by hand');
    $page->click('#made-dialog button[type=submit]');
    ok($page->until('return [...document.querySelectorAll("#requests span")]'
        . '.some(s => /sending/.test(s.textContent))', 10), 'the list says so');
};

subtest 'by keyboard, and without losing one\'s place' => sub {
    $page->js('document.querySelector(".ring button").focus()');
    $mock->change({ live => 'Another call' });
    ok($page->until('return [...document.querySelectorAll(".call-title")]'
        . '.some(t => t.textContent === "Another call")', 10),
        'a new call comes by itself');
    comes_to($page, 'return document.activeElement.dataset.action', 'accept',
        'the focus stays');

    $page->js('document.querySelectorAll(".ring button")[1].focus()');
    $page->call(POST => '/actions', { actions => [ { type => 'key',
        id => 'keys', actions => [ { type => 'keyDown', value => "\x{e007}" },
        { type => 'keyUp', value => "\x{e007}" } ] } ] });
    ok($page->until('return !document.querySelector(".ring")', 10),
        'Enter declines');
    comes_to($page, 'return document.title', 'Calls', 'the title is calm');
};

subtest 'the language stays chosen' => sub {
    $page->click('#languages button[value=fr]');
    text_is($page, 'h1', 'Appels', 'French at once');
    $page->go($mock->url('/expert'));
    text_is($page, 'h1', 'Appels', 'and the next time');
};

$driver->stop;
$mock->stop;

done_testing();
