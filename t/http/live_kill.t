#!/usr/bin/perl

# kill -9 of a worker with many WebSockets: those of the other live and are
# still closed when their right ends, its own participants go away.
#
# XASSIST_SOCKETS in all (240); make soak has 10,000.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::World;

my $sockets = $ENV{XASSIST_SOCKETS} // 240;
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
my (%held, %name_of);

for my $n (0 .. $sockets - 1) {
    my $call = $calls[$n % @calls];
    my $client = $world->client;
    $client->join_link($link{$call}, name => "guest $n");
    my ($socket, $answer) = $client->websocket("/ws/$call");
    BAIL_OUT('not in') unless $socket;
    push @{ $held{ $answer->{worker} } }, { socket => $socket, call => $call,
        name => "guest $n" };
}

is(scalar keys %held, 2, 'two workers hold them: '
    . join ' and ', map { scalar @$_ } values %held);


# The states of all participants by name.

sub states {
    return map { ($_->{name} => $_->{state}) }
        map { @{ $world->shown($_)->{participants} } } @calls;
}


sub count { my ($state, %of) = @_; return scalar grep { $_ eq $state } values %of }

ok($edge->wait_for(sub { count('present', states()) == $sockets }, 20),
    'all are present');

my ($dead, $alive) = sort keys %held;
kill 'KILL', $dead;

is((grep { !$_->{socket}->ended(2) } @{ $held{$dead} }), 0,
    'its connections end');
is((grep { !$_->{socket}->echoes('x') } @{ $held{$alive} }), 0,
    'the others go on');

my %now;
ok($edge->wait_for(sub {
    %now = states();
    return !grep { $now{ $_->{name} } eq 'present' } @{ $held{$dead} };
}, 60), 'its participants go away');
is((grep { $now{ $_->{name} } ne 'present' } @{ $held{$alive} }), 0,
    'the others are present');

$edge->ctl('call', 'end', $calls[0]);
my @closed = grep { $_->{call} eq $calls[0] } @{ $held{$alive} };
is((grep { ($_->{socket}->wait_close(2) // { code => 0 })->{code} != 4404 }
    @closed), 0, scalar @closed . ' of a call are closed at its end');
is((grep { $_->{call} ne $calls[0] && !$_->{socket}->echoes('x') }
    @{ $held{$alive} }), 0, 'and no other');

$_->{socket}->close for map { @$_ } values %held;
$world->finish(qr/exited on signal 9/);
