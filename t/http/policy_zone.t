#!/usr/bin/perl

# The zone of the policy: one of another size or name takes over, for old
# workers, too, and goes on counting; one that is too small changes nothing.

use strict;
use warnings;
use lib 't/lib';

use Digest::SHA qw(sha256_hex);
use Test::More;
use Time::HiRes qw(sleep);
use Xassist::Socket;
use Xassist::World;

my $world = world(
    policy => sub {
        $_[0] =~ s/"roles"\s*:\s*\{/$&"watcher": {"title": "Watcher",
            "grants": ["home_dashboard_access"]}, /r
    },
    substitute => sub {
        $_[0] =~ s/add_header X-Worker.*/$&
            add_header X-Generation \$xassist_generation always;/r
    });
my $edge = $world->edge;
my $policy = "$edge->{dir}/conf/policy.json";
my $config = "$edge->{dir}/conf/nginx.conf";
my $opens = Xassist::Edge::slurp($policy);
my $closed = $opens =~ s/(\["home_dashboard_access")(\]\}, )/["xa_xassist"$2/r;
my $plain = Xassist::Edge::slurp($config);

$world->user('walt', roles => 'watcher');
my $walt = $world->signed_in('walt');


# A request whose head is unfinished keeps its worker alive.

sub pending {
    my $socket = Xassist::Socket->connect($edge->{port});
    $socket->send("GET /home/dashboard HTTP/1.1\r\nHost: localhost\r\n");
    sleep 0.1;
    return $socket;
}


sub finished {
    my ($socket) = @_;

    $socket->send("Cookie: xassist=$walt->{cookies}{xassist}\r\n"
        . "Connection: close\r\n\r\n");
    return $socket->read_head // {};
}


sub generation { $_[0]{headers}{'x-generation'} // 'none' }


my $before = generation($walt->get('/home/dashboard'));
is($before, 1, 'the first policy is generation 1');

for my $case (['another size', 'zone=xassist:2m', $closed, 403],
    ['a smaller one', 'zone=xassist:512k', $opens, 200],
    ['another name', 'zone=other:1m', $closed, 403],
    ['and back', 'zone=xassist:1m', $opens, 200])
{
    my ($name, $zone, $text, $status) = @$case;

    subtest $name => sub {
        my %old = map { $_ => 1 } $edge->workers;
        my $socket = pending();

        Xassist::Edge::spew($config, $plain =~ s/zone=xassist:1m/$zone/r);
        Xassist::Edge::spew($policy, $text);
        ok($edge->reload, 'reloaded');

        my $new = $walt->get('/home/dashboard');
        is($new->{status}, $status, 'new workers have the policy');
        is(generation($new), $before + 1, 'as the next generation');

        my $answer = finished($socket);
        ok($old{ $answer->{headers}{'x-worker'} // 0 }, 'an old worker');
        is($answer->{status}, $status, 'has it, too');
        is(generation($answer), $before + 1, 'as the same generation');
        $before++;
    };
}

subtest 'generation, SHA-256 and load time are shown' => sub {
    my $olga = $world->signed_in('olga');
    my $live = $olga->get('/xassist/v1/policy');
    is($live->{status}, 200, 'v1/policy');
    is($live->{json}{generation}, $before, 'generation');
    is($live->{json}{sha256}, sha256_hex($opens), 'SHA-256 of the file');
    like($live->{json}{loaded}, qr/^\d{4}-\d\d-\d\dT[\d:.]+Z$/, 'load time');
    ok((grep { $_ == $live->{json}{worker} } $edge->workers), 'by a worker');
    is($live->{json}{shadow}, undef, 'no shadow');

    my $health = $world->client->get('/xassist/v1/health')->{json};
    is($health->{generation}, $before, 'v1/health: generation');
    is($health->{policy_sha256}, sha256_hex($opens), 'SHA-256');
    is($health->{policy_loaded}, $live->{json}{loaded}, 'load time');

    is($edge->ctl('policy', 'check', $policy)->{sha256},
        $live->{json}{sha256}, 'xassistctl policy check: the same SHA-256');
    ok($edge->wait_for(sub {
        my $told = eval { $edge->ctl('policy', 'live') } // return 0;
        return @{ $told->{workers} } >= 1 && $told->{agree} ? 1 : 0;
    }), 'xassistctl policy live: all workers agree');
    my ($worker) = grep { $_->{pid} == $live->{json}{worker} }
        @{ $edge->ctl('policy', 'live')->{workers} };
    is_deeply([@$worker{qw(generation sha256 loaded)}],
        [@{ $live->{json} }{qw(generation sha256 loaded)}],
        'and each says the same as the API') or diag explain $worker;
    is($walt->get('/xassist/v1/policy')->{status}, 403,
        'v1/policy is not for everybody');
};

subtest 'one that is too small' => sub {
    Xassist::Edge::spew($policy, $closed);
    Xassist::Edge::spew($config, $plain =~ s/zone=xassist:1m/zone=xassist:40k/r);

    my ($ok, $text) = $edge->test_config;
    ok(!$ok, 'nginx -t refuses it');
    like($text, qr/zone "xassist" of \d+ bytes is too small.*at least (\d+)k in \S+/,
        'and says what it needs, and where');
    my ($need) = $text =~ /at least (\d+)k/;

    ok($edge->reload(fails => 1), 'so does the reload');
    my $answer = $walt->get('/home/dashboard');
    is($answer->{status}, 200, 'nothing has changed');
    is(generation($answer), $before, 'not the generation either');

    Xassist::Edge::spew($config,
        $plain =~ s/zone=xassist:1m/zone=xassist:${need}k/r);
    ok($edge->reload, 'what it says it needs is enough');
    is($walt->get('/home/dashboard')->{status}, 403, 'for the policy');
};

subtest 'a reload that fails after the zone was made' => sub {
    my $answer = $walt->get('/home/dashboard');
    my $taken = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1',
        ReuseAddr => 0);
    my $port = $taken->sockport;

    Xassist::Edge::spew($policy, $opens);
    Xassist::Edge::spew($config, $plain =~ s/(listen 127.*;)/$1
        listen 127.0.0.1:$port;/r);
    ok($edge->reload(fails => 1), 'a port that is taken');
    is($walt->get('/home/dashboard')->{status}, 403,
        'leaves the policy as it was');
    is(generation($walt->get('/home/dashboard')), generation($answer),
        'and its generation');
};

$world->finish(qr/\[emerg\].*(?:too small|in use|bind)/);
