#!/usr/bin/perl

# Who comes before the call begins is shown when, on a page that renews
# itself; the same link lets in when it is time.

use strict;
use warnings;
use lib 't/lib';

use POSIX qw(strftime);
use Test::More;
use Xassist::World;

plan skip_all => 'this build has no test clock'
    unless Xassist::Edge::has_test_clock();

my $world = world();
my $edge = $world->edge;
my $start = 1_800_000_000;                 # 2027-01-15T08:00:00Z

$edge->clock(1000 * ($start - 3600));
my $call = $world->call('--starts-at', '2027-01-15T08:00:00Z');
my ($path) = $world->link($call) =~ m{(/j/.*)};

subtest 'an hour before' => sub {
    my $page = $world->client->get($path, Accept => 'text/html');

    is($page->{status}, 403, 'not yet');
    is(reason($page), 'not_yet', 'and the page says so');
    like($page->{body}, qr/Pump 7/, 'it names the call');
    like($page->{body}, qr/<b>olga<\/b> invited you/, 'and who invited');
    like($page->{body}, qr/<time datetime="2027-01-15T08:00:00Z">2027-01-15 /,
        'it says when');
    like($page->{body}, qr{ 08:00 UTC</time>}, '... for people, too');
    like($page->{body}, qr{<noscript><meta http-equiv="refresh"},
        'it renews itself without a script');
    like($page->{body}, qr{/xassist/assets/waiting\.js}, '... and with one');
    unlike($page->{body}, qr/<form/, 'there is nothing to send');
    is($page->{headers}{'cache-control'}, 'no-store', 'nobody keeps it');
    is(@{ $page->{all}{'set-cookie'} // [] }, 0, 'no cookie is needed yet');

    like($world->client->get($path, Accept => 'text/html',
        'Accept-Language' => 'de')->{body}, qr/hat Sie eingeladen/, 'German');
    like($world->client->get("$path?lang=fr", Accept => 'text/html')->{body},
        qr/vous a invit/, 'French');

    my $json = $world->client->get($path, Accept => 'application/json');
    is(reason($json), 'not_yet', 'the script gets the reason alone');
    $world->writes_nothing(sub {
        $world->client->get($path, Accept => "$_/*") for qw(text application);
    }, 'looking changes nothing');
};

subtest 'when it is time' => sub {
    $edge->clock(1000 * $start);
    my $page = $world->client->get($path, Accept => 'text/html');

    is($page->{status}, 200, 'the join page');
    like($page->{body}, qr/datetime="2027-01-15T08:00:00Z"/, 'says when, too');
    is($world->client->join_link($path)->{status}, 303, 'and lets in');
};

subtest 'a call without a time' => sub {
    my ($now) = $world->link($world->call) =~ m{(/j/.*)};
    unlike($world->client->get($now)->{body}, qr/<time/, 'shows none');
};

$world->finish;
