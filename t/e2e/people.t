#!/usr/bin/perl

# People and their browsers, through the edge: looking spends nothing, a
# reload comes back, a second device does not get in, a service request rings
# the expert, an external goes when the inviter does.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Digest::SHA ();
use Test::More;

use Xassist::Browser ();
use Xassist::Demo ();
use Xassist::Look;

binmode $_, ':encoding(UTF-8)' for map { Test::More->builder->$_ }
    qw(output failure_output todo_output);

my $why = Xassist::Demo::missing() || Xassist::Browser::missing();
plan skip_all => $why if $why;

my $demo = Xassist::Demo->new;
my $policy = $demo->edge->{dir} . '/conf/policy.json';
my $text = Xassist::Edge::slurp($policy);
$text =~ s/("grace"\s*:\s*)"60s"/$1"1s"/ or BAIL_OUT('no grace to change');
Xassist::Edge::spew($policy, $text);
$demo->start;

my $driver = Xassist::Browser->driver;
my $expert = $driver->open;
$expert->go($demo->url('/demo/expert', 'expert.localhost'));


# The store to the byte, once it is quiet.
sub bytes {
    return Digest::SHA->new(256)->addfile(
        $demo->edge->{dir} . '/store/data.mdb', 'b')->hexdigest;
}


# Opens a link, types a name and presses Join.
sub presses {
    my ($page, $link, $name) = @_;

    $page->go($link);
    $page->until('return document.querySelector("#name")', 10)
        or return fail("$name sees the form");
    $page->type('#name', $name)
        if !$page->js('return document.getElementById("name").readOnly');
    $page->click('#terms');
    $page->click('button[type=submit]');
}


# ... which leads to the room.
sub joins {
    my ($page, $link, $name) = @_;

    presses(@_);
    ok($page->until('return window.room && /alone|together/.test(room.state)',
        30), "$name is in the room");
}


# The state that the page of who waits for an answer shows.
sub calling {
    my ($page, $state) = @_;
    return $page->until('var c = document.getElementById("calling");'
        . 'return c && c.dataset.state === arguments[0]', 15, $state);
}


# What the call of a request knows, as its expert sees it.
sub present {
    my ($call) = @_;
    return join ' ', sort map { "$_->{kind} $_->{state}" }
        @{ $demo->ctl('call', 'show', $call)->{participants} };
}


sub reason_of { return $_[0]->js('return document.querySelector("main")'
    . '.dataset.reason') }


subtest 'a browser that only looks spends nothing' => sub {
    my $link = $demo->invite($demo->{call});
    my $before = bytes();
    my $robot = $driver->open;

    $robot->go($link->{link});
    my $urls = $robot->js('return [...document.querySelectorAll("a[href]")]'
        . '.map(a => a.href)');
    for my $url ($link->{link}, @$urls) {
        $robot->go($url);
        $robot->js('return new Promise(r => setTimeout(r, 200))');
    }
    is(bytes(), $before, 'not a byte of the store changed by looking at '
        . (1 + @$urls) . ' pages');
    $robot->close;
};

subtest 'after a reload one is back' => sub {
    my $guest = $driver->open(device => 'Pixel');
    my $link = $demo->invite($demo->{call})->{link};

    joins($guest, $link, 'Ann');
    $guest->js('location.reload()');
    ok($guest->until('return window.room && room.state === "alone"', 30),
        'in the same place');
    $guest->go("$link?lang=en");
    text_is($guest, '#guest button', 'Back to the call', 'and so by the link');
    sound($guest, 'join-again-Pixel');
    $guest->click('#guest button');
    ok($guest->until('return window.room && room.state === "alone"', 30),
        'with one press');
    my $people = $demo->ctl('call', 'show', $demo->{call}{id})->{participants};
    is(scalar @$people, 1, 'as one participant');
    $guest->close;
};

subtest 'who is signed in joins as himself' => sub {
    my $page = $driver->open(device => 'iPad', scheme => 'dark');
    my $link = $demo->invite($demo->{call});

    $page->go($demo->url('/demo/expert', 'expert.localhost'));
    $page->go($demo->url($link->{path}, 'expert.localhost') . '?lang=de');
    text_is($page, 'form .button', 'Als Erika Expert beitreten', 'is first');
    sound($page, 'join-as-user-iPad-dark-de');
    $page->click('#as-guest summary');
    ok($page->until('return document.getElementById("name").checkVisibility()'),
        'a guest is one press away');
    sound($page, 'join-as-guest-iPad-dark-de');
    $page->click('form .button');
    ok($page->until('return window.room && room.state === "alone"', 30),
        'in the room');
    my ($erika) = grep { $_->{name} eq 'Erika Expert' } @{ $demo->ctl('call',
        'show', $demo->{call}{id})->{participants} };
    is($erika->{kind}, 'regular', 'as Erika');
    ok($page->until('return document.getElementById("move").hidden'),
        'who has an account moves by that');
    $page->close;
    $demo->edge->wait_for(sub { $demo->ctl('call', 'show', $demo->{call}{id})
        ->{state} eq 'ended' }, 5);
    $demo->{call} = $demo->call('Pump 7 leaks again');
};

subtest 'a guest goes on with the phone' => sub {
    my $desk = $driver->open;
    my $phone = $driver->open(device => 'Pixel', scheme => 'dark');

    joins($desk, $demo->invite($demo->{call})->{link}, 'Berta');
    ok($desk->until('return !document.getElementById("move").hidden', 10),
        'the room offers it');
    $desk->click('#move');
    ok($desk->until('return document.querySelector(".xassist-move-link")'
        . '.value', 10), 'a link');
    ok($desk->until('return document.querySelector(".xassist-move-code svg")'),
        '... as a code, too');
    is_deeply(barriers($desk) // [], [], 'the dialog shuts nobody out');
    $desk->screenshot(Xassist::Edge::top() . '/build/t/e2e/move-desktop.png');

    $phone->go($desk->js('return document.querySelector(".xassist-move-link")'
        . '.value') . '?lang=de');
    text_is($phone, '#guest button', 'Hier weitermachen', 'what it is');
    is($phone->js('return document.getElementById("name").value'), 'Berta',
        'whose');
    sound($phone, 'join-transfer-Pixel-dark-de');
    $phone->click('#guest button');
    ok($phone->until('return window.room && room.state === "alone"', 30),
        'the phone is in the room');
    is($desk->until('return room.reason', 10), 'moved', 'the desk is out');
    text_is($desk, '#over-title', 'You went on with another device',
        '... and says why');
    $_->close for $desk, $phone;
};

my $request = $demo->request(name => 'Gustav Gast');
my $gustav = $driver->open(device => 'iPhone');
my $service;

subtest 'a service request rings the expert' => sub {
    $gustav->go("$request->{link}?lang=en");
    text_is($gustav, '#guest button', 'Call now', 'the page says what it does');
    sound($gustav, 'join-request-iPhone');
    ok(!$expert->js('return document.querySelector(".ring")'),
        'opening it rings nobody');

    presses($gustav, "$request->{link}?lang=en", 'Gustav Gast');
    ok(calling($gustav, 'rings'), 'the guest is told that it rings');
    text_is($gustav, 'h1 > :not([hidden])', 'Calling Erika Expert …',
        'and whom');
    ok($expert->until('return document.querySelector(".ring")', 10),
        'joining does');
    text_like($expert, '.ring-who b', qr/^Gustav Gast is calling/, 'by name');

    ($service) = $gustav->js('return document.getElementById("calling")'
        . '.dataset.call');
    ok($demo->edge->wait_for(sub { present($service) eq 'guest present' }),
        'who waits is present in the call') or diag present($service);
    sound($expert, 'expert-rung-desktop');
};

subtest 'the page of who waits' => sub {
    my ($url) = $gustav->url =~ /^(.*\?)/;

    for (qw(light/en dark/de light/fr)) {
        my ($scheme, $language) = split m{/};
        $gustav->scheme($scheme);
        $gustav->go("${url}wait=1&lang=$language");
        ok(calling($gustav, 'rings'), $language);
        ok($gustav->until('return !document.getElementById("give-up").hidden',
            10), 'it can be ended');
        text_like($gustav, '#waited', qr/^\d:\d\d$/, 'since when');
        sound($gustav, "calling-iPhone-$scheme-$language");
    }

    $gustav->scheme('light');
    $gustav->click('#give-up');
    sound($gustav, 'calling-sure-iPhone');
    $gustav->click('#sure button[value=no]');
    ok(calling($gustav, 'rings'), 'no is no');
};

subtest 'accepting opens the call' => sub {
    my ($own) = @{ $expert->call(GET => '/window/handles') };
    $expert->click('.ring button[data-action=accept]');
    my $new;
    $demo->edge->wait_for(sub {
        ($new) = grep { $_ ne $own } @{ $expert->call(GET =>
            '/window/handles') };
        return $new;
    });
    ok($new, 'in a window of its own') or return;
    ok($expert->until('return !document.querySelector(".ring")', 10),
        'the ring is over');
    $expert->call(POST => '/window', { handle => $new });
    ok($expert->until('return window.room && room.state === "together"', 30),
        'the expert is with somebody');
    ok($gustav->until('return window.room && room.state === "together"', 30),
        '... who was led there and sees the expert');
    is(($expert->url =~ m{/call/([\w-]+)})[0], $service, 'in that call');
    $expert->{windows} = { own => $own, room => $new };
};

my $theo = $driver->open;

subtest 'an external is invited from inside, once' => sub {
    $expert->call(POST => '/window', { handle => $expert->{windows}{own} });
    $expert->until('return [...document.querySelectorAll("#people span")]'
        . '.some(s => /owner.*in the call/.test(s.textContent))', 10);
    $expert->click('#invite');
    $expert->click('#kinds input[value=external]');
    $expert->until('return document.querySelector("#profiles .choice")', 10);
    $expert->type('#invite-name', 'Theo Techniker');
    $expert->type('#invite-comment', 'Knows the valve');
    $expert->click('#invite-dialog button[type=submit]');
    ok($expert->until('return document.getElementById("made-dialog").open', 10),
        'the link is made')
        or diag text($expert, '#invite-dialog .notice-error');
    my $link = $expert->js('return document.getElementById("made-link").value');
    $expert->click('#made-dialog button[type=submit]');

    joins($theo, $link, 'Theo');
    ok($expert->until('return [...document.querySelectorAll("#people b")]'
        . '.some(b => b.textContent === "Theo Techniker")', 10),
        'the expert sees the name that the expert gave');

    my $second = $driver->open(device => 'small');
    $second->go("$link?lang=en");
    is(reason_of($second), 'used', 'a second device is refused');
    sound($second, 'refused-used-small');
    $second->close;
};

subtest 'the inviter closes the tab, and the external is out' => sub {
    $expert->call(POST => '/window', { handle => $expert->{windows}{room} });
    $expert->call(DELETE => '/window');
    $expert->call(POST => '/window', { handle => $expert->{windows}{own} });

    my $close = $theo->until('return room.close', 20);
    is($close && $close->{code}, 4423, 'the socket closes with its code');
    is($theo->until('return room.reason', 10), 'inviter_left',
        'the page says why');
    $theo->screenshot(Xassist::Edge::top()
        . '/build/t/e2e/inviter-left-desktop.png');
    is($gustav->js('return room.close'), undef, 'the guest stays');
};

subtest 'the expert ends the call, and the guest is out' => sub {
    $expert->until('return !document.getElementById("detail").hidden', 10);
    $expert->click('#end');
    $expert->click('#sure-yes');
    my $close = $gustav->until('return room.close', 10);
    is($close && $close->{code}, 4404, 'at once');
    $gustav->go("$request->{link}?lang=en");
    is(reason_of($gustav), 'call_ended', 'and the link says so');
    sound($gustav, 'refused-call-ended-iPhone');
};

subtest 'declined, and ended by who waited' => sub {
    my $page = $driver->open(device => 'Pixel', scheme => 'dark');
    my $request = $demo->request;

    presses($page, "$request->{link}?lang=de", 'Ines');
    calling($page, 'rings');
    $expert->until('return document.querySelector(".ring")', 10);
    $expert->click('.ring button[data-action=decline]');
    ok(calling($page, 'declined'), 'the page says so at once');
    sound($page, 'calling-declined-Pixel-dark-de');
    $page->js('location.reload()');
    ok(calling($page, 'declined'), 'and after a reload');

    $page->click('#give-up');
    $page->click('#sure button[value=yes]');
    ok($page->until('var m = document.querySelector("main");'
        . 'return m && m.dataset.reason === "call_ended"', 10),
        'the request is over');
    $page->close;
};

subtest 'a page for who is not signed in' => sub {
    for (['iPhone', 'dark', 'de'], [undef, 'light', 'fr']) {
        my ($device, $scheme, $language) = @$_;
        my $page = $driver->open(device => $device, scheme => $scheme);
        $page->go($demo->url("/expert?lang=$language"));
        is(reason_of($page), 'signed_out', 'signed_out');
        ok(length(text($page, '.next') // ''), 'what to do');
        sound($page, 'refused-signed-out-' . ($device // 'desktop')
            . "-$scheme-$language");
        $page->click('#sign-in');
        comes_to($page, 'return document.forms[0].elements.next.value',
            "/expert?lang=$language", 'the way to sign in leads back');
        is($page->js('return document.documentElement.lang'), $language,
            'in the same language');
        sound($page, 'signin-' . ($device // 'desktop')
            . "-$scheme-$language");
        $page->close;
    }
};

$driver->stop;
$demo->stop;
is(join("\n", $demo->edge->complaints), '', 'nothing bad in the log');

done_testing();
