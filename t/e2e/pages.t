#!/usr/bin/perl

# The pages of a link as people see them: on phones, a tablet and a desk,
# light and dark, in three languages, with and without JavaScript.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/../lib";

use POSIX qw(strftime);
use Test::More;

use Xassist::Browser ();
use Xassist::Demo ();
use Xassist::Look;

binmode $_, ':encoding(UTF-8)' for map { Test::More->builder->$_ }
    qw(output failure_output todo_output);

my $why = Xassist::Demo::missing() || Xassist::Browser::missing();
plan skip_all => $why if $why;

my $demo = Xassist::Demo->new(server => <<'E')->start;
        xassist_app ios link=acme-assist://join?link=
                    store=https://apps.example.com/assist;
        xassist_app android id=com.acme.assist
                    store=https://play.example.com/assist;
E
my $driver = Xassist::Browser->driver;
my $call = $demo->{call};
my $link = $demo->invite($call);
my %pages = map { $_ => $driver->open($_ eq 'desktop' ? () : (device => $_)) }
    qw(iPhone small iPad desktop);

my %words = (
    en => [ 'Your name', 'Join the call', 'Erika Expert invited you.' ],
    de => [ 'Ihr Name', 'Am Anruf teilnehmen',
        'Erika Expert hat Sie eingeladen.' ],
    fr => [ 'Votre nom', 'Rejoindre l’appel',
        'Erika Expert vous a invité.' ],
);

for (qw(iPhone/light/en iPhone/dark/de small/light/fr desktop/light/en
    desktop/dark/fr))
{
    my ($device, $scheme, $language) = split m{/};
    my $page = $pages{$device};

    subtest "join page: $device, $scheme, $language" => sub {
        $page->scheme($scheme);
        $page->go("$link->{link}?lang=$language");
        text_is($page, 'h1', 'Pump 7 is leaking', 'the call has its title');
        text_is($page, 'label[for=name]', $words{$language}[0], 'the name');
        text_is($page, '#guest button', $words{$language}[1], 'the button');
        text_is($page, '.lead', $words{$language}[2], 'the inviter');
        is($page->js('return document.documentElement.lang'), $language,
            'the page knows its language');
        sound($page, "join-$device-$scheme-$language");
    };
}

subtest 'looking changes nothing' => sub {
    my ($shown) = grep { $_->{id} eq $link->{id} }
        @{ list($demo->ctl('invite', 'list', '--call', $call->{id})) };
    is($shown->{state}, 'unused', 'the link was opened, not spent');
};

sub list { my ($l) = @_; return ref $l eq 'HASH' ? $l->{invitations} : $l }

subtest 'the language is a link away' => sub {
    my $page = $pages{desktop};
    $page->scheme('light');
    $page->go($link->{link});
    $page->click('nav a[hreflang=de]');
    text_is($page, '#guest button', 'Am Anruf teilnehmen', 'German');
    is($page->js('return location.pathname'), $link->{path}, 'same link');
};

subtest 'what can be mended is said and kept' => sub {
    my $page = $pages{iPhone};
    $page->scheme('light');
    $page->go($link->{link} . '?lang=en');
    $page->js('document.forms[0].noValidate = true');
    $page->type('#name', 'Zoë Zuber');
    $page->click('#guest button');
    ok($page->until('return document.querySelector("[role=alert]")', 30),
        'the page comes back with an alert');
    is($page->js('return document.forms[0].dataset.reason'),
        'terms_required', 'the terms are missing');
    comes_to($page, 'return document.activeElement.id', 'terms',
        'the box is where one is led');
    is($page->js('return document.getElementById("name").value'),
        'Zoë Zuber', 'the name is still there');
    sound($page, 'join-mend-iPhone');
};

subtest 'a name that the inviter gave' => sub {
    my $page = $pages{iPhone};
    $page->go($demo->invite($call, '--name', 'Ines Invited')->{link});
    is($page->js('return document.getElementById("name").value'),
        'Ines Invited', 'is there');
    ok($page->js('return document.getElementById("name").readOnly'),
        'and stays, for it is the one that counts');
    sound($page, 'join-named-iPhone');
};

subtest 'a page that lay open is renewed when it is sent' => sub {
    my $page = $driver->open;
    my $late = $demo->invite($call);

    for my $minutes (9, 11) {
        $page->go($late->{link} . '?lang=en');
        $page->type('#name', 'Late Lena');
        $page->click('#terms');
        $page->js('document.forms[0].elements.nonce.value = "stale";'
            . 'var now = Date.now, later = arguments[0];'
            . 'Date.now = function () { return now() + later; }',
            $minutes * 60000);
        $page->click('#guest button');
        ok($page->until($minutes < 10
            ? 'var f = document.getElementById("guest");'
                . 'return f && f.dataset.reason === "page_stale"'
            : 'return location.pathname.startsWith("/call/")', 15),
            $minutes < 10 ? 'what is stale is refused, and renewed'
                : 'what is old is renewed before it is sent');
    }
    $page->close;
};

subtest 'what is wrong here is said before anything is spent' => sub {
    my %hints = (
        blocked => sub { $_[0]->cdp('Browser.setPermission', { permission => {
            name => $_ }, setting => 'denied', origin => $demo->url })
            for qw(camera microphone) },
        webrtc => sub { $_[0]->cdp('Page.addScriptToEvaluateOnNewDocument', {
            source => 'delete window.RTCPeerConnection' }) },
        cookies => sub { $_[0]->cdp('Page.addScriptToEvaluateOnNewDocument', {
            source => 'Object.defineProperty(Navigator.prototype, '
            . '"cookieEnabled", { get: () => false })' }) },
        inapp => sub {},
    );
    my $inapp = 'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 '
        . '(KHTML, like Gecko) Version/4.0 Chrome/124.0.0.0 Mobile '
        . 'Safari/537.36 [FB_IAB/FB4A;]';

    for my $hint (sort keys %hints) {
        my $page = $driver->open($hint eq 'inapp'
            ? (args => ["--user-agent=$inapp"]) : (device => 'Pixel'));
        $page->go($demo->url('/demo/terms.html'));
        $hints{$hint}->($page);
        $page->go($link->{link} . '?lang=de');
        ok($page->until('var h = document.querySelector("[data-hint="'
            . ' + arguments[0] + "]"); return h && !h.hidden', 10, $hint),
            $hint);
        is($page->js('return document.querySelector("[data-hint=" + '
            . 'arguments[0] + "] [data-browser]")?.textContent', $hint),
            $hint =~ /^(?:inapp|webrtc)$/ ? 'Chrome' : undef,
            'which browser to open');
        sound($page, "join-$hint");
        $page->close;
    }
};

subtest 'what shuts people out is found' => sub {
    my $page = $pages{desktop};
    $page->go($link->{link} . '?lang=en');
    my $found = barriers($page);
    plan skip_all => 'there is no axe-core (make build/axe/axe.min.js)'
        if !$found;
    is_deeply($found, [], 'nothing on the page as it is');
    $page->js('var i = document.createElement("input");'
        . 'document.forms[0].append(i)');
    like(barriers($page)->[0] // '', qr/^critical: .*label/,
        'a field without a name');
};

subtest 'without JavaScript' => sub {
    my $page = $driver->open;
    $page->cdp('Emulation.setScriptExecutionDisabled', { value => \1 });
    $page->go($demo->invite($call)->{link});
    $page->type('#name', 'Ann');
    $page->click('#terms');
    $page->click('#guest button');
    $demo->edge->wait_for(sub { $page->url =~ m{/call/} });
    like($page->url, qr{/call/\Q$call->{id}\E$}, 'joining leads to the call');
    $page->close;
};

my $withdrawn = $demo->invite($call);
$demo->withdraw($withdrawn);
my $later = $demo->invite($demo->call('Tomorrow', '--starts-at',
    strftime('%Y-%m-%dT%H:%M:%SZ', gmtime time + 86400)));
my %refused = (
    withdrawn => $withdrawn->{link},
    unknown_link => $demo->url('/j/' . 'A' x 40),
);

for (qw(withdrawn/iPhone/light/en withdrawn/desktop/dark/de
    unknown_link/small/dark/fr unknown_link/desktop/light/en))
{
    my ($reason, $device, $scheme, $language) = split m{/};
    my $page = $pages{$device};

    subtest "refusal: $reason, $device, $scheme, $language" => sub {
        $page->scheme($scheme);
        $page->go("$refused{$reason}?lang=$language");
        is($page->js('return document.querySelector("main").dataset.reason'),
            $reason, 'the reason');
        is($page->js('return document.documentElement.lang'), $language,
            'the language');
        ok(length text($page, 'h1'), 'it says what happened');
        ok(length text($page, '.next p') // '', '... and what to do');
        sound($page, "refused-$reason-$device-$scheme-$language");
    };
}

my %early = (en => 'The call has not started yet.',
    de => 'Der Anruf hat noch nicht begonnen.',
    fr => 'L’appel n’a pas encore commencé.');

for (qw(iPhone/light/fr small/dark/de iPad/light/en desktop/dark/en)) {
    my ($device, $scheme, $language) = split m{/};
    my $page = $pages{$device};

    subtest "waiting: $device, $scheme, $language" => sub {
        $page->scheme($scheme);
        $page->go("$later->{link}?lang=$language");
        text_is($page, '.start > p', $early{$language}, 'it has not begun');
        text_is($page, 'h1', 'Tomorrow', 'the call has its title');
        text_like($page, '#countdown', qr/\d/, 'there is time left: '
            . text($page, '#countdown'));
        comes_to($page, 'return document.querySelector("time").textContent',
            $page->js('return new Date(document.querySelector("time").dateTime)'
                . '.toLocaleString(arguments[0], { dateStyle: "full", '
                . 'timeStyle: "short" })', $language), 'the local time');
        sound($page, "waiting-$device-$scheme-$language");
    };
}

subtest 'the waiting page opens the way by itself' => sub {
    my $page = $pages{desktop};
    my $reason;

    # Later, if it took longer than that to open it.

    for my $seconds (3, 10, 30) {
        my $call = $demo->call('Soon', '--starts-at',
            strftime('%Y-%m-%dT%H:%M:%SZ', gmtime time + $seconds));
        $page->go($demo->invite($call)->{link} . '?lang=en');
        $reason = $page->js('return document.querySelector("main")'
            . '.dataset.reason');
        last if ($reason // '') eq 'not_yet';
    }
    is($reason, 'not_yet', 'not yet');
    ok($page->until('return document.querySelector("form")', 15),
        'then the form is there, with nobody doing anything');
};

subtest 'from the desktop to the phone' => sub {
    plan skip_all => 'Barcode::ZBar is not installed (apt-get install '
        . 'libbarcode-zbar-perl)' if !eval { require Barcode::ZBar; 1 };
    my $page = $pages{desktop};

    for my $scheme (qw(light dark)) {
        $page->scheme($scheme);
        $page->go($link->{link} . '?lang=en');
        $page->click('#move summary');
        $page->until('return document.getElementById("qr")'
            . '.getBoundingClientRect().bottom < innerHeight', 5);
        is(scan($driver, $page, '#qr'), $link->{link}, "a camera reads it ($scheme)");
        sound($page, "join-code-desktop-$scheme");
    }

    $pages{iPhone}->go($link->{link});
    ok($pages{iPhone}->until('return document.getElementById("move").hidden'),
        'a phone shows no code to itself');
    $pages{iPad}->go($link->{link});
    comes_to($pages{iPad}, 'return document.forms[0].elements.touch.value', '1',
        'a tablet that says it is a Mac gives itself away');
    for (['iPad', '&touch=1'], ['desktop', '']) {
        my ($device, $says) = @$_;
        $pages{$device}->go($demo->url('/xassist/v1/login?lang=de'));
        is($pages{$device}->js('return new URL(document.forms[0].action)'
            . '.search'), "?lang=de$says", "$device: at the sign-in, too");
    }
};

subtest 'from the browser to the app' => sub {
    for my $row (['iPhone', qr{^acme-assist://join\?link=http%3A%2F%2F}],
        ['Pixel', qr{^intent://localhost:\d+/j/.*package=com\.acme}])
    {
        my ($device, $wanted) = @$row;
        my $page = $driver->open(device => $device, requests => 1);
        $page->go($link->{link} . '?lang=en');
        sound($page, "join-app-$device");
        $page->wanted;
        $page->click('#app');
        my $asked;
        $demo->edge->wait_for(sub {
            ($asked) = grep { !/^http/ } $page->wanted;
            return $asked;
        });
        like($asked // 'nothing', $wanted, "$device asks for the app");
        like($asked // '', qr/\Q$link->{path}\E|%2Fj%2F/, 'with the link');
        ok($page->until('return !document.getElementById("app-missing")'
            . '.hidden', 10), 'without it the page says so');
        ok($page->js('return !!document.querySelector("form button")'),
            'and the browser is still a way in');
        $page->close;
    }

    my ($shown) = grep { $_->{id} eq $link->{id} }
        @{ list($demo->ctl('invite', 'list', '--call', $call->{id})) };
    is($shown->{state}, 'unused', 'nothing was spent by all that');
};

# Texts of the one table of reasons: code -> what and next, by language.
sub reasons {
    my $table = Xassist::Edge::slurp(Xassist::Edge::top()
        . '/ngx_xassist_module/ngx_xassist_reason.def');
    utf8::decode($table);
    my %reasons;

    while ($table =~ /^NGX_XASSIST_REASON\(\w+, "(\w+)",[^"]*(.*?)\)$/gms) {
        $reasons{$1} = [ map { s/"\s+"//gr }
            $2 =~ /"((?:[^"]|"\s+")*)"(?=,|\z)/g ];
    }
    return \%reasons;
}

subtest 'every reason in every language fits a small phone' => sub {
    my $page = $pages{small};
    my $reasons = reasons();
    my @languages = qw(en de fr);

    cmp_ok(scalar keys %$reasons, '>=', 30, keys(%$reasons) . ' reasons');
    is(join(' ', grep { @{ $reasons->{$_} } != 6 } sort keys %$reasons), '',
        'each says in three languages what happened and what to do');
    $page->scheme('light');
    for my $l (0 .. 2) {
        $page->go("$refused{unknown_link}?lang=$languages[$l]");
        my $bad = $page->js(<<'EOJ', $reasons, 2 * $l);
            var box = document.documentElement;
            var all = arguments[0], from = arguments[1];
            return Object.keys(all).filter(function (code) {
                var what = all[code][from], next = all[code][from + 1];
                document.querySelector("main").dataset.reason = code;
                document.querySelector("h1").textContent = what;
                document.querySelector(".next p").textContent = next;
                return !what || !next || box.scrollWidth > box.clientWidth
                    || box.scrollHeight > 1.25 * innerHeight;
            });
EOJ
        is_deeply($bad, [], "in $languages[$l]");
    }
};

$driver->stop;
$demo->stop;
is(join("\n", $demo->edge->complaints), '', 'nothing bad in the log');

done_testing();
