#!/usr/bin/perl

# The call log as CSV and as NDJSON: of ended calls, one's own or all.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Mojo::JSON qw(decode_json);
use Xassist::Api;
use Xassist::World;

my $world = world();
my $edge = $world->edge;
$world->user('emil', roles => 'agent');
my ($olga, $emil) = map { $world->signed_in($_) } qw(olga emil);

my $first = $world->call;
my $second = api($olga, POST => 'calls',
    { title => '=cmd|"x", y' })->{json}{id};
my $open = $world->call;
my $guest = $world->guest($first, name => 'Ann');
my ($socket) = $guest->websocket("/ws/$first");
$edge->wait_for(sub { $world->states($first) eq 'present' });
api($olga, POST => "calls/$_/end") for $first, $second;

my $csv = api($olga, GET => 'calls?state=ended&format=csv');
is($csv->{status}, 200, 'CSV');
like($csv->{headers}{'content-type'}, qr{^text/csv}, 'says so');
my ($head, @rows) = split /\r\n/, $csv->{body};
is($head, 'id,kind,title,owner,owner_name,created,starts_at,answered_at,'
    . 'live_at,ended_at,seconds,people', 'names of columns');
is(scalar @rows, 2, 'each ended call, and no other');
my ($row) = grep { /^$first,/ } @rows;
my $time = qr/"20[^,]+Z"/;
like($row, qr/^$first,conference,"Pump\ 7",[\w-]{16},"olga",$time,,,$time,
    $time,\d+,"Ann"$/x, 'what it was, how long, who was there');
($row) = grep { /^$second,/ } @rows;
like($row, qr/,"'=cmd\|""x"", y",/, 'no title is a formula');
like($row, qr/,,$time,0,""$/, 'one that nobody came to');

my @lines = split /\n/,
    api($olga, GET => 'calls?state=ended&format=ndjson')->{body};
is(scalar @lines, 2, 'NDJSON: a line each');
my %by = map { $_->{id} => $_ } map { decode_json($_) } @lines;
is($by{$first}{people}, 'Ann', 'people');
is($by{$first}{owner}{name}, 'olga', 'owner');
is($by{$second}{live_at}, undef, 'nobody came');

is(reason(api($olga, GET => 'calls?format=csv')), 'invalid_request',
    'what goes on is not exported');
is(reason(api($olga, GET => 'calls?state=ended&format=xls')),
    'invalid_request', 'no such format');
is(api($olga, GET => 'calls?state=ended&format=json')->{json}{calls}[0]{id},
    $first, 'JSON is the list');

is(scalar(() = api($olga, GET => 'calls?state=ended&format=ndjson&limit=1')
    ->{body} =~ /\n/g), 1, 'no more than asked for');

$world->finish;
