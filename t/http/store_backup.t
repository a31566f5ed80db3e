#!/usr/bin/perl

# A backup taken while people join is whole, its log is signed, and a store
# restored from it serves: whoever was in before goes on.

use strict;
use warnings;
use lib 't/lib';

use POSIX ();
use Test::More;
use Xassist::World;

my $world = world(workers => 2);
my $edge = $world->edge;
my $dir = $edge->{dir};

$edge->ctl('keys', 'new', '--use', 'checkpoint');
$edge->ctl('keys', 'rotate', '--use', 'checkpoint', '--force');
ok($edge->reload, 'nginx takes the key that signs the log');

my $call = $world->call;
my $link = $world->link($call);
my @before = map { $world->client } 1 .. 10;

is($_->join_link($link)->{status}, 303, 'in before the backup') for @before;

# The command line copies again and again while guests join.

my $pid = fork // die "fork: $!";

if ($pid == 0) {
    my $bad = 0;
    $bad ||= ($edge->ctl_try('store', 'backup', "$dir/backup$_"))[0]
        for 1 .. 4;
    POSIX::_exit($bad);
}

my $joined = 0;

until (waitpid $pid, POSIX::WNOHANG()) {
    last if $world->client->join_link($link)->{status} != 303;
    $joined++;
}

my $status = $?;
is($status, 0, 'four backups are taken');
cmp_ok($joined, '>', 0, "$joined guests join meanwhile");

my $late = $world->client;
is($late->join_link($link)->{status}, 303, 'one comes after the last backup');

for my $n (1 .. 4) {
    my ($rc, $out) = $edge->ctl_try('--store', "$dir/backup$n", 'store',
        'check');
    is($rc, 0, "backup $n is whole") or diag $out;
}

# A stop signs the log; nothing is left in the queue.

ok($edge->stop('QUIT'), 'nginx stops');
my $log = $edge->ctl('log', 'verify', '--signed');
cmp_ok($log->{checkpoints}, '>=', 1, 'the log is signed at the stop');
is(scalar(() = ($edge->ctl_try('log', 'export'))[1]
    =~ /participant\.joining|"invitation\.redeemed"/g) > 0, 1,
    'and has who came');

# The last backup in place of the store.

is(($edge->ctl_try('store', 'restore', "$dir/backup4"))[0], 1,
    'a store is not written over');
rename "$dir/store", "$dir/store.lost" or die $!;
my ($rc, $out) = $edge->ctl_try('store', 'restore', "$dir/backup4");
is($rc, 0, 'it is restored') or diag $out;
Xassist::Edge::chown_worker($_)
    for "$dir/store", "$dir/store/data.mdb", "$dir/store/lock.mdb";
$edge->start;

is($_->get("/call/$call")->{status}, 200, 'who was in goes on')
    for @before[0, 5, 9];
is($world->client->join_link($link)->{status}, 303, 'and others join');
isnt($late->get("/call/$call")->{status}, 200,
    'who came after the backup joins again');
is(($edge->ctl_try('store', 'check'))[0], 0, 'the store is whole');
is(($edge->ctl_try('log', 'verify'))[0], 0, 'and its log');

$world->finish;
