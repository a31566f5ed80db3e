#!/usr/bin/perl

# What ends somebody's part in a call ends their WebSockets in every worker,
# and nobody else's: invitation withdrawn, participant removed, inviter or
# owner gone.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Time::HiRes qw(time);
use Xassist::Live;
use Xassist::World;

my $world = world(workers => 2, policy => sub {
    $_[0] =~ s/"grace": "60s"/"grace": "1s"/r
});
my $edge = $world->edge;
my $live = live($world);


# An external's browser, in the call; (client, invitation).

sub external {
    my ($call, $inviter, $name) = @_;

    my $made = $world->external($call, $inviter, $name, 'view');
    my $client = $world->client;
    my $answer = $client->join_link($made->{link});
    is($answer->{status}, 303, "$name joined") or diag explain $answer;
    return ($client, $made);
}


sub participant {
    my ($call, $name) = @_;

    my ($found) = grep { $_->{name} eq $name }
        @{ $world->shown($call)->{participants} };
    return $found->{id};
}


sub log_of {
    my ($call) = @_;
    my $log = $edge->ctl('log', 'tail', '-n', '60');
    return grep { ($_->{call} // '') eq $call }
        ref $log eq 'HASH' ? @{ $log->{events} } : @$log;
}


subtest 'invitation withdrawn' => sub {
    my $call = $world->call;
    $live->open('olga', $world->signed_in('olga'), "/ws/$call");

    my $shared = $world->invitation($call);
    my ($one, $two) = map { $world->client } 1 .. 2;
    $one->join_link($shared->{link});
    $two->join_link($shared->{link});
    $live->open('guest one', $one, "/ws/$call");
    $live->open('guest two', $two, "/ws/$call");

    my ($max, $invited) = external($call, 'olga', 'Max');
    my ($pia) = external($call, 'olga', 'Pia');
    $live->open_in_each('Max', $max, "/ws/$call", 2);
    $live->open('Pia', $pia, "/ws/$call");

    $edge->ctl('invite', 'withdraw', $shared->{id});
    $live->closes('a shared link withdrawn', {});

    $edge->ctl('invite', 'withdraw', $invited->{id});
    $live->closes('an invitation of one person withdrawn',
        { map { $_ => '4410 withdrawn' } grep { /^Max/ }
        keys %{ $live->{open} } });
    is(reason($max->get("/call/$call")), 'withdrawn', 'and nothing else goes');
    $live->finish;
};

subtest 'participant removed' => sub {
    my $call = $world->call;
    my ($ann, $ben) = map { $world->guest($call, name => $_) } qw(Ann Ben);
    $live->open_in_each('Ann', $ann, "/ws/$call", 2);
    $live->open('Ben', $ben, "/ws/$call");
    $live->open('olga', $world->signed_in('olga'), "/ws/$call");

    $edge->ctl('call', 'remove', $call, participant($call, 'Ann'));
    $live->closes('removed', { map { $_ => '4405 removed' }
        grep { /^Ann/ } keys %{ $live->{open} } });
    my ($socket, $answer) = $ann->websocket("/ws/$call");
    is($answer->{status}, 403, 'she does not come back');
    is(reason($ann->get("/xassist/v1/calls/$call/admission")), 'removed',
        'and can ask why');

    $edge->ctl('call', 'remove', $call, participant($call, 'olga'));
    $live->closes('a user removed', { olga => '4405 removed' });
    $live->finish;
};

subtest 'the inviter leaves' => sub {
    $world->user('bob', roles => 'account_admin');
    my $call = $world->call;
    my ($olga, $bob) = map { $world->signed_in($_) } qw(olga bob);
    $live->open('olga', $olga, "/ws/$call");
    $live->open('bob', $bob, "/ws/$call");
    my ($max) = external($call, 'olga', 'Max');
    my ($pia) = external($call, 'bob', 'Pia');
    $live->open_in_each('Max', $max, "/ws/$call", 2);
    $live->open('Pia', $pia, "/ws/$call");
    $live->open('Ann', $world->guest($call), "/ws/$call");

    # The clock stands still meanwhile, however slowly all of this goes.

    $edge->clock(1000 * time) if Xassist::Edge::has_test_clock();
    (delete $live->{open}{olga})->close;
    ok($edge->wait_for(sub { $world->states($call) =~ /away/ }), 'away');
    is_deeply($live->closed({}, 0.3), {}, 'is not gone');
    $edge->clock(undef);
    $live->closes('grace over', { map { $_ => '4423 inviter_left' }
        grep { /^Max/ } keys %{ $live->{open} } });

    my %seq = map { $_->{seq} => $_ } log_of($call);
    my ($left) = grep { $_->{kind} eq 'session.revoked' } values %seq;
    is($left->{detail}, 'inviter_left', 'the log says why');
    is($seq{ $left->{cause} // 0 }{kind}, 'participant.left', 'and whence');
    $live->finish;
};

subtest 'everybody leaves' => sub {
    my $call = $world->call;
    my $link = $world->link($call);
    my $olga = $world->signed_in('olga');
    $live->open('olga', $olga, "/ws/$call");
    my ($max) = external($call, 'olga', 'Max');
    $live->open('Max', $max, "/ws/$call");
    (delete $live->{open}{olga})->close;
    $live->closes('one end causes the next', { Max => '4423 inviter_left' });
    ok($edge->wait_for(sub { $world->shown($call)->{state} eq 'ended' }),
        'the empty call ends');
    is(reason($world->client->join_link($link)), 'call_ended',
        'and its links are dead');

    # Each step is in the log, with the one that it came from.

    my @events = log_of($call);
    my %seq = map { $_->{seq} => $_ } @events;
    my ($gone, $next) = sort { $a->{seq} <=> $b->{seq} }
        grep { $_->{kind} eq 'participant.left' } @events;
    my ($revoked) = grep { $_->{kind} eq 'session.revoked' } @events;
    my ($ended) = grep { $_->{kind} eq 'call.ended' } @events;
    is($revoked->{cause}, $gone->{seq}, 'who invited left: a session ended');
    is($next->{cause}, $gone->{seq}, 'and who came by it left');
    is($ended->{cause}, $next->{seq}, 'the last one left: the call ended');
    $live->finish;
};

subtest 'a chain' => sub {
    $world->user('dan', roles => 'account_admin');
    my $call = $world->call;
    $live->open('dan', $world->signed_in('dan'), "/ws/$call");
    ok($edge->wait_for(sub { $world->states($call) eq 'present' }),
        'present');
    my ($max) = external($call, 'dan', 'Max');
    $live->open('Max', $max, "/ws/$call");
    ok($edge->wait_for(sub { $world->states($call) eq 'present present' }),
        'both are');

    $edge->ctl('user', 'set', 'acme', 'dan', '--suspend');
    $live->closes('from the first to the last', { dan => '4413 suspended',
        Max => '4423 inviter_left' });
    ok($edge->wait_for(sub { $world->shown($call)->{state} eq 'ended' }),
        'the call ends');

    my %of;
    push @{ $of{ $_->{kind} } }, $_
        for sort { $a->{seq} <=> $b->{seq} } log_of($call);
    my ($away) = @{ $of{'participant.away'} };
    my ($gone, $next) = @{ $of{'participant.left'} };
    is($away->{detail}, 'suspended', 'closed for that: away');
    is($gone->{cause}, $away->{seq}, 'away: left');
    is($of{'session.revoked'}[0]{cause}, $gone->{seq}, 'left: a session ends');
    is($next->{cause}, $gone->{seq}, 'so its place');
    is($of{'call.ended'}[0]{cause}, $next->{seq}, 'none is left: the end');
    $live->finish;
};

subtest 'the owner leaves, by policy' => sub {
    $world->with_policy(sub {
        $_[0] =~ s/"end_when_owner_left": false/"end_when_owner_left": true/r
    });
    ok($edge->reload, 'reloaded');

    my $call = $world->call;
    $live->open('olga', $world->signed_in('olga'), "/ws/$call");
    $live->open('Ann', $world->guest($call), "/ws/$call");
    my $other = $world->call;
    $live->open('Cid', $world->guest($other), "/ws/$other");
    (delete $live->{open}{olga})->close;
    $live->closes('owner gone', { Ann => '4404 call_ended' });
    $live->finish;
};

$world->finish;
