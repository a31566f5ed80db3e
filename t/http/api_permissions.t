#!/usr/bin/perl

# What each call of the API needs, with it and without it: the table of the
# design.  A role of its own lacks one permission of the agent's each time.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::Api;
use Xassist::World;

my %lacks = (
    no_create => ['xa_ocall_create_conference'],
    no_outside => ['xa_ocall_contact_list_invite-guestusers'],
    no_inside => ['xa_icall_invite'],
    no_invite => ['xa_icall_invite',
        'xa_ocall_contact_list_invite-guestusers'],
    no_dashboard => ['xa_ocall_xassist-dashboard'],
    no_all => ['xa_ocall_calllog_see-all-call-logs'],
    no_own => ['xa_ocall_calllog_see-all-call-logs',
        'xa_ocall_calllog_see-own-call-logs'],
    no_remove => ['xa_icall_remove'],
    no_end => ['xa_icall_end'],
    no_hand_over => ['xa_icall_hand-over'],
    no_contacts => ['xa_ocall_contact_list_contact-list'],
    no_export => ['xa_ocall_calllog_export-call-log'],
);

my $world = world(policy => sub {
    my ($text) = @_;
    my ($grants) = $text =~ /"agent": \{.*?"grants": \[(.*?)\]/s;

    for my $role (sort keys %lacks) {
        my %without = map { $_ => 1 } @{ $lacks{$role} };
        my $left = join ', ', map { qq("$_") }
            grep { !$without{$_} } $grants =~ /"([^"]+)"/g;
        $text =~ s/("roles": \{)/$1\n"$role": {"title": "$role",
            "includes": ["client"], "grants": [$left]},/;
    }
    return $text;
});
my $edge = $world->edge;

my (%client, %call);

for my $name ('agent', sort keys %lacks) {
    $world->user($name, roles => $name);
    $client{$name} = $world->signed_in($name);
    $call{$name} = $edge->ctl(qw(call create acme), $name)->{id};
}


# The same request by an agent and by one who lacks it.

sub with_and_without {
    my ($name, $role, $status, $ask) = @_;

    my $answer = $ask->('agent');
    is($answer->{status}, $status, "$name: with it")
        or diag $answer->{body};
    $answer = $ask->($role);
    is($answer->{status}, 403, "$name: without it");
    is(reason($answer), 'permission_missing', "$name: reason");
}


with_and_without('create a conference', 'no_create', 201, sub {
    api($client{$_[0]}, POST => 'calls', {}) });

with_and_without('invite', 'no_invite', 201, sub {
    api($client{$_[0]}, POST => "calls/$call{$_[0]}/invitations", {}) });

is(api($client{no_inside}, POST => "calls/$call{no_inside}/invitations", {})
    ->{status}, 201, 'invite: from outside the call');
is(api($client{no_outside}, POST => "calls/$call{no_outside}/invitations",
    {})->{status}, 201, 'invite: from inside the call');

with_and_without('make a service request: to create', 'no_create', 201, sub {
    api($client{$_[0]}, POST => 'service-requests', {}) });
with_and_without('make a service request: to invite', 'no_outside', 201, sub {
    api($client{$_[0]}, POST => 'service-requests', {}) });

with_and_without('list open and live calls', 'no_dashboard', 200, sub {
    api($client{$_[0]}, GET => 'calls') });

my ($other) = $edge->ctl(qw(user create acme other))->{id};

with_and_without('ring a user', 'no_contacts', 200, sub {
    api($client{$_[0]}, POST => "calls/$call{$_[0]}/ring",
        { user => $other }) });

with_and_without('list what one has invited', 'no_invite', 200, sub {
    api($client{$_[0]}, GET => 'invitations') });
with_and_without('see profiles', 'no_invite', 200, sub {
    api($client{$_[0]}, GET => 'profiles?for=invite') });


# Somebody in the call of each, to be removed.

my %guest;

for my $name (qw(agent no_remove)) {
    my $made = api($client{$name}, POST => "calls/$call{$name}/invitations",
        {})->{json};
    $world->client->join_link($made->{link});
    my $list = api($client{$name}, GET => "calls/$call{$name}/participants");
    $guest{$name} = $list->{json}{participants}[0]{id};
}

with_and_without('remove', 'no_remove', 200, sub {
    api($client{$_[0]}, DELETE => "calls/$call{$_[0]}/participants/"
        . $guest{$_[0]}) });

with_and_without('hand over', 'no_hand_over', 200, sub {
    api($client{$_[0]}, POST => "calls/$call{$_[0]}/hand-over",
        { user => $other }) });

with_and_without('end', 'no_end', 200, sub {
    api($client{$_[0]}, POST => "calls/$call{$_[0]}/end") });

api($client{$_}, POST => "calls/$call{$_}/end")
    for qw(no_all no_own no_create);

with_and_without('list ended calls', 'no_own', 200, sub {
    api($client{$_[0]}, GET => 'calls?state=ended') });
with_and_without('see an ended call', 'no_own', 200, sub {
    api($client{$_[0]}, GET => "calls/$call{$_[0]}") });

with_and_without('export the call log: to export', 'no_export', 200, sub {
    api($client{$_[0]}, GET => 'calls?state=ended&format=csv') });
with_and_without('export the call log: to see it', 'no_own', 200, sub {
    api($client{$_[0]}, GET => 'calls?state=ended&format=ndjson') });

is(join(' ', map { /^\{"id":"(\S{16})"/ } split /\n/, api($client{no_all},
    GET => 'calls?state=ended&format=ndjson')->{body}), $call{no_all},
    'export: one\'s own alone');

is(join(' ', map { $_->{id} } @{ api($client{no_all},
    GET => 'calls?state=ended')->{json}{calls} }), $call{no_all},
    'ended calls: one\'s own');
ok(@{ api($client{agent}, GET => 'calls?state=ended')->{json}{calls} } > 2,
    'ended calls: everybody\'s');
is(api($client{no_all}, GET => "calls/$call{no_create}")->{status}, 403,
    'ended calls: not another\'s');

subtest 'a call of somebody else is only listed' => sub {
    my $foreign = $call{no_dashboard};
    my $made = api($client{no_dashboard},
        POST => "calls/$foreign/invitations", {})->{json};
    my $id = $made->{invitation}{id};

    is(api($client{agent}, GET => "calls/$foreign")->{status}, 200,
        'it is seen on the dashboard');
    for my $row ([POST => "calls/$foreign/invitations", {}],
        [GET => "calls/$foreign/invitations"], [GET => "invitations/$id"],
        [POST => "invitations/$id/withdraw"],
        [POST => "calls/$foreign/ring", { user => $other }],
        [POST => "calls/$foreign/end"])
    {
        is(reason(api($client{agent}, @$row)), 'permission_missing',
            "$row->[0] $row->[1]");
    }
    is(api($client{no_dashboard}, GET => "invitations/$id")->{status}, 200,
        'what one has made oneself is one\'s own');
};

subtest 'end a service request, as the guest who pressed Join' => sub {
    my %end;

    for my $grants ('with', 'without') {
        my $made = api($client{agent}, POST => 'service-requests', {})
            ->{json};
        my $guest = $world->client;
        $guest->join_link($made->{link});
        my $app = as_app($world, $guest->{cookies}{'xassist-g'});
        my ($ringing) = map { $_->{call} } api($client{agent}, GET =>
            "invitations/$made->{invitation}{id}")->{json};

        if ($grants eq 'without') {
            $world->with_policy(sub {
                $_[0] =~ s/("xa_icall_record"), "xa_icall_end-request"/$1/r });
            ok($edge->reload, 'guests lose it');
        }
        $end{$grants} = api($app, POST => "calls/$ringing/end");
    }

    is($end{with}{status}, 200, 'with it');
    is($end{without}{status}, 403, 'without it');
    is(reason($end{without}), 'not_for_guests', 'reason');
    $world->with_policy(sub {
        $_[0] =~ s/"xa_icall_record"(?=\s*\])/$&, "xa_icall_end-request"/r });
    ok($edge->reload, 'and have it again');
};

subtest 'guests and nobody have none of it' => sub {
    my $call = $call{no_hand_over};
    my $made = api($client{no_hand_over}, POST => "calls/$call/invitations",
        {})->{json};
    my $guest = $world->client;
    $guest->join_link($made->{link});
    my $app = as_app($world, $guest->{cookies}{'xassist-g'});

    for my $row ([POST => 'calls', {}], [POST => 'service-requests', {}],
        [GET => 'calls'], [GET => 'calls?state=ended'],
        [GET => 'calls?state=ended&format=csv'],
        [POST => "calls/$call/ring", { user => $other }],
        [GET => 'invitations'], [GET => 'profiles'],
        [POST => "calls/$call/invitations", {}],
        [GET => "calls/$call/invitations"],
        [GET => "invitations/$made->{invitation}{id}"],
        [POST => "invitations/$made->{invitation}{id}/withdraw"],
        [POST => "calls/$call/end"], [POST => "calls/$call/accept"],
        [POST => "calls/$call/decline"],
        [POST => "calls/$call/hand-over", { user => $other }])
    {
        my $answer = api($app, @$row);
        is($answer->{status}, 403, "a guest: $row->[0] $row->[1]");
        $answer = api($world->client, @$row);
        is($answer->{status}, 401, "nobody: $row->[0] $row->[1]");
    }
};

subtest 'a policy without a rule denies what asks it' => sub {
    $world->with_policy(sub {
        $_[0] =~ s/\n *"api\.calls\.create":[^\n]*//r });
    ok($edge->reload, 'it is taken');
    is(api($client{agent}, POST => 'calls', {})->{status}, 403, 'denied');
};

$world->finish;
