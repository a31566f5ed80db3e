#!/usr/bin/perl

# Teams over the API: they give roles and take them at once, from requests and
# from open sockets, and nobody gives what one does not hold.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Mojo::JSON qw(decode_json);
use Xassist::Api;
use Xassist::Schema;
use Xassist::World;

my $world = world(workers => 2, substitute => sub {
    $_[0] =~ s{location /rule/guest}{location /socket/agents {
            xassist_require xa_xassist;
            xassist_proxy application;
        }

        $&}r
});
my $edge = $world->edge;
my $doc = decode_json(Xassist::Edge::slurp('conf/openapi.json'));
my $schema = Xassist::Schema->new($doc);

$world->user('bob', roles => 'client');
$world->user('max', roles => 'account_manager');
$edge->ctl('account', 'create', 'other');
$edge->ctl('user', 'create', 'other', 'far', '--roles', 'account_admin');
my $theirs = $edge->ctl(qw(team create other theirs --roles agent))->{id};

my ($olga, $bob, $max) = map { as_app($world, $world->session($_)) }
    qw(olga bob max);
my %id = map { $_->[0] => api($_->[1], GET => 'me')->{json}{user} }
    [olga => $olga], [bob => $bob], [max => $max];
my $far = $edge->ctl('user', 'list', 'other')->{users}[0]{id};


sub holds {
    my ($client, $method, $path, $described, $status, $body) = @_;

    my $answer = api($client, $method, $path, $body);
    my $content = $doc->{paths}{"/v1/$described"}{ lc $method }{responses}
        {$status}{content}{'application/json'};
    is($answer->{status}, $status, "$method $path") or diag $answer->{body};
    is(join("\n", $schema->check($answer->{json}, $content->{schema})), '',
        'as described') or diag $answer->{body};
    return $answer->{json};
}


sub refused {
    my ($client, $method, $path, $status, $reason, $body) = @_;

    my $answer = api($client, $method, $path, $body);
    is($answer->{status}, $status, "$method $path: $status")
        or diag $answer->{body};
    is($answer->{json}{reason}, $reason, $reason);
}


my $team;

subtest 'made and changed' => sub {
    $team = holds($olga, POST => 'teams', 'teams', 201,
        { name => 'Field', roles => 'agent' })->{id};
    refused($olga, POST => 'teams', 409, 'name_taken', { name => 'Field' });
    refused($olga, POST => 'teams', 400, 'invalid_request',
        { name => 'X', roles => 'agnet' });
    refused($olga, POST => 'teams', 400, 'invalid_request', { name => '' });
    is(holds($olga, POST => "teams/$team", 'teams/{team}', 200,
        { name => 'Service' })->{name}, 'Service', 'another name');
    is(scalar @{ holds($olga, GET => 'teams', 'teams', 200)->{teams} }, 1,
        'its own account');
};

subtest 'roles come and go with the team' => sub {
    refused($bob, GET => 'teams', 403, 'permission_missing');
    my ($none) = $bob->websocket('/socket/agents', bearer => 1);
    ok(!$none, 'a client is no agent');

    is(holds($olga, POST => "teams/$team/members",
        'teams/{team}/members', 200, { user => $id{bob} })->{members}, 1,
        'bob comes');
    is(api($bob, GET => 'me')->{json}{roles}, 'client,agent', 'roles');
    is_deeply([map { $_->{id} } @{ holds($olga, GET => "teams/$team",
        'teams/{team}', 200)->{users} }], [$id{bob}], 'who is in it');

    my $signed = $world->signed_in('bob');
    my ($socket) = $signed->websocket('/socket/agents');
    ok($socket, 'an agent comes in');
    holds($olga, POST => "teams/$team/members/remove",
        'teams/{team}/members/remove', 200, { user => $id{bob} });
    is(($socket->wait_close(2) || {})->{code}, 4403, 'and is closed once out of the team')
        if $socket;
    is(api($bob, GET => 'me')->{json}{roles}, 'client', 'roles');

    holds($olga, POST => "teams/$team/members", 'teams/{team}/members', 200,
        { user => $id{bob} });
    ($socket) = $signed->websocket('/socket/agents');
    holds($olga, POST => "teams/$team", 'teams/{team}', 200,
        { roles => 'client' });
    is(($socket->wait_close(2) || {})->{code}, 4403, 'closed when the team loses the role')
        if $socket;
    holds($olga, POST => "teams/$team", 'teams/{team}', 200,
        { roles => 'agent' });
    ($socket) = $signed->websocket('/socket/agents');
    holds($olga, DELETE => "teams/$team", 'teams/{team}', 200);
    is(($socket->wait_close(2) || {})->{code}, 4403, 'closed when the team is deleted')
        if $socket;
    refused($olga, GET => "teams/$team", 404, 'not_found');
};

subtest "another account's are not there" => sub {
    refused($olga, GET => "teams/$theirs", 404, 'not_found');
    refused($olga, POST => "teams/$theirs", 404, 'not_found',
        { name => 'mine' });
    refused($olga, DELETE => "teams/$theirs", 404, 'not_found');
    refused($olga, POST => "teams/$theirs/members", 404, 'not_found',
        { user => $id{bob} });
    my $own = api($olga, POST => 'teams', { name => 'Own' })->{json}{id};
    refused($olga, POST => "teams/$own/members", 404, 'not_found',
        { user => $far });
    refused($olga, POST => "users/$far/suspend", 404, 'not_found', {});
};

subtest 'nobody gives what one does not hold' => sub {
    refused($olga, POST => 'teams', 403, 'permission_missing',
        { name => 'Leads', roles => 'service_lead' });
    my $leads = $edge->ctl(qw(team create acme Leads --roles),
        'service_lead')->{id};
    refused($olga, POST => "teams/$leads/members", 403, 'permission_missing',
        { user => $id{bob} });
    refused($olga, POST => "users/$id{bob}/roles", 403, 'permission_missing',
        { roles => 'service_lead' });
    refused($max, POST => 'teams', 403, 'permission_missing',
        { name => 'Mine', roles => 'agent' });

    is(holds($olga, POST => "users/$id{bob}/roles", 'users/{user}/roles',
        200, { roles => 'client,agent' })->{direct}, 'client,agent',
        'what one holds, one gives');
    refused($olga, POST => "users/$id{bob}/roles", 400, 'invalid_request',
        { roles => 'nothing' });
    refused($bob, POST => "users/$id{bob}/roles", 403, 'permission_missing',
        { roles => 'account_admin' });
};

subtest 'suspending and licences' => sub {
    ok(holds($olga, POST => "users/$id{bob}/suspend",
        'users/{user}/suspend', 200, {})->{suspended}, 'suspended');
    refused($bob, GET => 'me', 403, 'suspended');
    ok(!holds($olga, POST => "users/$id{bob}/resume", 'users/{user}/resume',
        200, {})->{suspended}, 'resumed');
    refused($olga, POST => "users/$id{olga}/suspend", 403,
        'permission_missing', {});
    ok(!holds($olga, POST => "users/$id{bob}/licence",
        'users/{user}/licence', 200, { licensed => \0 })->{licensed},
        'no licence');
    refused($bob, GET => 'calls', 403, 'no_licence');
};

subtest 'one billing contact, and so many seats' => sub {
    is(holds($olga, GET => 'account', 'account', 200)->{billing}{id},
        $id{olga}, 'who was first');
    refused($olga, POST => "users/$id{max}/roles", 409,
        'one_billing_contact', { roles => 'account_manager,billing_contact' });
    refused($max, POST => 'account/billing', 403, 'permission_missing',
        { user => $id{max} });
    refused($olga, POST => 'account/billing', 404, 'not_found',
        { user => $far });

    # max, olga and bob hold sessions; nobody else may

    my $agents = holds($olga, GET => 'account', 'account', 200)->{agents};
    $edge->ctl('account', 'seats', 'acme', $agents);
    my $ida = $world->user('ida', roles => 'client')->{id};
    refused($olga, POST => "users/$ida/roles", 403, 'no_seat',
        { roles => 'agent' });
    my $more = api($olga, POST => 'teams', { name => 'More',
        roles => 'agent' })->{json}{id};
    refused($olga, POST => "teams/$more/members", 403, 'no_seat',
        { user => $ida });
    $edge->ctl('account', 'seats', 'acme', $agents + 1);
    is(holds($olga, POST => "teams/$more/members", 'teams/{team}/members',
        200, { user => $ida })->{members}, 1, 'a seat for ida');

    is(holds($olga, POST => 'account/billing', 'account/billing', 200,
        { user => $id{max} })->{billing}{id}, $id{max}, 'moved');
    is(api($olga, GET => 'me')->{json}{roles}, 'account_admin', 'from olga');
    is(api($max, GET => 'me')->{json}{roles},
        'account_manager,billing_contact', 'to max');
    refused($olga, POST => "users/$id{max}/suspend", 403,
        'permission_missing', {});
};

subtest 'asked again with the same key' => sub {
    my @again = map { api($olga, POST => 'teams', { name => 'Once' },
        'Idempotency-Key' => 'k1') } 1, 2;
    is($again[0]{json}{id}, $again[1]{json}{id}, 'the same team');
};

$world->finish;
