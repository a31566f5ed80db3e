#!/usr/bin/perl

# What stands behind a rule besides WebSockets: HLS, ranges, long polls, event
# streams, uploads, raw upgrades, gRPC.  Each request is a decision.

use strict;
use warnings;
use lib 't/lib';

use IO::Socket::INET ();
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);
use Xassist::Api;
use Xassist::Socket ();
use Xassist::World;

# A server for all of it: a child for each connection.

my $listen = IO::Socket::INET->new(Listen => 64, LocalAddr => '127.0.0.1',
    ReuseAddr => 1) or die;
my $port = $listen->sockport;
pipe my $wait, my $go or die "pipe: $!";
my $owner = $$;
my $server = fork // die;

END { kill 'TERM', $server if $server && $$ == $owner }

if ($server == 0) {
    my $parent = getppid;
    local $SIG{CHLD} = 'IGNORE';

    while (getppid == $parent) {
        my $client = $listen->accept or next;
        next if fork // 0;
        serve($client);
        POSIX::_exit(0);
    }

    POSIX::_exit(0);
}


sub serve {
    my ($client) = @_;

    my $text = '';
    $client->autoflush(1);
    sysread $client, $text, 65536, length $text until $text =~ /\r\n\r\n/;
    my ($path) = $text =~ m{^\w+ \S*/(\w+) HTTP};
    $path //= '';

    if ($path eq 'poll') {
        sleep 0.5;
        print $client "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnews";

    } elsif ($path eq 'events') {
        print $client "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream"
            . "\r\nConnection: close\r\n\r\n";
        print $client "data: 1\n\n";
        sysread $wait, my $seen, 1;
        print $client "data: $_\n\n" for 2 .. 5;

    } elsif ($path eq 'upload') {
        my ($length) = $text =~ /Content-Length: (\d+)/i;
        my $body = $text =~ s/.*?\r\n\r\n//sr;
        sysread $client, $body, 65536, length $body
            while length $body < $length;
        print $client "HTTP/1.1 201 X\r\nContent-Length: "
            . length(length $body) . "\r\n\r\n" . length $body;

    } elsif ($path eq 'whip') {
        my ($method) = $text =~ /^(\w+)/;
        my ($type) = $text =~ /^Content-Type: (\S+)\r$/mi;
        my $sdp = $text =~ s/.*?\r\n\r\n//sr;
        print $client $method eq 'POST' && $type eq 'application/sdp'
            ? "HTTP/1.1 201 X\r\nLocation: resource/7\r\nContent-Type: "
            . "application/sdp\r\nContent-Length: 8\r\n\r\nv=0 here"
            : "HTTP/1.1 200 X\r\nX-Method: $method\r\n"
            . 'Content-Length: ' . length($sdp) . "\r\n\r\n$sdp";

    } elsif ($path eq 'recording') {
        my ($from, $to) = $text =~ /^Range: bytes=(\d+)-(\d+)\r$/mi;
        my $body = join '', 0 .. 999;
        $body = substr $body, $from, $to - $from + 1 if defined $to;
        print $client defined $to ? "HTTP/1.1 206 X\r\nContent-Range: bytes "
            . "$from-$to/2890\r\n" : "HTTP/1.1 200 X\r\nAccept-Ranges: "
            . "bytes\r\n";
        print $client 'Content-Length: ' . length($body) . "\r\n\r\n$body";

    } elsif ($path eq 'none') {
        return;

    } elsif ($path eq 'raw' || $path eq 'late') {
        sysread $wait, my $seen, 1 if $path eq 'late';
        print $client "HTTP/1.1 101 X\r\nUpgrade: raw\r\nConnection: Upgrade"
            . "\r\n\r\n";
        print $client $text while sysread $client, $text, 65536;
    }
}


# nginx itself answers gRPC, as far as HTTP goes.
my $grpc = Xassist::Edge::free_port();
my $world = world(stopped => 1, substitute => sub {
    my $text = shift;
    $text =~ s/(?=    upstream application)/    server {
        listen 127.0.0.1:$grpc http2;
        default_type application\/grpc;
        add_header grpc-status 0;
        add_header X-Seen "\$http_te \$server_protocol";
        location \/ { return 200 message; }
    }\n\n/;
    my $call = '(?<call>[A-Za-z0-9_-]{16})';
    my $open = "xassist_call \$call; xassist_require in-call;";
    $text =~ s{(?=        # Built-in rules)}{
        location ~ "^/hls/$call/(?<file>[a-z0-9.]+)\$" {
            $open
            root hls;
            try_files /\$file =404;
        }
        location ~ "^/other/$call/" {
            $open
            xassist_proxy 127.0.0.1:$port;
        }
        location ~ "^/grpc/$call/" {
            $open
            grpc_pass grpc://127.0.0.1:$grpc;
        }
        location ~ "^/override/$call/" {
            $open
            proxy_read_timeout 1s;
            proxy_set_header Host media.example;
            xassist_proxy application;
        }
        location ~ "^/after/$call/" {
            $open
            xassist_proxy application;
            proxy_read_timeout 1s;
            proxy_buffering on;
            proxy_set_header Host media.example;
        }\n\n};
    return $text;
});
my $edge = $world->edge;

mkdir "$edge->{dir}/hls";
Xassist::Edge::spew("$edge->{dir}/hls/live.m3u8", "#EXTM3U\nsegment1.ts\n");
Xassist::Edge::spew("$edge->{dir}/hls/segment$_.ts", "$_" x 1000) for 1 .. 9;
$edge->start;

my $call = $world->call;
my $guest = $world->guest($call);
my $nobody = $world->client;

sub over { $edge->ctl('call', 'end', $_[0]); sleep 0.2 }


subtest 'HLS' => sub {
    is($nobody->get("/hls/$call/live.m3u8")->{status}, 401, 'not for all');
    like($guest->get("/hls/$call/live.m3u8")->{body}, qr/segment/, 'a list');
    is($guest->get("/hls/$call/segment$_.ts")->{body}, $_ x 1000, "part $_")
        for 1 .. 3;

    my $part = $guest->get("/hls/$call/segment4.ts", Range => 'bytes=10-19');
    is($part->{status}, 206, 'a range');
    is($part->{body}, '4' x 10, 'of ten bytes');
    is($nobody->get("/hls/$call/segment4.ts", Range => 'bytes=10-19')
        ->{status}, 401, 'ranges are no way around');
    is($guest->get("/hls/$call/segment10.ts")->{status}, 404, 'what is not');
};

subtest 'a long poll' => sub {
    my $start = time;
    is($guest->get("/other/$call/poll")->{body}, 'news', 'is answered');
    ok(time - $start > 0.4, 'late');
    is($nobody->get("/other/$call/poll")->{status}, 401, 'not for all');
};

subtest 'an event stream' => sub {
    my $socket = Xassist::Socket->connect($edge->{port}, 5);
    $socket->send($guest->head_of('GET', "/other/$call/events",
        { Connection => 'close' }) . "\r\n");
    is($socket->read_head->{status}, 200, 'begins');
    my $end = $socket->deadline;
    1 while $socket->{buffer} !~ /data: 1/ && $socket->fill($end);
    like($socket->{buffer}, qr/data: 1/, 'an event comes before the next');
    syswrite $go, 'x';
    like($socket->read_to_end, qr/data: 1.*data: 5/s, 'all of them');
};

subtest 'an upload' => sub {
    my $body = 'x' x 300_000;
    my $answer = $guest->request('POST', "/other/$call/upload",
        { Origin => $guest->origin }, $body);
    is($answer->{status}, 201, 'arrives');
    is($answer->{body}, 300_000, 'whole');
    is($guest->request('POST', "/other/$call/upload", {
        Origin => 'http://evil.example' }, $body)->{status}, 403,
        'not from the page of another');
};

subtest 'an upgrade to something else' => sub {
    my $socket = Xassist::Socket->connect($edge->{port}, 5);
    my $other = $world->call;
    my $client = $world->guest($other);
    $socket->send($client->head_of('GET', "/other/$other/raw", {
        Upgrade => 'raw', Connection => 'Upgrade', Origin => $client->origin })
        . "\r\n");
    is($socket->read_head->{status}, 101, 'is let through');
    $socket->send('bytes');
    is($socket->read_exactly(5, 2), 'bytes', 'both ways');
    over($other);
    ok($socket->ended(3), 'and ends with the right');
};

subtest 'gRPC' => sub {
    is($nobody->get("/grpc/$call/x")->{status}, 401, 'not for all');
    my $answer = $guest->request('POST', "/grpc/$call/x", {
        Origin => $guest->origin, 'Content-Type' => 'application/grpc',
        TE => 'trailers' }, 'question');
    is($answer->{status}, 200, 'for a guest');
    is($answer->{body}, 'message', 'the answer');
    is($answer->{headers}{'grpc-status'}, 0, 'and how it went');
    is($answer->{headers}{'x-seen'}, "trailers HTTP/2.0",
        'over HTTP 2');
};

subtest 'WHIP and WHEP' => sub {
    my %head = (Origin => $guest->origin, 'Content-Type' => 'application/sdp');
    my $made = $guest->request('POST', "/other/$call/whip", { %head },
        'v=0 there');
    is($made->{status}, 201, 'an offer');
    is($made->{headers}{location}, 'resource/7', 'its address');
    is($made->{body}, 'v=0 here', 'an answer');

    my $trickle = $guest->request('PATCH', "/other/$call/whip", { %head,
        'Content-Type' => 'application/trickle-ice-sdpfrag' }, 'a=candidate');
    is($trickle->{headers}{'x-method'}, 'PATCH', 'a candidate');
    is($trickle->{body}, 'a=candidate', 'arrives');
    is($guest->request('DELETE', "/other/$call/whip", { %head }, '')
        ->{headers}{'x-method'}, 'DELETE', 'the end');

    is($nobody->request('POST', "/other/$call/whip", { %head }, 'v=0')
        ->{status}, 401, 'not for all');
    is($guest->request('POST', "/other/$call/whip", { %head,
        Origin => 'http://evil.example' }, 'v=0')->{status}, 403,
        'not from the page of another');
};

subtest 'a recording' => sub {
    my $whole = $guest->get("/other/$call/recording");
    is(length $whole->{body}, 2890, 'whole');
    my $part = $guest->get("/other/$call/recording", Range => 'bytes=10-19');
    is($part->{status}, 206, 'a range');
    is($part->{headers}{'content-range'}, 'bytes 10-19/2890', 'of the whole');
    is($part->{body}, '1011121314', 'those bytes');
    is($nobody->get("/other/$call/recording", Range => 'bytes=10-19')
        ->{status}, 401, 'ranges are no way around');
};

subtest 'lines beside xassist_proxy win' => sub {
    for my $where (qw(override after)) {
        my $answer = $guest->get("/$where/$call/x");
        is($answer->{json}{headers}{Host}[0], 'media.example', 'a header');
        is(scalar @{ $answer->{json}{headers}{Host} }, 1, "once: $where");
        ok($answer->{json}{headers}{'X-Forwarded-Proto'}, 'others stay');
    }
};

# A raw upgrade, on its way.

sub upgrades {
    my ($client, $path) = @_;

    my $socket = Xassist::Socket->connect($edge->{port}, 10);
    $socket->send($client->head_of('GET', $path, { Upgrade => 'raw',
        Connection => 'Upgrade', Origin => $client->origin }) . "\r\n");
    return $socket;
}


subtest 'a slow handshake' => sub {
    my $other = $world->call;
    my $client = $world->guest($other);
    my $socket = upgrades($client, "/other/$other/late");
    ok($edge->wait_for(sub { $world->states($other) eq 'joining' }),
        'who waits for it is joining');
    syswrite $go, 'x';
    is($socket->read_head->{status}, 101, 'it comes');
    ok($edge->wait_for(sub { $world->states($other) eq 'present' }),
        'and he is there');
};

subtest 'a handshake that is not answered' => sub {
    my $other = $world->call;
    my $client = $world->guest($other);
    is(upgrades($client, "/other/$other/none")->read_head->{status}, 502,
        'is refused');
    ok($edge->wait_for(sub { $world->states($other)
        !~ /joining|present|away/ }), 'nobody stays behind in the call');
    like($edge->error_log, qr/upstream prematurely closed connection/,
        'the log says why');
};

subtest 'one loses the right, and others do not' => sub {
    my $other = $world->call;
    my $olga = $world->signed_in('olga');
    my $socket = upgrades($olga, "/other/$other/raw");
    is($socket->read_head->{status}, 101, 'the inviter is there');
    ok($edge->wait_for(sub { $world->states($other) eq 'present' }), 'now');

    my $invited = api($olga, POST => "calls/$other/invitations", {
        kind => 'external', name => 'Xenia', comment => 'knows pumps',
        profile => 'control' })->{json};
    my %one = (withdrawn => $world->client, removed => $world->guest($other));
    is($one{withdrawn}->join_link($invited->{link})->{status}, 303, 'joined');
    my ($part) = map { $_->{id} } grep { $_->{kind} eq 'guest' }
        @{ $world->shown($other)->{participants} };

    for my $why (sort keys %one) {
        my $client = $one{$why};
        is($client->get("/hls/$other/segment1.ts")->{status}, 200,
            "$why: a segment, a moment ago");

        $edge->ctl(qw(invite withdraw), $invited->{link})
            if $why eq 'withdrawn';
        $edge->ctl(qw(call remove), $other, $part) if $why eq 'removed';

        my $answer;
        $edge->wait_for(sub { $answer = $client->get(
            "/hls/$other/segment2.ts"); $answer->{status} != 200 });
        is($answer->{status}, 403, "$why: the next segment");
        is(reason($answer), $why, "$why: and why");
        is($client->get("/other/$other/recording", Range => 'bytes=0-9')
            ->{status}, 403, "$why: a range");
        is($client->request($_, "/other/$other/whip",
            { Origin => $client->origin }, 'x')->{status}, 403,
            "$why: WHIP's $_") for qw(POST PATCH DELETE);
    }

    is($olga->get("/hls/$other/segment2.ts")->{status}, 200, 'not the others');
};

subtest 'the call ends' => sub {
    is($guest->get("/hls/$call/segment5.ts")->{status}, 200, 'a moment ago');
    over($call);

    for my $path ("hls/$call/segment6.ts", "hls/$call/live.m3u8",
        "other/$call/poll", "other/$call/recording", "grpc/$call/x")
    {
        my $answer = $guest->get("/$path");
        is($answer->{status}, 403, "403: $path");
        is(reason($answer), 'call_ended', 'and why');
    }

    my $answer = $guest->request('POST', "/other/$call/upload",
        { Origin => $guest->origin }, 'x');
    is($answer->{status}, 403, '403: an upload');
    is($guest->request($_, "/other/$call/whip", { Origin => $guest->origin },
        'x')->{status}, 403, "403: WHIP's $_") for qw(POST PATCH DELETE);
};

kill 'TERM', $server;
waitpid $server, 0;
$server = 0;
$world->finish;
