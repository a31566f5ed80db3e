#!/usr/bin/perl

# Groups over the API, and limited administrators, who manage and supervise
# those of their groups and nobody else.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Mojo::JSON qw(decode_json);
use Xassist::Api;
use Xassist::Schema;
use Xassist::World;

my $world = world(substitute => sub {
    $_[0] =~ s{location /rule/guest}{location /of/user {
            xassist_require admin.users user=\$arg_user;
            xassist_proxy application;
        }

        location /of/device {
            xassist_require admin.users device=\$arg_device;
            xassist_proxy application;
        }

        location /of/both {
            xassist_require admin.users user=\$arg_user device=\$arg_device;
            xassist_proxy application;
        }

        $&}r
});
my $edge = $world->edge;
my $doc = decode_json(Xassist::Edge::slurp('conf/openapi.json'));
my $schema = Xassist::Schema->new($doc);

$world->user('max', roles => 'account_manager');
$world->user('mia', roles => 'account_manager');
$world->user($_, roles => 'agent') for qw(ann ben);
$edge->ctl('account', 'create', 'other');
$edge->ctl('user', 'create', 'other', 'far', '--roles', 'account_admin');
my $theirs = $edge->ctl(qw(group create other theirs))->{id};

my %is = map { $_ => as_app($world, $world->session($_)) }
    qw(olga max mia ann ben);
my %id = map { $_ => api($is{$_}, GET => 'me')->{json}{user} } keys %is;


sub holds {
    my ($who, $method, $path, $described, $status, $body) = @_;

    my $answer = api($is{$who}, $method, $path, $body);
    my $content = $doc->{paths}{"/v1/$described"}{ lc $method }{responses}
        {$status}{content}{'application/json'};
    is($answer->{status}, $status, "$who: $method $path")
        or diag $answer->{body};
    is(join("\n", $schema->check($answer->{json}, $content->{schema})), '',
        'as described') or diag $answer->{body};
    return $answer->{json};
}


sub refused {
    my ($who, $method, $path, $status, $reason, $body) = @_;

    my $answer = api($is{$who}, $method, $path, $body);
    is($answer->{status}, $status, "$who: $method $path: $status")
        or diag $answer->{body};
    is($answer->{json}{reason}, $reason, $reason);
}


sub asks {
    my ($who, $path, $status) = @_;

    is(api($is{$who}, GET => "../../$path")->{status}, $status, $path);
}


my ($group, $pumps);

subtest 'groups' => sub {
    $group = holds(olga => POST => 'groups', 'groups', 201,
        { name => 'North' })->{id};
    $pumps = holds(olga => POST => 'groups', 'groups', 201,
        { name => 'Pumps', kind => 'devices' })->{id};
    refused(olga => POST => 'groups', 409, 'name_taken', { name => 'North' });
    refused(olga => POST => 'groups', 400, 'invalid_request',
        { name => 'West', kind => 'cats' });
    refused(max => POST => 'groups', 403, 'permission_missing',
        { name => 'West' });

    is(holds(olga => POST => "groups/$group/members",
        'groups/{group}/members', 200, { user => $id{ann} })->{members}, 1,
        'a user');
    holds(olga => POST => "groups/$pumps/members", 'groups/{group}/members',
        200, { device => 'Pump 7' });
    refused(olga => POST => "groups/$pumps/members", 400, 'invalid_request',
        { user => $id{ann} });
    refused(olga => POST => "groups/$group/members", 400, 'invalid_request',
        {});
    is(holds(olga => POST => "groups/$_/managers", 'groups/{group}/managers',
        200, { user => $id{max} })->{managers}, 1, 'a manager')
        for $group, $pumps;

    my $one = holds(olga => GET => "groups/$group", 'groups/{group}', 200);
    is_deeply([map { $_->{id} } @{ $one->{manages} }], [$id{max}], 'by whom');
    is_deeply([map { $_->{id} } @{ $one->{users} }], [$id{ann}], 'who');
    is_deeply(holds(olga => GET => "groups/$pumps", 'groups/{group}',
        200)->{devices}, ['Pump 7'], 'what');
};

subtest 'a group of many' => sub {
    my $many = $edge->ctl(qw(group create acme Taps --devices))->{id};
    $edge->ctl(qw(group add acme Taps), map { "tap-$_" } 0 .. 1000);
    my $one = holds(olga => GET => "groups/$many", 'groups/{group}', 200);
    is($one->{members}, 1001, 'how many there are');
    is(scalar @{ $one->{devices} }, 1000, 'of which so many are shown');
    $edge->ctl(qw(group delete acme Taps));
};

subtest 'a limited administrator sees the own groups' => sub {
    is(scalar @{ holds(olga => GET => 'groups', 'groups', 200)->{groups} },
        2, 'all');
    is(scalar @{ holds(max => GET => 'groups', 'groups', 200)->{groups} },
        2, 'those of max');
    is(scalar @{ holds(mia => GET => 'groups', 'groups', 200)->{groups} },
        0, 'none of mia');
    holds(max => GET => "groups/$group", 'groups/{group}', 200);
    refused(mia => GET => "groups/$group", 403, 'permission_missing');
    refused(ann => GET => 'groups', 403, 'permission_missing');
};

subtest 'manages who is in them' => sub {
    holds(max => GET => "sessions?user=$id{ann}", 'sessions', 200);
    refused(max => GET => "sessions?user=$id{ben}", 403,
        'permission_missing');
    refused(mia => GET => "sessions?user=$id{ann}", 403,
        'permission_missing');

    my $own = api($is{ann}, GET => 'sessions')->{json}{sessions}[0]{id};
    refused(mia => POST => "sessions/$own/revoke", 404, 'not_found', {});
    holds(max => POST => "sessions/$own/revoke",
        'sessions/{session}/revoke', 200, {});
    $is{ann} = as_app($world, $world->session('ann'));

    ok(holds(max => POST => "users/$id{ann}/suspend",
        'users/{user}/suspend', 200, {})->{suspended}, 'suspends');
    holds(max => POST => "users/$id{ann}/resume", 'users/{user}/resume', 200,
        {});
    is(holds(max => POST => "users/$id{ann}/roles", 'users/{user}/roles',
        200, { roles => 'client' })->{roles}, 'client', 'changes roles');
    refused(max => POST => "users/$id{ann}/roles", 403,
        'permission_missing', { roles => 'account_admin' });
    refused(max => POST => "users/$id{ben}/roles", 403,
        'permission_missing', { roles => 'client' });
    refused(max => POST => "users/$id{ann}/licence", 403,
        'permission_missing', { licensed => \0 });
};

subtest 'and no way leads further' => sub {
    refused(max => POST => "groups/$group/members", 403,
        'permission_missing', { user => $id{ben} });
    refused(max => POST => "groups/$group/members", 403,
        'permission_missing', { user => $id{olga} });
    refused(max => POST => "groups/$pumps/members", 403,
        'permission_missing', { device => 'Pump 8' });
    refused(max => POST => "groups/$group/managers", 403,
        'permission_missing', { user => $id{mia} });
    refused(max => DELETE => "groups/$group", 403, 'permission_missing');

    # who holds more stays out of reach, even in the group

    holds(olga => POST => "groups/$group/members", 'groups/{group}/members',
        200, { user => $id{olga} });
    refused(max => POST => "users/$id{olga}/suspend", 403,
        'permission_missing', {});
    refused(max => POST => "users/$id{olga}/roles", 403,
        'permission_missing', { roles => '' });
    holds(olga => POST => "groups/$group/members/remove",
        'groups/{group}/members/remove', 200, { user => $id{olga} });
};

subtest "another account's are not there" => sub {
    refused(olga => GET => "groups/$theirs", 404, 'not_found');
    refused(olga => DELETE => "groups/$theirs", 404, 'not_found');
    refused(olga => POST => "groups/$theirs/members", 404, 'not_found',
        { user => $id{ann} });
    refused(olga => POST => "groups/$theirs/managers", 404, 'not_found',
        { user => $id{olga} });
};

subtest 'locations ask about a user or a device' => sub {
    asks(max => "of/user?user=$id{ann}", 200);
    asks(max => "of/user?user=$id{ben}", 403);
    asks(max => 'of/user?user=nobody', 403);
    asks(max => 'of/user', 403);
    asks(mia => "of/user?user=$id{ann}", 403);
    asks(olga => "of/user?user=$id{ben}", 200);
    asks(max => 'of/device?device=Pump%207', 403);
    asks(max => 'of/both?user=' . $id{ann} . '&device=x', 403);
};

subtest 'supervises calls of their owners' => sub {
    my %call = map { $_ => $edge->ctl('call', 'create', 'acme', $_,
        '--title', 'Call')->{id} } qw(ann ben);

    my %client = map { $_ => $world->signed_in($_) } qw(max mia);
    my ($socket) = $client{max}->websocket("/ws/$call{ann}");
    ok($socket, 'of the group');
    my ($none) = $client{max}->websocket("/ws/$call{ben}");
    ok(!$none, 'of nobody in it');
    ($none) = $client{mia}->websocket("/ws/$call{ann}");
    ok(!$none, 'of another administrator');

    holds(olga => POST => "groups/$group/managers/remove",
        'groups/{group}/managers/remove', 200, { user => $id{max} });
    is(($socket->wait_close(2) || {})->{code}, 4403, 'closed once he manages it no more')
        if $socket;
    refused(max => GET => "sessions?user=$id{ann}", 403,
        'permission_missing');

    holds(olga => POST => "groups/$group/managers",
        'groups/{group}/managers', 200, { user => $id{max} });
    ($socket) = $client{max}->websocket("/ws/$call{ann}");
    holds(olga => POST => "groups/$group/members/remove",
        'groups/{group}/members/remove', 200, { user => $id{ann} });
    is(($socket->wait_close(2) || {})->{code}, 4403, 'closed once the owner is out of it')
        if $socket;

    is(holds(olga => DELETE => "groups/$group", 'groups/{group}',
        200)->{more}, Mojo::JSON::false(), 'gone');
};

$world->finish;
