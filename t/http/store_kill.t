#!/usr/bin/perl

# A worker, all of nginx, or the command line is killed at random points while
# guests come, connect and go, the sweep takes out who went, and calls are made
# and ended: whatever was acknowledged is there afterwards, nothing is half
# done, and people go on.
#
#     XASSIST_KILLS=500 XASSIST_SEED=7 t/run t/http/store_kill.t

use strict;
use warnings;
use lib 't/lib';

use IO::Select ();
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);
use Xassist::World;

my $kills = $ENV{XASSIST_KILLS} // 9;
my $seed = $ENV{XASSIST_SEED} // time;
my $world = world(workers => 2, policy => sub {
    $_[0] =~ s/("participants_per_call": )\d+/${1}0/r
        =~ s/("guest_seats": )\d+/${1}100000/r
        =~ s/("grace": )"\w+"/$1"1s"/r
});
my $edge = $world->edge;
my $call = $world->call;
my $link = $world->link($call);
my (@guests, @calls, @ended, @lost, @broken);

srand $seed;


# A process group that does something again and again until it is killed, and
# says what was acknowledged.

sub again {
    my ($do) = @_;

    my $pid = open(my $pipe, '-|') // die "fork: $!";

    if (!$pid) {
        setpgrp 0, 0;
        srand;
        $| = 1;

        # of a request that nobody answered

        local $SIG{__WARN__} = sub { };

        for (1 .. 200) {
            my $said = eval { $do->() };
            print "$said\n" if $said;
        }

        POSIX::_exit(0);
    }

    return { pid => $pid, pipe => $pipe };
}


sub end {
    my ($group) = @_;

    kill 'KILL', -$group->{pid}, $group->{pid};
    my @said = readline $group->{pipe};
    close $group->{pipe};

    # the last line may have been cut

    return map { /^(.+)\n\z/ ? $1 : () } @said;
}


sub kill_nginx {
    my @workers = $edge->workers;
    my $master = delete $edge->{pid};

    kill 'KILL', $master, @workers;
    waitpid $master, 0;
    $edge->wait_for(sub { !grep { kill 0, $_ } @workers });
    $edge->start;
}


my @ways = (
    sub { kill 'KILL', ($edge->workers)[rand 2]; },
    \&kill_nginx,
    sub { }                                 # the command line alone
);

for my $n (1 .. $kills) {
    my $joins = again(sub {
        my $client = $world->client;
        return if $client->join_link($link)->{status} != 303;

        if (rand() < 0.5) {
            my ($socket) = $client->websocket("/ws/$call");
            $socket->close if $socket;
        }

        return $client->{cookies}{'xassist-g'};
    });
    my $makes = again(sub {
        my $id = $world->call;
        return rand() < 0.5 && !($edge->ctl_try('call', 'end', $id))[0]
            ? "$id ended" : $id;
    });

    # From when both have done something.

    IO::Select->new($_->{pipe})->can_read(Xassist::Edge::PATIENCE)
        for $joins, $makes;
    sleep rand 0.4;
    $ways[$n % @ways]->();

    my @said = end($makes);
    my @over = map { /(\S+) ended/ ? $1 : () } @said;
    my @made = grep { !/ ended/ } @said;
    my @joined = end($joins);
    push @calls, @made;
    push @ended, @over;
    push @guests, @joined;

    $edge->wait_for(sub { 2 == (my @now = $edge->workers) });

    # in turn, as each looks at everything

    my ($rc, $out) = $edge->ctl_try('store', 'check');
    push @broken, "kill $n: $out" if $rc;
    ($rc, $out) = $edge->ctl_try('log', 'verify');
    push @broken, "kill $n: $out" if $rc;

    for my $id (@made ? $made[-1] : ()) {
        push @lost, "kill $n: call $id"
            if ($edge->ctl_try('call', 'show', $id))[0];
    }

    for my $id (@over ? $over[-1] : ()) {
        push @lost, "kill $n: the end of call $id"
            if $world->shown($id)->{state} ne 'ended';
    }

    for my $cookie (@joined ? @joined[0, -1] : ()) {
        my $client = $world->client;
        $client->{cookies}{'xassist-g'} = $cookie;
        my $answer = $client->get("/call/$call");
        push @lost, "kill $n: a guest, $answer->{status}"
            if $answer->{status} != 200;
    }
}

is("@broken", '', "seed $seed: the store is whole after each kill");
is("@lost", '', 'nothing that was acknowledged is lost');
cmp_ok(scalar @guests, '>', $kills / 3, 'guests joined');
cmp_ok(@calls + @ended, '>', $kills / 3, 'calls were made');

# All of them, at the end.

sub ids {
    return map { $_->{id} => 1 }
        @{ $edge->ctl('call', 'list', 'acme', @_)->{calls} // [] };
}

my %there = ids();
my %over = ids('--state', 'ended');
is(scalar(grep { !$there{$_} && !$over{$_} } @calls), 0, 'every call is there');
is(scalar(grep { !$over{$_} } @ended), 0, 'who was ended stays so');

my $stat = $edge->ctl('store', 'stat');
cmp_ok($stat->{readers}, '<', 32, 'readers of the dead are cleared');
note "$kills kills, " . @guests . ' guests and '
    . (@calls + @ended) . ' calls acknowledged, ' . (@lost + @broken) . ' lost or broken';

$world->finish(qr/exited on signal 9|open socket .* left in connection|aborting/);
