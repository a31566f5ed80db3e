#!/usr/bin/perl

# Terms of use: accepted at the Join press, with version, time and link on
# record; a new version asks those who come back, too.

use strict;
use warnings;
use lib 't/lib';

use Mojo::JSON qw(decode_json);
use Mojo::Util qw(b64_decode);
use Test::More;
use Xassist::Api;
use Xassist::World;

my $version = '2026-01';
my $world = world(substitute => sub {
    $_[0] =~ s/xassist_terms \S+/xassist_terms $version/r
});
my $edge = $world->edge;
my $invitation = $world->invitation($world->call);
my ($path) = $invitation->{link} =~ m{(/j/.*)};
my @html = (Accept => 'text/html');


sub page { return $_[0]->get($path, @html)->{body} }

sub presses {
    my ($client, %form) = @_;

    return $client->post($path, { nonce =>
        Xassist::Client::nonce(page($client)), lang => 'en', %form }, @html);
}

# What the store keeps of the sessions of the link: the version, and that
# there is a time.

sub kept {
    my ($rc, $dump) = $edge->ctl_try(qw(store dump));
    my $link = unpack 'H*', b64_decode($invitation->{id} =~ tr{-_}{+/}r);

    return sort map { $_->{terms_at} ? $_->{terms} : 'none' }
        grep { $_->{record} eq 'session' && $_->{invitation} eq $link }
        map { $_->{invitation} ? $_ : () }
        map { /^\{/ ? decode_json($_) : () } split /\n/, $dump;
}

my $ann = $world->client;

like(page($ann), qr/name="terms"/, 'the page asks');
is(reason(presses($ann, name => 'Ann')), 'terms_required',
    'who does not accept does not come in');
is(presses($ann, name => 'Ann', terms => 1)->{status}, 303,
    'who does comes in');
is_deeply([ kept() ], ['2026-01'], 'on record: version, time and link');

unlike(page($ann), qr/name="terms"/, 'who comes back is not asked again');
is(presses($ann)->{status}, 303, 'and comes back');

$version = '2026-02';
$edge->write_config($edge->{text});
ok($edge->reload, 'a new version of the terms');

like(page($ann), qr/name="terms"/, 'asks who accepted the one before');
like(page($ann), qr/Version 2026-02/, 'with its version');
unlike(page($ann), qr/name="name"/, 'but not for the name again');
my $refused = presses($ann);
is(reason($refused), 'terms_required', 'without accepting there is no way in');
like($refused->{body}, qr/name="terms"/, 'but the page to do it');
is(presses($ann, terms => 1)->{status}, 303, 'with it there is');
is_deeply([ kept() ], ['2026-02'], 'on record');
unlike(page($ann), qr/name="terms"/, 'once');

my $app = $world->client;
my %join = (browser => 'B' x 21 . 'A', name => 'Bea');
my $token = token_of($invitation->{link});
is(api($app, GET => "links/$token")->{json}{terms}{version}, '2026-02',
    'an app is told the version');
is(reason(api($app, POST => "links/$token/join", { %join, terms => \0 })),
    'terms_required', 'and refused without');
is(api($app, POST => "links/$token/join", { %join, terms => \1 })->{status},
    200, 'and taken with it');
is_deeply([ kept() ], [('2026-02') x 2], 'on record');

$world->finish;
