#!/usr/bin/perl

# xassistctl role: the roles of the policy, who holds them, given and taken.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::Edge;

my $edge = Xassist::Edge->new;

sub ctl { return $edge->ctl('role', @_) }

sub fails {
    my ($status, $like, @words) = @_;
    my ($rc, $out) = $edge->ctl_try('role', @words);
    is($rc, $status, "role @words") or diag $out;
    like($out, $like, 'and says why');
}

my %role = map { $_->{name} => $_ } @{ ctl('list')->{roles} };
ok($role{$_}, "there is $_")
    for qw(client agent account_manager account_admin billing_contact);
is($role{account_manager}{scope}, 'groups', 'the limited one has groups');
is($role{account_admin}{scope}, 'account', 'the full one has the account');

my $agent = ctl('show', 'agent');
is(scalar @{ $agent->{permissions} }, $agent->{count}, 'as many as it says');
ok((grep { $_->{name} eq 'xa_ocall_create_conference' }
    @{ $agent->{permissions} }), 'agents create conferences');
ok(!(grep { $_->{name} eq 'acct_manage_account_settings' }
    @{ $agent->{permissions} }), 'and do not manage the account');

$edge->ctl('account', 'create', 'acme');
$edge->ctl('user', 'create', 'acme', 'root', '--roles', 'account_admin');
$edge->ctl('user', 'create', 'acme', 'anna', '--roles', 'client');
$edge->ctl('user', 'create', 'acme', 'bert', '--roles', 'client');
$edge->ctl('team', 'create', 'acme', 'desk', '--roles', 'agent');
$edge->ctl('team', 'add', 'acme', 'desk', 'bert');

sub holders {
    return join ' ', map { "$_->{name}:$_->{by}" }
        @{ ctl('holders', 'acme', $_[0])->{users} };
}

is(holders('agent'), 'bert:team', 'through a team');
is_deeply(ctl('grant', 'acme', 'anna', 'agent', 'account_manager')->{direct},
    [qw(client agent account_manager)], 'given besides');
is(holders('agent'), 'anna:user bert:team', 'both ways');
is_deeply(ctl('take', 'acme', 'anna', 'client')->{roles},
    [qw(agent account_manager)], 'taken');
is_deeply(ctl('take', 'acme', 'bert', 'agent')->{roles}, [qw(client agent)],
    "a team's role stays");

fails(1, qr/one_billing_contact/, 'grant', 'acme', 'anna', 'billing_contact');
fails(1, qr/no role "king"/, 'show', 'king');
fails(1, qr/no role "king"/, 'grant', 'acme', 'anna', 'king');
fails(1, qr/nobody/, 'grant', 'acme', 'nobody', 'agent');
fails(2, qr/no name of a role/, 'grant', 'acme', 'anna', 'a,b');
fails(2, qr/./, 'grant', 'acme', 'anna');

done_testing();
