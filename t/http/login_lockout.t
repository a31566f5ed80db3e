#!/usr/bin/perl

# Guessing gets slower; nobody is locked out for long.

use strict;
use warnings;
use lib 't/lib';

use Mojo::JSON qw(encode_json);
use Test::More;
use Xassist::World;

plan skip_all => 'needs the test clock' unless Xassist::Edge::has_test_clock();

my $world = world(workers => 2);
my $edge = $world->edge;
my $now = 1_800_000_000_000;
$edge->clock($now);

my $dir = $edge->{dir};
$ENV{XASSIST_TEST_CLOCK} = "$dir/conf/clock";
system("echo 'correct horse' | " . Xassist::Edge::build() . "/xassistctl "
    . "--store $dir/store --keys $dir/conf/keys user password acme olga "
    . '>/dev/null') == 0 or BAIL_OUT('no password');


sub try {
    my ($name, $password) = @_;

    return $world->client->request('POST', '/xassist/v1/login',
        { 'Content-Type' => 'application/json', Accept => 'application/json' },
        encode_json({ account => 'acme', name => $name,
            password => $password }));
}


sub later { $now += $_[0] * 1000; $edge->clock($now) }


is(try('olga', "guess $_")->{status}, 401, "guess $_") for 1 .. 5;

my $answer = try('olga', 'correct horse');
is($answer->{status}, 429, 'then wait, right or not');
is(reason($answer), 'too_many_attempts', 'with its reason');
is($answer->{headers}{'retry-after'}, 1, 'a second');
is(try('OLGA', 'correct horse')->{status}, 429, 'also in capitals');
is(try('other', 'guess')->{status}, 401, 'others need not');

my @waits;

for (1 .. 8) {
    later($answer->{headers}{'retry-after'});
    is(try('olga', 'guess')->{status}, 401, 'another guess');
    $answer = try('olga', 'guess');
    push @waits, $answer->{headers}{'retry-after'};
}

is("@waits", '2 4 8 16 30 30 30 30', 'each waits longer, none over 30 s');

ok($edge->reload, 'reloaded');
is(try('olga', 'correct horse')->{status}, 429, 'counts stay');

later(30);
is(try('olga', 'correct horse')->{status}, 200, 'the right one signs in');
is(try('olga', 'guess')->{status}, 401, 'and the count began anew');

# The old password is guessed no faster by who is signed in.

sub change {
    my ($client, $old) = @_;

    return $client->request('POST', '/xassist/v1/password', {
        'Content-Type' => 'application/json', Accept => 'application/json',
        Origin => $client->origin }, encode_json({ old => $old,
        new => 'correct horse' }));
}

$world->user('emil');
my $emil = $world->signed_in('emil');
is(change($emil, "guess $_")->{status}, 401, "old password, guess $_")
    for 1 .. 5;
$answer = change($emil, 'guess');
is($answer->{status}, 429, 'then wait there, too');
is($answer->{headers}{'retry-after'}, 1, 'for a second');
later(16 * 60);

# An address that guesses many names.

is(try("name$_", 'guess')->{status} == 401 || $_ > 2, 1, "name $_")
    for 1 .. 30;
is(reason(try('fresh', 'guess')), 'too_many_attempts', 'the address waits');
later(30);
is(try('olga', 'correct horse')->{status}, 200, 'for half a minute at most');

later(16 * 60);
is(try('fresh', 'guess')->{status}, 401, 'and is forgotten');
is(try('fresh', 'guess')->{status}, 401, 'after a while');

$world->finish;
