#!/usr/bin/perl

# Two real edits of the shipped policy, against a store of 10,000 users with
# open invitations and sessions: who gains and who loses what, with counts.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use JSON::PP;
use Test::More;
use Time::HiRes qw(time);

my $top = abs_path(dirname(__FILE__) . '/..');
chdir $top or die $!;
my $build = $ENV{XASSIST_BUILD} // 'build';
my $ctl = "$build/xassistctl";
my $temp = tempdir(CLEANUP => 1);
my $store = "$temp/store";

plan skip_all => 'the tools of the tests are not built'
    unless -x "$build/t/tool/many_users";

delete $ENV{XASSIST_TEST_CLOCK};
chmod 0755, $temp;
mkdir $store;
system("$ctl --keys $temp/keys keys new >$temp/out 2>&1"
    . " && $ctl --store $store store init >>$temp/out 2>&1") == 0
    or BAIL_OUT(slurp("$temp/out"));

my @roles = (('agent') x 6, 'client', 'account_manager', 'service_agent',
    'agent,billing_contact');
is(system("$build/t/tool/many_users", $store, 'big', 10_000, @roles), 0,
    'a store of 10,000 users');


sub slurp {
    my ($path) = @_;
    open my $fh, '<', $path or return '';
    local $/;
    return scalar <$fh>;
}


sub spew {
    my ($path, $text) = @_;
    open my $fh, '>', $path or die "$path: $!";
    print $fh $text;
    close $fh or die $!;
}


sub ctl {
    my (@words) = @_;
    my $text = `$ctl --json --policy conf/policy.json --keys $temp/keys --store $store @words 2>&1`;
    return ($? >> 8, eval { JSON::PP->new->utf8->decode($text) } // {}, $text);
}


sub made {
    my ($rc, $answer, $text) = ctl(@_);
    BAIL_OUT("@_: $text") if $rc;
    return $answer;
}


# Two calls; links for guests, and one for an external of each profile.

my $call = made(qw(call create big u0))->{id};
my $own = made(qw(session create big u0));
is(system("$build/t/tool/attend", $store, $own->{token}, $call), 0,
    'the inviter is in the call');
my $ended = made(qw(call create big u1))->{id};
made('invite', 'create', '--call', $_, '--inviter', 'u0')
    for $call, $call, $ended;
made('invite', 'create', '--call', $call, '--inviter', 'u0', '--kind',
    'external', '--name', 'Eve', '--comment', 'pump', '--profile', $_) for qw(view full);
my $gone = made('invite', 'create', '--call', $call, '--inviter', 'u0');
made('invite', 'withdraw', $gone->{id});
made('call', 'end', $ended);

made(qw(team create big field --roles agent));
made(qw(team create big night --roles client));

my $policy = slurp('conf/policy.json');


# Rows of `affected`, as "of change permission where count".

sub affected {
    my ($answer) = @_;
    return { map { ("$_->{of} $_->{change} $_->{permission}" =>
        $_->{count}) } @{ $answer->{affected} } };
}


# One: agents may not export any more.

spew("$temp/export.json",
    $policy =~ s/^ +"xa_ocall_calllog_export-call-log",\n//mr);

my $start = time;
my ($rc, $answer, $text) = ctl('policy', 'diff', 'conf/policy.json',
    "$temp/export.json");
my $took = time - $start;
is($rc, 1, 'the first edit: there are differences') or diag $text;
is($answer->{users}, 10_000, 'all users were looked at');
is($answer->{users_changed}, 9_000, 'all but the clients change');
is($answer->{sessions}, 10_001, 'and all sessions');
is($answer->{teams}, 2, 'and teams');
is($answer->{teams_changed}, 1, 'of which one gives such a role');
is($answer->{invitations}, 4, 'and invitations that are open');
is($answer->{invitations_changed}, 0, 'none of which changes');
is_deeply(affected($answer), {
    'users lose xa_ocall_calllog_export-call-log' => 9_000,
    'users lose api.calls.export' => 9_000,
    'teams lose xa_ocall_calllog_export-call-log' => 1,
    'teams lose api.calls.export' => 1,
    'sessions lose xa_ocall_calllog_export-call-log' => 9_001,
    'sessions lose api.calls.export' => 9_001 },
    'who loses what, with counts') or diag $text;
is_deeply($answer->{affected}[0]{names},
    [map { "big/$_" } qw(u0 u1 u10 u100 u1000)], 'and some of their names')
    or diag explain $answer->{affected}[0];
note(sprintf 'took %.2f s', $took);
cmp_ok($took, '<', 120, 'and not for ever');

# Two: guests keep the annotation tools alone, and the profile "full" may
# remove nothing it had, but files.

spew("$temp/guests.json",
    $policy =~ s/(?<="guests": \{"grants": \["client)(?=")/_annotate/r
        =~ s/("xa_icall_files": )"allow"/$1"deny"/r
        =~ s/("client": \{)/$1 "includes": ["media_server"],/r);
($rc, $answer, $text) = ctl('policy', 'diff', 'conf/policy.json',
    "$temp/guests.json");
is($rc, 1, 'the second edit: there are differences');
is($answer->{users_changed}, 0, 'no user changes') or diag $text;
is($answer->{invitations_changed}, 3,
    'the links of guests do, and the external of one profile');
my $rows = affected($answer);
is($rows->{'invitations lose xa_icall_chat'}, 2, 'guests lose the chat');
is($rows->{'invitations lose xa_icall_files'}, 3,
    'and the files, with the external') or diag explain $rows;
is($rows->{'invitations lose xa_icall_annotate'}, undef,
    'but not the annotations');

# As text, and without a store.

$text = `$ctl --store $store policy diff --names 2 conf/policy.json $temp/export.json`;
like($text, qr/^users: 9000 of 10000 change$/m, 'as text: the sum');
like($text, qr/^users 9000 lose api\.calls\.export: big\/u0,big\/u1,\.\.\.$/m,
    'and each change');
$text = `$ctl policy diff conf/policy.json $temp/export.json`;
unlike($text, qr/users/, 'without --store nobody is counted');
($rc, $answer, $text) = ctl('policy', 'diff', 'conf/policy.json',
    'conf/policy.json');
is($rc, 0, 'no edit: no differences') or diag $text;
is($answer->{users_changed}, 0, 'for no user');

$text = `$ctl --store $temp/none policy diff conf/policy.json $temp/export.json 2>&1`;
is($? >> 8, 3, 'a store that is not there is a failure');

done_testing;
