package Xassist::Look;

# What holds for every page, whatever it says: it fits, it can be read, what
# can be used has a name, and it breaks no policy.  Keeps a screenshot.

use strict;
use warnings;

use Exporter qw(import);
use MIME::Base64 ();
use Test::More;
use Time::HiRes qw(sleep time);

use Xassist::Browser ();
use Xassist::Edge ();

our @EXPORT = qw(barriers comes_to scan sound text text_is text_like);

my $shots = Xassist::Edge::top() . '/build/t/e2e';

# Every text against what lies behind it: WCAG asks for 4.5, for large 3.
my $contrast = <<'EOJ';
    function parse(c) {
        return c.match(/[\d.]+/g).map(Number);
    }
    function light(c) {
        var l = c.slice(0, 3).map(function (v) {
            v /= 255;
            return v <= 0.03928 ? v / 12.92
                : Math.pow((v + 0.055) / 1.055, 2.4);
        });
        return 0.2126 * l[0] + 0.7152 * l[1] + 0.0722 * l[2];
    }
    function behind(e) {
        for (; e; e = e.parentElement) {
            var c = parse(getComputedStyle(e).backgroundColor);
            if (c.length === 3 || c[3] === 1) {
                return c;
            }
        }
        return [255, 255, 255];
    }
    var bad = [], walk = document.createTreeWalker(document.body,
        NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        var e = walk.currentNode.parentElement;
        if (!walk.currentNode.data.trim() || !e.getClientRects().length) {
            continue;
        }
        var style = getComputedStyle(e);
        var a = light(parse(style.color)), b = light(behind(e));
        var ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        var large = parseFloat(style.fontSize) >= 24;
        if (ratio < (large ? 3 : 4.5)) {
            bad.push(walk.currentNode.data.trim() + " " + ratio.toFixed(2));
        }
    }
    return bad;
EOJ

# What can be found without axe-core, as far as such pages can do it: names, ids,
# references, headings, languages, landmarks, sizes of what is tapped.
my $access = <<'EOJ';
    var bad = [], ids = {}, level = 0;
    function seen(e) {
        return e.getClientRects().length > 0;
    }
    function called(e) {
        var by = e.getAttribute("aria-labelledby");
        return (e.getAttribute("aria-label")
            || by && by.split(" ").map(function (id) {
                return (document.getElementById(id) || {}).textContent || "";
            }).join("")
            || e.labels && Array.from(e.labels, function (l) {
                return l.textContent;
            }).join("")
            || e.textContent || e.alt || "").trim();
    }
    document.querySelectorAll("[id]").forEach(function (e) {
        if (ids[e.id]++) {
            bad.push("twice: #" + e.id);
        }
        ids[e.id] = ids[e.id] || 1;
    });
    document.querySelectorAll("a[href], button, input:not([type=hidden]), "
        + "select, textarea, dialog[open], nav, [role=region], [role=img], "
        + "details > summary").forEach(function (e) {
        if (seen(e) && !called(e)) {
            bad.push("no name: " + e.outerHTML.slice(0, 80));
        }
    });
    ["aria-labelledby", "aria-describedby", "for"].forEach(function (a) {
        document.querySelectorAll("[" + a + "]").forEach(function (e) {
            e.getAttribute(a).split(" ").forEach(function (id) {
                if (!document.getElementById(id)) {
                    bad.push(a + " names no element: " + id);
                }
            });
        });
    });
    document.querySelectorAll("h1, h2, h3, h4").forEach(function (h) {
        if (seen(h)) {
            if (+h.tagName[1] > level + 1) {
                bad.push("a level is left out before: " + h.textContent);
            }
            level = +h.tagName[1];
        }
    });
    document.querySelectorAll("button, .button, select, input[type=text]")
        .forEach(function (e) {
            var box = e.getBoundingClientRect();
            if (seen(e) && (box.height < 24 || box.width < 24)) {
                bad.push("too small: " + e.outerHTML.slice(0, 80));
            }
        });
    if (!document.documentElement.lang || !document.title) {
        bad.push("no language or title");
    }
    if (document.querySelectorAll("main").length !== 1
        || document.querySelectorAll("h1").length !== 1)
    {
        bad.push("not one main and one h1");
    }
    if (document.querySelector("[tabindex]:not([tabindex='0']"
        + ", [tabindex='-1'])"))
    {
        bad.push("an order of its own for the keyboard");
    }
    return bad;
EOJ

# axe-core, where `make test` could get it.
my $axe = Xassist::Edge::slurp(Xassist::Edge::top()
    . '/build/axe/axe.min.js');
my $serious = <<'EOJ';
    return axe.run(document, { resultTypes: ["violations"] }).then(
        function (found) {
            return found.violations.filter(function (v) {
                return v.impact === "serious" || v.impact === "critical";
            }).map(function (v) {
                return v.impact + ": " + v.help + ": " + v.nodes.map(
                    function (n) {
                        return n.html.slice(0, 120);
                    }).join(", ");
            });
        });
EOJ


# The page may still be becoming what it will be: each is asked for until it
# holds.

sub sound {
    my ($page, $name) = @_;

    is(settled(sub { $page->overflow }, sub { $_[0] == 0 }), 0,
        "$name is not wider than the screen");
    is_deeply(none(sub { $page->js($contrast) }), [],
        "$name can be read");
    is_deeply(none(sub { $page->js($access) }), [],
        "$name can be used by everybody");
    is_deeply(none(sub { barriers($page) }), [],
        "$name shuts nobody out, says axe-core") if $axe;
    is_deeply([ grep { !/favicon|\/janus\.js |status of (?:401|403|404|410)/ }
        $page->console ], [], "$name breaks no policy and misses no file");
    $page->screenshot("$shots/$name.png");
}


# What a question comes to: its answer once that is right, or the last one.  A
# page that is being left cannot be asked.

sub settled {
    my ($ask, $right) = @_;
    my $end = time + Xassist::Browser::PATIENCE;
    my $answer;

    while (1) {
        my $asked = eval { $answer = $ask->(); 1 };
        return $answer if $asked && $right->($answer);
        die $@ if !$asked && time > $end;
        return $answer if time > $end;
        sleep 0.05;
    }
}


sub none {
    my ($ask) = @_;
    return settled($ask, sub { !@{ $_[0] || [] } });
}


# What a script gives becomes this: after a click, or whatever else takes its
# time to be seen.

sub comes_to {
    my ($page, $script, $expected, $name) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $is = settled(sub { $page->js($script) },
        sub { ($_[0] // '') eq ($expected // '') });
    return is($is, $expected, $name);
}


# The same of the text of an element.

sub text_is {
    my ($page, $css, $expected, $name) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $is = settled(sub { text($page, $css) },
        sub { ($_[0] // '') eq ($expected // '') });
    return is($is, $expected, $name);
}


sub text_like {
    my ($page, $css, $pattern, $name) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $is = settled(sub { text($page, $css) },
        sub { ($_[0] // '') =~ $pattern });
    return like($is, $pattern, $name);
}


# What a camera reads from the part of the page: a screenshot, in grey.  Needs
# Barcode::ZBar.

sub scan {
    my ($driver, $page, $css) = @_;

    my $png = $page->call(GET => '/element/' . $page->element($css)
        . '/screenshot');
    my $blank = $driver->open;
    my $grey = $blank->js(<<'EOJ', $png);
        return (async function (data) {
            var image = new Image(), canvas, paint, raw, grey = "", i;
            image.src = "data:image/png;base64," + data;
            await image.decode();
            canvas = document.createElement("canvas");
            canvas.width = image.width;
            canvas.height = image.height;
            paint = canvas.getContext("2d");
            paint.drawImage(image, 0, 0);
            raw = paint.getImageData(0, 0, image.width, image.height).data;
            for (i = 0; i < raw.length; i += 4) {
                grey += String.fromCharCode(raw[i]);
            }
            return [image.width, image.height, btoa(grey)];
        }(arguments[0]));
EOJ
    $blank->close;

    my $image = Barcode::ZBar::Image->new;
    $image->set_format('Y800');
    $image->set_size(@$grey[0, 1]);
    $image->set_data(MIME::Base64::decode_base64($grey->[2]));
    my $scanner = Barcode::ZBar::ImageScanner->new;
    $scanner->parse_config('enable');
    $scanner->scan_image($image);
    return join ' ', map { $_->get_data } $image->get_symbols;
}


# What axe-core calls serious or critical on the page; undef without it.

sub barriers {
    my ($page) = @_;
    return $axe ? $page->js("if (!window.axe) { $axe }\n$serious") : undef;
}


# The text of the first element of a selector, or undef.

sub text {
    my ($page, $css) = @_;
    return $page->js('var e = document.querySelector(arguments[0]);'
        . 'return e && e.textContent.trim()', $css);
}

1;
