#!/usr/bin/perl

# Connections of old workers obey like all others, for as long as they live:
# after one, two and three reloads, by the new policy; after a change of the
# binary; and worker_shutdown_timeout ends them all.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Time::HiRes qw(sleep);
use Xassist::Live;
use Xassist::World;

my $world = world(socket_server => 1, workers => 2, policy => sub {
    $_[0] =~ s/"roles"\s*:\s*\{/$&"watcher": {"title": "Watcher",
        "grants": ["home_dashboard_access"]}, /r
}, substitute => sub {
    $_[0] =~ s{location /rule/guest}{location /socket/home {
            xassist_require home_dashboard_access;
            xassist_proxy application;
        }

        $&}r
});
my $edge = $world->edge;
my $live = live($world);
my $policy = "$edge->{dir}/conf/policy.json";

$world->user('walt', roles => 'watcher');
my ($walt, $olga) = map { $world->signed_in($_) } qw(walt olga);


# In each worker of this generation: walt, olga, a guest of each call.

sub generation {
    my ($name, @calls) = @_;

    $live->open_in_each("$name walt", $walt, '/socket/home', 2);
    $live->open_in_each("$name olga", $olga, '/socket/home', 2);
    $live->open_in_each("$name guest of $_", $world->guest($_), "/ws/$_", 2)
        for @calls;
}


sub named {
    my ($pattern, $end) = @_;
    return { map { $_ => $end } grep { /$pattern/ } keys %{ $live->{open} } };
}


sub two_workers { my @pids = $edge->workers; return @pids == 2 ? 1 : 0 }


subtest 'three reloads' => sub {
    my @calls = map { $world->call } 1 .. 4;
    generation('first', @calls);

    for my $n (1 .. 3) {
        my $text = Xassist::Edge::slurp($policy);
        my $changed = $n == 2
            ? $text =~ s/(\["home_dashboard_access")(\]\}, )/["xa_xassist"$2/r
            : $n == 3
            ? $text =~ s/\["xa_xassist"(\]\}, )/["home_dashboard_access"$1/r
            : $text;
        Xassist::Edge::spew($policy, $changed);
        ok($edge->reload, "reload $n");

        $live->closes('the policy took a right', named(qr/walt/,
            '4403 permission_missing')) if $n == 2;
        generation("reload $n", @calls[$n .. 3]) if $n != 2;

        my $call = $calls[$n - 1];
        $edge->ctl('call', 'end', $call);
        $live->closes("a call ended after reload $n",
            named(qr/guest of \Q$call\E/, '4404 call_ended'));
    }

    my @workers = $edge->workers;
    cmp_ok(scalar @workers, '>=', 6, @workers . ' workers of four generations');

    $edge->ctl('user', 'set', 'acme', 'olga', '--suspend');
    $live->closes('a user suspended, in all of them',
        named(qr/olga/, '4413 suspended'));
    $edge->ctl('user', 'set', 'acme', 'olga', '--resume');

    $live->finish;
    ok($edge->wait_for(\&two_workers, 10),
        'old workers end with their last connection');
};

subtest 'worker_shutdown_timeout' => sub {
    my $conf = "$edge->{dir}/conf/nginx.conf";
    Xassist::Edge::spew($conf, 'worker_shutdown_timeout 2s; '
        . Xassist::Edge::slurp($conf));
    ok($edge->reload, 'set');

    my $call = $world->call;
    my $path = "/ws/$call";
    $live->open_in_each('guest', $world->guest($call), $path, 2);
    ok($edge->wait_for(sub { $world->states($call) eq 'present' }),
        'present');
    ok($edge->reload, 'the next reload');
    ok($_->ended, 'the connection is ended') for values %{ $live->{open} };

    ok($edge->wait_for(sub { $world->states($call) eq 'away' }, 3),
        'nobody is present by it');
    ok($edge->wait_for(\&two_workers, 10), 'the workers end');
    $live->{open} = {};
    $edge->write_config($edge->{text});
};

subtest 'the binary changes' => sub {
    plan skip_all => 'the new binary would lack the preloaded libraries'
        if Xassist::Edge::sanitized();

    $edge->stop('QUIT');

    # Started as a daemon: nginx does not change its binary otherwise.

    my ($nginx) = grep { -x } map { "$_/nginx" } '/usr/sbin', split /:/,
        $ENV{PATH};
    my @command = $edge->command;
    $command[0] = $nginx;
    s/^daemon off;/daemon on;/ for @command;

    my $pid = $edge->spawn("$edge->{dir}/logs/stderr", @command);
    waitpid $pid, 0;
    my $old = wait_pid('nginx.pid') or return;
    $edge->{pid} = $old;

    my ($one, $two) = map { $world->call } 1 .. 2;
    $live->open_in_each('old one', $world->guest($one), "/ws/$one", 2);
    $live->open_in_each('old two', $world->guest($two), "/ws/$two", 2);
    $live->open_in_each('old walt', $walt, '/socket/home', 2);

    kill 'USR2', $old;
    ok($edge->wait_for(sub { -e "$edge->{dir}/logs/nginx.pid.oldbin" }),
        'two masters');
    my $new = wait_pid('nginx.pid', $old) or return;

    # New workers take over; the old ones drain.

    kill 'WINCH', $old;
    ok($edge->wait_for(sub {
        my ($socket, $answer) = $walt->websocket('/socket/home') or return 0;
        $socket->close if $socket;
        return $socket && parent($answer->{worker}) == $new;
    }), 'the new binary serves');
    sleep 0.3;
    local $edge->{pid} = $new;
    $live->open_in_each('new one', $world->guest($one), "/ws/$one", 2);
    $live->open_in_each('new walt', $walt, '/socket/home', 2);

    # The new binary takes a new policy, the old one has its own.

    my $text = Xassist::Edge::slurp($policy);
    Xassist::Edge::spew($policy, $text
        =~ s/(\["home_dashboard_access")(\]\}, )/["xa_xassist"$2/r);
    ok($edge->reload, 'the new binary takes a new policy');
    $live->closes('by which it decides alone', named(qr/new walt/,
        '4403 permission_missing'));
    Xassist::Edge::spew($policy, $text);
    ok($edge->reload, 'and takes it back');
    $live->open_in_each('new walt', $walt, '/socket/home', 2);

    $edge->ctl('call', 'end', $one);
    $live->closes('a call ended', named(qr/one/, '4404 call_ended'));
    $edge->ctl('user', 'set', 'acme', 'walt', '--suspend');
    $live->closes('a user suspended', named(qr/walt/, '4413 suspended'));

    kill 'QUIT', $old;
    $live->finish;
    ok($edge->wait_for(sub { !kill 0, $old }, 10), 'the old one ends');
    kill 'QUIT', $new;
    ok($edge->wait_for(sub { !kill 0, $new }, 10), 'and the new one');
};


sub wait_pid {
    my ($file, $not) = @_;
    my $pid;

    $edge->wait_for(sub {
        ($pid) = Xassist::Edge::slurp("$edge->{dir}/logs/$file") =~ /(\d+)/;
        return $pid && $pid != ($not // 0) && kill(0, $pid) ? 1 : 0;
    });
    ok($pid && $pid != ($not // 0), "a master") or return;
    return $pid;
}


sub parent {
    my ($pid) = @_;
    return Xassist::Edge::slurp("/proc/$pid/stat") =~ /\) \S (\d+)/ ? $1 : 0;
}


delete $edge->{pid} unless Xassist::Edge::sanitized();
is(join("\n", $edge->complaints), '', 'nothing bad in the log');
done_testing();
