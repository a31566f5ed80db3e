#!/usr/bin/perl

# A second policy decides beside the first, without effect: differences are
# counted and logged, once a second at most.  The access log that README shows
# can be replayed against another policy.

use strict;
use warnings;
use lib 't/lib';

use Digest::SHA qw(sha256_hex);
use Mojo::JSON qw(decode_json);
use Test::More;
use Xassist::World;

# README's log_format, as it stands there.
my ($format) = Xassist::Edge::slurp(Xassist::Edge::top() . '/README.md')
    =~ /^(    log_format xassist .*?;\n)/ms;
ok($format, 'README shows a log_format') or BAIL_OUT('none');

my $places = '
        location /red { xassist_require regular;
            xassist_require red colour=$arg_colour;
            proxy_pass http://application; }
';
my $world = world(stopped => 1, workers => 2,
    policy => sub { $_[0] =~ s/"rules"\s*:\s*\{/$&
        "red": {"in": ["\$colour", ["red", "dark, \\"red\\""]]},/r },
    substitute => sub { $_[0]
        =~ s/zone=xassist:1m/$& shadow=next.json/r
        =~ s/(?=    access_log )/$format/r
        =~ s/access\.log/$& xassist/r
        =~ s/(?=        location \/ \{)/$places/r
        =~ s/add_header X-Worker.*\n/$&
            add_header X-Shadow \$xassist_shadow always;\n/r });
my $edge = $world->edge;
my $dir = $edge->{dir};
my $policy = Xassist::Edge::slurp("$dir/conf/policy.json");

# Agents lose the dashboard; guests lose the chat; red is blue.
my $next = $policy =~ s/(?<=")home_dashboard_access",\n\s*"(?=xa_xassist)//r
    =~ s/\["red", "dark/["blue", "dark/r;
isnt($next, $policy, 'the second policy is another');
Xassist::Edge::spew("$dir/conf/next.json", $next);

$world->user('anna', roles => 'agent');
$edge->start;
my ($anna, $nobody) = ($world->signed_in('anna'), $world->client);


sub shadow_lines { grep { /shadow policy says/ } split /\n/, $edge->error_log }


subtest 'the first decides, the second has no effect' => sub {
    my $answer = $anna->get('/home/dashboard');
    is($answer->{status}, 200, 'allowed, as the first says');
    is($answer->{headers}{'x-shadow'}, 'deny', 'the second would not');

    $answer = $anna->get('/assist/open');
    is($answer->{status}, 200, 'where they agree');
    is($answer->{headers}{'x-shadow'}, 'allow', 'both do');

    $answer = $anna->get('/red?colour=blue');
    is($answer->{status}, 403, 'refused, as the first says');
    is($answer->{headers}{'x-shadow'}, 'allow', 'though the second would not');

    is($nobody->get('/home/dashboard')->{headers}{'x-shadow'}, 'deny',
        'nobody signed in: both refuse');
};

subtest 'differences are told, bounded' => sub {
    my @lines = shadow_lines();
    ok(@lines >= 1, 'a line in the log') or return;
    like($lines[0], qr/\[warn\].*shadow\ policy\ says\ deny\ \(permission_missing\)
        .*"home_dashboard_access".*live\ one\ allow.*roles\ "agent"
        .*1\ of\ 1\ decisions\ differ/x, 'which says what differs');

    my $before = @lines;
    my $start = time;
    $anna->get('/home/dashboard') for 1 .. 60;
    my $seconds = time - $start + 1;
    cmp_ok(shadow_lines() - $before, '<=', $seconds + 1,
        'at most one a second, of all workers together');

    sleep 1;
    $anna->get('/home/dashboard');
    my ($differ, $of) = (shadow_lines())[-1] =~ /(\d+) of (\d+) decisions/;
    is($differ, 63, 'all were counted, over both workers');
    is($of, 65, 'and those that agree');
};

subtest 'policy replay tells the same from the access log' => sub {
    $anna->get('/red?colour=dark,%20%22red%22');
    my $call = $world->call;
    my $guest = $world->guest($call);
    is($guest->get("/call/$call")->{status}, 200, 'a guest');
    $edge->ctl('call', 'end', $call);
    isnt($guest->get("/call/$call")->{status}, 200, 'the call has ended');

    # A line is written after its answer.

    my @lines;
    ok($edge->wait_for(sub {
        @lines = split /\n/, $edge->access_log;
        return @lines == $edge->{asked};
    }), 'a line for each request');
    my @decoded = map { eval { decode_json($_) } } @lines;
    is(scalar(grep { $_ } @decoded), scalar @lines, 'every line is JSON');

    my ($rc, $out) = $edge->ctl_try('policy', 'replay',
        "$dir/conf/policy.json", "$dir/conf/policy.json", '--log',
        "$dir/logs/access.log");
    is($rc, 0, 'the policy that decided: nothing changes') or diag $out;
    my $answer = decode_json($out);
    is($answer->{changed}, 0, 'none');
    is($answer->{disagree}, 0, 'and it decides as it did');
    is($answer->{lines}, scalar @lines, 'every line was read');
    cmp_ok($answer->{decided}, '>=', 66, 'and decided');
    is($answer->{skipped}, 1 + scalar(grep { ($_->{decision} // '') eq '' }
        @decoded), 'but those that no rule decided');

    ($rc, $out) = $edge->ctl_try('policy', 'replay',
        "$dir/conf/policy.json", "$dir/conf/next.json", '--log',
        "$dir/logs/access.log");
    is($rc, 1, 'the second: something does') or diag $out;
    $answer = decode_json($out);
    is($answer->{changed}, 63, 'as often as the shadow saw');
    is_deeply([map { "$_->{rule} $_->{before} $_->{after} $_->{count}" }
        @{ $answer->{changes} }],
        ['home_dashboard_access allow deny 62', 'red deny allow 1'],
        'by rule, with counts') or diag $out;
};

subtest 'the API tells how often they differ' => sub {
    my $shadow = $world->signed_in('olga')->get('/xassist/v1/policy')
        ->{json}{shadow};
    is($shadow->{sha256}, sha256_hex($next), 'by which second policy');
    is($shadow->{differed}, 63, 'differences');
    cmp_ok($shadow->{decided}, '>=', 68, 'of all decisions');
};

subtest 'a shadow that is broken' => sub {
    my %broken = ('with an error' => $next =~ s/"roles"\s*:/"rolls": 1, $&/r,
        'without a rule in use' => $next =~ s/"red": \{/"rod": {/r);

    for my $name (sort keys %broken) {
        Xassist::Edge::spew("$dir/conf/next.json", $broken{$name});
        my ($ok, $text) = $edge->test_config;
        ok(!$ok, "$name: nginx -t fails");
        like($text, qr/next\.json/, 'and names it');
    }

    unlink "$dir/conf/next.json";
    my ($ok, $text) = $edge->test_config;
    ok(!$ok && $text =~ /next\.json.*No such file/s, 'absent');
};

subtest 'the second follows a reload, and goes' => sub {
    Xassist::Edge::spew("$dir/conf/next.json", $policy);
    ok($edge->reload, 'the same as the first');
    is($anna->get('/home/dashboard')->{headers}{'x-shadow'}, 'allow',
        'agrees');

    my $config = Xassist::Edge::slurp("$dir/conf/nginx.conf");
    Xassist::Edge::spew("$dir/conf/nginx.conf",
        $config =~ s/ shadow=next\.json//r);
    ok($edge->reload, 'without one');
    my $answer = $anna->get('/home/dashboard');
    is($answer->{status}, 200, 'the first decides as ever');
    is($answer->{headers}{'x-shadow'}, undef, 'alone');
};

$world->finish(qr/\[emerg\].*next\.json/);
