#!/usr/bin/perl

# The clock is set back by an hour and forward by one: a step back ends
# nothing that has time left, a step forward ends what is due, and nothing
# that has ended lives again when the clock is set back after that.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Time::HiRes qw(sleep time);
use Xassist::Api;
use Xassist::Edge;
use Xassist::World;

plan skip_all => 'needs the test clock' unless Xassist::Edge::has_test_clock();

my $hour = 3_600_000;
my $world = world(workers => 2);
my $edge = $world->edge;
my $now = int(time * 1000);

$edge->clock($now);

my $emil_id = $world->user('emil', roles => 'agent')->{id};
my ($olga, $emil) = map { $world->signed_in($_) } qw(olga emil);
my $call = $world->call;
my ($room) = $olga->websocket("/ws/$call");
my $guest = $world->guest($call);
my ($socket) = $guest->websocket("/ws/$call");
my $external = $world->external($call, 'olga', 'Gus', 'control')->{link};
my ($path) = $external =~ m{(/j/.*)};

ok($edge->wait_for(sub { $world->states($call) eq 'present present' }),
    'a user and a guest are there');
$socket->close;
ok($edge->wait_for(sub { $world->states($call) =~ /away/ }),
    'the guest is away');
is(api($olga, POST => "calls/$call/ring", { user => $emil_id })->{status},
    200, 'somebody is rung');


# The sweep has been by, in every worker.

sub swept { sleep 2.5 }


sub rung {
    my ($seen) = grep { $_->{id} eq $call }
        @{ api($emil, GET => 'calls')->{json}{calls} // [] };
    return $seen && $seen->{rings_me} ? 1 : 0;
}


sub told {
    my ($kind) = @_;
    return scalar grep { /"kind":"\Q$kind\E"/ }
        split /\n/, ($edge->ctl_try('log', 'export'))[1];
}


my $events = $edge->ctl('store', 'stat')->{log_last};

$edge->clock($now - $hour);
swept();

is($world->states($call), 'away invited present', 'back: nobody has left');
ok(rung(), 'back: it rings');
is($world->client->get($path)->{status}, 200, 'back: the link is good');
is($_->get('/home/dashboard')->{status}, 200, 'back: signed in')
    for $olga, $emil;
is($guest->get("/call/$call")->{status}, 200, 'back: the guest is known');
ok($room->echoes('on'), 'back: who is connected stays');
is($edge->ctl('store', 'stat')->{log_last}, $events, 'back: nothing happened');

$edge->clock($now);
swept();
is($world->states($call), 'away invited present', 'again: nothing is late');
is($edge->ctl('store', 'stat')->{log_last}, $events,
    'again: nothing happened');

$edge->clock($now + $hour);
ok($edge->wait_for(sub { $world->states($call) =~ /left/ }),
    'forward: who was away has left');
ok($edge->wait_for(sub { told('call.missed') == 1 }),
    'forward: the ring is missed, once');
ok($edge->wait_for(sub { told('session.expired') >= 1 }),
    'forward: idle sessions end');
isnt($emil->get('/home/dashboard')->{status}, 200, 'forward: at once');
is($guest->get("/call/$call")->{status}, 200,
    'forward: a session with time left stays');
is(told('invitation.expired'), 0, 'forward: and the link of a day');

$edge->clock($now + 25 * $hour);
ok($edge->wait_for(sub { told('invitation.expired') >= 1 }),
    'a day later: the link has expired');
isnt($world->client->get($path)->{status}, 200, 'a day later: it is refused');
isnt($guest->get("/call/$call")->{status}, 200,
    'a day later: so is the guest');

# All of it back again.

my $ended = told('session.expired');
$edge->clock($now + 24 * $hour);
swept();
$edge->clock($now);
swept();
unlike($world->states($call), qr/present|away|joining/,
    'back again: nobody is there');
isnt($emil->get('/home/dashboard')->{status}, 200,
    'back again: no session lives');
isnt($guest->get("/call/$call")->{status}, 200, 'back again: no guest');
isnt($world->client->get($path)->{status}, 200, 'back again: no link');
is(told('call.missed'), 1, 'back again: missed is missed');
cmp_ok(told('session.expired'), '==', $ended, 'and nothing ends twice');
is(($edge->ctl_try('store', 'check'))[0], 0, 'the store is whole');

$world->finish;
