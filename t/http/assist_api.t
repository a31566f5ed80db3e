#!/usr/bin/perl

# Assistance over the API: who may start it for whom, one user at a time,
# pausing, resuming, stopping, and what the timesheet says afterwards.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::Api;
use Xassist::World;

my $world = world();
my $edge = $world->edge;

$world->user('sam', roles => 'service_agent', display => 'Sam');
$world->user('lea', roles => 'service_lead');
$world->user('tom', roles => 'service_agent');
$world->user('carl', roles => 'client', display => '=Carl "C"');
$world->user('dora', roles => 'client');
$edge->ctl('account', 'create', 'other');
$edge->ctl('user', 'create', 'other', 'far');

my ($sam, $lea, $tom, $carl) = map { as_app($world, $world->session($_)) }
    qw(sam lea tom carl);
my %id = map { $_->[0] => api($_->[1], GET => 'me')->{json}{user} }
    [sam => $sam], [lea => $lea], [tom => $tom], [carl => $carl],
    [dora => as_app($world, $world->session('dora'))],
    [olga => as_app($world, $world->session('olga'))];


sub start {
    my ($client, %more) = @_;

    return api($client, POST => 'assistance', { user => $id{carl},
        channel => 'phone', service => 'Council Tax', reason => 'called in',
        %more });
}


sub is_reason {
    my ($answer, $status, $reason, $what) = @_;

    is($answer->{status}, $status, "$what: $status") or diag $answer->{body};
    is($answer->{json}{reason}, $reason, "$what: $reason");
}


subtest 'who may' => sub {
    is_reason(start($carl), 403, 'permission_missing', 'a client');
    is_reason(start($world->client), 401, 'signed_out', 'nobody');
    is_reason(start($sam, user => $id{sam}), 403, 'permission_missing',
        'for oneself');
    is_reason(start($sam, user => 'AAAAAAAAAAAAAAAB'), 404, 'not_found',
        'for nobody that is there');
    is_reason(start($sam, channel => 'fax'), 400, 'invalid_request',
        'by fax');
    is_reason(start($sam, reason => undef), 400, 'invalid_request',
        'without a reason');
    is_reason(start($sam, user => undef), 400, 'invalid_request',
        'for none');
    is_reason(start($sam, anonymous => \1), 400, 'invalid_request',
        'for two');
    is_reason(start($sam, extra => 1), 400, 'invalid_request',
        'a member that is none');
    ok(!api($sam, GET => 'assistance')->{json}{active}, 'nothing began');
};

my ($one, $two);

subtest 'one at a time' => sub {
    my $answer = start($sam);
    is($answer->{status}, 201, 'started') or diag $answer->{body};
    $one = $answer->{json};
    is($one->{state}, 'active', 'active');
    is_deeply($one->{agent}, { id => $id{sam}, name => 'Sam' }, 'agent');
    is($one->{subject}{id}, $id{carl}, 'subject');
    is($one->{channel}, 'phone', 'channel');
    ok($one->{until}, 'until');

    my $now = api($sam, GET => 'assistance')->{json};
    is($now->{assistance}{id}, $one->{id}, 'it is what is now');

    $two = start($sam, user => $id{dora})->{json};
    is($two->{state}, 'active', 'another');
    is(api($sam, GET => "interactions/$one->{id}")->{json}{state}, 'paused',
        'pauses the first');

    my $again = as_app($world, $world->session('sam'));
    my $resumed = api($again, POST => "assistance/$one->{id}/resume");
    is($resumed->{status}, 200, 'resumed in another session');
    is(api($sam, GET => 'assistance')->{json}{active}, Mojo::JSON::false(),
        'the first session assists nobody then');
    is(api($again, GET => 'assistance')->{json}{assistance}{id}, $one->{id},
        'the other one does');

    my @paused = @{ api($sam, GET => 'interactions?state=paused')
        ->{json}{interactions} };
    is_deeply([map { $_->{id} } @paused], [$two->{id}], 'listed as paused');
};

subtest 'stop' => sub {
    my $id = $one->{id};

    is_reason(api($tom, POST => "assistance/$id/stop"), 404, 'not_found',
        "another agent's");
    is(api($sam, POST => "interactions/$id/notes",
        { note => 'sent the form' })->{status}, 200, 'a note');
    is_reason(api($sam, POST => "assistance/$id/stop",
        { outcome => 'fine' }), 400, 'invalid_request', 'no such outcome');

    my $stopped = api($sam, POST => "assistance/$id/stop",
        { outcome => 'resolved', note => 'all done' });
    is($stopped->{json}{state}, 'closed', 'closed') or diag $stopped->{body};
    is($stopped->{json}{outcome}, 'resolved', 'resolved');

    is_reason(api($sam, POST => "assistance/$id/resume"), 410,
        'assistance_ended', 'resuming it');
    is_reason(api($sam, POST => "interactions/$id/notes", { note => 'x' }),
        410, 'assistance_ended', 'a note on it');

    my $lines = api($sam, GET => "interactions/$id")->{json}{entries};
    is_deeply([map { "$_->{kind}: $_->{text}" } @$lines],
        ['started: called in', 'paused: switched', 'resumed: ',
            'note: sent the form', 'closed: all done'], 'its lines');
};

subtest 'anonymous' => sub {
    my $answer = start($sam, user => undef, anonymous => \1);
    is($answer->{status}, 201, 'started') or diag $answer->{body};
    is($answer->{json}{subject}, 'anonymous', 'said so');
    is(api($sam, POST => "assistance/$answer->{json}{id}/stop")->{status},
        200, 'stopped');

    $edge->ctl('user', 'set', 'acme', 'sam', '--roles', 'agent');
    is_reason(start($sam, user => undef, anonymous => \1), 403,
        'permission_missing', 'without the permission');
    $edge->ctl('user', 'set', 'acme', 'sam', '--roles', 'service_agent');
};

subtest 'reassign' => sub {
    my $id = $two->{id};

    is_reason(api($sam, POST => "interactions/$id/reassign",
        { agent => $id{tom} }), 403, 'permission_missing', 'an agent');
    is_reason(api($lea, POST => "interactions/$id/reassign",
        { agent => $id{carl} }), 403, 'permission_missing', 'to a client');
    is(api($lea, POST => "interactions/$id/reassign",
        { agent => $id{tom} })->{json}{agent}{id}, $id{tom}, 'to an agent');
    is_reason(api($sam, POST => "assistance/$id/resume"), 404, 'not_found',
        'it is no more of the first');
    is(api($tom, POST => "assistance/$id/resume")->{status}, 200,
        'it goes on');
};

subtest 'the timesheet' => sub {
    is_reason(api($sam, GET => 'interactions?scope=all'), 403,
        'permission_missing', "everybody's");
    is_reason(api($tom, GET => "interactions/$one->{id}"), 404, 'not_found',
        "another agent's");
    is(api($lea, GET => "interactions/$one->{id}")->{status}, 200,
        'for a lead');

    my $all = api($lea, GET => 'interactions?scope=all')->{json};
    is(scalar @{ $all->{interactions} }, 3, 'all three');
    is(api($lea, GET => 'interactions?scope=all&limit=2')->{json}{more},
        Mojo::JSON::true(), 'page by page');

    my $csv = api($lea, GET => 'interactions?scope=all&format=csv');
    like($csv->{headers}{'content-type'}, qr{^text/csv}, 'CSV');
    my @lines = split /\r\n/, $csv->{body};
    is(scalar @lines, 4, 'a head and three lines');
    like($lines[0], qr/^id,agent,agent_name,subject,subject_name,state,/,
        'head');
    like($lines[1], qr/^$one->{id},$id{sam},"Sam",$id{carl},"'=Carl ""C""",closed,phone,"Council Tax","called in",/,
        'a line; no formula');

    my $nd = api($sam, GET => 'interactions?format=ndjson');
    like($nd->{headers}{'content-type'}, qr{ndjson}, 'NDJSON');
    my @rows = map { Mojo::JSON::decode_json($_) } split /\n/, $nd->{body};
    is_deeply([sort map { $_->{agent}{id} } @rows], [($id{sam}) x 2],
        'his own two');
    is_reason(api($sam, GET => 'interactions?format=xml'), 400,
        'invalid_request', 'no other format');
};

subtest 'by groups' => sub {
    $world->with_policy(sub {
        $_[0] =~ s/"scope_groups": \[\]/"scope_groups": ["client", "pumps"]/r
    });
    $edge->reload;
    is_reason(start($sam), 403, 'permission_missing', 'a role is no group');
    $edge->ctl(qw(group create acme pumps));
    $edge->ctl(qw(group add acme pumps carl));

    is(start($sam)->{status}, 201, 'of the group');
    is_reason(start($sam, user => $id{olga}), 403, 'permission_missing',
        'of none');
    is(start($lea, user => $id{olga})->{status}, 201,
        'for who may assist everybody');
    is_reason(start($lea, user => $id{lea}), 403, 'permission_missing',
        'but never oneself');

    $world->with_policy(sub {
        $_[0] =~ s/("assistance": \{\s*"requires": )"assist_access"/$1"nobody"/r
    });
    $edge->reload;
    is_reason(start($sam), 403, 'permission_missing',
        'the policy says nobody');

    $world->with_policy(sub {
        $_[0] =~ s/("reason_required": true.*?)"anonymous": true/$1"anonymous": false/sr
    });
    $edge->reload;
    is_reason(start($sam, user => undef, anonymous => \1), 403,
        'permission_missing', 'anonymous is off');
};

$world->finish;
