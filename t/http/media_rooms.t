#!/usr/bin/perl

# The room of a call is there before its first handshake is passed: made by
# the edge on the server that the call is on, and ended with the call.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Time::HiRes qw(sleep time);
use Xassist::Media;
use Xassist::Scripted;
use Xassist::World;

my @servers = map { Xassist::Upstream->new } 1 .. 2;
my @names = map { '127.0.0.1:' . $_->port } @servers;
my @api = map { Xassist::Scripted->new(answers => ['janus']) } 1 .. 2;
my $world = media_world(stopped => 1, servers => \@servers,
    media => 'janus=janus.api api=http://*:' . $api[0]->port . '/admin '
        . "api=$names[1]=http://127.0.0.1:" . $api[1]->port . '/admin',
    substitute => sub { $_[0] =~ s{(?=        # Built-in rules)}{
        location = /metrics { xassist_metrics; }\n}r });
my $edge = $world->edge;
my $file = "$edge->{dir}/conf/janus.api";


sub configure {
    my ($text) = @_;
    Xassist::Edge::spew($file, $text);
    chmod 0600, $file;
}

my $good = "# of both\nadmin_secret s-ecret\nadmin_key  k-ey\n\n"
    . "room publishers 6\nroom record true\nroom videocodec vp8\n";

configure($good);
$edge->start;
$edge->ctl('media', 'drain', $names[1]);
my $olga = $world->signed_in('olga');
my %secret;


sub joins {
    my ($call, $client) = @_;
    return ($client // $olga)->websocket("/ws/$call");
}


sub both { return map { [$api[$_]->told(@_)] } 0, 1 }


sub metric {
    my ($name) = @_;
    my ($n) = $world->client->get('/metrics')->{body}
        =~ /^xassist_media_total\{outcome="\Q$name\E"\} (\d+)$/m;
    return $n;
}


# What the servers were told of this room: at least so many within seconds, or
# what there is by now.

sub told_of {
    my ($room, $request, $n, $seconds) = @_;

    my @told;
    my $end = time + ($n ? $seconds // 6 : 0);

    do {
        push @told, grep { $_->{json}{request}{request} eq $request
            && $_->{json}{request}{room} == $room } map { @$_ } both(0, 0);
    } until @told >= $n || time > $end;

    return @told;
}

sub ends_of { return told_of(shift, 'destroy', @_) }


subtest 'made before the handshake' => sub {
    my $call = $world->call;
    my ($socket, $answer) = joins($call);
    is($answer->{status}, 101, 'in');
    my ($told, $other) = map { [@$_] } both(1, 1);
    is(@$told, 1, 'once') or return;
    is(@$other, 0, 'on one server');

    my $asked = $told->[0]{json};
    my $room = delete $asked->{request};
    like($told->[0]{head}, qr{^POST /admin HTTP/1\.1\r\n}, 'the Admin API');
    is_deeply($asked, { janus => 'message_plugin', transaction => 'xassist',
        admin_secret => 's-ecret', plugin => 'janus.plugin.videoroom' },
        'of the plugin');
    is($room->{room}, $world->shown($call)->{room}, 'the room of the call');
    is($room->{request}, 'create', 'made');
    is($room->{admin_key}, 'k-ey', 'with the key');
    ok($room->{signed_tokens} && !$room->{permanent} && $room->{is_private},
        'for signed tokens alone, and not for ever');
    ok(length $room->{secret} > 20, 'with a secret');
    is_deeply([map { "$_" } @$room{qw(publishers record videocodec)}],
        [6, 1, 'vp8'],
        'as the file says');
    $secret{$call} = $room->{secret};

    my ($again) = joins($call, $world->guest($call));
    ok($again, 'another comes');
    my ($next) = $api[0]->told(1);
    is($next->{json}{request}{request}, 'create', 'is sure of it, too');
    is($next->{json}{request}{secret}, $secret{$call}, 'the same');

    $edge->ctl('call', 'end', $call);
    my @ends = $api[0]->told(2, 6);
    is(@ends, 2, 'ended, and made sure of');
    is_deeply([@{ $ends[0]{json}{request} }{qw(request secret)}],
        ['destroy', $secret{$call}], 'with its secret');
    ok($ends[1]{when} - $ends[0]{when} > 2, 'when no join can be on its way');
};

subtest 'an address for one server' => sub {
    $edge->ctl('media', 'undrain', $names[1]);
    $edge->ctl('media', 'drain', $names[0]);
    my $call = $world->call;
    my ($socket) = joins($call);
    ok($socket, 'in');
    my ($told, $other) = reverse both(1, 1);
    is(@$told, 1, 'made there');
    is(@$other, 0, 'not here');
    isnt($told->[0]{json}{request}{secret}, (values %secret)[0],
        'a secret of its own');
    $edge->ctl('call', 'end', $call);
    is(($api[1]->told(2))[0]{json}{request}{request}, 'destroy',
        'and ended there');
    $edge->ctl('media', 'undrain', $names[0]);
};

subtest 'a Janus that does not let us' => sub {
    $_->answers('refuse') for @api;
    my $call = $world->call;
    my (undef, $answer) = joins($call);
    is($answer->{status}, 503, 'is not joined');
    is(reason($answer), 'media_unavailable', 'for this reason');
    ok($edge->wait_for(sub { $world->states($call) !~ /joining|present/ }),
        'nobody is left behind in the call');
    like($edge->error_log, qr/did not make room \d+ at \S+: it answered .*433/s,
        'the log says what it said');
    is(metric('no_room'), 1, 'counted');
    is(metric('unavailable'), 1, 'and so');
    my $was = $world->shown($call)->{media};
    my $page = $olga->get('/media/' . $world->call . '/x',
        Accept => 'text/html');
    is($page->{status}, 503, 'nor shown a page');
    like($page->{headers}{refresh} // '', qr/^\d+$/, 'which comes again');
    $_->answers('janus') for @api;
    my ($socket) = joins($call);
    ok($socket, 'and is when it does');
    is($world->shown($call)->{media}, $was, 'where it was');
};

subtest 'a Janus that hangs' => sub {
    my $call = $world->call;
    $_->answers('hang') for @api;
    my $start = time;
    my (undef, $answer) = joins($call);
    is($answer->{status}, 503, 'is not waited for');
    cmp_ok(time - $start, '<', 30, 'for long');
    ok($edge->wait_for(sub { moved_events($world)->{$call} }),
        'the call, with nobody in it, is moved');
    my $media = $world->shown($call)->{media};
    my ($at) = grep { $names[$_] eq $media } 0, 1;
    $api[$at]->answers('janus');
    my ($socket) = joins($call);
    ok($socket, 'to where it works');
    is($world->shown($call)->{media}, $media, 'and stays');

    $_->answers('hang') for @api;
    my ($second) = joins($call, $world->guest($call));
    ok($second, 'where people are, others get in, whatever happens to it');
    is(moved_events($world)->{$call}, 1, 'and they are not moved');
    $_->answers('janus') for @api;
    both(0, 0);
};

subtest 'who goes away meanwhile' => sub {
    my $call = $world->call;
    $_->answers('hang') for @api;
    my $socket = Xassist::Socket->connect($edge->{port}, 5);
    $socket->send($olga->upgrade_of("/ws/$call"));
    sleep 0.3;
    $socket->close;
    ok($edge->wait_for(sub { $world->states($call) !~ /joining|present/ }, 6),
        'is not in the call');
    $_->answers('janus') for @api;
    both(0, 0);
};

subtest 'the end is told until it is agreed to' => sub {
    my $call = $world->call;
    sleep 1;
    my ($socket) = joins($call);
    ok($socket, 'in') or return;
    both(1, 1);
    my $room = $world->shown($call)->{room};
    $_->answers(500, 'close', 'janus') for @api;
    $edge->ctl('call', 'end', $call);
    is(scalar(ends_of($room, 3)), 3, 'three times');
    $_->answers('janus') for @api;
};

subtest 'a Janus that hangs when the call ends' => sub {
    for my $how ('is reloaded', 'loses its worker') {
        my $call = $world->call;
        my $room = $world->shown($call)->{room};
        ok($edge->wait_for(sub { (joins($call))[0] }, 8), 'in') or next;
        $_->answers('hang') for @api;
        $edge->ctl('call', 'end', $call);
        ok(ends_of($room, 1), 'it is told, and does not answer');

        if ($how eq 'is reloaded') {
            $edge->reload;
        } else {
            kill 'KILL', $edge->workers;
        }

        ends_of($room, 0);
        $_->answers('janus') for @api;
        ok(ends_of($room, 1, 20), "nginx $how: it is told again");
    }

    like($edge->error_log, qr/is to be ended at .*trying again/,
        'the log says so');
};

subtest 'an end behind events that were trimmed before they were read' => sub {
    plan skip_all => 'no test clock' unless Xassist::Edge::has_test_clock();

    my $call = $world->call;
    my $room = $world->shown($call)->{room};
    ok($edge->wait_for(sub { (joins($call))[0] }, 8), 'in') or return;
    my @workers = $edge->workers;
    $edge->hold($_) for @workers;

    $edge->clock(1000 * time);
    $world->call;
    $edge->clock_forward(60);
    $edge->ctl('call', 'end', $call);
    $edge->ctl(qw(store trim --log 30s));
    kill 'CONT', @workers;
    ok(ends_of($room, 1, 20), 'is told');
    like($edge->error_log, qr/events were trimmed before anybody was told/,
        'the log says so');
    $edge->clock;
};

subtest 'a Janus that a call was moved away from' => sub {
    my $call = $world->call;
    my $room = $world->shown($call)->{room};
    ok($edge->wait_for(sub { (joins($call))[0] }, 8), 'in') or return;
    my $was = $world->shown($call)->{media};
    my ($at) = grep { $names[$_] eq $was } 0, 1;

    $servers[$at]->stop;
    ok($edge->wait_for(sub { joins($call);
        $world->shown($call)->{media} ne $was }, 20), 'moved');
    ok(ends_of($room, 1, 20), 'is told to end the room that was left there');
    ok((joins($call))[0], 'which is made where the call is');
    is(scalar(grep { $_->{json}{request}{request} eq 'destroy' }
        map { @$_ } [$api[1 - $at]->told(0)]), 0, 'and not ended there');
};

subtest 'requests without a WebSocket' => sub {
    my $call = $world->call;
    my $room = $world->shown($call)->{room};
    is($olga->get("/media/$call/janus")->{status}, 200, 'come through');
    is(scalar(told_of($room, 'create', 1)), 1, 'the first makes the room');
    is($olga->get("/media/$call/janus")->{status}, 200, 'another');
    is(scalar(told_of($room, 'create', 0)), 0, 'does not');
};

subtest 'files that are wrong' => sub {
    my @bad = (
        ["admin_key k\n", qr/without admin_secret and admin_key/],
        ["admin_secret s\nadmin_key k\nroom secret x\n",
            qr/a room's "secret" cannot be set/],
        ["admin_secret s\nadmin_key k\nroms a b\n",
            qr/a line that is none of/],
        ["admin_secret s\nadmin_key a b c\n", qr/too many words/],
    );

    for (@bad) {
        my ($text, $says) = @$_;
        configure($text);
        my ($ok, $output) = $edge->test_config;
        ok(!$ok, 'refused');
        like($output, $says, 'and why');
    }

    configure($good);
    chmod 0644, $file;
    my ($ok) = $edge->test_config;
    ok(!$ok, 'nor may others read it');
    chmod 0600, $file;
};

$_->stop for @api;
$world->finish(qr/exited on signal 9|directive names a file|cannot be set|holds secrets/);
