#!/usr/bin/perl

# Hashing of passwords is bounded: at most two threads of a worker do it,
# what waits is limited, who comes beyond that is sent away for a while, and
# requests of others go on.

use strict;
use warnings;
use lib 't/lib';

use Mojo::JSON qw(encode_json);
use Test::More;
use Time::HiRes qw(time);
use Xassist::Socket;
use Xassist::World;

my $world = world(workers => 1);
my $edge = $world->edge;

my $client = $world->client;
my $worker = $client->get('/open')->{headers}{'x-worker'};


# Each from an address and for a name of its own, so that no lockout counts;
# a name that is not known is hashed for just as well.

sub login {
    my ($n) = @_;
    my $body = encode_json({ account => 'acme', name => "nobody$n",
        password => 'correct horse' });

    return $client->head_of('POST', '/xassist/v1/login', {
        Origin => $client->origin, 'Content-Type' => 'application/json',
        Accept => 'application/json', 'Content-Length' => length $body,
        Connection => 'close' }) . "\r\n$body";
}


# Ticks of processor time by thread.

sub spent {
    my %ticks;

    for my $path (glob "/proc/$worker/task/*/stat") {
        my ($tid) = $path =~ m{(\d+)/stat$};
        my @fields = split ' ', Xassist::Edge::slurp($path) =~ s/^.*\) //sr;
        $ticks{$tid} = $fields[11] + $fields[12];
    }
    return \%ticks;
}


my $before = spent();

# All of them are there when it looks, however slowly they are sent.

kill 'STOP', $worker;
my @sockets = map { Xassist::Socket->connect($edge->{port}, 60,
    "127.0.1.$_") } 1 .. 90;
$sockets[$_]->send(login($_)) for 0 .. $#sockets;
kill 'CONT', $worker;

my $begun = time;
my @others = map { $client->get('/open')->{status} } 1 .. 20;
my $took = time - $begun;

my %count;
my @refused;
for my $socket (@sockets) {
    my $head = $socket->read_head;
    $count{ $head->{status} // 'none' }++;
    push @refused, $head if ($head->{status} // 0) == 503;
}

my $after = spent();
my @hashed = grep { $_ != $worker
    && $after->{$_} - ($before->{$_} // 0) >= 20 } keys %$after;

is(join(' ', sort keys %count), '401 503', 'checked, or sent away');
cmp_ok($count{401} // 0, '>=', 64, 'what fits into the queue is hashed: '
    . ($count{401} // 0));
cmp_ok($count{503} // 0, '>=', 10, 'the rest is not: '
    . ($count{503} // 0));
is(scalar(grep { ($_->{headers}{'retry-after'} // '') !~ /^[1-9]/ } @refused),
    0, 'and is told when to come again');
is(scalar @hashed, 2, 'two threads did it all');
is(join(' ', grep { $_ != 200 } @others), '', 'others are answered');
note sprintf '20 of them in %.2f s', $took;

$world->finish;
