#!/usr/bin/perl

# Users who are registered, with those they may be told before; profiles
# edited by who assists, as a task of the user.

use strict;
use warnings;
use lib 't/lib';
use utf8;

use Test::More;
use Mojo::Util qw(encode);
use Xassist::Api;
use Xassist::World;

my $world = world();
my $edge = $world->edge;

$world->user('sam', roles => 'service_agent', display => 'Sam');
$world->user('tom', roles => 'agent');
my $carl = $world->user('carl', roles => 'client',
    display => encode('UTF-8', 'Carl Müller'), mail => 'carl@example.com',
    phone => '+49 171 2345678')->{id};
my $dora = $world->user('dora', roles => 'client')->{id};
my ($sam, $tom, $client) = map { as_app($world, $world->session($_)) }
    qw(sam tom carl);
my $sam_id = api($sam, GET => 'me')->{json}{user};


sub is_reason {
    my ($answer, $status, $reason, $what) = @_;

    is($answer->{status}, $status, "$what: $status") or diag $answer->{body};
    is($answer->{json}{reason}, $reason, "$what: $reason");
}


sub edit {
    my ($who, $whom, %to) = @_;

    return api($who, PATCH => "users/$whom", \%to);
}


subtest 'who may register' => sub {
    is_reason(api($client, POST => 'users', { name => 'x' }), 403,
        'permission_missing', 'a client');
    is_reason(api($tom, POST => 'users', { name => 'x' }), 403,
        'permission_missing', 'an agent without it');
    is_reason(api($sam, POST => 'users', { first => 'No' }), 400,
        'invalid_request', 'without a name');
    is_reason(api($sam, POST => 'users', { mail => 'no address' }), 400,
        'invalid_request', 'a wrong address');
    is_reason(api($sam, POST => 'users', { name => 'x',
        roles => 'account_admin' }), 400, 'invalid_request', 'with a role');
};

subtest 'duplicates' => sub {
    my $answer = api($sam, POST => 'users', { mail => 'CARL@example.com',
        first => 'Karl', last => 'Mueller' });
    is_reason($answer, 409, 'possible_duplicates', 'the same address');
    my @alike = @{ $answer->{json}{duplicates} };
    is_deeply([map { $_->{id} } @alike], [$carl], 'who it may be');
    cmp_ok($alike[0]{confidence}, '>=', 90, 'surely');
    ok(exists $alike[0]{signed_in}, 'with the last sign-in');
    like($answer->{headers}{'content-type'}, qr/problem\+json/, 'a problem');

    $answer = api($sam, POST => 'users', { check => \1, first => 'carl',
        last => 'muler', phone => '0171/2345678' });
    is($answer->{status}, 200, 'a check');
    my $sure = $answer->{json}{duplicates}[0]{confidence};
    cmp_ok($sure, '>=', 70, 'by number and name');
    $answer = api($sam, POST => 'users', { check => \1, first => 'c',
        last => 'm' });
    is_deeply($answer->{json}{duplicates}, [], 'names from two characters');
    $answer = api($sam, POST => 'users', { check => \1, first => 'Anna',
        last => 'Weber', mail => 'anna@example.org' });
    is_deeply($answer->{json}{duplicates}, [], 'nobody is like her');
};

my $new;

subtest 'made' => sub {
    my $answer = api($sam, POST => 'users', { first => 'Anna',
        last => 'Weber', mail => 'anna@example.org', phone => '030 1234567' });
    is($answer->{status}, 201, 'made') or diag $answer->{body};
    $new = $answer->{json};
    is($new->{display}, 'Anna Weber', 'display');
    is($new->{name}, 'anna@example.org', 'name');

    my $user = $edge->ctl('user', 'list', 'acme');
    my ($one) = grep { $_->{id} eq $new->{id} } @{ $user->{users} };
    is_deeply($one->{roles}, [], 'no roles');
    ok(!$one->{licensed}, 'no licence');

    is_reason(api($sam, POST => 'users', { first => 'Anna', last => 'Weber',
        mail => 'anna@example.org', force => \1 }), 409, 'name_taken',
        'the same login');
    is(api($sam, POST => 'users', { name => 'anna2', first => 'Anna',
        last => 'Weber', mail => 'anna@example.org', force => \1 })
        ->{status}, 201, 'all the same');

    my @tasks = @{ api($sam, GET => "users/$new->{id}")->{json}{tasks} };
    is_deeply([map { "$_->{name} $_->{kind} $_->{actor}{id}" } @tasks],
        ["registration submitted $sam_id"], 'her first task');
};

subtest 'profiles' => sub {
    is_reason(edit($sam, $carl, phone => '030 1'), 410, 'assistance_ended',
        'of somebody not assisted');

    my $work = api($sam, POST => 'assistance', { user => $carl,
        channel => 'phone', service => 'Data', reason => 'moved' })->{json};
    my $answer = edit($sam, $carl, phone => '+49 30 987654',
        mail => 'carl@example.net');
    is($answer->{status}, 200, 'of who is assisted') or diag $answer->{body};
    is($answer->{json}{phone}, '+49 30 987654', 'changed');
    is_reason(edit($sam, $dora, phone => '030 1'), 410, 'assistance_ended',
        'of another');
    is_reason(edit($sam, $carl, mail => 'nowhere'), 400, 'invalid_request',
        'to no address');
    is_reason(edit($sam, $carl, roles => 'account_admin'), 400,
        'invalid_request', 'never a role');
    is(edit($sam, $carl, last => 'Meier', kind => 'saved')->{status}, 200,
        'saved');

    my $max = $world->user('max', roles => 'account_manager')->{id};
    my $other = api($sam, POST => 'assistance', { user => $max,
        channel => 'phone', reason => 'moved' })->{json};
    is_reason(edit($sam, $max, mail => 'sam@example.com'), 403,
        'permission_missing', 'of who holds more');
    api($sam, POST => "assistance/$other->{id}/stop");
    api($sam, POST => "assistance/$work->{id}/resume");

    my @tasks = @{ api($client, GET => 'tasks')->{json}{tasks} };
    is_deeply([map { "$_->{name} $_->{kind} $_->{detail} by $_->{actor}{name}"
        . " in $_->{interaction}" } @tasks],
        ["profile submitted mail,phone by Sam in $work->{id}",
        "profile saved last by Sam in $work->{id}"],
        'in his history, with the agent as actor');

    api($sam, POST => "assistance/$work->{id}/stop");
    is_reason(edit($sam, $carl, phone => '030 1'), 410, 'assistance_ended',
        'and no more');
    is(edit($client, $carl, display => 'Carl M.')->{json}{display},
        'Carl M.', "one's own");
    is_reason(edit($client, $dora, display => 'D'), 403,
        'permission_missing', "a client, another's");
    is(api($sam, GET => 'users?q=030%20987')->{json}{users}[0]{id}, $carl,
        'found by it');

    my $answered = api($sam, PUT => "users/$carl", {});
    is($answered->{status}, 405, 'no other method');
    like($answered->{headers}{allow}, qr/PATCH/, 'PATCH is one');
};

subtest 'weights of the policy' => sub {
    $world->with_policy(sub { $_[0] =~ s/"threshold": 40/"threshold": 100/r });
    $edge->reload;
    my $answer = api($sam, POST => 'users', { check => \1,
        mail => 'carl@example.net' });
    is_deeply($answer->{json}{duplicates}, [], 'nothing is sure enough');
};

$edge->stop;
done_testing();
