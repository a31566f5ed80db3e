#!/usr/bin/perl

# A refusal tells nothing of the link: made up, altered, not there or of
# another account, the bytes are the same on every route, whoever asks.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::Guess;
use Xassist::World;

srand 20261122;

my ($world, $kinds) = guesses();
my @kinds = grep { $_ ne 'valid' } sort keys %$kinds;

my $stranger = $world->client;
my $known = $world->client;
$known->{cookies}{'xassist-b'} = 'A' x 22;
my $olga = $world->signed_in('olga');
my $guest = $world->client;
$guest->{cookies} = { %{ $known->{cookies} }, 'xassist-g' =>
    $olga->{cookies}{xassist} };

my $before = ($world->edge->ctl_try(qw(log export)))[1];

my %asks = (stranger => $stranger, 'a known browser' => $known,
    olga => $olga, 'a forged guest' => $guest);


# All of an answer but when and by which worker it was given; the link itself
# stands in none.

sub shown {
    my ($answer, $token) = @_;

    return 'no answer' unless $answer;
    my %all = %{ $answer->{all} };
    delete @all{qw(date x-worker)};
    my $text = join "\n", $answer->{status},
        (map { "$_: @{ $all{$_} }" } sort keys %all), '', $answer->{body};
    return $text =~ /\Q$token\E/ ? "the link is in it: $text" : $text;
}


for my $who (sort keys %asks) {
    my $client = $asks{$who};

    for my $request (guess_requests($client), in_languages($client)) {
        my ($name, $bytes) = @$request;
        my %seen;

        for my $kind (@kinds) {
            for my $token (@{ $kinds->{$kind} }) {
                my $asked = $bytes->($token)
                    =~ s/\r\n/\r\nConnection: close\r\n/r;
                push @{ $seen{ shown($client->raw($asked), $token) } }, $kind;
            }
        }

        my ($first) = sort keys %seen;
        is(scalar keys %seen, 1, "$who, $name: the same bytes")
            or diag map { "@{ $seen{$_} }:\n$_\n" } sort keys %seen;
        like($first, qr/^404\n.*\bunknown_link\b/s, "$who, $name: unknown");
    }
}


sub in_languages {
    my ($client) = @_;

    return (map {
        my $language = $_;
        ["page in $language", sub { $client->head_of('GET',
            "/j/$_[0]?lang=$language", { Accept => 'text/html' }) . "\r\n" }]
    } qw(de fr)), ['page for an app', sub { $client->head_of('GET', "/j/$_[0]",
        { Accept => 'application/json', 'Xassist-App' => 'ios/1' })
        . "\r\n" }];
}


subtest 'HEAD' => sub {
    my %seen;
    for my $kind (@kinds) {
        for my $token (@{ $kinds->{$kind} }) {
            $seen{ shown($world->client->request('HEAD', "/j/$token", {}),
                $token) } = 1;
        }
    }
    is(scalar keys %seen, 1, 'the same bytes');
    like((keys %seen)[0], qr/^404\n/, 'of a refusal');
};

is(($world->edge->ctl_try(qw(log export)))[1], $before, 'nothing was changed');

# That all of it was asked right: the same requests with a good link.

my %good = (page => 200, join => 200, link => 200, app => 200);
for (guess_requests($known)) {
    my ($name, $bytes) = @$_;
    my $answer = $world->client->raw($bytes->($kinds->{valid}[0])
        =~ s/\r\n/\r\nConnection: close\r\n/r);
    isnt(reason($answer), 'unknown_link', "$name: a good one is told apart");
    next if $name eq 'join';
    is($answer->{status}, $good{$name}, '... and taken');
}

is($world->shown((grep { $_->{title} eq 'Secret' } @{ $world->edge->ctl(
    qw(call list globex))->{calls} })[0]{id})->{participants}[0], undef,
    'nobody came into the call of the other account');

$world->finish;
