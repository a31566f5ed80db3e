#!/usr/bin/perl

# A participant gets the media tokens of that call's room, and of no other.

use strict;
use warnings;
use lib 't/lib';

use Digest::SHA qw(hmac_sha1);
use MIME::Base64 qw(encode_base64);
use Test::More;
use Xassist::World;

my $secret = 'correct horse battery staple';
my $world = world(stopped => 1, substitute => sub {
    $_[0] =~ s/xassist_cookie plain;/$&
        xassist_janus janus.secret ttl=5m;/r
});
my $edge = $world->edge;

Xassist::Edge::spew("$edge->{dir}/conf/janus.secret", "$secret\n");
chmod 0600, "$edge->{dir}/conf/janus.secret";
$edge->start;

my $call = $world->call;
my $other = $world->call;
my $guest = $world->guest($call, name => 'Ann');
my $room = $world->shown($call)->{room};


# The descriptors of a token, or why it is none.

sub opened {
    my ($token) = @_;
    my ($text, $mac) = ($token // '') =~ /^(.*):(.*)$/ or return 'no token';
    return 'wrong mac' if $mac ne encode_base64(hmac_sha1($text, $secret), '');
    my ($expires, @rest) = split /,/, $text;
    my $left = $expires - time;
    return "expires in $left" if $left < 200 || $left > 310;
    return join ',', @rest;
}


my $answer = $guest->get("/xassist/v1/calls/$call/ice");
is($answer->{status}, 200, 'a guest of the call');
like($answer->{headers}{'cache-control'} // '', qr/no-store/, 'not cached');

my $ice = $answer->{json} // {};
is($ice->{call}, $call, 'the call');
is($ice->{room}, $room, 'its room');
is($ice->{display}, 'Ann', 'the name');
is(ref $ice->{ice_servers}, 'ARRAY', 'servers');

my $descriptors = opened($ice->{janus}{token});
like($descriptors, qr/^janus,janus\.plugin\.videoroom$/, 'the Janus token');
my $for_room = opened($ice->{janus}{room_token});
like($for_room, qr/^janus\.plugin\.videoroom,room=$room$/, 'the room token');

my $theirs = $guest->get("/xassist/v1/calls/$other/ice");
ok($theirs->{status} == 401 || $theirs->{status} == 403, 'not of other calls');
unlike($theirs->{body}, qr/token/, 'no token');

my $nobody = $world->client->get("/xassist/v1/calls/$call/ice");
is($nobody->{status}, 401, 'nobody signed in');

my $mine = $world->signed_in('olga')->get("/xassist/v1/calls/$call/ice");
is($mine->{status}, 200, 'the owner');
is($mine->{json}{room}, $room, 'the same room');

$edge->ctl('call', 'end', $call);
my $ended = $guest->get("/xassist/v1/calls/$call/ice");
ok($ended->{status} >= 400, "none after its end: $ended->{status}");
is(reason($ended), 'call_ended', 'and why');

$world->finish;
