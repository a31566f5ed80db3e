#!/usr/bin/perl

# Another process makes the store larger than the workers' map: they take its
# size over and go on, without being opened again.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::World;

my $world = world(workers => 2,
    substitute => sub { $_[0] =~ s/max=64m/max=1m/r });
my $edge = $world->edge;
my $call = $world->call;
my $link = $world->link($call);
my $olga = $world->signed_in('olga');

is($olga->get('/home/dashboard')->{status}, 200, 'before');

# The command line has the default size, 64 GiB of address space.

my $roles = join ',', ('account_admin') x 140;

for my $n (1 .. 600) {
    $edge->ctl('user', 'create', 'acme', "user$n", '--roles', $roles,
        '--display', 'D' x 120, '--mail', 'm' x 200 . "\@example.org");
    last if -s "$edge->{dir}/store/data.mdb" > 1200 * 1024;
}

cmp_ok(-s "$edge->{dir}/store/data.mdb", '>', 1024 * 1024,
    'the file is larger than the workers\' map');

my @answers = map { $olga->get('/home/dashboard')->{status} } 1 .. 40;
is(scalar(grep { $_ != 200 } @answers), 0, 'decisions go on at once')
    or diag "@answers";

for my $n (1 .. 20) {
    my $answer = $world->client->join_link($link, name => "Guest $n");
    is($answer->{status}, 303, 'joining goes on') or last;
}

like($edge->error_log, qr/its size was taken over/, 'the log says why');
unlike($edge->error_log, qr/\[emerg\]/, 'and nothing was unavailable');

$world->finish;
