#!/usr/bin/perl

# Each variable has a value only if this request set it.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::World;

my @names = qw(decision reason rule kind device actor subject account name
    roles call invitation uri generation time);
my $format = join '\t', map { "$_=\$xassist_$_" } @names;

my $world = world(substitute => sub {
    $_[0] =~ s{access_log logs/access.log;}{log_format all escape=none '$format';
    access_log logs/access.log all;}r
});
my $edge = $world->edge;
my $call = $world->call;
my ($link) = $world->link($call) =~ m{(/j/.*)};
my $guest = $world->guest($call, name => 'Ann');
$world->user('bob', display => 'Bob', roles => 'client,agent');
my $bob = $world->signed_in('bob');


# The variables of one request, as the access log has them.

sub values_of {
    my ($client, $path) = @_;
    my @lines;

    # A line is written after its answer.

    $client->get($path);
    $edge->wait_for(sub {
        @lines = split /\n/, $edge->access_log;
        return @lines == $edge->{asked};
    });
    my $line = $lines[-1];
    my %value = map { /^(\w+)=(.*)$/ } split /\t/, $line;
    delete @value{ grep { $value{$_} eq '' || $value{$_} eq '-' } keys %value };
    return \%value;
}


my $id = qr/^[A-Za-z0-9_-]{16}$/;
my $open = values_of($world->client, '/open?x=1');
is_deeply($open, { uri => '/open?x=1' }, 'an open location: the URI alone');

my $user = values_of($bob, '/rule/regular');
is($user->{decision}, 'allow', 'decision');
is($user->{reason}, undef, 'no reason');
is($user->{kind}, 'regular', 'kind');
is($user->{device}, 'web', 'device');
like($user->{actor}, $id, 'actor');
is($user->{subject}, $user->{actor}, 'subject');
like($user->{account}, $id, 'account');
is($user->{name}, 'Bob', 'name');
is(join(',', sort split /,/, $user->{roles}), 'agent,client', 'roles');
is($user->{call}, undef, 'no call');
is($user->{invitation}, undef, 'no invitation');
is($user->{generation}, 1, 'generation of the policy');
like($user->{time}, qr/^\d+$/, 'time of the decision');
cmp_ok($user->{time}, '<', 60_000_000, 'in microseconds');

my $denied = values_of($bob, '/rule/nobody');
is($denied->{decision}, 'deny', 'a refusal');
is($denied->{reason}, 'permission_missing', 'its reason');
is($denied->{rule}, 'nobody', 'its rule');

my $anonymous = values_of($world->client, '/rule/regular');
is($anonymous->{decision}, 'deny', 'nobody signed in');
is($anonymous->{reason}, 'signed_out', 'its reason');
is($anonymous->{actor}, undef, 'no actor');

my $in_call = values_of($guest, "/call/$call");
is($in_call->{kind}, 'guest', 'a guest');
is($in_call->{call}, $call, 'its call');
like($in_call->{invitation}, $id, 'its invitation');
is($in_call->{name}, 'Ann', 'its name');

my $page = values_of($world->client, "$link?lang=de");
like($page->{uri}, qr{^/j/TOKEN_[0-9a-f]{4}\?lang=de$}, 'the URI is cut');

ok($edge->reload, 'reloaded');
is(values_of($bob, '/rule/regular')->{generation}, 2, 'the next generation');

$world->finish;
