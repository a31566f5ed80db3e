#!/usr/bin/perl

# The disk is full: changes get 503 store_unavailable while reads go on, and
# when there is room again changes go on by themselves.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::World;

plan skip_all => 'only root can mount a small disk' if $>;

my $world = world(stopped => 1);
my $edge = $world->edge;
my $store = "$edge->{dir}/store";
my ($owner, $group) = (stat $store)[4, 5];

system('mv', $store, "$store.before") == 0 or die 'mv';
mkdir $store;

if (system("mount -t tmpfs -o size=1m,mode=0750,uid=$owner,gid=$group none "
    . "$store 2>/dev/null") != 0)
{
    plan skip_all => 'this system lets nobody mount';
}

END { system("umount $store 2>/dev/null") if $store && -d $store }

system("cp -p $store.before/data.mdb $store/ && chown $owner:$group $store/*");
$edge->start;

my $call = $world->call;
my $link = $world->link($call);
my $olga = $world->signed_in('olga');
my (@joined, $refused);

# What else fills the disk.

sub fill {
    my ($leave) = @_;

    open my $fh, '>', "$store/ballast" or die $!;
    my $free = (split ' ', `df -k --output=avail $store | tail -1`)[0];
    print $fh 'x' x (($free - $leave) * 1024) if $free > $leave;
    close $fh;
}

ok(!system('true'), 'a small disk is mounted');
is($world->client->join_link($link, name => 'First')->{status}, 303,
    'there is room at first');
fill(40);

for (1 .. 400) {
    my $client = $world->client;
    my $answer = $client->join_link($link, name => 'N' x 60);

    if ($answer->{status} != 303) {
        $refused = $answer;
        last;
    }

    push @joined, $client;
}

ok($refused, 'the disk fills up') or BAIL_OUT('it did not');
note scalar(@joined) . ' joined';
is($refused->{status}, 503, 'a change gets 503');
is(reason($refused), 'store_unavailable', 'with its reason');
is($olga->get('/home/dashboard')->{status}, 200, 'decisions go on');
is($world->client->get($link =~ s{http://localhost}{}r)->{status}, 200,
    'pages go on');

unlink "$store/ballast";

my $again = $edge->wait_for(sub {
    $world->client->join_link($link, name => 'Later')->{status} == 303
}, 10);
ok($again, 'with room again changes go on');

my @lost = grep { $_->get("/call/$call")->{status} != 200 } @joined;
is(scalar @lost, 0, 'everybody who was let in is known');
is($edge->ctl('store', 'check')->{findings}, 0, 'the store is whole');

$world->finish(qr/No space|full|unavailable|changes? were? not made/i);
