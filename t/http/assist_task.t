#!/usr/bin/perl

# The history of users and the timesheet of agents, over a day in which an
# agent works for two people, for herself and for somebody anonymous.

use strict;
use warnings;
use lib 't/lib';

use Mojo::JSON qw(decode_json);
use Test::More;
use Time::HiRes qw(time);
use Xassist::Api;
use Xassist::World;

my $world = world(substitute => sub {
    $_[0] =~ s{location /home/dashboard \{}{
        location /form/ \{
            xassist_require regular;
            xassist_task form-\$arg_name;
            proxy_pass http://application;
        \}

        location /broken/ \{
            xassist_require regular;
            xassist_task broken;
            return 500;
        \}

        $&}r
});
my $edge = $world->edge;

$world->user('sam', roles => 'service_agent', display => 'Sam');
$world->user('lea', roles => 'service_lead');
$world->user('carl', roles => 'client', display => 'Carl');
$world->user('dora', roles => 'client', display => 'Dora');

my ($sam, $lea, $carl, $dora) = map { as_app($world, $world->session($_)) }
    qw(sam lea carl dora);
my %id = map { $_->[0] => api($_->[1], GET => 'me')->{json}{user} }
    [sam => $sam], [carl => $carl], [dora => $dora];


sub visit {
    my ($client, $path) = @_;

    return $client->request('GET', $path,
        { Authorization => "Bearer $client->{bearer}" })->{status};
}


sub start {
    my ($user) = @_;

    my $answer = api($sam, POST => 'assistance', { channel => 'face',
        reason => 'at the desk', $user ? (user => $user)
            : (anonymous => \1) });
    return $answer->{json}{id};
}


# name/subject/actor of each task, once `n` are there: they are recorded
# after the answer.

sub tasks {
    my ($client, $query, $n) = @_;

    my $end = time + 5;
    my $tasks;

    do {
        $tasks = api($client, GET => "tasks$query")->{json}{tasks} // [];
        select undef, undef, undef, 0.02;
    } until @$tasks >= $n || time > $end;

    return [map { my $task = $_; join ' ', $task->{name}, map {
        ref $task->{$_} ? $task->{$_}{name} : $task->{$_} } qw(subject actor) }
        @$tasks];
}


subtest 'a day' => sub {
    is(visit($sam, '/form/a?name=own'), 200, 'for herself');

    my $one = start($id{carl});
    is(visit($sam, '/form/b?name=address'), 200, 'for Carl');
    is(visit($sam, '/broken/'), 500, 'a failure');
    is(api($sam, POST => 'tasks', { name => 'letter', kind => 'submitted',
        detail => 'to the council' })->{status}, 201, 'told by the application');

    my $two = start($id{dora});
    is(visit($sam, '/form/c?name=bill'), 200, 'for Dora');
    api($sam, POST => "assistance/$one/resume");
    is(visit($sam, '/form/d?name=address'), 200, 'for Carl again');
    api($sam, POST => "assistance/$one/stop", { outcome => 'resolved' });

    my $three = start();
    is(visit($sam, '/form/e?name=leaflet'), 200, 'for somebody');
    api($sam, POST => "assistance/$three/stop");

    is(visit($carl, '/form/f?name=self'), 200, 'Carl himself');
    is(visit($carl, '/form/g'), 200, 'without a name');

    is_deeply(tasks($carl, '', 5), ['form-address Carl Sam',
        'letter Carl Sam', 'form-address Carl Sam', 'form-self Carl Carl',
        'form- Carl Carl'], "Carl's history");
    is_deeply(tasks($dora, '', 1), ['form-bill Dora Sam'], "Dora's history");
    is_deeply(tasks($sam, '', 1), ['form-own Sam Sam'], "Sam's own history");
    is_deeply(tasks($sam, '?scope=acted', 6), ['form-own Sam Sam',
        'form-address Carl Sam', 'letter Carl Sam', 'form-bill Dora Sam',
        'form-address Carl Sam', 'form-leaflet anonymous Sam'],
        'what Sam did');
    is_deeply(tasks($lea, '?user=anonymous', 1),
        ['form-leaflet anonymous Sam'], 'for nobody in particular');
    is(scalar @{ tasks($lea, '?scope=all', 8) }, 8, 'all of it');

    my $task = api($carl, GET => 'tasks')->{json}{tasks}[0];
    is($task->{interaction}, $one, 'with its interaction');
    is($task->{detail}, '/form/b', 'and its path, without arguments');
    is($task->{kind}, 'done', 'and its kind');

    my @sheet = map { "$_->{state} $_->{outcome} $_->{pauses}" }
        @{ api($sam, GET => 'interactions')->{json}{interactions} };
    is_deeply(\@sheet, ['closed resolved 1', 'paused unknown 1',
        'closed unknown 0'], 'the timesheet');
};

subtest 'who may read' => sub {
    is(api($carl, GET => "tasks?user=$id{dora}")->{status}, 403,
        'not the history of another');
    is(api($sam, GET => "tasks?user=$id{carl}")->{status}, 403,
        'not of whom one does not assist');
    is(api($sam, GET => 'tasks?user=anonymous')->{status}, 403,
        'nor of all who were anonymous');
    is(api($sam, GET => 'tasks?scope=all')->{status}, 403, 'nor all');
    is(api($world->client, GET => 'tasks')->{status}, 401, 'nor nobody');

    my $one = start($id{carl});
    is(api($sam, GET => "tasks?user=$id{carl}")->{status}, 200,
        'of whom one assists');
    is(api($sam, GET => "tasks?user=$id{dora}")->{status}, 403, 'no other');
    api($sam, POST => "assistance/$one/stop");

    is(api($lea, GET => "tasks?user=$id{carl}")->{status}, 200, 'a lead');
};

subtest 'export' => sub {
    my $csv = api($lea, GET => 'tasks?scope=all&format=csv');
    my @lines = split /\r\n/, $csv->{body};
    is(scalar @lines, 9, 'CSV: a head and eight lines');
    is($lines[0], 'id,time,subject,subject_name,actor,actor_name,name,detail,'
        . 'kind,interaction', 'head');
    like($csv->{body}, qr/,anonymous,"",$id{sam},"Sam","form-leaflet",/,
        'anonymous');

    my $nd = api($lea, GET => 'tasks?scope=all&format=ndjson');
    my @rows = map { decode_json($_) } split /\n/, $nd->{body};
    is(scalar @rows, 8, 'NDJSON: eight lines');
    is_deeply([sort keys %{ $rows[0] }], [qw(actor detail id interaction kind
        name subject time)], 'members');
};

subtest 'of many' => sub {
    my $bad = api($sam, POST => 'tasks', { name => '' });
    is($bad->{status}, 400, 'no name');
    is(api($sam, POST => 'tasks', { name => 'x' x 65 })->{status}, 400,
        'a name too long');
    is(api($sam, POST => 'tasks', { name => 'x', kind => 'odd' })->{status},
        400, 'no such kind');

    api($dora, POST => 'tasks', { name => "n$_" }) for 1 .. 210;
    my $list = api($dora, GET => 'tasks?limit=200')->{json};
    is(scalar @{ $list->{tasks} }, 200, 'a page');
    ok($list->{more}, 'and more');
    my $rest = api($dora, GET => "tasks?from=$list->{tasks}[-1]{time}")
        ->{json}{tasks};
    ok(@$rest >= 11 && @$rest < 40, 'which ?from= goes on to');
};

$world->finish;
