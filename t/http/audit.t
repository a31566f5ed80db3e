#!/usr/bin/perl

# GET v1/audit: the log of the account, page by page, filtered, and its
# hashes as `log export` has them.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::Api;
use Xassist::World;

my $world = world();
my $edge = $world->edge;
$world->user('agnes', roles => 'agent');
$edge->ctl('account', 'create', 'other');
$edge->ctl('user', 'create', 'other', 'otto', '--roles', 'account_admin');

my $olga = $world->signed_in('olga');
my $me = api($olga, GET => 'me')->{json};
my $call = api($olga, POST => 'calls', { title => 'Pump 7' })->{json}{id};
my $second = api($olga, POST => 'calls', { title => 'Pump 8' })->{json}{id};
api($olga, POST => "calls/$call/end", {});


sub audit { return api($olga, GET => "audit$_[0]") }

sub types { return join ' ', map { $_->{type} } @{ $_[0]{json}{events} } }


subtest 'the whole' => sub {
    my $seen = audit('');
    is($seen->{status}, 200, 'an administrator sees it');
    like(types($seen), qr/^account\.created user\.created .*call\.ended/,
        'from the beginning');
    is($seen->{json}{more}, Mojo::JSON->false, 'all of it');
    is($seen->{json}{trimmed}, Mojo::JSON->false, 'nothing was trimmed');

    my ($ended) = grep { $_->{type} eq 'call.ended' }
        @{ $seen->{json}{events} };
    is($ended->{call}, $call, 'which call');
    is($ended->{actor}, $me->{user}, 'who');
    unlike($seen->{body}, qr/otto/, 'nothing of the other account');
    is((grep { $_->{type} eq 'account.created' } @{ $seen->{json}{events} }),
        1, 'not even that it was made');
};

subtest 'the chain' => sub {
    my %before = map { $_->{id} => $_->{before} }
        @{ audit('')->{json}{events} };
    my @lines = map { Mojo::JSON::decode_json($_) } split /\n/,
        ($edge->ctl_try('log', 'export'))[1];
    my %exported = map { $_->{seq} => $_->{before} } @lines;
    my @both = grep { exists $exported{$_} } sort { $a <=> $b } keys %before;
    ok(@both > 5, 'events in both');
    is_deeply([ map { $before{$_} || '' } @both ],
        [ map { $exported{$_} || '' } @both ], 'the same hashes');
};

subtest 'page by page' => sub {
    my @all = map { $_->{id} } @{ audit('')->{json}{events} };
    my (@seen, $after, $pages);
    $after = 0;
    while ($pages++ < 50) {
        my $page = audit("?limit=3&after=$after")->{json};
        push @seen, map { $_->{id} } @{ $page->{events} };
        cmp_ok(@{ $page->{events} }, '<=', 3, 'as many as asked');
        $after = $page->{next};
        last unless $page->{more};
    }
    is_deeply(\@seen, \@all, 'nothing missing, nothing twice');
};

subtest 'filtered' => sub {
    is(types(audit('?type=call.ended')), 'call.ended', 'by kind');
    is(types(audit("?type=call&call=$call")), 'call.created call.ended',
        'by first word and call');
    is(types(audit("?type=cal")), '', 'not by part of a word');
    is(types(audit("?call=$second")), 'call.created', 'by call');
    like(types(audit("?user=$me->{user}")), qr/call\.created.*call\.ended/,
        'by user');
    is(types(audit('?from=2999-01-01T00:00:00Z')), '', 'by time');
};

subtest 'a question that makes no sense' => sub {
    for my $query ('?limit=0', '?limit=201', '?after=x', '?from=today',
        '?call=x', '?user=')
    {
        is(audit($query)->{status}, 400, $query);
    }
};

subtest 'trimmed' => sub {
    $edge->ctl('store', 'trim', '--log', '0s');
    my $seen = audit('');
    is($seen->{json}{trimmed}, Mojo::JSON->true, 'is said');
};

subtest 'who may ask' => sub {
    is(api($world->signed_in('agnes'), GET => 'audit')->{status}, 403,
        'not an agent');
    is(api($world->client, GET => 'audit')->{status}, 401, 'nobody');
    is(api($olga, POST => 'audit', {})->{status}, 405, 'by GET alone');
};

$world->finish;
