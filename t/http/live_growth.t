#!/usr/bin/perl

# WebSockets that are opened and ended, in every way, leave neither memory
# nor descriptors behind.
#
# XASSIST_ROUNDS WebSockets in each batch (160), XASSIST_BATCHES of them (5);
# make soak opens 100,000.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::World;

my $each = $ENV{XASSIST_ROUNDS} // 160;
my $batches = $ENV{XASSIST_BATCHES} // 5;
my $world = world(socket_server => 1, workers => 1, policy => sub {
    $_[0] =~ s/("sockets_per_(?:guest|user)": )\d+/${1}0/gr
});
my $edge = $world->edge;
my ($worker) = $edge->workers;


sub descriptors { return scalar(() = glob "/proc/$worker/fd/*") }

sub memory {
    return Xassist::Edge::slurp("/proc/$worker/status")
        =~ /^RssAnon:\s+(\d+)/m ? $1 : 0;
}


# A batch: half end by the client, a quarter by the server, a quarter by us.

sub batch {
    my $call = $world->call;
    my $client = $world->guest($call);
    my @left;

    for my $n (1 .. $each) {
        my ($socket) = $client->websocket("/ws/$call");
        BAIL_OUT('not in') unless $socket;

        if ($n % 4 == 0) {
            push @left, $socket;

        } elsif ($n % 4 == 1) {
            $socket->send_frame(8, pack 'n', 1000);
            $socket->ended(2);

        } else {
            $socket->close;
        }
    }

    $edge->ctl('call', 'end', $call);
    my $closed = grep { ($_->wait_close(3) // { code => 0 })->{code} == 4404 }
        @left;
    is($closed, scalar @left, "a batch: $closed closed by the end");
    $_->close for @left;
    undef @left;
    select undef, undef, undef, 0.5;
}


batch() for 1 .. 2;
my ($descriptors, $memory) = (descriptors(), memory());
batch() for 3 .. $batches;

ok($edge->wait_for(sub { descriptors() <= $descriptors }),
    'no descriptor is left open') or diag descriptors(), " of $descriptors";
cmp_ok(memory() - $memory, '<', Xassist::Edge::sanitized() ? 1e6 : 1024,
    'nor a megabyte of memory taken');
note sprintf '%d KB and %d descriptors before, %d and %d after %d more',
    $memory, $descriptors, memory(), descriptors(), ($batches - 2) * $each;

$world->finish;
