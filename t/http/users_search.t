#!/usr/bin/perl

# Users found by what is typed: who may, whom, and what is told of them.

use strict;
use warnings;
use lib 't/lib';
use utf8;

use Test::More;
use Mojo::Util qw(url_escape encode);
use Xassist::Api;
use Xassist::World;

my $world = world();
my $edge = $world->edge;

$world->user('sam', roles => 'service_agent', display => 'Sam');
$world->user('lea', roles => 'service_lead');
$world->user('cid', roles => 'client', licence => 0);
my $carl = $world->user('carl', roles => 'client',
    display => encode('UTF-8', 'Carl Müller'), mail => 'carl@example.com',
    phone => '+49 171 2345678')->{id};
my $dora = $world->user('dora', display => 'Dora Miller')->{id};
$edge->ctl('account', 'create', 'other');
$edge->ctl('user', 'create', 'other', 'karl', '--display', 'Karl Muller');

my ($sam, $lea, $cid, $client)
    = map { as_app($world, $world->session($_)) } qw(sam lea cid carl);


sub found {
    my ($who, $typed, $more) = @_;

    my $answer = api($who, GET => 'users?q='
        . url_escape(encode('UTF-8', $typed)) . ($more // ''));
    is($answer->{status}, 200, "\"$typed\"") or diag $answer->{body};
    return map { $_->{name} } @{ $answer->{json}{users} };
}


sub is_reason {
    my ($answer, $status, $reason, $what) = @_;

    is($answer->{status}, $status, "$what: $status") or diag $answer->{body};
    is($answer->{json}{reason}, $reason, "$what: $reason");
}


subtest 'who may' => sub {
    is_reason(api($cid, GET => 'users?q=carl'), 403, 'permission_missing',
        'who has neither');
    is_reason(api($world->client, GET => 'users?q=carl'), 401, 'signed_out',
        'nobody');
    is_reason(api($sam, GET => 'users'), 400, 'invalid_request', 'nothing');
    is_reason(api($sam, GET => 'users?q=' . 'x' x 300), 400,
        'invalid_request', 'too much');
    is_reason(api($sam, GET => 'users?q=x&limit=51'), 400, 'invalid_request',
        'too many');
};

subtest 'by what' => sub {
    is_deeply([found($sam, 'müller')], ['carl', 'dora'],
        'the name, and one near to it');
    is_deeply([found($sam, 'MUELLER, carl')], ['carl'], 'both');
    is_deeply([found($sam, 'carl@ex')], ['carl'], 'the address');
    is_deeply([found($sam, '0171 234')], ['carl'], 'the number');
    is_deeply([found($sam, '5678')], ['carl'], 'its end');
    is_deeply([found($sam, 'dora')], ['dora'], 'the login');
    is_deeply([found($sam, 'karl muller', '&limit=1')], ['carl'],
        'none of another account');
    is_deeply([found($sam, 'nobody')], [], 'nobody');
};

subtest 'for agents' => sub {
    my $one = api($sam, GET => 'users?q=carl')->{json};
    my $user = $one->{users}[0];
    is($user->{display}, 'Carl Müller', 'display');
    ok($user->{signed_in}, 'signed in');
    is($user->{failed_sign_ins}, 0, 'none failed');
    is($user->{open_calls}, 0, 'no call');
    is_deeply($one->{shortcuts}, [], 'no shortcuts');

    my $task = api($client, POST => 'tasks', { name => 'address',
        kind => 'saved' });
    is($task->{status}, 201, 'a task') or diag $task->{body};
    my $olga = api(as_app($world, $world->session('olga')),
        GET => 'users?q=olga')->{json}{users}[0];
    ok(!exists $olga->{failed_sign_ins}, 'who has the contact list alone is '
        . 'told less');

    my $whole = api($sam, GET => "users/$carl")->{json};
    is_deeply([map { "$_->{name} $_->{kind}" } @{ $whole->{tasks} }],
        ['address saved'], 'latest tasks');
    is_deeply($whole->{calls}, [], 'open calls');

    my $id = $edge->ctl('call', 'create', 'acme', 'carl')->{id};
    is(api($sam, GET => 'users?q=carl')->{json}{users}[0]{open_calls}, 1,
        'a call of his');
    is(api($sam, GET => "users/$carl")->{json}{calls}[0]{id}, $id, 'that one');
    $edge->ctl('call', 'end', $id);
    is(api($sam, GET => 'users?q=carl')->{json}{users}[0]{open_calls}, 0,
        'until it ends');

    is(api($client, GET => "users/$carl")->{json}{mail}, 'carl@example.com',
        'oneself');
    is_reason(api($client, GET => "users/$dora"), 403, 'permission_missing',
        'a client, another');
};

subtest 'failed sign-ins' => sub {
    open my $fh, '|-', Xassist::Edge::build() . "/xassistctl --store "
        . "$edge->{dir}/store --keys $edge->{dir}/conf/keys user password "
        . 'acme carl >/dev/null 2>&1' or die $!;
    print $fh "correct horse\n";
    close $fh;

    for (1 .. 2) {
        my $answer = $world->client->request('POST', '/xassist/v1/login',
            { 'Content-Type' => 'application/json',
                Accept => 'application/json' },
            '{"account":"acme","name":"carl","password":"wrong"}');
        is($answer->{status}, 401, 'refused');
    }

    my $user;
    $edge->wait_for(sub {
        $user = api($sam, GET => 'users?q=carl')->{json}{users}[0];
        return $user->{failed_sign_ins} == 2;
    });
    is($user->{failed_sign_ins}, 2, 'both are told');
    ok($user->{failed_at}, 'and when');

    $world->session('carl');
    is(api($sam, GET => 'users?q=carl')->{json}{users}[0]{failed_sign_ins},
        0, 'until the next sign-in');
};

subtest 'shortcuts and groups' => sub {
    $world->with_policy(sub {
        $_[0] =~ s/"shortcuts": \[\]/"shortcuts": ["address", "invoice"]/r
            =~ s/"scope_groups": \[\]/"scope_groups": ["pumps"]/r
    });
    $edge->ctl(qw(group create acme pumps));
    $edge->ctl(qw(group add acme pumps carl));
    $edge->reload;

    my $one = api($sam, GET => 'users?q=carl')->{json};
    is_deeply($one->{shortcuts}, ['address', 'invoice'], 'shortcuts');
    is_deeply([found($sam, 'dora')], [], 'not of the groups');
    is_reason(api($sam, GET => "users/$dora"), 404, 'not_found',
        'nor by id');
    is_deeply([found($lea, 'dora')], ['dora'], 'all for who may');
};

$edge->stop;
done_testing();
