#!/usr/bin/perl

# Who writes soon after another one shares a commit with him: where the last
# batch had several a batch waits, not for long, for as many.  One alone has
# nobody to wait for.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Time::HiRes qw(sleep);
use Xassist::Held;
use Xassist::Socket ();
use Xassist::World;

my $tries = 20;
my $world = world(substitute => sub {
    $_[0] =~ s{(?=location /rule/guest)}{location = /metrics {
            xassist_metrics;
        }

        }r
});
my $edge = $world->edge;
my $link = $world->link($world->call);
my @presses = presses($world, $link, 5 * $tries);
my @alone = presses($world, $link, 5);
my $pressed = 0;


sub commits {
    my ($n) = $world->client->get('/metrics')->{body}
        =~ /^xassist_commits_total (\d+)$/m;
    return $n;
}


# How many of the next are let in; each is sent when the commit of the one
# before would have begun.

sub let_in {
    my ($n, $held) = @_;

    my @now = splice @presses, 0, $n;
    $pressed += $n;
    $_->{socket} = Xassist::Socket->connect($edge->{port}) for @now;

    for my $press (@now) {
        $press->{socket}->send($press->{bytes});
        sleep 0.001;
    }

    if ($held) {
        $edge->wait_for(sub { !Xassist::Held::unread($edge->{port}) });
        $held->release;
    }

    return scalar grep { (answer($_) // {})->{status} == 303 } @now;
}


# The first of three goes to the store that is held, two stand before it: so
# many were in the last batch.

my $made = 0;

for (1 .. $tries) {
    is(let_in(3, hold($edge)), 3, 'who waited for the store is let in');

    my $before = commits();
    is(let_in(2), 2, 'and who comes then');
    $made = commits() - $before;
    last if $made == 1;
}

is($made, 1, 'one commit for two who come one after the other');

my $before = commits();
@presses = @alone;
let_in(1) for @alone;
cmp_ok(commits() - $before, '>=', @alone, 'one alone has one of his own');
is(redeemed($world), $pressed, 'each is in, once');

$world->finish;
