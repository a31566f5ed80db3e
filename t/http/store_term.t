#!/usr/bin/perl

# The end comes while the queue is full and the disk stands still: by TERM to
# a worker, to nginx, by QUIT, by a change of the binary.  Nobody is told of
# what is not durable, nothing is half done, whoever was let in is known
# afterwards, whoever heard nothing presses again and is in once, and nginx
# ends within a bound.

use strict;
use warnings;
use lib 't/lib';

use POSIX qw(WNOHANG);
use Test::More;
use Time::HiRes qw(time);
use Xassist::Held;
use Xassist::World;

my $queue = 8;
my $people = 20;
my $world = world(substitute => sub {
    $_[0] =~ s/max=64m/max=64m queue=$queue/r
});
my $edge = $world->edge;
my $call = $world->call;
my $link = $world->link($call);
my $olga = $world->signed_in('olga');
my (@joined, $held);


sub status { return ($_[0]{answer} // { status => 0 })->{status} }


# People who press while nothing is written, until the queue is full: from the
# first who is told so it stays full.

sub full {
    my @presses = presses($world, $link, $people);

    $held = hold($edge);
    press(@presses);
    ok($edge->wait_for(sub { scalar grep { answer($_, 0.001) } @presses }, 10),
        'the queue is full');

    # Accepted after all of those, answered after they were read.

    is($olga->get('/home/dashboard')->{status}, 200, 'decisions go on')
        for 1 .. 2;
    return @presses;
}


sub untold {
    my @presses = @_;

    answer($_, 0.001) for grep { !$_->{answer} } @presses;
    is(scalar(grep { status($_) == 303 } @presses), 0,
        'nobody is told of what is not durable');
}


sub ended {
    my ($pid, $seconds) = @_;

    return $edge->wait_for(sub { waitpid($pid, WNOHANG); !kill 0, $pid },
        $seconds);
}


# What is in the store once nginx serves again: those who were told so, and
# after another press everybody, once.

sub whole {
    my @presses = @_;

    answer($_) for grep { !$_->{answer} } @presses;
    my @in = grep { status($_) == 303 } @presses;
    my @out = grep { status($_) != 303 } @presses;
    is(scalar(grep { status($_) != 503 && status($_) != 0 } @out), 0,
        'in, refused, or not told') or diag join ' ', map { status($_) } @out;

    is(($edge->ctl_try('store', 'check'))[0], 0, 'nothing is half done');
    is(($edge->ctl_try('log', 'verify', '--signed'))[0], 0, 'the log is whole');
    cmp_ok(redeemed($world), '>=', @joined + @in, 'nothing told is lost');
    is(scalar(grep { $_->{client}->get("/call/$call")->{status} != 200 } @in),
        0, 'who was let in is known');

    for my $press (@out) {
        delete $press->{answer};
        press($press);
        answer($press);
    }

    is(scalar(grep { status($_) != 303 } @out), 0, 'the others press again');
    push @joined, map { $_->{client} } @presses;
    is(redeemed($world), scalar @joined, 'and everybody is in, once');
    return scalar @in;
}


subtest 'TERM to a worker' => sub {
    my @presses = full();
    my ($worker) = $edge->workers;

    kill 'TERM', $worker;
    untold(@presses);
    $held->release;
    ok(ended($worker, 10), 'it ends');
    ok($edge->wait_for(sub { (() = $edge->workers) == 1 }, 10),
        'another takes its place');
    whole(@presses);
};

subtest 'TERM to nginx' => sub {
    my @presses = full();
    my $master = delete $edge->{pid};
    my $begun = time;

    kill 'TERM', $master;
    ok(ended($master, 20), 'it ends though the disk stands still');
    note sprintf 'after %.1f s', time - $begun;
    untold(@presses);
    $held->release;
    $edge->start;
    whole(@presses);
};

subtest 'TERM to nginx, and the disk goes on' => sub {
    my @presses = full();
    my $master = delete $edge->{pid};

    kill 'TERM', $master;
    $held->release;
    ok(ended($master, 20), 'it ends');
    $edge->start;
    whole(@presses);
};

subtest 'QUIT' => sub {
    my @presses = full();
    my $master = delete $edge->{pid};

    kill 'QUIT', $master;
    untold(@presses);
    $held->release;
    ok(ended($master, 20), 'it ends');
    is(scalar(grep { !(answer($_) // {})->{status} } @presses), 0,
        'everybody is answered');
    $edge->start;
    cmp_ok(whole(@presses), '>=', $queue - 1, 'who waited was let in');
};

subtest 'another binary' => sub {
    plan skip_all => 'the new binary would lack the preloaded libraries'
        if Xassist::Edge::sanitized();

    $edge->stop('QUIT');
    my $old = daemon();
    my @presses = full();

    kill 'USR2', $old;
    ok($edge->wait_for(sub { -e "$edge->{dir}/logs/nginx.pid.oldbin" }, 10),
        'two masters');
    my $new = wait_pid($old);
    $edge->{pid} = $new;
    ok($edge->wait_for(sub { (() = $edge->workers) == 1 }, 10),
        'the new one has a worker');
    kill 'QUIT', $old;
    untold(@presses);
    is($olga->get('/home/dashboard')->{status}, 200, 'the new one decides');
    $held->release;
    ok(ended($old, 20), 'the old one ends');
    is(scalar(grep { !(answer($_) // {})->{status} } @presses), 0,
        'everybody is answered');
    cmp_ok(whole(@presses), '>=', $queue - 1, 'who waited was let in');
    kill 'QUIT', $new;
    ok(ended($new, 20), 'the new one ends');
    delete $edge->{pid};
};


# nginx changes its binary only as a daemon, started by its full name.

sub daemon {
    my ($nginx) = grep { -x } map { "$_/nginx" } '/usr/sbin', split /:/,
        $ENV{PATH};
    my @command = $edge->command;

    $command[0] = $nginx;
    s/^daemon off;/daemon on;/ for @command;
    waitpid $edge->spawn("$edge->{dir}/logs/stderr", @command), 0;
    $edge->{pid} = wait_pid(0);
    ok($edge->wait_for(sub { (() = $edge->workers) == 1 }, 10), 'a daemon');
    return $edge->{pid};
}


sub wait_pid {
    my ($not) = @_;
    my $pid;

    $edge->wait_for(sub {
        $pid = Xassist::Edge::slurp("$edge->{dir}/logs/nginx.pid") || 0;
        return $pid && $pid != $not && kill(0, $pid) ? 1 : 0;
    }, 10);
    return $pid + 0;
}


$edge->start unless $edge->{pid};
is(scalar(grep { $_->get("/call/$call")->{status} != 200 } @joined), 0,
    'everybody who was ever let in is known');
$world->finish(qr/exited on signal 9/);
