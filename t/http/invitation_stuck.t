#!/usr/bin/perl

# The operator's system has taken an invitation, and the store does not take
# the note of it: that is written later, and the invitation not sent again.

use strict;
use warnings;
use lib 't/lib';

use File::Temp ();
use Test::More;
use Time::HiRes qw(sleep);
use Xassist::Api;
use Xassist::Held;
use Xassist::Sink;
use Xassist::World;

my $dir = File::Temp::tempdir(CLEANUP => 1);
my $sink = Xassist::Sink->new($dir);
my $world = world(substitute => sub {
    my $port = $sink->port;
    $_[0] =~ s/max=64m/max=64m queue=4/r
        =~ s{(?=server \{)}{xassist_deliver http://127.0.0.1:$port/;\n}r;
});
my $edge = $world->edge;
my $olga = $world->signed_in('olga');
my $call = $world->call;
my @presses = presses($world, $world->link($call), 20);

$sink->answer(202);
kill 'STOP', $sink->{pid};
my $made = api($olga, POST => "calls/$call/invitations",
    { channel => 'mail', to => 'ann@example.com' })->{json};


sub delivery {
    return api($olga, GET => "invitations/$made->{invitation}{id}")->{json}
        {delivery};
}


my $held = hold($edge);
press(@presses);
ok($edge->wait_for(sub { grep { answer($_, 0.01) } @presses }),
    'the store takes nothing more');

kill 'CONT', $sink->{pid};
ok($edge->wait_for(sub { scalar(my @got = $sink->got) }), 'then it is taken');
sleep 3;
is(scalar(my @got = $sink->got), 1, 'and not sent again while the store stands still');

$held->release;
ok($edge->wait_for(sub { delivery() eq 'delivered' }, 10),
    'noted when the store goes on');

answer($_) for @presses;
$world->finish;
