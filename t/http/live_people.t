#!/usr/bin/perl

# What is taken from a person ends their WebSockets, and nobody else's: user
# or account suspended, role or team removed, licence withdrawn.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::Live;
use Xassist::World;

my $world = world(workers => 2, substitute => sub {
    $_[0] =~ s{location /rule/guest}{location /socket/xassist {
            xassist_require xa_xassist;
            xassist_proxy application;
        }

        location /socket/anybody {
            xassist_require authenticated;
            xassist_proxy application;
        }

        $&}r
});
my $edge = $world->edge;
my $live = live($world);

$edge->ctl('account', 'create', 'other');
$edge->ctl('user', 'create', 'other', 'otto', '--roles', 'agent');
$world->user($_, roles => 'agent') for qw(bob eva);

my $call = $world->call;
my $otto = $world->client;
$otto->{cookies}{xassist} = $edge->ctl('session', 'create', 'other',
    'otto')->{token};
my %is = ((map { $_ => $world->signed_in($_) } qw(olga bob eva)),
    otto => $otto);


# Everybody opens what they may.

sub everybody {
    for my $name (sort keys %is) {
        for my $place (qw(xassist anybody)) {
            next if $live->{open}{"$name $place"};
            my ($socket) = $is{$name}->websocket("/socket/$place") or next;
            $live->{open}{"$name $place"} = $socket if $socket;
        }
    }

    return if $live->{open}{'olga call'};
    $live->open('olga call', $is{olga}, "/ws/$call");
    $live->open('guest call', $world->guest($call), "/ws/$call");
}


sub is_open {
    my ($n) = @_;

    everybody();
    is(scalar keys %{ $live->{open} }, $n, "$n WebSockets are open");
}


is_open(10);

$edge->ctl('user', 'set', 'acme', 'eva', '--roles', 'client');
$live->closes('role removed', { 'eva xassist' => '4403 permission_missing' });

$edge->ctl('user', 'set', 'acme', 'eva', '--roles', 'agent');
is_open(10);

$edge->ctl('user', 'set', 'acme', 'eva', '--roles', 'agent,account_manager');
$live->closes('role added', {});

$edge->ctl('user', 'set', 'acme', 'eva', '--no-licence');
$live->closes('licence withdrawn', { 'eva xassist' => '4403 no_licence' });
$edge->ctl('user', 'set', 'acme', 'eva', '--licence');
is_open(10);

$edge->ctl('user', 'set', 'acme', 'bob', '--suspend');
$live->closes('user suspended', { map { $_ => '4413 suspended' }
    'bob xassist', 'bob anybody' });
is($is{bob}->get('/rule/authenticated')->{status}, 403,
    'ordinary requests obey, too');
$edge->ctl('user', 'set', 'acme', 'bob', '--resume');
is_open(10);

# Roles that come from a team go with it.  Whoever holds them otherwise, too,
# keeps them.

$edge->ctl('user', 'set', 'acme', $_, '--roles', 'client') for qw(bob eva);
$live->closes('roles of their own removed', { map {
    ("$_ xassist" => '4403 permission_missing') } qw(bob eva) });

for my $taken ('remove acme field bob', 'set acme field --roles client',
    'delete acme field')
{
    $edge->ctl('team', 'create', 'acme', 'field', '--roles', 'agent')
        if $taken !~ /delete/;
    $edge->ctl('team', 'set', 'acme', 'field', '--roles', 'agent')
        if $taken =~ /delete/;
    $edge->ctl('team', 'add', 'acme', 'field', 'bob', 'olga');
    is_open(9);
    $edge->ctl('team', split / /, $taken);
    $live->closes("team $taken", { 'bob xassist' =>
        '4403 permission_missing' });
    $edge->ctl('team', 'delete', 'acme', 'field') if $taken =~ /remove/;
}

$edge->ctl('user', 'set', 'acme', $_, '--roles', 'agent') for qw(bob eva);
is_open(10);

$edge->ctl('account', 'suspend', 'acme');
$live->closes('account suspended', { map { $_ => '4413 suspended' }
    'guest call', 'olga call', map { ("$_ xassist", "$_ anybody") }
    qw(olga bob eva) });
ok($edge->wait_for(sub { $world->states($call) !~ /present/ }),
    'and nobody is in its call');
my ($refused, $answer) = $is{olga}->websocket("/ws/$call");
is(reason($answer), 'suspended', 'nor comes in');
ok($edge->ctl('account', 'suspend', 'acme')->{again}, 'once is enough');

$edge->ctl('account', 'resume', 'acme');
is_open(10);

$live->finish;
$world->finish;
