#!/usr/bin/perl

# A right that cannot be decided is none: an event stream says nothing
# meanwhile, and goes on with what was missed when it can.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::Api;
use Xassist::World;

my @many = map { "r$_" } 10 .. 99;
my $world = world(policy => sub {
    $_[0] =~ s/("roles": \{)/join ' ', $1, map { "\"$_\": {\"title\": \"R\",
        \"grants\": []}," } @many/er
});
my $edge = $world->edge;
my $emil_id = $world->user('emil', roles => 'agent')->{id};
my ($olga, $emil) = map { $world->signed_in($_) } qw(olga emil);
my $stream = stream($emil, '');
is($stream->{status}, 200, 'a stream');


# Each about Emil.

sub rings {
    my $call = $world->call;
    is(api($olga, POST => "calls/$call/ring", { user => $emil_id })->{status},
        200, 'rung');
    return $call;
}


sub told {
    my ($call, $timeout) = @_;
    while (my $event = next_event($stream, $timeout)) {
        return 1 if ($event->{data}{call} // '') eq $call;
    }
    return 0;
}


ok(told(rings(), 5), 'and what it tells');

# More roles than are decided by: an error, which allows nothing.

$edge->ctl(qw(user set acme emil --roles), join ',', 'agent', @many);
is($emil->get('/home/dashboard')->{status}, 503, 'an error');
my $call = rings();
ok(!told($call, 1.5), 'of which nothing is told');

$edge->ctl(qw(user set acme emil --roles agent));
is($emil->get('/home/dashboard')->{status}, 200, 'none any more');
ok(told($call, 5), 'and what was missed is told');

$world->finish;
