#!/usr/bin/perl

# The shipped policy says who may and who may not, row by row of its tables;
# `policy test` and `policy diff` tell.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use JSON::PP;
use Test::More;

my $top = abs_path(dirname(__FILE__) . '/..');
chdir $top or die $!;
my $ctl = ($ENV{XASSIST_BUILD} // 'build') . '/xassistctl';
my $temp = tempdir(CLEANUP => 1);


sub run {
    my $text = `@_ 2>&1`;
    return ($? >> 8, $text);
}


sub slurp {
    my ($path) = @_;
    open my $fh, '<', $path or die "$path: $!";
    local $/;
    return scalar <$fh>;
}


sub spew {
    my ($path, $text) = @_;
    open my $fh, '>', $path or die "$path: $!";
    print $fh $text;
    close $fh or die $!;
}


my ($status, $text) = run("$ctl --policy conf/policy.json policy test"
    . ' conf/policy-tests.json');
is($status, 0, 'every question of conf/policy-tests.json has its answer')
    or diag join '', $text =~ /^(?:not ok|#).*\n/mg;
my ($plan) = $text =~ /^1\.\.(\d+)$/m;
cmp_ok($plan // 0, '>', 1000, 'a thousand and more');
is(scalar(() = $text =~ /^ok /mg), $plan // -1, 'as many as planned');

# A slip in the policy is seen.

my $policy = slurp('conf/policy.json');
my $bent = $policy =~ s/^ +"xa_ocall_calllog_export-call-log",\n//mr;
isnt($bent, $policy, 'an agent may not export any more');
spew("$temp/bent.json", $bent);

($status, $text) = run("$ctl --policy $temp/bent.json policy test"
    . ' conf/policy-tests.json');
is($status, 1, 'is told');
like($text, qr/^not\ ok\ \d+\ -\ the\ xAssist\ table:\ agent:\ allow
    \ xa_ocall_calllog_export-call-log$/mx, 'by principal and rule');
unlike($text, qr/^not ok.*guest/m, 'and nothing else');

($status, $text) = run("$ctl --json --policy $temp/bent.json policy test"
    . ' conf/policy-tests.json');
my $answer = JSON::PP->new->utf8->decode($text);
cmp_ok($answer->{failed}, '>', 0, 'as JSON, too');
is($answer->{failures}[0]{reason}, 'permission_missing', 'with the reason');

# diff

($status, $text) = run("$ctl policy diff conf/policy.json $temp/bent.json");
is($status, 1, 'policy diff: exit status 1');
is_deeply([split /\n/, $text],
    [map { ("role $_ loses xa_ocall_calllog_export-call-log",
        "role $_ loses api.calls.export") }
        qw(agent account_manager account_admin billing_contact service_agent
            service_lead)], 'who loses what, by role');

($status, $text) = run("$ctl policy diff conf/policy.json conf/policy.json");
is($status, 0, 'the same: exit status 0');
is($text, '', 'and nothing to say');

spew("$temp/guests.json",
    $policy =~ s/(?<="guests": \{"grants": \["client)(?=")/_annotate/r);
($status, $text) = run("$ctl policy diff conf/policy.json"
    . " $temp/guests.json");
spew("$temp/owner.json", $policy =~ s/"call_owner", "xa_icall_hand-over"/"xa_icall_hand-over"/r
    =~ s/("call.decline": )\{.*?\},/$1"nobody",/r);
($status, $text) = run("$ctl policy diff conf/policy.json $temp/owner.json");
like($text, qr/^role agent gains api.calls.hand-over in a call$/m,
    'a rule that was edited: who gains, and where');
like($text, qr/^role agent loses api.calls.decline in a call$/m,
    'and who loses');
unlike($text, qr/^(?:guests|profile)/m, 'only those');

($status, $text) = run("$ctl policy diff conf/policy.json"
    . " $temp/guests.json");
like($text, qr/^guests $_ loses xa_icall_chat$/m, "$_ loses the chat")
    for qw(guest_mobile guest_mobile_web guest_web);
unlike($text, qr/^role/m, 'no role does');

# explain

my $explain = "$ctl --policy conf/policy.json policy explain";

for my $case (
    ['in-call --roles agent --facts licensed,call_member', 0,
        qr/^fact +call_member: yes\nallow$/m],
    ['in-call --roles agent --facts licensed', 1,
        qr/^deny: permission_missing, xa_icall_join-any$/m],
    ['in-call --kind guest --facts guest_in_call', 0,
        qr/^fact +guest_in_call: yes\nallow$/m],
    ['api.calls.export --roles client,agent --facts licensed', 0,
        qr/^permission xa_ocall_calllog_export-call-log: yes, by role agent$/m],
    ['xa_ocalLcalllog_export-call-log --roles agent', 1,
        qr/by licence\ndeny: no_licence, xa_ocall_calllog_export-call-log$/m],
    ['home_dashboard_access --facts single_user', 0, qr/by single user$/m],
    ['xa_xassist --kind guest --device mobile --roles agent', 1,
        qr/by ceiling guest_mobile\ndeny: not_for_guests, xa_xassist$/m],
    ['xa_icall_files --kind external --profile control --facts inviter_holds'
        . ' --inviter-roles agent', 1, qr/by profile control$/m],
    ['xa_icall_files --kind external --profile full --facts inviter_holds'
        . ' --inviter-roles client_annotate', 1, qr/by inviter full$/m],
    ['xa_icall_files --kind external --profile full --facts inviter_holds'
        . ' --inviter-roles agent', 0, qr/by profile full\nallow$/m],
    ['nix', 2, qr/no rule or permission "nix"/],
    ['in-call --roles nix', 2, qr/no role "nix"/],
    ['in-call --facts nix', 2, qr/no fact "nix"/])
{
    ($status, $text) = run("$explain $case->[0]");
    is($status, $case->[1], "explain $case->[0]");
    like($text, $case->[2], 'says why');
}

($status, $text) = run("$ctl --json --policy conf/policy.json policy explain"
    . ' xa_xassist');
is_deeply(JSON::PP->new->utf8->decode($text), { steps => [{
    test => 'permission', name => 'xa_xassist', value => 'no',
    by => 'no role', source => '' }], verdict => 'deny',
    reason => 'permission_missing', missing => 'xa_xassist' }, 'as JSON');

# Bad tests files

for my $case (
    ['{', qr/EOF/],
    ['{"principals": {}, "tests": [{"rules": ["nix"]}]}',
        qr/:1:41: the policy has no rule or permission "nix"/],
    ['{"principals": {"p": {"kind": "regular", "roles": ["agnt"]}},'
        . ' "tests": []}', qr/the policy has no role "agnt"/],
    ['{"principals": {"paul": {"kind": "guest"}},'
        . ' "tests": [{"rules": ["guest"], "allow": ["paula"]}]}',
        qr/no principal "paula"; did you mean "paul"/],
    ['{"principals": {"p": {"kind": "gast"}}, "tests": []}',
        qr/"kind" cannot be "gast", but .*"guest"/])
{
    spew("$temp/tests.json", $case->[0]);
    ($status, $text) = run("$ctl --policy conf/policy.json policy test"
        . " $temp/tests.json");
    is($status, 3, 'a bad tests file is no answer');
    like($text, $case->[1], $case->[0]);
}

done_testing;
