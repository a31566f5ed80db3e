#!/usr/bin/perl

# By group: who supervises one reads what its members did and had done, and
# gives work to members alone.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::Api;
use Xassist::World;

my $world = world();
my $edge = $world->edge;

$world->with_policy(sub {
    my $desk = '"desk": {"title": "Desk", "includes": ["service_agent"], '
        . '"grants": ["assist_reassign", "acct_supervise_groups"]},';
    $_[0] =~ s/(    "media_server": \{)/    $desk\n\n$1/r
});
$edge->reload;

$world->user('dana', roles => 'desk');
$world->user('sam', roles => 'service_agent');
$world->user('tom', roles => 'service_agent');
my %id = map { $_ => $world->user($_, roles => 'client')->{id} }
    qw(carl dora);
$edge->ctl(qw(group create acme pumps));
$edge->ctl(qw(group add acme pumps), $_) for qw(sam carl);
$edge->ctl(qw(group manager acme pumps dana));

my %client = map { $_ => as_app($world, $world->session($_)) }
    qw(dana sam tom carl);
$id{$_} = api($client{$_}, GET => 'me')->{json}{user} for qw(sam tom dana);


sub is_reason {
    my ($answer, $status, $reason, $what) = @_;

    is($answer->{status}, $status, "$what: $status") or diag $answer->{body};
    is($answer->{json}{reason}, $reason, "$what: $reason");
}


sub work {
    my ($who, $whom) = @_;

    my $one = api($client{$who}, POST => 'assistance', { user => $id{$whom},
        channel => 'chat', reason => "$who for $whom" })->{json};
    api($client{$who}, POST => 'tasks', { name => "of-$whom" });
    api($client{$who}, POST => "assistance/$one->{id}/pause");
    return $one->{id};
}


my $sams = work(sam => 'carl');
work(sam => 'dora');
my $toms = work(tom => 'carl');

subtest 'the timesheet' => sub {
    my $list = api($client{dana}, GET => 'interactions?scope=group');
    is($list->{status}, 200, 'may') or diag $list->{body};
    is_deeply([map { $_->{reason} } @{ $list->{json}{interactions} }],
        ['sam for carl', 'sam for dora'], 'of agents of the group');
    my $csv = api($client{dana}, GET => 'interactions?scope=group&format=csv');
    is(scalar(split /\r\n/, $csv->{body}), 3, 'exported alike');
    is_reason(api($client{sam}, GET => 'interactions?scope=group'), 403,
        'permission_missing', 'an agent');
    is_reason(api($client{dana}, GET => 'interactions?scope=team'), 400,
        'invalid_request', 'no such scope');
};

subtest 'the history' => sub {
    my $list = api($client{dana}, GET => 'tasks?scope=group');
    is($list->{status}, 200, 'may') or diag $list->{body};
    is_deeply([map { "$_->{name} $_->{actor}{id}" } @{ $list->{json}{tasks} }],
        ["of-carl $id{sam}", "of-carl $id{tom}"], 'of users of the group');
    is_reason(api($client{sam}, GET => 'tasks?scope=group'), 403,
        'permission_missing', 'an agent');
};

subtest 'who the work goes to' => sub {
    is_reason(api($client{dana}, POST => "interactions/$sams/reassign",
        { agent => $id{tom} }), 403, 'permission_missing',
        'nobody outside of the group');
    is(api($client{dana}, POST => "interactions/$toms/reassign",
        { agent => $id{sam} })->{json}{agent}{id}, $id{sam},
        'a member of it');
};

subtest 'the command line' => sub {
    my $all = $edge->ctl(qw(assist list acme))->{interactions};
    is_deeply([map { "$_->{agent} $_->{subject} $_->{state}" } @$all],
        ['sam carl paused', 'sam dora paused', 'sam carl paused'], 'all');
    is(scalar @{ $edge->ctl(qw(assist list acme --agent tom))
        ->{interactions} }, 0, 'of one agent, who gave his away');
    my $tasks = $edge->ctl(qw(assist history acme carl))->{tasks};
    is_deeply([map { "$_->{actor} $_->{name}" } @$tasks],
        ['sam of-carl', 'tom of-carl'], 'the history of a user');
    is($edge->ctl(qw(user search acme), 'dorra')->{users}[0]{name}, 'dora',
        'and a search');
    $edge->ctl(qw(user profile acme dora --phone), '+49 30 99887766');
    is($edge->ctl(qw(user search acme), '99887766')->{users}[0]{name},
        'dora', 'by what was changed');
};

$edge->stop;
done_testing();
