#!/usr/bin/perl

# With `xassist_live all` event streams, downloads, uploads and polls in flight
# end with the right that they were allowed by; with `upgrade` WebSockets alone;
# with `off` nothing that is open.  Requests obey at once, everywhere.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Time::HiRes qw(sleep time);
use Xassist::World;

my $world = world(socket_server => 1, workers => 2, substitute => sub {
    my $places = join "\n", map { my $mode = $_;
        "location /$mode/ { xassist_require authenticated;
            xassist_live $mode; xassist_proxy application;
            proxy_request_buffering off; }"
    } qw(all upgrade off);
    $_[0] =~ s{location /rule/guest}{$places $&}r
});
my $edge = $world->edge;
my $server = $world->{upstream};
$world->user($_, roles => 'agent') for qw(bob eva);
my %is = map { $_ => $world->signed_in($_) } qw(bob eva);


# A response that has begun, still to be read on.

sub begun {
    my ($name, $path, %more) = @_;

    my $socket = Xassist::Socket->connect($edge->{port});
    $socket->send($is{$name}->head_of($more{body} ? 'POST' : 'GET', $path,
        { Origin => $is{$name}->origin, $more{body}
            ? ('Content-Length' => $more{body}) : () }) . "\r\n");

    return $socket if $more{body} || $more{unanswered};
    my $answer = $socket->read_head;
    is($answer->{status}, 200, "$name: $path") or diag explain $answer;
    return $socket;
}


# Whether so many more come than are here by now.

sub ticks {
    my ($socket, $more) = @_;

    $socket->{buffer} = '' while $socket->fill(time + 0.02);
    my $end = $socket->deadline;

    while (1) {
        my $n = () = $socket->{buffer} =~ /tick/g;
        return 1 if $n >= $more;
        $socket->fill($end) or return 0;
    }
}


my %open;

for my $mode (qw(all upgrade off)) {
    for my $name (qw(bob eva)) {
        $open{"$mode $name stream"} = begun($name, "/$mode/$name?stream=50");
        my ($socket) = $is{$name}->websocket("/$mode/$name");
        $open{"$mode $name socket"} = $socket;
    }
}

my $download = begun('bob', '/all/download?size=50000000');
my $upload = begun('bob', '/all/upload', body => 100_000);
$upload->send('x' x 1000);
my %poll = map { my ($mode, $name) = split / /;
    ($_ => begun($name, "/$mode/poll-$name?hold=1", unanswered => 1))
} 'all bob', 'upgrade bob', 'all eva';
my $kept = Xassist::Socket->connect($edge->{port});
my $ask = sub {
    $kept->send($is{bob}->head_of('GET', '/upgrade/kept?size=1', {}) . "\r\n");
    my $answer = $kept->read_head or return 'no answer';
    $kept->read_exactly($answer->{headers}{'content-length'} // 0);
    return $answer->{status};
};
is($ask->(), 200, 'a connection kept alive');
sleep 0.3;

$edge->ctl('user', 'set', 'acme', 'bob', '--suspend');

is($ask->(), 403, 'its next request obeys');
is_deeply($open{'all bob socket'}->wait_close(2), { code => 4413,
    reason => 'suspended' }, 'all: the WebSocket is closed');
is_deeply($open{'upgrade bob socket'}->wait_close(2), { code => 4413,
    reason => 'suspended' }, 'upgrade: so it is');
ok($open{'all bob stream'}->ended(2), 'all: the event stream ends');
ok($upload->ended(2), 'the upload ends');
ok($poll{'all bob'}->ended(2), 'the poll ends, which nobody has answered');
ok(!$poll{$_}->ended(0.2), "$_: the poll goes on")
    for 'upgrade bob', 'all eva';
my $got = length $download->read_to_end(5);
cmp_ok($got, '<', 50_000_000, 'the download is cut short');
ok($download->{eof}, 'and ends');
ok($edge->wait_for(sub { scalar $server->ends('/all/bob?stream=50') }),
    'the server is told');

for my $left ('upgrade bob', 'off bob', map { "$_ eva" } qw(all upgrade off)) {
    ok(ticks($open{"$left stream"}, 3), "$left: goes on");
}

ok($open{"$_ socket"}->echoes('still here'), "$_: goes on")
    for 'off bob', map { "$_ eva" } qw(all upgrade off);

# What has ended by itself is forgotten.

for (1 .. 50) {
    my $answer = $is{eva}->get('/all/x?size=10');
    is($answer->{status}, 200, 'a short one') or last;
}

$edge->ctl('user', 'set', 'acme', 'eva', '--suspend');
ok($open{'all eva stream'}->ended(2), 'and the next one ends, too');
is($is{eva}->get('/all/x')->{status}, 403, 'nothing more');

$_->close for values %open, values %poll;
$world->finish;
