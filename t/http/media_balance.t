#!/usr/bin/perl

# All of a call reach one media server, chosen before anything is connected;
# calls spread; drained and failed servers get no new ones.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Time::HiRes qw(time);
use Xassist::Media;
use Xassist::World;

my $races = $ENV{XASSIST_RACES} // 200;
my $world = media_world(servers => 3, line => sub {
    ('weight=2', 'weight=1', 'weight=1')[$_[0] - 1] }, upstream_lines =>
    'keepalive 8;');
my $edge = $world->edge;
my %pid = map { ($_ => $world->{server}{$_}{pid}) } keys %{ $world->{server} };
my $olga = $world->signed_in('olga');

$world->user('emil', roles => 'account_admin');
my $emil = $world->signed_in('emil');

$world->user('ida', roles => 'agent,account_admin');
my $ida = $world->signed_in('ida');

sub servers {
    return { map { ($_->{name} => $_) }
        @{ $edge->ctl('media', 'list')->{servers} } };
}


subtest 'everybody of a call on one server, calls spread by weight' => sub {
    my (%calls, @open, %workers);

    for my $n (1 .. 12) {
        my $call = $world->call;

        for my $client ($olga, $world->guest($call), $world->guest($call)) {

            # One by the other worker, at least.

            my ($one, $two) = keys %workers;
            $edge->hold($one) if $one && !$two;
            my ($socket, $answer) = $client->websocket("/ws/$call");
            kill 'CONT', $one if $one;
            push @open, $socket;
            $calls{$call}{$answer->{headers}{'x-media'} // 'none'}++;
            $workers{$answer->{worker} // ''}++;
            is($answer->{seen}{pid}, $pid{$answer->{headers}{'x-media'} // ''},
                'and it is there') or diag explain $answer;
        }

        is($world->shown($call)->{media}, (keys %{ $calls{$call} })[0],
            'the record says where');
    }

    is(scalar(grep { keys %$_ != 1 } values %calls), 0, 'no call is split');
    ok(keys %workers == 2, 'two workers took part');

    my $servers = servers();
    my ($first, @rest) = map { "127.0.0.1:" . $_->port } @{ $world->{servers} };
    is($servers->{$first}{calls}, 6, 'half of the calls on the heavy one');
    is($servers->{$_}{calls}, 3, 'a quarter on another') for @rest;

    $_->close for @open;
    $edge->ctl('call', 'end', $_) for keys %calls;
    is_deeply(servers(), {}, 'ended calls count no more');
};

subtest 'first joins that race' => sub {
    my (%split, $failed, $n);
    my $start = time;

    for (1 .. $races) {
        my $call = $ida->request('POST', '/xassist/v1/calls', {
            Origin => $ida->origin, 'Content-Type' => 'application/json' },
            '{"title":"Pump 7"}')->{json}{id};
        my @answers = at_once(map { [$_, "/ws/$call"] } $ida, $emil, $ida);

        $failed++ for grep { $_->{status} != 101 } @answers;
        my %on = map { ($_->{headers}{'x-media'} // '', 1) } @answers;
        $split{$call} = [keys %on] if keys %on != 1;
        $_->{socket}->close for @answers;
        $n++;
    }

    is($failed // 0, 0, 'everybody got in');
    diag sprintf "%.0f races in a second", $n / (time - $start);
    is_deeply(\%split, {}, "$n races, none split");
    my ($most) = sort { $b <=> $a } map { $_->{calls} } values %{ servers() };
    ok($most <= $races / 2 + 1, "spread all the same ($most on the heaviest)");
};

subtest 'requests without a WebSocket go where the call is' => sub {
    my $call = $world->call;
    my $answer = $olga->get("/media/$call/poll");
    is($answer->{status}, 200, 'a long poll comes first');
    my $media = $answer->{headers}{'x-media'};
    is($answer->{json}{pid}, $pid{$media // ''}, 'and chooses the server');

    for (1 .. 8) {
        my $again = $olga->get("/media/$call/poll");
        is($again->{json}{pid}, $pid{$media}, 'others follow');
    }

    my (undef, $socket) = $olga->websocket("/ws/$call");
    is($socket->{seen}{pid}, $pid{$media}, 'the WebSocket too');
};

subtest 'drained' => sub {
    my @names = sort keys %pid;
    my $old = $world->call;
    my (undef, $was) = $olga->websocket("/ws/$old");
    my $name = $was->{headers}{'x-media'};
    my $answer = $edge->ctl('media', 'drain', $name);
    ok($answer->{drained}, 'said so');

    for (1 .. 6) {
        my $call = $world->call;
        my ($socket, $answer) = $olga->websocket("/ws/$call");
        isnt($answer->{headers}{'x-media'}, $name, 'no new call');
    }

    my (undef, $back) = $world->guest($old)->websocket("/ws/$old");
    is($back->{headers}{'x-media'}, $name, 'its own calls stay');

    $edge->ctl('media', 'drain', $_) for grep { $_ ne $name } @names;
    my $call = $world->call;
    my (undef, $refused) = $olga->websocket("/ws/$call");
    is($refused->{status}, 503, 'with all drained there is no place');
    is(reason($refused), 'media_unavailable', 'which it says');
    ok($edge->wait_for(sub { $world->states($call) !~ /joining|present/ }),
        'nobody is left behind in the call');

    $edge->ctl('media', 'undrain', $_) for @names;
    my (undef, $again) = $olga->websocket("/ws/$call");
    is($again->{status}, 101, 'undrained it works');
};

subtest 'without a call it is least_conn' => sub {
    my $count = keys %{ $world->{server} };
    is($count, 3, 'three servers');
    is($world->client->get("/media/AAAAAAAAAAAAAAAA")->{status}, 401,
        'and no way around the rule');
};

is($edge->ctl('store', 'check')->{findings}, 0, 'the store is whole');
$world->finish;
