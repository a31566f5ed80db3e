#!/usr/bin/perl

# The main job in real browsers: two guests join by link and see each other
# through the edge; nobody else gets in; the call ends, and everybody is out.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Test::More;
use Time::HiRes qw(sleep time);

use Xassist::Browser ();
use Xassist::Demo ();
use Xassist::Look;

my $why = Xassist::Demo::missing() || Xassist::Browser::missing();
plan skip_all => $why if $why;

my $shots = Xassist::Edge::top() . '/build/t/e2e';
my $demo = Xassist::Demo->new->start;
my $driver = Xassist::Browser->driver;
my $call = $demo->{call};
my $other = $demo->call('Another call');


# A guest's way: the link, the form, the room.  Then once more with a picture
# in one colour, which also is a guest who comes back.
sub guest {
    my ($name, $colour, %opt) = @_;
    my $page = $driver->open(%opt);

    $page->go($demo->invite($call)->{link});
    $page->type('#name', $name);
    $page->click('#terms');
    $page->click('button[type=submit]');
    $page->until('return location.pathname === arguments[0]', 30,
        "/call/$call->{id}") or return fail("$name joined");
    $page->go($page->url . "?canvas=$colour");
    ok($page->until('return window.room && room.state !== "connecting"', 30),
        "$name is in the room");
    return $page;
}


# The colour in a corner of the picture of the first other person.
sub seen {
    my ($page) = @_;
    return $page->until(<<'EOJ', 30);
        var video = document.querySelector(".tile:not([data-self]) video");
        if (!video || video.paused || !video.videoWidth) {
            return null;
        }
        var canvas = document.createElement("canvas");
        canvas.width = video.videoWidth;
        canvas.height = video.videoHeight;
        var paint = canvas.getContext("2d");
        paint.drawImage(video, 0, 0);
        return Array.from(paint.getImageData(24, 24, 1, 1).data).slice(0, 3);
EOJ
}


sub near {
    my ($rgb, @wanted) = @_;
    return $rgb && !grep { abs($rgb->[$_] - $wanted[$_]) > 40 } 0 .. 2;
}


# WebDriver waits for the promise that a script returns.
sub frames { return $_[0]->js('return room.frames()') }


my ($alice, $bob) = (guest('Alice', 'red'),
    guest('Bob', 'blue', device => 'iPhone'));

subtest 'each sees the other' => sub {
    my @pairs = ([ $alice, 'Alice', 'Bob', 0, 0, 255 ],
        [ $bob, 'Bob', 'Alice', 255, 0, 0 ]);

    for (@pairs) {
        my ($page, $name, $whom, @colour) = @$_;
        ok($page->until('return room.state === "together"', 30),
            "$name is together with somebody");
        is_deeply($page->js('return room.others()'), [ $whom ],
            "$name sees the name $whom");
        my $rgb = seen($page);
        ok(near($rgb, @colour), "$name sees the colour of $whom")
            or diag explain $rgb;

        my $before = frames($page);
        ok($page->until('return room.frames().then(n => n > arguments[0])',
            30, $before + 10), "frames for $name grow from $before");
        is($page->overflow, 0, "the room of $name is not too wide");
        is_deeply(barriers($page) // [], [], '... and shuts nobody out');
    }
    $alice->screenshot("$shots/call-desktop.png");
    $bob->screenshot("$shots/call-phone.png");
};

subtest 'nobody else gets in' => sub {
    my $stranger = $demo->client;
    my $sessions = $demo->janus->sessions;

    my (undef, $answer) = $demo->websocket($stranger, $call);
    is($answer->{status}, 401, 'no link, no handshake');
    is(scalar $demo->janus->sessions, $sessions, 'Janus saw nothing of it');

    my $carla = $demo->client;
    is($carla->join_link($demo->invite($call)->{path}, name => 'Carla')
        ->{status}, 303, 'Carla joins the call');
    (undef, $answer) = $demo->websocket($carla, $other);
    is($answer->{status}, 403, 'she is refused at the door of another');

    my $ice = $carla->get("/xassist/v1/calls/$call->{id}/ice")->{json};
    (my $socket, $answer) = $demo->websocket($carla, $call);
    is($answer->{status}, 101, 'her own call lets her in');
    my $erika = $demo->client;
    $erika->{cookies}{xassist} = $demo->{session};
    my ($there) = $demo->websocket($erika, $other);
    is($demo->take_place($socket, $ice, $other->{room})->{error_code}, 433,
        'Janus itself refuses her in the room of another call');
    is($demo->take_place($socket, $ice)->{videoroom}, 'joined',
        'and takes her in the room of this one');
    $socket->close;

    (undef, $answer) = $demo->websocket($erika, $call);
    is($answer->{status}, 101, 'the owner, signed in, needs no link');

    my $page = $driver->open(device => 'small');
    $page->go($demo->url("/call/$call->{id}"));
    is($page->js('return document.querySelector("main").dataset.reason'),
        'signed_out', 'a browser without a link gets a page that says so');
    $page->close;
};

# Alice stays with a worker that drains, Bob comes back by a new one: the end
# reaches both.
subtest 'a reload' => sub {
    my %old = map { $_ => 1 } $demo->edge->workers;
    ok($demo->edge->reload, 'the edge takes a new configuration');

    my $before = frames($alice);
    ok($alice->until('return room.frames().then(n => n > arguments[0])', 10,
        $before + 10), 'whoever is in goes on');

    $bob->go($bob->url);
    for ([ $bob, 'Bob' ], [ $alice, 'Alice' ]) {
        my ($page, $name) = @$_;
        ok($page->until('return window.room && room.state === "together"', 30),
            "$name is together with somebody");
    }
    is(scalar(grep { !$old{$_} } $demo->edge->workers) > 0, 1,
        'new workers are there');
    cmp_ok(scalar(grep { $old{$_} } $demo->edge->workers), '>', 0,
        'an old one has not let go of Alice');
};

subtest 'the call ends' => sub {
    # A page of bad will that does not hang up: only Janus can stop it.
    $_->js('RTCPeerConnection.prototype.close = function () {};'
        . 'MediaStreamTrack.prototype.stop = function () {};'
        . 'window.clearInterval = function () {};') for $alice, $bob;
    $_->js('room.connections.forEach(pc => pc.close())') for $alice, $bob;
    my $going = frames($alice);
    ok($alice->until('return room.frames().then(n => n > arguments[0])', 10,
        $going + 10), 'pages of bad will go on as long as they can');

    my $link = $demo->invite($call)->{link};
    $demo->end($call);
    my $ended = time;

    for ([ $alice, 'Alice' ], [ $bob, 'Bob' ]) {
        my ($page, $name) = @$_;
        my $close = $page->until('return room.close', 10);
        my $took = time - $ended;
        ok($close, sprintf '%s is out after %.2f s', $name, $took);
        is($close->{code}, 4404, "the socket of $name closes with its code");
        is($close->{reason}, 'call_ended', '... and its reason');
    }

    # What was on its way comes still.

    my @before;
    ok($demo->edge->wait_for(sub {
        @before = map { frames($_) } $alice, $bob;
        sleep 1;
        return "@before" eq join ' ', map { frames($_) } $alice, $bob;
    }), "frames stand still at @before");

    for ([ $alice, 'desktop' ], [ $bob, 'phone' ]) {
        my ($page, $device) = @$_;
        is($page->until('return room.reason', 10), 'call_ended',
            "the page on the $device knows why");
        text_is($page, '#over-title', 'The call has ended', '... and says it');
        is_deeply(barriers($page) // [], [], '... to everybody');
        $page->screenshot("$shots/ended-$device.png");
    }

    $demo->edge->wait_for(sub { !$demo->janus->sessions });
    is(scalar $demo->janus->sessions, 0, 'Janus holds no session any more');

    $bob->go($link);
    is($bob->js('return document.querySelector("main").dataset.reason'),
        'call_ended', 'the link of a third guest says call_ended');
    is($bob->overflow, 0, '... on a page that fits');
    $bob->screenshot("$shots/link-ended-phone.png");
};

$driver->stop;
$demo->stop;
is(join("\n", $demo->edge->complaints), '', 'nothing bad in the log');

done_testing();
