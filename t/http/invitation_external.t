#!/usr/bin/perl

# Externals: invited from inside the call by name, for a reason and with a
# profile; one person, one time; never an owner; gone with their inviter.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Time::HiRes qw(time);
use Xassist::Api;
use Xassist::World;

plan skip_all => 'this build has no test clock'
    unless Xassist::Edge::has_test_clock();

my $start = int(time) * 1000;


# A world with Olga in her call, and Emil beside her.

sub house {
    my (%opt) = @_;
    my $world = world(%opt);
    $world->edge->clock($start);
    $world->user('emil', roles => 'agent', display => 'Emil');
    $world->{call} = $world->call;
    $world->{$_} = $world->signed_in($_) for qw(olga emil);
    ($world->{socket}) = $world->{olga}->websocket("/ws/$world->{call}");
    $world->edge->wait_for(sub { $world->states($world->{call})
        eq 'present' });
    return $world;
}


sub invite {
    my ($world, %more) = @_;
    return api($world->{olga}, POST => "calls/$world->{call}/invitations", {
        kind => 'external', name => 'Xenia', comment => 'knows pumps',
        profile => 'control', %more });
}


sub comes {
    my ($world, $link) = @_;
    my $client = $world->client;
    my $answer = $client->join_link($link, name => 'Mallory');
    return ($client, $answer) if $answer->{status} != 303;
    my ($socket, $refused) = $client->websocket("/ws/$world->{call}");
    $client->{socket} = $socket;
    return ($client, $refused);
}


my $world = house();

subtest 'profiles that may be chosen' => sub {
    my $list = api($world->{olga}, GET => 'profiles?for=invite')
        ->{json}{profiles};
    ok(@$list >= 2, 'there are some');
    ok(!(grep { $_->{name} eq 'default' } @$list), 'marked for it');
    for my $profile (@$list) {
        ok(length $profile->{title} && length $profile->{description},
            "$profile->{name}: title and description");
        like($profile->{mode}, qr/^(?:view|control)$/, 'mode');
    }
    is(api($world->{olga}, GET => 'profiles?for=fun')->{status}, 400,
        'for nothing else');
};

subtest 'what it needs' => sub {
    for my $row ([{ name => '' }], [{ comment => '' }], [{ profile => '' }],
        [{ profile => 'default' }], [{ profile => 'nothing' }])
    {
        my $answer = invite($world, %{ $row->[0] });
        is(reason($answer), 'invalid_request', join ' ', %{ $row->[0] });
    }
    is(reason(invite($world, channel => 'sms')), 'channel_not_allowed',
        'a channel of the policy');

    my $answer = api($world->{emil}, POST =>
        "calls/$world->{call}/invitations", { kind => 'external',
            name => 'X', comment => 'y', profile => 'view' });
    is($answer->{status}, 403, 'an inviter who is of the call');

    my $other = $world->call;
    $answer = api($world->{olga}, POST => "calls/$other/invitations",
        { kind => 'external', name => 'X', comment => 'y',
            profile => 'view' });
    is(reason($answer), 'inviter_left', 'and is present in it');
};

my ($xenia, $link);

subtest 'one person, one time' => sub {
    my $answer = invite($world);
    is($answer->{status}, 201, 'invited') or diag $answer->{body};
    is($answer->{json}{invitation}{uses}, 1, 'once');
    ok($answer->{json}{invitation}{expires}, 'for two hours');
    $link = $answer->{json}{link};

    ($xenia) = comes($world, $link);
    ok($xenia->{socket}, 'comes in');
    my $me = api(as_app($world, $xenia->{cookies}{'xassist-g'}), GET => 'me');
    is($me->{json}{kind}, 'external', 'as an external');
    is($me->{json}{name}, 'Xenia', 'by the name that the inviter gave');

    my $events = stream($world->{olga}, '');
    my ($second, $refused) = comes($world, $link);
    is(reason($refused), 'used', 'a second browser is refused');
    my ($path) = $link =~ m{(/j/.*)};
    $second->post($path, { nonce => 'A' x 27, name => 'M', terms => 1 });
    my $told;
    while (my $event = next_event($events, 3)) {
        last if $told = $event->{event} eq 'invitation.refused';
    }
    ok($told, 'and the inviter told');
    is(api($world->{olga}, GET => 'invitations')->{json}{invitations}[0]
        {state}, 'used', 'used');

    is($xenia->join_link($link)->{status}, 303, 'the first comes back');
};

subtest 'never an owner, whatever the profile says' => sub {
    my $call = $world->{call};
    my $user = api($world->{olga}, GET => 'me')->{json}{user};
    for my $row ([POST => "calls/$call/end"],
        [POST => "calls/$call/invitations", {}],
        [POST => "calls/$call/hand-over", { user => $user }],
        [POST => "calls/$call/accept"], [POST => "calls/$call/decline"],
        [DELETE => "calls/$call/participants/AAAB" . 'A' x 12])
    {
        is(api($xenia, @$row)->{status}, 403, "$row->[0] $row->[1]");
    }
    is(api($xenia, GET => "calls/$call/ice")->{status}, 200,
        'but takes part');
};

subtest 'several at once, and gone with the inviter' => sub {
    my ($second) = comes($world, invite($world, name => 'Yuri')
        ->{json}{link});
    ok($second->{socket}, 'a second external');
    my $unused = invite($world, name => 'Zoe')->{json}{link};

    my ($emil) = do {
        $world->edge->ctl(qw(user set acme emil --roles account_admin));
        $world->{emil}->websocket("/ws/$world->{call}") };

    $world->{socket}->close;
    $world->edge->wait_for(sub { $world->states($world->{call}) =~ /away/ });
    $world->edge->clock($start + 61_000);

    for my $client ($xenia, $second) {
        my $close = $client->{socket}->wait_close(5);
        is($close->{reason}, 'inviter_left', 'signed out');
    }
    is(reason($world->client->join_link($unused)), 'inviter_left',
        'an unused link is dead, too');
};

ok($world->edge->stop, "the edge ends");
is(join("\n", $world->edge->complaints), "", "a quiet log");


subtest 'two hours' => sub {
    my $world = house();
    my $late = invite($world)->{json}{link};
    my $used = invite($world)->{json}{link};
    my ($client) = comes($world, $used);
    ok($client->{socket}, 'one came in time');
    $world->edge->clock($start + 2 * 3600_000 + 1000);
    is(reason($world->client->join_link($late)), 'expired', 'too late');
    ok($client->{socket}->echoes("hi"), "whoever is in stays");
    $world->edge->stop;
    is(join("\n", $world->edge->complaints), '', 'a quiet log');
};

subtest 'bound to the owner, by policy' => sub {
    my $world = house(policy => sub {
        $_[0] =~ s/"bound_to": "inviter"/"bound_to": "owner"/r });
    $world->edge->ctl(qw(user set acme emil --roles account_admin));
    my ($client) = comes($world, invite($world)->{json}{link});
    ok($client->{socket}, 'an external');
    my ($emil) = $world->{emil}->websocket("/ws/$world->{call}");
    ok($emil, 'another user comes') or diag 'emil is not let in';

    $world->edge->wait_for(sub {
        $world->states($world->{call}) eq 'present present present' });
    my $list = api($world->{olga}, GET =>
        "calls/$world->{call}/participants")->{json}{participants};
    my ($user) = map { $_->{user} } grep { $_->{name} eq 'Emil' } @$list;
    my $answer = api($world->{olga}, POST => "calls/$world->{call}/hand-over",
        { user => $user });
    is($answer->{status}, 200, 'handed over') or diag $answer->{body};
    is($answer->{json}{owner}{name}, 'Emil', 'to Emil');
    ok(!$answer->{json}{mine}, 'not Olga\'s any more');

    $world->{socket}->close;
    $world->edge->wait_for(sub { $world->states($world->{call}) =~ /away/ });
    $world->edge->clock($start + 61_000);
    $world->edge->wait_for(sub { $world->states($world->{call}) =~ /left/ });
    ok($client->{socket}->echoes('hi'), 'the external stays with the owner');

    $emil->close;
    $world->edge->wait_for(sub { $world->states($world->{call}) =~ /away/ });
    $world->edge->clock($start + 122_000);
    my $close = $client->{socket}->wait_close(5);
    is($close->{reason}, 'inviter_left', 'and goes with the owner');
    $world->edge->stop;
    is(join("\n", $world->edge->complaints), '', 'a quiet log');
};

done_testing();
