#!/usr/bin/perl

# An event stream decides again whenever somebody commits, and takes no more
# memory for it: an external's, whose inviter holds many roles.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Time::HiRes qw(sleep);
use Xassist::Api;
use Xassist::World;

my $streams = 60;
my @roles = map { 'role' . $_ x 90 } 'a' .. 'k';
my $world = world(workers => 1, policy => sub {
    $_[0] =~ s/("roles": \{)/join ' ', $1, map { "\"$_\": {\"title\": \"R\",
        \"grants\": []}," } @roles/er
});
my $edge = $world->edge;
$edge->ctl(qw(user set acme olga --roles), join ',', 'account_admin', @roles);

my $olga = $world->signed_in('olga');
my $call = $world->call;
my ($socket) = $olga->websocket("/ws/$call");
$edge->wait_for(sub { $world->states($call) eq 'present' });
my $made = api($olga, POST => "calls/$call/invitations", { kind => 'external',
    name => 'Xenia', comment => 'knows pumps', profile => 'control' });
my $xenia = $world->client;
is($xenia->join_link($made->{json}{link})->{status}, 303, 'an external');
my @streams = map { stream($xenia, "?call=$call") } 1 .. $streams;
is(scalar(grep { $_->{status} == 200 } @streams), $streams, 'streams');


# So many commits, each seen by all the streams: they look ten times a second.

sub commits {
    for (1 .. $_[0]) {
        api($olga, POST => 'tasks', { name => 'seen' });
        sleep 0.12;
    }
}


sub memory {
    my ($worker) = $edge->workers;
    return Xassist::Edge::slurp("/proc/$worker/status")
        =~ /^RssAnon:\s+(\d+)/m ? $1 : 0;
}


commits(4);
my $before = memory();
commits(24);
my $taken = memory() - $before;
cmp_ok($taken, '<', Xassist::Edge::sanitized() ? 1e6 : 700,
    'no memory for each decision');
note "$taken KB";

api($olga, POST => "calls/$call/end");
my ($event) = grep { $_->{event} eq 'end' || $_->{event} eq 'call.ended' }
    map { next_event($streams[0]) // () } 1 .. 3;
ok($event, 'they are told of the end');

$world->finish;
