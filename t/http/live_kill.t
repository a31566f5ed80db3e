#!/usr/bin/perl

# kill -9 of a worker with many WebSockets: those of the other live and are
# still closed when their right ends, its own participants go away.
#
# XASSIST_SOCKETS in all (240); make soak has 10,000.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Time::HiRes qw(time);
use Xassist::World;

my $sockets = $ENV{XASSIST_SOCKETS} // 240;
my $each = $sockets < 1000 ? 6 : 50;
my $guests = int($sockets / $each / 2);
my $world = world(socket_server => 1, workers => 2, policy => sub {
    $_[0] =~ s/("sockets_per_(?:guest|user)": )\d+/${1}0/gr
        =~ s/"participants_per_call": \d+/"participants_per_call": 0/r
        =~ s/"guest_seats": \d+/"guest_seats": 100000/r
}, substitute => sub {
    $_[0] =~ s{worker_connections \d+}{worker_connections 24000}r
        =~ s{xassist_proxy application;}{proxy_read_timeout 1h; $&}r
});
my $edge = $world->edge;

my @calls = map { $world->call } 1 .. 4;
my %link = map { $_ => $world->link($_) } @calls;
my ($dead, $alive) = $edge->workers;
my $from = time;
my %held;

# Every guest has all of his in one worker: the other does not listen.

for my $worker ($dead, $alive) {
    my @clients = map {
        my $client = $world->client;
        $client->join_link($link{ $calls[$_ % @calls] },
            name => "guest $worker $_");
        $client;
    } 1 .. $guests;

    my $other = $worker == $dead ? $alive : $dead;
    $edge->hold($other);

    for my $n (1 .. $guests) {
        my $call = $calls[$n % @calls];
        push @{ $held{$worker} }, map { { socket => $_, call => $call } }
            $clients[$n - 1]->websockets("/ws/$call", $each);
    }

    kill 'CONT', $other;
    is((grep { $_->{socket}{worker} != $worker } @{ $held{$worker} }), 0,
        'one worker holds ' . @{ $held{$worker} });
}

note sprintf 'opened in %.1f s', time - $from;


# The states of all participants by name.

sub states {
    return map { ($_->{name} => $_->{state}) }
        map { @{ $world->shown($_)->{participants} } } @calls;
}


# How many of a worker's guests are in the state.

sub count {
    my ($worker, $state) = @_;
    my %now = states();

    return scalar grep { /^guest $worker / && $now{$_} eq $state } keys %now;
}


# How many answer: all are asked before the first is listened to.

sub answering {
    my (@of) = @_;

    $_->{socket}->say('x') for @of;
    return scalar grep { my ($opcode, $text) = $_->{socket}->read_frame(5);
        defined $opcode && $opcode == 1 && $text eq 'x' } @of;
}


for my $worker ($dead, $alive) {
    ok($edge->wait_for(sub { count($worker, 'present') == $guests }, 20),
        "all $guests of a worker are present");
}

kill 'KILL', $dead;

is((grep { !$_->{socket}->ended(2) } @{ $held{$dead} }), 0,
    'its connections end');
is(answering(@{ $held{$alive} }), scalar @{ $held{$alive} },
    'the others go on');

ok($edge->wait_for(sub { count($dead, 'present') == 0 }, 60),
    'its participants go away');
is(count($alive, 'present'), $guests, 'the others are present');

$edge->ctl('call', 'end', $calls[0]);
my @closed = grep { $_->{call} eq $calls[0] } @{ $held{$alive} };
is((grep { ($_->{socket}->wait_close(3) // { code => 0 })->{code} != 4404 }
    @closed), 0, scalar @closed . ' of a call are closed at its end');
my @others = grep { $_->{call} ne $calls[0] } @{ $held{$alive} };
is(answering(@others), scalar @others, 'and no other');

$_->{socket}->close for map { @$_ } values %held;
$world->finish(qr/exited on signal 9/);
