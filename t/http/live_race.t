#!/usr/bin/perl

# WebSockets that are opened while their right is being revoked are refused
# or closed: none is ever admitted and left alive.
#
# XASSIST_ROUNDS revocations (84), with 24 handshakes around each.

use strict;
use warnings;
use lib 't/lib';

use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);
use Xassist::World;

my $rounds = $ENV{XASSIST_ROUNDS} // 84;
my $each = 24;
my $world = world(socket_server => 1, workers => 2, policy => sub {
    $_[0] =~ s/("sockets_per_(?:guest|user)": )\d+/${1}0/gr
});
my $edge = $world->edge;
my (%end, @alive, $command);

for my $round (1 .. $rounds) {
    my $begun = time;
    my $call = $world->call;
    my $took = time - $begun;
    my ($client, @revoke);

    # How long a command takes here, about.

    $command = $took if !$command || $took < $command;

    # In turn: a session revoked, the call ended, the guest removed.

    if ($round % 3 == 0) {
        my $made = $edge->ctl('session', 'create', 'acme', 'olga');
        $client = $world->client;
        $client->{cookies}{xassist} = $made->{token};
        @revoke = ('session', 'revoke', $made->{id} // $made->{session});

    } else {
        $client = $world->guest($call);
        my ($part) = map { $_->{id} } @{ $world->shown($call)->{participants} };
        @revoke = $round % 3 == 1 ? ('call', 'end', $call)
            : ('call', 'remove', $call, $part);
    }

    my @sockets = map { Xassist::Socket->connect($edge->{port}) } 1 .. $each;
    my @heads = map { my $late = $_ % 3 ? '' : '?delay=' . (1 + int rand 20);
        $client->head_of('GET', "/ws/$call$late", { Upgrade => 'websocket',
            Connection => 'Upgrade', Origin => $client->origin,
            'Sec-WebSocket-Version' => 13,
            'Sec-WebSocket-Key' => 'AAAAAAAAAAAAAAAAAAAAAA==' }) . "\r\n"
    } 1 .. $each;

    my $pid = fork // die "fork: $!";

    if ($pid == 0) {
        my ($failed) = $edge->ctl_try(@revoke);
        POSIX::_exit($failed);
    }

    # The handshakes come before, at and after the commit of the command.

    sleep rand 1.5 * $command;

    for my $i (0 .. $#sockets) {
        $sockets[$i]->send($heads[$i]);
        sleep rand $command / 6;
    }

    waitpid $pid, 0;
    is($?, 0, "round $round: @revoke[0, 1]") or last;

    for my $socket (@sockets) {
        my $answer = $socket->read_head(5);

        if (!$answer) {
            $end{'no answer'}++;
            next;
        }

        if ($answer->{status} != 101) {
            $end{$answer->{status}}++;
            next;
        }

        my $close = $socket->wait_close(2);
        $end{ $close ? $close->{code} : 'alive' }++;
        push @alive, "round $round: @revoke" unless $close;
    }
}

is("@alive", '', 'none was admitted and left alive');
is($end{alive} // 0, 0, 'not one of ' . $rounds * $each);
is($end{1006} // 0, 0, 'every one that was open was told why');
cmp_ok($end{401} // 0, '>', 0, 'some were refused');
cmp_ok($end{4401} // 0, '>', 0, 'some were open and closed');
note join ', ', map { "$_: $end{$_}" } sort keys %end;

# Nobody is present who has no connection.

ok($edge->wait_for(sub {
    my $list = $edge->ctl('call', 'list', 'acme', '--state', 'live');
    my @calls = ref $list eq 'HASH' ? @{ $list->{calls} } : @$list;
    return !grep { $world->states($_->{id}) =~ /present|joining/ } @calls;
}, 5), 'and nobody counts as present');

$world->finish;
