#!/usr/bin/perl

# Who leaves while his change is on its way harms nothing: the change is
# whole, the worker lives, nothing of the request stays behind.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Time::HiRes qw(sleep);
use Xassist::Edge;
use Xassist::Held;
use Xassist::World;

my $rounds = 6;
my $people = 50;
my $world = world();
my $edge = $world->edge;
my $call = $world->call;
my $link = $world->link($call);
my ($worker) = $edge->workers;
my (@handles, @memory);


sub handles { return scalar(() = glob "/proc/$worker/fd/*") }


# Its own: what it has of the store's file grows with the store.

sub memory {
    return Xassist::Edge::slurp("/proc/$worker/status")
        =~ /^RssAnon:\s+(\d+)/m ? $1 : 0;
}


my $before = handles();

for my $round (1 .. $rounds) {
    my @presses = presses($world, $link, $people);
    my $held = hold($edge);

    press(@presses);
    sleep 0.1;

    # Half say goodbye, half are cut off.

    for my $n (0 .. $#presses) {
        my $socket = $presses[$n]{socket}{socket};
        setsockopt $socket, Socket::SOL_SOCKET(), Socket::SO_LINGER(),
            pack('ii', 1, 0) if $n % 2;
        close $socket;
    }

    sleep 0.1;
    $held->release;

    $edge->wait_for(sub {
        $round == 1 || redeemed($world) == $round * $people
    });
    $edge->wait_for(sub { handles() <= $before });
    push @handles, handles();
    push @memory, memory();
}

is(redeemed($world), $rounds * $people,
    'what was on its way is done, once each');
is(scalar(grep { $_ > $before } @handles), 0, 'no connection stays open')
    or diag "$before: @handles";
is(join(' ', $edge->workers), $worker, 'the worker lives');
is(($edge->ctl_try('store', 'check'))[0], 0, 'nothing is half done');
is(($edge->ctl_try('log', 'verify'))[0], 0, 'the chain is whole');

SKIP: {
    skip 'a sanitizer keeps what is freed', 1 if Xassist::Edge::sanitized();
    cmp_ok($memory[-1] - $memory[1], '<', 512, 'no memory either')
        or diag "KiB: @memory";
}

my $client = $world->client;
is($client->join_link($link)->{status}, 303, 'people go on');
is($client->get("/call/$call")->{status}, 200, 'and are known');

$world->finish;
