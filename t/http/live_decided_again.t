#!/usr/bin/perl

# A WebSocket that is decided again and again, as one of a long day is, takes
# no more memory for it: of a user, and of an external.
#
# XASSIST_ROUNDS changes (150), each of which decides 100 WebSockets again.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::World;

my $rounds = $ENV{XASSIST_ROUNDS} // 150;
my $each = 50;
my $world = world(socket_server => 1, workers => 1, policy => sub {
    $_[0] =~ s/("sockets_per_(?:guest|user)": )\d+/${1}0/gr
}, substitute => sub {
    $_[0] =~ s{location /rule/guest}{location /socket/xassist {
            xassist_require xa_xassist call=\$arg_call of=\$arg_x\$arg_y;
            xassist_proxy application;
        }

        $&}r
});
my $edge = $world->edge;
my ($worker) = $edge->workers;


sub memory {
    return Xassist::Edge::slurp("/proc/$worker/status")
        =~ /^RssAnon:\s+(\d+)/m ? $1 : 0;
}


$world->user('bob', roles => 'account_admin');
my $call = $world->call;
my $bob = $world->signed_in('bob');
my ($inviter) = $bob->websocket("/ws/$call");
ok($inviter, 'the inviter is in');
my $made = $world->external($call, 'bob', 'Max', 'view');
my $max = $world->client;
is($max->join_link($made->{link})->{status}, 303, 'an external joined');
my @sockets;

for (1 .. $each) {
    my ($one) = $bob->websocket("/socket/xassist?call=$call&x=some&y=thing");
    my ($two) = $max->websocket("/ws/$call");
    BAIL_OUT('not in') unless $one && $two;
    push @sockets, $one, $two;
}


sub change {
    my ($n) = @_;

    $edge->ctl('user', 'set', 'acme', 'bob', '--roles',
        $n % 2 ? 'account_admin,client' : 'account_admin');
}


change($_) for 1 .. 10;
my $memory = memory();
change($_) for 1 .. $rounds;
my $more = memory() - $memory;

is((grep { !$_->echoes('here') } @sockets), 0, 'all are open');
cmp_ok($more, '<', Xassist::Edge::sanitized() ? 1e6 : 512,
    sprintf 'decided %d times they take no more', $rounds * @sockets);
note "$more KB";

$_->close for @sockets, $inviter;
$world->finish;
