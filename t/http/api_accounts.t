#!/usr/bin/perl

# Every call of the API that names something, asked with the ids of another
# account by who holds every right in one's own: nothing is shown, nothing
# happens.  That the same is answered within the account shows that it is the
# account, and no slip of the question, which refuses.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::Api;
use Xassist::World;

my $every = 'account_admin,service_lead';
my $world = world();
my $edge = $world->edge;
my %of = (acme => 'olga', globex => 'gina');

$edge->ctl(qw(account create globex));
$edge->ctl(qw(user create globex gina --roles), $every);
$edge->ctl(qw(user set acme olga --roles), $every);


# What an account has of each kind; every name in it begins with the
# account's, so that it is known where it must not be.

sub things {
    my ($account) = @_;
    my $admin = as_app($world,
        $edge->ctl(qw(session create), $account, $of{$account})->{token});
    my %id = (account => $account, admin => $admin);

    $id{self} = api($admin, GET => 'me')->{json}{user};
    $id{session} = $edge->ctl(qw(session create), $account, $of{$account})
        ->{id};
    for my $name (qw(user agent)) {
        $id{$name} = $edge->ctl(qw(user create), $account,
            "$account-$name", '--roles', 'service_agent')->{id};
    }
    for my $call (qw(call other)) {
        $id{$call} = api($admin, POST => 'calls',
            { title => "$account-$call" })->{json}{id};
    }
    my $made = api($admin, POST => "calls/$id{call}/invitations",
        { name => "$account-guest" })->{json};
    $id{invitation} = $made->{invitation}{id};
    my $joined = api($world->client, POST => 'links/'
        . token_of($made->{link}) . '/join', { browser => 'A' x 22,
        name => "$account-guest", terms => \1 })->{json};
    $id{guest} = as_app($world, $joined->{session});
    ($id{participant}) = map { $_->{id} } grep { $_->{kind} eq 'guest' } @{
        api($admin, GET => "calls/$id{call}/participants")
            ->{json}{participants} };
    $id{interaction} = api($admin, POST => 'assistance',
        { user => $id{user}, channel => 'chat',
            reason => "$account-reason" })->{json}{id};
    $id{service} = as_app($world, $edge->ctl(qw(service create), $account,
        "$account-media", '--roles', 'media_server')->{key});
    $id{device} = "$account-pump";
    $id{$_} = api($admin, POST => $_ . 's', { name => "$account-$_" })
        ->{json}{id} for qw(team group);

    my @none = grep { !defined $id{$_} } sort keys %id;
    is("@none", '', "$account has one of each");
    return \%id;
}


my $ours = things('acme');
my $theirs = things('globex');


# method, path, body; capitals name a thing of the other account, lower case
# one of one's own.  By whom, unless by the administrator; and what else is
# answered: an empty list, `ended` for whom one does not assist now, within the
# account a refusal of who is not in the call.

my @asked = (
    [GET => 'sessions?user=USER'],
    [GET => 'tasks?user=USER', undef, 'admin', 'empty'],
    [GET => 'policy/explain?rule=admin.users&user=USER'],
    [GET => 'policy/explain?rule=admin.users&session=SESSION'],
    [GET => 'policy/explain?rule=call.join&call=CALL'],
    [GET => 'calls/CALL'],
    [GET => 'calls/CALL/ice'],
    [GET => 'calls/CALL/participants'],
    [GET => 'calls/CALL/invitations'],
    [GET => 'invitations/INVITATION'],
    [GET => 'interactions/INTERACTION'],
    [GET => 'users/USER'],
    [GET => 'teams/TEAM'],
    [GET => 'groups/GROUP'],
    [POST => 'calls/CALL/invitations', {}],
    [POST => 'calls/CALL/transfer', {}, 'guest'],
    [POST => 'calls/CALL/participants/PARTICIPANT/report',
        { state => 'present' }, 'service'],
    [POST => 'calls/CALL/ring', { user => 'USER' }],
    [POST => 'calls/call/ring', { user => 'USER' }],
    [POST => 'calls/CALL/accept', {}],
    [POST => 'calls/CALL/decline', {}],
    [POST => 'calls/CALL/hand-over', { user => 'SELF' }],
    [POST => 'calls/call/hand-over', { user => 'USER' }, 'admin', 'apart'],
    [DELETE => 'calls/CALL/participants/PARTICIPANT'],
    [DELETE => 'calls/call/participants/PARTICIPANT'],
    [POST => 'calls/OTHER/end', {}],
    [POST => 'calls/call/invitations', { replaces => 'INVITATION' }],
    [POST => 'invitations/INVITATION/withdraw', {}],
    [POST => 'interactions/INTERACTION/notes', { note => 'seen' }],
    [PATCH => 'users/USER', { display => 'Somebody' }, 'admin', 'ended'],
    [POST => 'assistance/INTERACTION/pause', {}],
    [POST => 'assistance/INTERACTION/resume', {}],
    [POST => 'assistance/INTERACTION/pause', {}],
    [POST => 'interactions/INTERACTION/reassign', { agent => 'AGENT' }],
    [POST => 'interactions/INTERACTION/reassign', { agent => 'SELF' }],
    [POST => 'assistance/INTERACTION/stop', { outcome => 'resolved' }],
    [POST => 'assistance', { user => 'USER', channel => 'chat',
        reason => 'help' }],
    [POST => 'users/USER/licence', { licensed => \1 }],
    [POST => 'users/USER/roles', { roles => 'client' }],
    [POST => 'teams/TEAM', { name => 'renamed' }],
    [POST => 'teams/TEAM/members', { user => 'USER' }],
    [POST => 'teams/team/members', { user => 'USER' }],
    [POST => 'teams/TEAM/members/remove', { user => 'USER' }],
    [DELETE => 'teams/TEAM'],
    [POST => 'groups/GROUP/members', { user => 'USER' }],
    [POST => 'groups/group/members', { user => 'USER' }],
    [POST => 'groups/GROUP/members/remove', { user => 'USER' }],
    [POST => 'groups/GROUP/managers', { user => 'AGENT' }],
    [POST => 'groups/group/managers', { user => 'AGENT' }],
    [POST => 'groups/GROUP/managers/remove', { user => 'AGENT' }],
    [DELETE => 'groups/GROUP'],
    [POST => 'sessions/SESSION/revoke', {}],
    [POST => 'users/USER/suspend', {}],
    [POST => 'users/USER/resume', {}],
    [POST => 'users/USER/sign-out', {}],
    [POST => 'account/billing', { user => 'AGENT' }],
);


# The question with the ids put in: capitals of `there`, others of `here`.

sub filled {
    my ($text, $here, $there) = @_;
    $text =~ s/\b([A-Z]+)\b/$there->{lc $1} \/\/ $1/ge;
    return $text;
}


sub ask {
    my ($row, $here, $there) = @_;
    my ($method, $path, $body, $by) = @$row;

    $path = filled($path, $here, $there);
    $path =~ s{(?<=s/)(call|team|group)(?=/)}{$here->{$1}};
    $body = { map { $_ => ref $body->{$_} ? $body->{$_}
        : filled($body->{$_}, $here, $there) } keys %$body } if $body;

    return api($here->{ $by // 'admin' }, $method => $path, $body);
}


subtest 'no call of the API is left out' => sub {
    my $table = Xassist::Edge::slurp(
        'ngx_xassist_module/ngx_xassist_api_routes.c');
    my %left;

    while ($table =~ /\{\s(?:NGX_HTTP_)?([A-Z]+),\sngx_string\("([^"]+)"\)/g) {
        my ($method, $path) = ($1, $2);
        $left{"$method $path"} = 1
            if $path =~ /\*/ && $path ne 'calls/*/admission';
    }

    cmp_ok(scalar keys %left, '>', 30, 'many that name something');

    for my $row (@asked) {
        my ($method, $path) = @$row;
        $path =~ s/\?.*//;
        $path =~ s{\b[A-Z]+\b}{*}g;
        delete $left{"$method $path"};
    }
    is_deeply([sort keys %left], [], 'each is asked below');
};

my $seen = api($theirs->{admin}, GET => 'audit?limit=200')->{json}{next};

subtest "another account's things are not there" => sub {
    for my $row (@asked) {
        my $answer = ask($row, $ours, $theirs);
        my $what = "$row->[0] $row->[1]";
        my $else = $row->[4] // '';

        unlike($answer->{body}, qr/globex|gina/, "$what: names nobody");
        if ($else eq 'empty') {
            is($answer->{json}{tasks} && @{ $answer->{json}{tasks} }, 0,
                "$what: empty");
            next;
        }
        like($answer->{json}{reason} // '', $else eq 'ended'
            ? qr/^assistance_ended$/ : qr/^(?:permission_missing|not_found)$/,
            "$what: refused") or diag $answer->{body};
    }

    my $told = api($ours->{admin}, GET => "audit?user=$theirs->{user}");
    is_deeply($told->{json}{events}, [], 'nor is anything told of them');
    $told = api($ours->{admin}, GET => "calls/$theirs->{call}/admission");
    is($told->{json}{reason}, 'permission_missing', 'or of their calls');
};

is_deeply(api($theirs->{admin}, GET => "audit?after=$seen&limit=200")
    ->{json}{events}, [], 'and nothing happened to them');

subtest 'the same within the account' => sub {
    for my $row (@asked) {
        my $answer = ask($row, $theirs, $theirs);
        next if ($row->[4] // '') eq 'apart';
        is(substr($answer->{status}, 0, 1), 2, "$row->[0] $row->[1]: is there")
            or diag $answer->{status}, ' ', $answer->{body};
    }
};

is($edge->ctl(qw(store check))->{findings}, 0, 'the store is whole');

$world->finish;
