#!/usr/bin/perl

# Hundreds of WebSockets of many people in two workers, random causes, and
# reloads in between; a small model says after each who must be closed, with
# which code, and that everybody else must live.
#
# XASSIST_ROUNDS causes (60), XASSIST_SOCKETS kept open (200), XASSIST_SEED.

use strict;
use warnings;
use lib 't/lib';

use IO::Select ();
use Test::More;
use Time::HiRes qw(time);
use Xassist::World;

my $rounds = $ENV{XASSIST_ROUNDS} // 60;
my $sockets = $ENV{XASSIST_SOCKETS} // 200;
my $seed = $ENV{XASSIST_SEED} // int(rand 1e6);
srand $seed;
diag "seed $seed";

my $world = world(socket_server => 1, workers => 2, policy => sub {
    $_[0] =~ s/("sockets_per_(?:guest|user)": )\d+/${1}0/gr
        =~ s/("lifetime": "12h",\s*"idle": )"1h"/$1"none"/r
        =~ s/"guest_seats": \d+/"guest_seats": 100000/r
        =~ s/"per_user": 16/"per_user": 1000/r
        =~ s/"grace": "60s"/"grace": "1h"/r
        =~ s/("external": \{[^}]*"bound_to": )"inviter"/$1"call"/r
}, substitute => sub {
    $_[0] =~ s{location /rule/guest}{location /socket/xassist {
            xassist_require xa_xassist;
            xassist_proxy application;
        }

        location /socket/anybody {
            xassist_require authenticated;
            xassist_proxy application;
        }

        location ~ "^/media/(?<call>[A-Za-z0-9_-]{16})\$" {
            xassist_call \$call;
            xassist_require xa_icall_media;
            xassist_proxy application;
        }

        $&}r
});
my $edge = $world->edge;

# The model.  A person is {session, user, call, kind, client, invitation}; what
# is true of users and calls stands beside them.

my (@people, %user, %call, @open, %opened);


sub new_user {
    my $name = 'u' . (1 + keys %user);
    $world->user($name, roles => 'agent');
    $user{$name} = { name => $name, roles => 'agent' };
    new_session($name);
    return $name;
}


sub new_session {
    my ($name) = @_;
    my $made = $edge->ctl('session', 'create', 'acme', $name);
    my $client = $world->client;
    $client->{cookies}{xassist} = $made->{token};
    push @people, { kind => 'user', user => $name, client => $client,
        session => $made->{id} // $made->{session} };
}


sub new_call {
    my ($owner) = grep { !$user{$_}{suspended} && !$user{$_}{unlicensed} }
        shuffled(keys %user);
    $owner //= new_user();
    my $id = $edge->ctl('call', 'create', 'acme', $owner)->{id};
    $call{$id} = { id => $id, owner => $owner,
        link => $edge->ctl('invite', 'create', '--call', $id, '--inviter',
            $owner)->{link} };
    new_guest($id) for 1 .. 3;
    new_external($id, $owner);
    return $id;
}


# Somebody whom the owner invites, who is in the call.

sub new_external {
    my ($id, $owner) = @_;

    new_session($owner);
    my ($socket, $answer) = $people[-1]{client}->websocket("/ws/$id");
    BAIL_OUT("no owner: $answer->{status}") unless $socket;
    push @open, { socket => $socket, person => $people[-1], place => $id };
    $opened{ $answer->{worker} }++;

    my $name = 'e' . scalar @people;
    my $made = $world->external($id, $owner, $name, 'view');
    my $client = $world->client;
    $answer = $client->join_link($made->{link});
    BAIL_OUT("no external: $answer->{status}") unless $answer->{status} == 303;
    push @people, { kind => 'external', call => $id, client => $client,
        name => $name, invitation => $made->{id} };
}


sub new_guest {
    my ($id) = @_;
    my $client = $world->client;
    my $name = 'g' . scalar @people;
    my $answer = $client->join_link($call{$id}{link}, name => $name);
    BAIL_OUT("no guest: $answer->{status}") unless $answer->{status} == 303;
    push @people, { kind => 'guest', call => $id, client => $client,
        name => $name };
}


sub shuffled { return map { $_->[1] } sort { $a->[0] <=> $b->[0] }
    map { [rand, $_] } @_ }

sub one_of { return $_[rand @_] }


# Why a person may not be in a place, as a Close frame says it; '' if they may.

sub refused {
    my ($person, $place) = @_;

    return '4401 signed_out' if $person->{revoked};
    return '4410 withdrawn' if $person->{withdrawn};
    my $user = $person->{user} && $user{ $person->{user} };
    return '4413 suspended' if $user && $user->{suspended};

    if ($call{$place}) {
        return '4404 call_ended' if $call{$place}{ended};
        return '4405 removed' if ($person->{removed} // '') eq $place;
        return $user && $user->{unlicensed} ? '4403 no_licence' : '';
    }

    if ($place =~ /^media (.*)/) {
        my $why = refused($person, $1);
        return $why || ($user{ $call{$1}{owner} }{suspended}
            ? '4403 permission_missing' : '');
    }

    return '' if $place eq 'anybody';
    return '4403 no_licence' if $user->{unlicensed};
    return '4403 permission_missing' if $user->{roles} ne 'agent';
    return '';
}


sub places {
    my ($person) = @_;

    return $person->{call} if $person->{kind} eq 'guest';
    return ($person->{call}, "media $person->{call}")
        if $person->{kind} eq 'external';
    return ('xassist', 'anybody', grep {
        $call{$_}{owner} eq $person->{user} } keys %call);
}


sub open_some {
    for (1 .. 3 * $sockets) {
        last if @open >= $sockets;
        my $person = one_of(@people);
        my $place = one_of(places($person));
        my $path = $call{$place} ? "/ws/$place"
            : $place =~ /^media (.*)/ ? "/media/$1" : "/socket/$place";
        my $why = refused($person, $place);
        my ($socket, $answer) = $person->{client}->websocket($path);

        if ($why ? $socket : !$socket) {
            fail('opened wrongly: ' . describe($person, $place)
                . ($why ? ", is $why" : ", got $answer->{status} "
                    . reason($answer)));
            return 0;
        }

        next if $why;
        $opened{ $answer->{worker} }++;
        push @open, { socket => $socket, person => $person, place => $place };
    }

    return 1;
}


sub describe {
    my ($person, $place) = @_;
    return ($person->{user} // $person->{name}) . " in $place";
}


# The causes; each changes the store first, then the model.

sub user_set {
    my ($name, $flag) = @_;
    $edge->ctl('user', 'set', 'acme', $name, split / /, $flag);
}


my %causes = (
    'session revoked' => sub {
        my $person = one_of(grep { $_->{kind} eq 'user' && !$_->{revoked} }
            @people) or return;
        $edge->ctl('session', 'revoke', $person->{session});
        $person->{revoked} = 1;
        return $person->{user};
    },
    'user suspended' => sub {
        my $name = one_of(grep { !$user{$_}{suspended} } keys %user);
        return unless $name && 2 < grep { !$_->{suspended} } values %user;
        user_set($name, '--suspend');
        $user{$name}{suspended} = 1;
        return $name;
    },
    'user resumed' => sub {
        my $name = one_of(grep { $user{$_}{suspended} } keys %user) or return;
        user_set($name, '--resume');
        $user{$name}{suspended} = 0;
        return $name;
    },
    'roles changed' => sub {
        my $name = one_of(keys %user);
        my $roles = $user{$name}{roles} eq 'agent' ? 'client' : 'agent';
        user_set($name, "--roles $roles");
        $user{$name}{roles} = $roles;
        return "$name $roles";
    },
    'licence changed' => sub {
        my $name = one_of(keys %user);
        user_set($name, $user{$name}{unlicensed} ? '--licence'
            : '--no-licence');
        $user{$name}{unlicensed} = !$user{$name}{unlicensed};
        return $name;
    },
    'call ended' => sub {
        my $call = one_of(grep { !$_->{ended} } values %call) or return;
        $edge->ctl('call', 'end', $call->{id});
        $call->{ended} = 1;
        return $call->{id};
    },
    'guest removed' => sub {
        my $person = one_of(grep { $_->{kind} ne 'user'
            && !$call{ $_->{call} }{ended} && !$_->{removed}
            && !$_->{withdrawn} } @people) or return;
        my ($part) = grep { $_->{name} eq $person->{name} }
            @{ $edge->ctl('call', 'show', $person->{call})->{participants} };
        $edge->ctl('call', 'remove', $person->{call}, $part->{id});
        $person->{removed} = $person->{call};
        return $person->{name};
    },
    'link withdrawn' => sub {
        my $call = one_of(grep { !$_->{ended} && !$_->{withdrawn} }
            values %call) or return;
        $edge->ctl('invite', 'withdraw', $call->{link});
        return $call->{withdrawn} = $call->{id};
    },
    'invitation withdrawn' => sub {
        my $person = one_of(grep { $_->{kind} eq 'external'
            && !$call{ $_->{call} }{ended} && !$_->{removed}
            && !$_->{withdrawn} } @people) or return;
        $edge->ctl('invite', 'withdraw', $person->{invitation});
        $person->{withdrawn} = 1;
        return $person->{name};
    },
    'reload' => sub { return $edge->reload ? 'done' : () },
    'nothing' => sub { return $world->call },
);


# Closes seen of all open sockets, until `expected` many were, or time is up.

sub closes {
    my ($expected) = @_;

    my $end = time + ($expected ? Xassist::Edge::PATIENCE : 0.15);
    my $select = IO::Select->new(map { $_->{socket}{socket} } @open);
    my %by = map { fileno($_->{socket}{socket}) => $_ } @open;
    my $seen = 0;

    while ((my $left = $end - time) > 0) {
        for my $handle ($select->can_read($left)) {
            my $open = $by{ fileno $handle };
            my $close = $open->{socket}->wait_close(0.001) or next;
            $open->{close} = "$close->{code} $close->{reason}";
            $select->remove($handle);
            $seen++;
        }

        # A moment more for those that must not be closed.

        $end = time + 0.05 if $seen == $expected && $end > time + 0.06;
    }
}


new_user() for 1 .. 6;
new_call() for 1 .. 4;

# Half of them, while one worker listens to nobody; it takes the rest.

my ($one) = $edge->workers;
$sockets /= 2;
$edge->hold($one);
ok(open_some(), scalar @open . ' WebSockets are open');
kill 'CONT', $one;
$edge->hold(keys %opened);
$sockets *= 2;
ok(open_some(), scalar @open . ' WebSockets are open');
kill 'CONT', keys %opened;
is(scalar keys %opened, 2, 'in two workers');

my %done;

for my $round (1 .. $rounds) {
    my $cause = one_of(sort keys %causes);
    $cause = 'reload' if $round == int($rounds / 2) && !$done{reload};
    $cause = 'nothing' if $cause eq 'reload' && ($done{reload} // 0) > 3;
    my $about = $causes{$cause}->() // next;
    $done{$cause}++;

    my %must = map { $_ => refused($_->{person}, $_->{place}) } @open;
    closes(scalar grep { $_ } values %must);

    my @wrong = map { describe($_->{person}, $_->{place}) . ': '
            . ($_->{close} || 'lives') . ', must be ' . ($must{$_} || 'alive') }
        grep { ($_->{close} // '') ne $must{$_} } @open;
    is(join("\n", @wrong), '', sprintf 'round %d: %s (%s), %d closed', $round,
        $cause, $about, scalar grep { $_ } values %must) or last;

    $_->{socket}->close for grep { $_->{close} } @open;
    @open = grep { !$_->{close} } @open;

    # New ones come: people, sessions and calls, too.

    new_call() while 3 > grep { !$_->{ended} } values %call;
    new_session($_) for grep { my $u = $_; !$user{$u}{suspended}
        && !grep { ($_->{user} // '') eq $u && !$_->{revoked} } @people }
        keys %user;
    @people = grep { !$_->{revoked} && !$_->{removed} && !$_->{withdrawn}
        && !($_->{call} && $call{ $_->{call} }{ended}) || rand() < 0.2 } @people;
    open_some() or last;
}

is((grep { !$_->{socket}->echoes('at last') } @open), 0,
    'all that are left are alive');
cmp_ok($done{reload}, '>', 0, 'also across a reload');
note join ', ', map { "$_ $done{$_}" } sort keys %done;

$_->{socket}->close for @open;
$world->finish;
