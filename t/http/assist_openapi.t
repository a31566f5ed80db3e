#!/usr/bin/perl

# The answers about assistance against conf/openapi.json.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Mojo::JSON qw(decode_json);
use Xassist::Api;
use Xassist::Schema;
use Xassist::World;

my $doc = decode_json(Xassist::Edge::slurp('conf/openapi.json'));
my $schema = Xassist::Schema->new($doc);
my $world = world();

$world->user('lea', roles => 'service_lead');
$world->user('tom', roles => 'service_agent');
my $carl = $world->user('carl', roles => 'client')->{id};
my ($lea, $tom) = map { as_app($world, $world->session($_)) } qw(lea tom);
my $tom_id = api($tom, GET => 'me')->{json}{user};


sub holds {
    my ($method, $path, $described, $status, $body) = @_;

    my $answer = api($lea, $method, $path, $body);
    my $content = $doc->{paths}{"/v1/$described"}{ lc $method }{responses}
        {$status}{content}{'application/json'};
    is($answer->{status}, $status, "$method $path");
    is(join("\n", $schema->check($answer->{json}, $content->{schema})), '',
        "$method $path: as described") or diag $answer->{body};
    return $answer->{json};
}


holds(GET => 'assistance', 'assistance', 200);
my $one = holds(POST => 'assistance', 'assistance', 201,
    { user => $carl, channel => 'email', reason => 'wrote' })->{id};
holds(GET => 'assistance', 'assistance', 200);
holds(POST => 'tasks', 'tasks', 201, { name => 'letter', kind => 'saved' });
my $two = holds(POST => 'assistance', 'assistance', 201,
    { anonymous => \1, channel => 'other', reason => 'came in' })->{id};
holds(POST => 'tasks', 'tasks', 201, { name => 'leaflet' });
holds(POST => "assistance/$two/stop", 'assistance/{interaction}/stop', 200,
    { outcome => 'resolved' });
holds(POST => "assistance/$one/resume", 'assistance/{interaction}/resume',
    200);
holds(POST => "interactions/$one/notes", 'interactions/{interaction}/notes',
    200, { note => 'called back' });
holds(POST => "assistance/$one/pause", 'assistance/{interaction}/pause', 200);
holds(GET => "interactions/$one", 'interactions/{interaction}', 200);
holds(GET => 'interactions', 'interactions', 200);
holds(POST => "interactions/$one/reassign",
    'interactions/{interaction}/reassign', 200, { agent => $tom_id });
holds(GET => "tasks?scope=$_", 'tasks', 200) for qw(acted all);

$world->finish;
