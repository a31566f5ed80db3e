#!/usr/bin/perl

# GET v1/policy/explain: what the live policy would say to somebody, and why;
# it agrees with what that somebody is told.

use strict;
use warnings;
use lib 't/lib';

use MIME::Base64 qw(decode_base64url encode_base64url);
use Mojo::Util qw(url_escape);
use Test::More;
use Xassist::Api;
use Xassist::World;

my $world = world();
my $edge = $world->edge;
my %id = map { $_->[0] => $world->user($_->[0], @{ $_->[1] })->{id} }
    [ 'boss', [ roles => 'account_admin' ] ],
    [ 'agnes', [ roles => 'agent' ] ],
    [ 'nolic', [ roles => 'agent', licence => 0 ] ],
    [ 'ümit', [ roles => 'client' ] ];
my $boss = $world->signed_in('boss');


sub explain {
    my (%query) = @_;

    return api($boss, GET => 'policy/explain?' . join '&',
        map { url_escape($_) . '=' . url_escape($query{$_}) }
        sort keys %query);
}


sub last_step { return $_[0]{json}{steps}[-1] }


subtest 'a role that gives it' => sub {
    my $told = explain(rule => 'xa_ocall_create_conference',
        user => 'agnes');
    is($told->{status}, 200, 'told');
    is($told->{json}{verdict}, 'allow', 'agents create conferences');
    is($told->{json}{roles}, 'agent', 'their roles');
    is_deeply({ %{ last_step($told) } }, { test => 'permission', value => 'yes',
        name => 'xa_ocall_create_conference', by => 'role',
        source => 'agent' }, 'by their role');
    is($told->{json}{missing}, undef, 'nothing is missing');
    is(explain(rule => 'xa_ocall_create_conference', user => $id{agnes})
        ->{json}{verdict}, 'allow', 'the same by id');
};

subtest 'what is missing' => sub {
    my $told = explain(rule => 'api.policy.get', user => 'agnes');
    is($told->{json}{verdict}, 'deny', 'agents do not see the policy');
    is($told->{json}{missing}, 'acct_manage_account_settings', 'this is why');
    is(last_step($told)->{by}, 'no role', 'no role gives it');
    is(explain(rule => 'xa_xassist', user => 'nolic')->{json}{reason},
        'no_licence', 'a licence');
    is(explain(rule => 'xa_xassist', user => 'ümit')->{status}, 200,
        'a name that is not ASCII');
};

subtest 'as they are told themselves' => sub {
    my $call = $world->call;
    for my $name (qw(boss agnes nolic)) {
        my $client = $world->signed_in($name);
        for my $row ([ 'api.policy.get', 'policy' ],
            [ 'api.sessions.list', 'sessions' ],
            [ 'api.audit.list', 'audit' ])
        {
            my $told = explain(rule => $row->[0], user => $name);
            my $seen = api($client, GET => $row->[1]);
            is($told->{json}{verdict} eq 'allow', $seen->{status} == 200,
                "$name, $row->[0]: $told->{json}{verdict}");
        }
        my $told = explain(rule => 'in-call', user => $name, call => $call);
        my $seen = api($client, GET => "calls/$call/ice");
        is($told->{json}{verdict} eq 'allow', $seen->{status} == 200,
            "$name, in-call: $told->{json}{verdict}");
    }
};

subtest 'a guest, by session' => sub {
    my $call = $world->call;
    my $other = $world->call;
    my $guest = $world->guest($call);

    # Bytes 2 to 13 of a token are its id.

    my $session = encode_base64url(substr(
        decode_base64url($guest->{cookies}{'xassist-g'}), 2, 12));
    my $told = explain(rule => 'in-call', session => $session,
        call => $call);
    is($told->{json}{verdict}, 'allow', 'in its call');
    is(last_step($told)->{value}, 'yes', 'so says the last step');
    $told = explain(rule => 'in-call', session => $session, call => $other);
    is($told->{json}{verdict}, 'deny', 'not in another');
    $told = explain(rule => 'xa_icall_invite', session => $session,
        call => $call);
    is($told->{json}{reason}, 'not_for_guests', 'not for guests');
};

subtest 'who has no right at all' => sub {
    $edge->ctl('user', 'set', 'acme', 'agnes', '--suspend');
    my $told = explain(rule => 'regular', user => 'agnes');
    is($told->{json}{verdict}, 'deny', 'suspended');
    is($told->{json}{reason}, 'suspended', 'is the reason');
    is_deeply($told->{json}{steps}, [], 'and no rule was asked');
    $edge->ctl('user', 'set', 'acme', 'agnes', '--resume');

    my $call = $world->call;
    $edge->ctl('call', 'end', $call);
    is(explain(rule => 'in-call', user => 'olga', call => $call)
        ->{json}{reason}, 'call_ended', 'a call that is over');
};

subtest 'attributes' => sub {
    my $told = explain(rule => 'call-log.read', user => 'boss',
        'attribute.colour' => 'red & blue');
    is($told->{status}, 200, 'given');
};

subtest 'whom one manages' => sub {
    my $max = $world->user('max', roles => 'account_manager')->{id};
    $edge->ctl(qw(group create acme pumps));
    $edge->ctl(qw(group add acme pumps agnes));
    $edge->ctl(qw(group manager acme pumps max));
    my $asked = sub { explain(rule => 'admin.users', user => 'max', @_)->{json} };
    is($asked->('attribute.user' => $id{agnes})->{verdict}, 'allow',
        'who is in the group');
    is($asked->('attribute.user' => $id{nolic})->{verdict}, 'deny',
        'who is not');
    is($asked->()->{verdict}, 'deny', 'nobody in particular');
    is(api($world->signed_in('max'), GET => "sessions?user=$id{agnes}")
        ->{status}, 200, 'as it is decided');

    my $call = $edge->ctl(qw(call create acme agnes))->{id};
    is(explain(rule => 'in-call', user => 'max', call => $call)
        ->{json}{verdict}, 'allow', "the call of who is in it");
};

subtest 'a question that makes no sense' => sub {
    for my $row ([ {}, 'no rule' ], [ { rule => 'no.such' }, 'unknown rule' ],
        [ { rule => 'regular', colour => 'red' }, 'unknown member' ],
        [ { rule => 'regular', call => 'x' }, 'no id of a call' ],
        [ { rule => 'regular', session => 'x' }, 'no id of a session' ],
        [ { rule => 'regular', user => 'boss', session => 'A' x 16 },
            'both' ],
        [ { rule => 'regular', map { ("attribute.a$_" => 1) } 1 .. 40 },
            'too many attributes' ])
    {
        my $told = explain(%{ $row->[0] });
        is($told->{status}, 400, $row->[1]);
        is(reason($told), 'invalid_request', 'is the reason');
    }
    is(api($boss, GET => 'policy/explain?rule=regular&rule=guest')->{status},
        400, 'a member twice');
    is(api($boss, GET => 'policy/explain?rule')->{status}, 400, 'no sign');
};

subtest 'nobody of another account' => sub {
    $edge->ctl('account', 'create', 'other');
    my $otto = $edge->ctl('user', 'create', 'other', 'otto')->{id};
    $edge->ctl('session', 'create', 'other', 'otto');
    my ($session) = map { $_->{id} }
        @{ $edge->ctl('session', 'list', 'other', 'otto')->{sessions} };
    ok($session, 'there is a session');
    for my $query ({ user => 'otto' }, { user => $otto },
        { session => $session }, { user => 'nobody' },
        { session => 'A' x 16 })
    {
        is(explain(rule => 'regular', %$query)->{status}, 404,
            join(' ', %$query));
    }
    is(explain(rule => 'in-call', call => 'A' x 16)->{status}, 404,
        'a call that is not');
};

subtest 'who may ask' => sub {
    my $agnes = $world->signed_in('agnes');
    is(api($agnes, GET => 'policy/explain?rule=regular')->{status}, 403,
        'not an agent');
    is(api($world->client, GET => 'policy/explain?rule=regular')->{status},
        401, 'nobody');
    my $before = $world->txnid;
    explain(rule => 'in-call', user => 'agnes', call => $world->call);
    is($world->txnid, $before + 1, 'nothing changes but by making the call');
};

$world->finish;
