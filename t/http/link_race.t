#!/usr/bin/perl

# One-time links pressed by many browsers at once, over several workers: one
# of them wins each.  The history of all presses is that of a register that is
# set once: whoever is told that a link is used was told so after the winner
# had pressed it, and nobody after that is let in.

use strict;
use warnings;
use lib 't/lib';

use JSON::PP;
use List::Util qw(shuffle);
use POSIX ();
use Test::More;
use Time::HiRes qw(time);
use Xassist::World;

my $links = 12;
my $people = 8;
my $world = world(workers => 3);
my $call = $world->call;
my ($socket) = $world->signed_in('olga')->websocket("/ws/$call");
ok($world->edge->wait_for(sub { $world->states($call) eq 'present' }),
    'who invites is there');
my @links = map { $world->external($call, 'olga', "Guest $_", 'control')
    ->{link} } 1 .. $links;

# Each looks at every page first; then all press, in an order of their own.

pipe my $gate, my $opens or die "pipe: $!";
pipe my $ready, my $at_gate or die "pipe: $!";
my @pipes;

for my $n (1 .. $people) {
    my $pid = open(my $pipe, '-|') // die "fork: $!";
    push @pipes, $pipe;
    next if $pid;

    my @presses;
    my $json = JSON::PP->new->canonical;
    srand $n;

    for my $i (0 .. $#links) {
        my $client = $world->client;
        my ($path) = $links[$i] =~ m{(/j/.*)};
        my $page = $client->get($path, Accept => 'text/html');
        my ($nonce) = $page->{body} =~ /name="nonce" value="([^"]+)"/;
        push @presses, [$i, $client, $path, $nonce];
    }

    close $opens;
    syswrite $at_gate, 'x';
    sysread $gate, my $open, 1;

    for my $press ($n % 2 ? @presses : shuffle @presses) {
        my ($i, $client, $path, $nonce) = @$press;
        my $begun = time;
        my $answer = $client->post($path, { nonce => $nonce, terms => 1,
            name => "P$n", lang => 'en' }, Accept => 'text/html');
        print $json->encode({ link => $i, person => $n, begun => $begun,
            ended => time, status => $answer->{status},
            reason => $answer->{status} == 303 ? '' : reason($answer) }),
            "\n";
    }

    close STDOUT;
    POSIX::_exit(0);
}

for (1 .. $people) {
    sysread $ready, my $one, 1;
}

close $opens;
my @history;

for my $pipe (@pipes) {
    push @history, map { decode_json($_) } <$pipe>;
    close $pipe;
}

is(scalar @history, $links * $people, 'every press is answered');

my (@not_one, @other, @early, @overlaps);

for my $i (0 .. $#links) {
    my @presses = grep { $_->{link} == $i } @history;
    my ($winner, @more) = grep { $_->{status} == 303 } @presses;

    if (!$winner || @more) {
        push @not_one, $i;
        next;
    }

    for my $press (grep { $_ != $winner } @presses) {
        push @other, "$press->{status} $press->{reason}"
            if $press->{reason} ne 'used';
        push @early, $i if $press->{ended} < $winner->{begun};
        push @overlaps, $i if $press->{begun} < $winner->{ended}
            && $press->{ended} > $winner->{begun};
    }
}

is("@not_one", '', 'one wins each link');
is("@other", '', 'all others are told that it is used');
is("@early", '', 'nobody before the winner pressed');
note scalar(@overlaps) . ' presses at the same time as the winning one';

is(reason($world->client->join_link($_)), 'used', 'used for good')
    for @links[0, -1];
is((grep { /"kind":"invitation.redeemed"/ }
    split /\n/, ($world->edge->ctl_try('log', 'export'))[1]), $links,
    'the log has one redemption a link');
is(($world->edge->ctl_try('store', 'check'))[0], 0, 'the store is whole');

$socket->close;
$world->finish;
