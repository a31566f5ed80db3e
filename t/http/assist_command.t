#!/usr/bin/perl

# xassistctl assist start, pause, resume, stop: the same transitions as by the
# API, with the same terms, seen at once by the edge.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::Api;
use Xassist::World;

my $world = world();
my $edge = $world->edge;

$world->with_policy(sub { $_[0] =~ s/"scope_groups": \[\]/"scope_groups": ["pumps"]/r });
$edge->reload;
$world->user($_, roles => 'service_agent') for qw(sam tom);
$world->user($_, roles => 'client') for qw(carl dora);
$edge->ctl(qw(group create acme pumps));
$edge->ctl(qw(group add acme pumps carl));

my $token = $world->session('sam');
my $sam = as_app($world, $token);
my $me = api($sam, GET => 'me')->{json}{user};


sub refused {
    my ($status, $why, $what, @words) = @_;

    my ($got, $said) = $edge->ctl_try('assist', @words);
    is($got, $status, "$what: status $status");
    like($said, $why, "$what: says why");
}


sub now { return api($sam, GET => 'assistance')->{json} }


sub subject {
    my $answer = $sam->request('GET', '/home/dashboard',
        { Authorization => "Bearer $token" });
    return $answer->{json}{headers}{'X-Xassist-Subject'}[0];
}


subtest 'a whole turn' => sub {
    my $made = $edge->ctl(qw(assist start acme sam carl --channel phone
        --service Moving --reason), 'called in');
    is($made->{state}, 'active', 'active');
    is(now()->{assistance}{id}, $made->{id}, 'the session is in it');
    is(now()->{assistance}{subject}{name}, 'carl', 'for carl');
    is(now()->{assistance}{service}, 'Moving', 'the service');
    ok($made->{until}, 'until when');
    isnt(subject(), $me, 'the application is told');

    is($edge->ctl(qw(assist pause), $made->{id})->{state}, 'paused', 'paused');
    is(now()->{active}, Mojo::JSON::false(), 'in the session');
    is(subject(), $me, 'and for the application');
    ok($edge->ctl(qw(assist pause), $made->{id})->{again}, 'once is enough');

    is($edge->ctl(qw(assist resume), $made->{id})->{state}, 'active',
        'resumed');
    ok(now()->{active}, 'in the session');
    my $closed = $edge->ctl(qw(assist stop), $made->{id},
        qw(--outcome resolved --note), 'all done');
    is("$closed->{state} $closed->{outcome}", 'closed resolved', 'closed');
    is(now()->{active}, Mojo::JSON::false(), 'over in the session');

    my $whole = api($sam, GET => "interactions/$made->{id}")->{json};
    is_deeply([map { "$_->{kind} $_->{actor}{name}" } @{ $whole->{entries} }],
        [map { "$_ sam" } qw(started paused resumed closed)],
        'all of it is on record, by the agent');
    refused(1, qr/assistance_ended/, 'a closed one', 'resume', $made->{id});
};

subtest 'anonymous, and a switch' => sub {
    my $one = $edge->ctl(qw(assist start acme sam carl --channel chat
        --reason x));
    my $two = $edge->ctl(qw(assist start acme sam --anonymous --channel face
        --reason y));
    is(subject(), 'anonymous', 'anonymous');
    my %state = map { $_->{id} => $_->{state} }
        @{ $edge->ctl(qw(assist list acme --agent sam))->{interactions} };
    is("$state{$one->{id}} $state{$two->{id}}", 'paused active',
        'the first is paused');
    $edge->ctl(qw(assist stop), $_->{id}) for $one, $two;
};

subtest 'what the policy does not allow' => sub {
    my @rest = qw(--channel chat --reason x);
    refused(1, qr/policy does not let/, 'who is no agent',
        qw(start acme carl dora), @rest) if $world->session('carl');
    refused(1, qr/cannot assist: permission_missing/, 'who is in no group of the scope',
        qw(start acme sam dora), @rest);
    refused(1, qr/cannot assist: permission_missing/, 'oneself', qw(start acme sam sam), @rest);
    refused(1, qr/--reason/, 'no reason',
        qw(start acme sam carl --channel chat));
    refused(1, qr/not signed in/, 'an agent without a session',
        qw(start acme tom carl), @rest);
};

subtest 'what is wrong' => sub {
    refused(2, qr/--channel/, 'no channel', qw(start acme sam carl));
    refused(2, qr/either/, 'nobody', qw(start acme sam --channel chat));
    refused(2, qr/either/, 'both',
        qw(start acme sam carl --anonymous --channel chat));
    refused(2, qr/no id/, 'no id', qw(pause x));
    refused(1, qr/interaction/, 'none such', 'stop', 'A' x 16);
};

is($edge->ctl(qw(store check))->{findings}, 0, 'the store is whole');
$world->finish;
