#!/usr/bin/perl

# When the store is full a change gets 503 store_unavailable, reads go on,
# and nothing that was acknowledged is lost.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::World;

# So that the store is full before the call is.

my $world = world(substitute => sub { $_[0] =~ s/max=64m/max=1m/r },
    policy => sub { $_[0] =~ s/("participants_per_call": )\d+/${1}0/r
        =~ s/("guest_seats": )\d+/${1}100000/r });
my $call = $world->call;
my $link = $world->link($call);
my $olga = $world->signed_in('olga');
my (@joined, $refused, $nonce, $client);

for (1 .. 5000) {
    $client = $world->client;
    my $answer = $client->join_link($link, name => 'N' x 60);

    if ($answer->{status} != 303) {
        $refused = $answer;
        last;
    }

    push @joined, $client;
}

ok($refused, 'the store fills up') or BAIL_OUT('it did not');
note scalar(@joined) . ' joined';
is($refused->{status}, 503, 'a change gets 503');
is(reason($refused), 'store_unavailable', 'with its reason');
ok($refused->{headers}{'retry-after'}, 'and when to try again');
ok(!$client->{cookies}{'xassist-g'}, 'no session is given');

# A change that is smaller may still find room, but not for ever.

my (@sockets, $no);

for my $guest (@joined) {
    my ($socket, $answer) = $guest->websocket("/ws/$call");
    $no = $answer;
    last unless $socket;
    push @sockets, $socket;
}

is($no->{status}, 503, 'no WebSocket either: it would have to be recorded');
is(reason($no), 'store_unavailable', 'with its reason');
note scalar(@sockets) . ' came in before';
is(scalar(grep { !$_->echoes('on') } @sockets), 0, 'who is in stays in');

is($world->client->get($link =~ s{http://localhost}{}r)->{status}, 200,
    'pages go on');
is($olga->get('/home/dashboard')->{status}, 200, 'decisions go on');

my @lost = grep { $_->get("/call/$call")->{status} != 200 } @joined;
is(scalar @lost, 0, 'everybody who was let in is known');

ok(-s "$world->{edge}{dir}/store/data.mdb" <= 1024 * 1024 + 4096,
    'the file keeps its limit');

$_->close for @sockets;

# Room again: the command line has more of it, and uses that; nginx takes its
# size over.

my $file = "$world->{edge}{dir}/store/data.mdb";
my $roles = join ',', ('account_admin') x 140;

for my $n (1 .. 200) {
    $world->user("user$n", roles => $roles, display => 'D' x 120);
    last if -s $file > 1200 * 1024;
}

cmp_ok(-s $file, '>', 1024 * 1024, 'there is more room, and it is used');
my $made = $world->call;
ok($world->edge->wait_for(sub {
    $world->client->join_link($link, name => 'Later')->{status} == 303
}, 10), 'and nginx goes on by itself');
ok($olga->websocket("/ws/$made"), 'on a WebSocket, too');
is(($world->edge->ctl_try('store', 'check'))[0], 0, 'the store is whole');

$world->finish(qr/\[(?:crit|alert|emerg)\].*(?:full|FULL|store)/);
