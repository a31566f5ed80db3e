#!/usr/bin/perl

# Limits of the policy end WebSockets: their age, how many of one person, and
# rules that a new policy changes.  Only those that now fail are closed.

use strict;
use warnings;
use lib 't/lib';

use Mojo::JSON qw(decode_json);
use Test::More;
use Time::HiRes qw(time);
use Xassist::Live;
use Xassist::World;

my $world = world(socket_server => 1, workers => 2, policy => sub {
    $_[0] =~ s/"sockets_per_guest": 4/"sockets_per_guest": 2/r
        =~ s/("lifetime": "12h",\s*"idle": )"1h"/$1"none"/r
        =~ s/"roles"\s*:\s*\{/$&"watcher": {"title": "Watcher",
            "grants": ["home_dashboard_access"]}, /r
}, substitute => sub {
    $_[0] =~ s{location /rule/guest}{location /socket/home {
            xassist_require home_dashboard_access;
            xassist_proxy application;
        }

        location /socket/anybody {
            xassist_require authenticated;
            xassist_proxy application;
        }

        $&}r
});
my $edge = $world->edge;
my $live = live($world);
my $policy = "$edge->{dir}/conf/policy.json";


sub change {
    my ($what, $from, $to) = @_;

    my $text = Xassist::Edge::slurp($policy);
    my $changed = $text =~ s/$from/$to/r;
    BAIL_OUT("the policy was not changed: $what") if $changed eq $text;
    Xassist::Edge::spew($policy, $changed);
    ok($edge->reload, "reloaded: $what");
}


# What becomes of so many that one guest opens at one time: "stays" of at most
# two, which are closed then, or the reason.

sub ends {
    my ($guest, $path, $n) = @_;

    my %ends;
    my @open = map {
        my $socket = Xassist::Socket->connect($edge->{port});
        $socket->send($guest->upgrade_of($path));
        $socket;
    } 1 .. $n;

    @open = grep {
        my $answer = $_->read_head;
        $answer->{json} = eval { decode_json($_->read_exactly(
            $answer->{headers}{'content-length'})) }
            if $answer->{status} != 101;
        $ends{ reason($answer) || "status $answer->{status}" }++
            if $answer->{status} != 101;
        $answer->{status} == 101;
    } @open;

    # Those that must go do; then no more does.

    my $closed = sub {
        @open = grep {
            my $close = $_->wait_close(0.02);
            $ends{"$close->{code} $close->{reason}"}++ if $close;
            !$close;
        } @open;
        return @open <= 2;
    };

    $edge->wait_for($closed);
    select undef, undef, undef, 0.5;
    $closed->();
    $ends{stays} = @open;
    $_->close for @open;
    return \%ends;
}


subtest 'too many' => sub {
    my $call = $world->call;
    my ($ann, $ben) = map { $world->guest($call) } 1 .. 2;
    $live->open("Ann $_", $ann, "/ws/$call") for 1 .. 2;
    $live->open('Ben', $ben, "/ws/$call");
    ok($edge->wait_for(sub { $world->states($call) eq 'present present' }),
        'both are present');

    my ($third, $answer) = $ann->websocket("/ws/$call");
    ok(!$third, 'the third of one guest is refused');
    is(reason($answer), 'too_many', 'for its reason');
    $live->closes('the newest is refused', {});

    (delete $live->{open}{'Ann 1'})->close;
    ok($edge->wait_for(sub {
        my ($socket) = $ann->websocket("/ws/$call") or return 0;
        $live->{open}{'Ann 3'} = $socket if $socket;
        return $socket ? 1 : 0;
    }), 'one gone, another may come');

    # At one time, in both workers: never more than two stay.

    my $ends = ends($world->guest($call), "/ws/$call?delay=300", 6);
    my $stay = delete $ends->{stays};
    is($stay, 2, 'of six at one time two stay') or diag explain $ends;
    is((grep { !/^(?:too_many|4429 too_many)$/ } keys %$ends), 0,
        'the others are told why') or diag explain $ends;
    $live->finish;
};

subtest 'the oldest makes room, by policy' => sub {
    change('the oldest makes room', qr/"replace_oldest": false/,
        '"replace_oldest": true');
    my $call = $world->call;
    my ($ann, $ben) = map { $world->guest($call) } 1 .. 2;

    $live->open('Ben', $ben, "/ws/$call");

    for my $n (1 .. 8) {
        $live->open("Ann $n", $ann, "/ws/$call");
        ok($edge->wait_for(sub { $world->states($call)
            eq 'present present' }), 'both are present') if $n == 1;
        $live->closes("number $n", $n > 2
            ? { 'Ann ' . ($n - 2) => '4429 too_many' } : {});
    }

    # At one time: the two that came last stay, whichever they are.

    my $ends = ends($world->guest($call), "/ws/$call?delay=200", 8);
    is_deeply($ends, { stays => 2, '4429 too_many' => 6 },
        'of eight at one time two stay') or diag explain $ends;
    ok($edge->wait_for(sub { $world->states($call)
        eq 'away present present' }), 'who has none left is away');
    my ($failed, $report) = $edge->ctl_try('store', 'check');
    is($failed, 0, 'the counts are right') or diag $report;

    # In one millisecond: each is still counted as itself.

    if (Xassist::Edge::has_test_clock()) {
        $edge->clock(time * 1000);
        is_deeply(ends($world->guest($call), "/ws/$call?delay=200", 8),
            { stays => 2, '4429 too_many' => 6 },
            'of eight of one millisecond two stay');
        $edge->clock;
        ($failed, $report) = $edge->ctl_try('store', 'check');
        is($failed, 0, 'the counts are right') or diag $report;
    }

    $live->finish;
    change('the newest is refused', qr/"replace_oldest": true/,
        '"replace_oldest": false');
};

subtest 'a new policy' => sub {
    $world->user('walt', roles => 'watcher');
    my $call = $world->call;
    my ($walt, $olga) = map { $world->signed_in($_) } qw(walt olga);

    $live->open_in_each('walt home', $walt, '/socket/home', 2);
    $live->open('walt any', $walt, '/socket/anybody');
    $live->open('olga home', $olga, '/socket/home');
    $live->open('guest', $world->guest($call), "/ws/$call");

    change('a right of a role taken', qr/\["home_dashboard_access"\]\}, /,
        '["xa_xassist"]}, ');
    $live->closes('policy changed', { map { $_ => '4403 permission_missing' }
        grep { /^walt home/ } keys %{ $live->{open} } });

    change('nothing that matters', qr/"title": "Watcher"/,
        '"title": "Looker"');
    $live->closes('policy changed again', {});
    $live->finish;
};

subtest 'roles in another order' => sub {
    my $home = '"grants": ["home_dashboard_access"]}';
    change('two roles', qr/"roles"\s*:\s*\{/, qq("roles": {
        "b1_loser": {"title": "Loser", $home,
        "b2_keeper": {"title": "Keeper", $home, ));
    $world->user('lou', roles => 'b1_loser');
    $world->user('kim', roles => 'b2_keeper');

    $live->open_in_each("$_ home", $world->signed_in($_), '/socket/home', 2)
        for qw(lou kim);
    change('one before them, which has what the first had',
        qr/"b1_loser": \{"title": "Loser", \Q$home\E/,
        qq("b0_new": {"title": "New", $home,
        "b1_loser": {"title": "Loser", "grants": ["xa_xassist"]}));
    $live->closes('by the roles\' names', { map {
        $_ => '4403 permission_missing' } grep { /^lou/ }
        keys %{ $live->{open} } });
    $live->finish;
};

subtest 'age' => sub {
    plan skip_all => 'no test clock' unless Xassist::Edge::has_test_clock();

    my $call = $world->call;
    my $now = 1000 * int(time);
    $edge->clock($now);
    change('sockets are an hour old at most', qr/"max_age": "none"/,
        '"max_age": "1h"');
    $live->open('old', $world->signed_in('olga'), "/ws/$call");
    $edge->clock($now += 1_800_000);
    $live->open('new', $world->guest($call), "/ws/$call");
    is_deeply($live->closed({}, 2), {}, 'both are younger');

    # Looked at again at once, whenever the policy changes.

    $edge->clock($now += 1_801_000);
    change('nothing else', qr/"title": "Looker"/, '"title": "Watcher"');
    $live->closes('too old', { old => '4411 max_age' });
    ok(($world->guest($call)->websocket("/ws/$call"))[0], 'one may come back');
    $live->finish;

    # By itself, when it is its time.

    $edge->clock;
    change('sockets are two seconds old at most', qr/"max_age": "1h"/,
        '"max_age": "2s"');
    my $time = time;
    $live->open('short', $world->signed_in('olga'), "/ws/$call");
    $live->closes('too old by itself', { short => '4411 max_age' }, 9);
    cmp_ok(time - $time, '>=', 2, 'and not before');
    $live->finish;
};

$world->finish;
