#!/usr/bin/perl

# Every page that we make: nothing inline and nothing from elsewhere, no
# framing, no copy kept, and an origin for the form to send.

use strict;
use warnings;
use lib 't/lib';

use POSIX qw(strftime);
use Test::More;
use Xassist::Api;
use Xassist::World;

my $world = world();
my $edge = $world->edge;
my $call = $world->call;
my $olga = $world->signed_in('olga');
my $guest = $world->client;
my $request = api($olga, POST => 'service-requests', {})->{json}{link}
    =~ s{^https?://[^/]+}{}r;
my $later = $world->link($world->call('--starts-at',
    strftime('%Y-%m-%dT%H:%M:%SZ', gmtime time + 3600)));
my $withdrawn = $world->link($call);

$edge->ctl(qw(invite withdraw), $withdrawn);
$guest->join_link($request, wait => 1);

my ($card) = api($olga, POST => 'cards', {})->{json}{url}
    =~ m{^https?://[^/]+(/.*)};

my %csp = ('default-src' => "'none'", 'style-src' => "'self'",
    'script-src' => "'self'", 'img-src' => "'self'", 'connect-src' => "'self'",
    'form-action' => "'self'", 'base-uri' => "'none'",
    'frame-ancestors' => "'none'");

for my $row (
    ['join', $guest, $world->link($call), 200],
    ['join, of a user', $olga, $world->link($call), 200],
    ['waiting', $guest, $later, 403],
    ['calling', $guest, "$request?wait=1", 200],
    ['refused', $guest, $withdrawn, 410],
    ['unknown', $guest, '/j/' . 'A' x 40, 404],
    ['signed out', $world->client, "/call/$call", 401],
    ['sign in', $world->client, '/xassist/v1/login', 200],
    ['card', $world->client, $card, 200])
{
    my ($name, $client, $path, $status) = @$row;
    $path =~ s{^https?://[^/]+}{};

    for my $language (qw(en de fr)) {
        my $answer = $client->get($path, Accept => 'text/html',
            'Accept-Language' => $language);
        my $head = $answer->{headers};
        my %seen = map { /^\s*(\S+)\s+(.*?)\s*$/ ? ($1 => $2) : () }
            split /;/, $head->{'content-security-policy'} // '';

        subtest "$name, $language" => sub {
            is($answer->{status}, $status, 'the page');
            like($head->{'content-type'}, qr{^text/html; charset=utf-8$},
                'HTML');
            is_deeply(\%seen, \%csp, 'its policy');
            is($head->{'referrer-policy'}, 'strict-origin', 'Referrer-Policy');
            is($head->{'cache-control'}, 'no-store', 'Cache-Control');
            is($head->{'x-content-type-options'}, 'nosniff', 'nosniff');
            like($answer->{body}, qr/^<!DOCTYPE html>\n<html lang="$language">/,
                'its language');
            unlike($answer->{body}, qr/\{\{|\}\}/, 'nothing of the template');
            unlike($answer->{body},
                qr/<style|\sstyle=|\son\w+=|<script(?![^>]*src=)|<i?frame/,
                'nothing inline');
            unlike($answer->{body} =~ s/<a\b[^>]*>//gr,
                qr{(?:src|href|action)="(?:https?:)?//}, 'nothing foreign');
        };
    }
}

$world->finish;
