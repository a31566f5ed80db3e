#!/usr/bin/perl

# A reload with a broken policy keeps the old one serving; a good one is seen
# by the workers that are still draining, too.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::Socket;
use Xassist::World;

my $world = world(policy => sub {
    $_[0] =~ s/"roles"\s*:\s*\{/$&"watcher": {"title": "Watcher",
        "grants": ["home_dashboard_access"]}, /r
});
my $edge = $world->edge;
my $policy = "$edge->{dir}/conf/policy.json";
my $good = Xassist::Edge::slurp($policy);

$world->user('walt', roles => 'watcher');
my $walt = $world->signed_in('walt');

sub passes { $walt->get('/home/dashboard')->{status} == 200 }


ok(passes(), 'the role opens the dashboard');

my %broken = (
    'cut short' => substr($good, 0, length($good) / 2),
    'empty' => '',
    'not JSON' => 'hello',
    'unknown member' => $good =~ s/"roles"\s*:/"rolls": 1, $&/r,
    'unknown permission' => $good =~ s/\["home_dashboard_access"\]/["home_dashbord_access"]/r,
    'nothing in it' => '{}',
);

for my $name (sort keys %broken) {
    subtest "a policy that is broken: $name" => sub {
        Xassist::Edge::spew($policy, $broken{$name});

        my ($ok, $text) = $edge->test_config;
        ok(!$ok, 'nginx -t refuses it');
        like($text, qr/policy\.json:\d+/, 'with file and line');

        ok($edge->reload(fails => 1), 'so does the reload');
        like($edge->error_log, qr/policy\.json:\d+/, 'and says so');
        ok(passes(), 'the old one goes on');
    };
}

subtest 'a suggestion for a name that is close' => sub {
    Xassist::Edge::spew($policy, $broken{'unknown permission'});
    my ($ok, $text) = $edge->test_config;
    like($text, qr/home_dashbord_access/, 'names the wrong one');
    like($text, qr/home_dashboard_access/, 'and the right one');
};

subtest 'a worker that drains sees the new policy' => sub {
    Xassist::Edge::spew($policy, $good);
    my %old = map { $_ => 1 } $edge->workers;

    # A request whose head is unfinished keeps its worker alive.
    my @pending = map {
        my $socket = Xassist::Socket->connect($edge->{port});
        $socket->send("GET /home/dashboard HTTP/1.1\r\nHost: localhost\r\n");
        $socket;
    } 1 .. 2;
    ok(passes(), 'before');

    Xassist::Edge::spew($policy,
        $good =~ s/(\["home_dashboard_access")(\]\}, )/["xa_xassist"$2/r);
    ok($edge->reload, 'reloaded');
    ok(!passes(), 'new workers have it');

    for my $socket (@pending) {
        $socket->send("Cookie: xassist=$walt->{cookies}{xassist}\r\n"
            . "Connection: close\r\n\r\n");
        my $answer = $socket->read_head;
        ok($answer && $old{ $answer->{headers}{'x-worker'} },
            'an old worker answers') or diag explain $answer;
        is($answer->{status}, 403, 'by the new policy');
    }
};

subtest 'and back again' => sub {
    Xassist::Edge::spew($policy, $good);
    ok($edge->reload, 'reloaded');
    ok(passes(), 'the role opens it again');
};

$world->finish(qr/\[emerg\].*policy\.json/);
