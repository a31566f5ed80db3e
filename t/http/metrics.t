#!/usr/bin/perl

# Metrics are well-formed, count what happened in all workers, and outlive a
# reload and a killed worker.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::Live;
use Xassist::World;

my $world = world(workers => 2, substitute => sub {
    $_[0] =~ s{location /rule/guest}{location = /metrics {
            xassist_metrics;
            allow 127.0.0.1;
            deny all;
        }

        $&}r
});
my $edge = $world->edge;
my $live = live($world);
my $client = $world->client;


# {name with labels => value}, after a look at the form of every line.

sub metrics {
    my $answer = $client->get('/metrics');
    my (%value, %type, @bad);

    is($answer->{status}, 200, 'metrics') or return;
    like($answer->{headers}{'content-type'}, qr{^text/plain; version=0\.0\.4},
        'of the text format');

    for my $line (split /\n/, $answer->{body}) {
        if ($line =~ /^# HELP ([a-z_]+) \S/) {
            push @bad, "$1 twice" if $type{$1}++;

        } elsif ($line =~ /^# TYPE ([a-z_]+) (?:counter|gauge|histogram)$/) {
            push @bad, "$1 without help" unless $type{$1};

        } elsif ($line =~ /^(([a-z_]+?)(?:_(?:bucket|sum|count))?
            (?:\{(?:[a-z]+="[^"\n]*",?)+\})?) [ ] (\d+(?:\.\d+)?)$/x)
        {
            push @bad, "$line is of nothing" unless $type{$2};
            push @bad, "$1 twice" if exists $value{$1};
            $value{$1} = $3;

        } else {
            push @bad, $line;
        }
    }

    is(join("\n", @bad), '', 'every line is well-formed');
    like($answer->{body}, qr/\n\z/, 'to the end');
    return \%value;
}


# Waits until what is counted, after the answers and in both workers, says so;
# metrics() then.

sub metrics_say {
    my (%expected) = @_;

    $edge->wait_for(sub {
        my $body = $client->get('/metrics')->{body};
        return !grep { $body !~ /^\Q$_ $expected{$_}\E$/m } keys %expected;
    });
    return metrics();
}


my $m = metrics();
is($m->{xassist_live_connections}, 0, 'nothing is open');
is($m->{xassist_store_available}, 1, 'the store is there');
cmp_ok($m->{'xassist_store_bytes{kind="used"}'}, '>', 0, 'it has a size');

my $call = $world->call;
my $guest = $world->guest($call);
$live->open_in_each('guest', $guest, "/ws/$call", 2);
is($world->client->get('/rule/regular')->{status}, 401, 'a refusal');
ok($edge->wait_for(sub { $world->states($call) eq 'present' }), 'present');

$m = metrics_say(xassist_live_connections => 2, xassist_store_lag => 0);
is($m->{xassist_live_connections}, 2, 'two are open');
cmp_ok($m->{'xassist_decisions_total{verdict="allow",reason=""}'}, '>', 1,
    'allowed');
cmp_ok($m->{'xassist_decisions_total{verdict="deny",reason="signed_out"}'},
    '==', 1, 'refused');
cmp_ok($m->{xassist_commits_total}, '>', 1, 'committed');
is($m->{xassist_commit_seconds_count}, $m->{xassist_commits_total},
    'each timed');
is($m->{xassist_store_lag}, 0, 'nobody is behind');
is($m->{'xassist_commit_seconds_bucket{le="+Inf"}'},
    $m->{xassist_commit_seconds_count}, 'all in the last bucket');

$edge->ctl('call', 'end', $call);
$live->closes('end', { map { $_ => '4404 call_ended' }
    keys %{ $live->{open} } });

$m = metrics_say(xassist_live_connections => 0,
    'xassist_closed_total{code="4404"}' => 2,
    'xassist_closed_reasons_total{reason="call_ended"}' => 2,
    xassist_revocation_seconds_count => 2);
is($m->{'xassist_closed_total{code="4404"}'}, 2,
    'both are counted by their code');
is($m->{'xassist_closed_reasons_total{reason="call_ended"}'}, 2,
    'and by their reason');
is($m->{xassist_revocation_seconds_count}, 2, 'and timed');
cmp_ok($m->{xassist_revocation_seconds_sum}, '<', 20, 'soon');
cmp_ok($m->{xassist_slice_seconds_count}, '>', 0, 'what it took is told');
is($m->{xassist_live_connections}, 0, 'nothing is open');

# Each worker says by which policy it decides, whether somebody asked it or
# not: in the moment after a reload, the new ones and the old.

sub generations {
    my ($of) = @_;
    my %of = $client->get('/metrics')->{body}
        =~ /^xassist_policy_generation\{pid="(\d+)"\} (\d+)$/mg;
    return join ' ', map { $of{$_} // 'none' } @$of;
}

my $long = $world->call;
my ($held) = $world->guest($long)->websocket("/ws/$long");
my @workers = $edge->workers;
ok($edge->wait_for(sub { generations(\@workers) eq '1 1' }),
    'each worker decides by the first policy') or diag generations(\@workers);
ok($edge->reload, 'reloaded');
my %old = map { $_ => 1 } @workers;
ok($edge->wait_for(sub {
    @workers = $edge->workers;
    return generations(\@workers) =~ /^2(?: 2)+$/;
}), 'each by the second') or diag generations(\@workers);
ok((grep { $old{$_} } @workers), 'an old one, too');
$held->close if $held;
$edge->wait_for(sub { my @now = $edge->workers; return @now == 2 });
$m = metrics_say(xassist_live_connections => 0);
is($m->{'xassist_closed_total{code="4404"}'}, 2,
    'a reload loses nothing');

my $other = $world->call;
$guest = $world->guest($other);
$live->open_in_each('guest', $guest, "/ws/$other", 2);
my ($victim) = $edge->workers;
metrics_say(xassist_live_connections => 2);
kill 'KILL', $victim;
ok($edge->wait_for(sub {
    my @now = $edge->workers;
    return @now == 2 && !grep { $_ == $victim } @now;
}), 'a worker is killed');
$m = metrics_say(xassist_live_connections => 1);
is($m->{xassist_live_connections}, 1, 'and what it held is not open');

is($client->post('/metrics', {})->{status}, 405, 'read only');
$live->finish;
$world->finish(qr/exited on signal 9/);
