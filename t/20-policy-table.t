#!/usr/bin/perl

# The shipped policy holds the xAssist table, row by row, and prints it back;
# `policy check` tells every error of a bad one.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use Encode qw(decode);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use JSON::PP;
use Test::More;

my $top = abs_path(dirname(__FILE__) . '/..');
chdir $top or die $!;
my $ctl = ($ENV{XASSIST_BUILD} // 'build') . '/xassistctl';
my $temp = tempdir(CLEANUP => 1);


sub run {
    my (@command) = @_;
    open my $out, '-|', @command or die "$command[0]: $!";
    local $/;
    my $text = <$out> // '';
    close $out;
    return ($? >> 8, $text);
}


sub spew {
    my ($path, $text) = @_;
    open my $fh, '>', $path or die "$path: $!";
    print $fh $text;
    close $fh or die $!;
}


my (@rows, @want);

while (my $line = <DATA>) {
    chomp $line;
    my ($area, $feature, $name, $printed) = split /\t/, $line;
    push @rows, { area => $area, feature => $feature, name => $name,
        printed => $printed };
    push @want, [$area, $feature, $name, 'yes', 'no', 'no', 'no'];
}

is(@rows, 19, 'the table has 19 rows');

my ($status, $text) = run($ctl, '--json', 'policy', 'table',
    'conf/policy.json');
is($status, 0, 'policy table --json');
my $permissions = JSON::PP->new->utf8->decode($text)->{permissions};

my @got = map {
    my $p = $_;
    [@$p{qw(area feature permission)},
        map { $p->{$_} ? 'yes' : 'no' }
            qw(regular guest_mobile guest_mobile_web guest_web)]
} @$permissions[0 .. 18];
is_deeply(\@got, \@want, 'its first 19 rows are the table');

is_deeply([map { join ',', @{ $_->{aliases} } } @$permissions[0 .. 18]],
    [map { $_->{printed} ne $_->{name} ? $_->{printed} : '' } @rows],
    'printed names that differ are aliases');
is(scalar(grep { $_->{printed} =~ /^xa_ocalLcalllog_/ } @rows), 6,
    'six of them');

for my $p (@$permissions[19 .. $#$permissions]) {
    my $guests = $p->{guest_web} || $p->{guest_mobile}
        || $p->{guest_mobile_web};
    next if !$guests;
    like($p->{permission}, qr/^(?:xa_icall_(?:join|media|chat|share-screen|
        annotate|files|record|end-request)|acct_join_sessions)$/x,
        "$p->{permission} may be a guest's");
}

($status, $text) = run($ctl, 'policy', 'table', 'conf/policy.json');
is($status, 0, 'policy table');
my @lines = split /\n/, decode('UTF-8', $text);
is(@lines, 1 + @$permissions, 'a line for each permission, and a head');
is_deeply([(split / {2,}/, $lines[9])[0 .. 6]],
    ["xAssist \x{2014} Outside the Call", 'Call Logs',
        'xa_ocall_calllog_see-own-call-logs', 'yes', 'no', 'no', 'no'],
    'as text');

($status, $text) = run($ctl, '--policy', 'conf/policy.json', 'policy',
    'table', '--markdown');
is($status, 0, 'policy table --markdown, the file by --policy');
@lines = split /\n/, decode('UTF-8', $text);
is($lines[1], '| ' . join(' | ', ('---') x 9) . ' |', 'as Markdown');
like($lines[2], qr/^\| Start Page \| Dashboard \| home_dashboard_access \|/,
    'its first row');


# check

($status, $text) = run($ctl, 'policy', 'check', 'conf/policy.json');
is($status, 0, 'the shipped policy is good');

my $bad = "$temp/bad.json";
spew($bad, <<'JSON');
{ "version": 1,
  "permissions": [{"name": "open", "columns": {"regular": true}}],
  "roles": {"r": {"grants": ["opne"]}},
  "rules": {"call.join": "call_membr", "call.end": "nobody",
            "call.decline": "nobody"},
  "presense": {}
}
JSON

($status, $text) = run($ctl, 'policy', 'check', $bad);
is($status, 1, 'a bad one: exit status 1');
is($text, <<"TEXT", 'every error with its place and what was meant');
$bad:3:30: there is no permission "opne"; did you mean "open"?
$bad:4:26: there is no rule or permission "call_membr"; did you mean "call_member"?
$bad:6:3: unknown member "presense"; did you mean "presence"?
TEXT

($status, $text) = run($ctl, '--json', 'policy', 'check', $bad);
is($status, 1, 'the same with --json');
my $answer = JSON::PP->new->utf8->decode($text);
ok(!$answer->{ok}, 'is not ok');
is_deeply([map { "$_->{line}:$_->{column}" } @{ $answer->{errors} }],
    ['3:30', '4:26', '6:3'], 'places');

($status, $text) = run('/bin/sh', '-c', "$ctl policy check $temp/none 2>&1");
is($status, 3, 'no file: exit status 3');
like($text, qr/none/, 'its name is told');
is((run('/bin/sh', '-c', "$ctl policy check a b 2>&1"))[0], 2,
    'two files: exit status 2');


# keys new

my $keys = "$temp/keys";
is((run($ctl, '--keys', $keys, 'keys', 'new'))[0], 0, 'keys new');
is((stat $keys)[2] & 07777, 0600, 'for its owner alone');
my $before = -s $keys;
is((run($ctl, '--keys', $keys, 'keys', 'new'))[0], 0, 'another is added');
cmp_ok(-s $keys, '>', $before, 'to what is there');
is((stat $keys)[2] & 07777, 0600, 'still for its owner alone');

done_testing;

__DATA__
Start Page	Dashboard	home_dashboard_access	home_dashboard_access
xAssist	Access	xa_xassist	xa_xassist
xAssist — Outside the Call	Access	xa_ocall_outside-the-call	xa_ocall_outside-the-call
xAssist — Outside the Call	Dashboard	xa_ocall_xassist-dashboard	xa_ocall_xassist-dashboard
xAssist — Outside the Call	Contact List	xa_ocall_create_conference	xa_ocall_create_conference
xAssist — Outside the Call	Contact List	xa_ocall_contact_list_contact-list	xa_ocall_contact_list_contact-list
xAssist — Outside the Call	Contact List	xa_ocall_contact_list_invite-guestusers	xa_ocall_contact_list_invite-guestusers
xAssist — Outside the Call	Call Logs	xa_ocall_calllog_call-logs	xa_ocalLcalllog_call-logs
xAssist — Outside the Call	Call Logs	xa_ocall_calllog_see-own-call-logs	xa_ocalLcalllog_see-own-call-logs
xAssist — Outside the Call	Call Logs	xa_ocall_calllog_see-all-call-logs	xa_ocalLcalllog_see-all-call-logs
xAssist — Outside the Call	Call Logs	xa_ocall_calllog_download-media	xa_ocalLcalllog_download-media
xAssist — Outside the Call	Call Logs	xa_ocall_calllog_delete-media	xa_ocalLcalllog_delete-media
xAssist — Outside the Call	Call Logs	xa_ocall_calllog_export-call-log	xa_ocalLcalllog_export-call-log
xAssist — Outside the Call	Service Reports	xa_ocall_reports_service-reports	xa_ocall_reports_service-reports
xAssist — Outside the Call	Service Reports	xa_ocall_create-service-report	xa_ocall_create-service-report
xAssist — Outside the Call	Service Reports	xa_ocall_read-service-reports	xa_ocall_read-service-reports
xAssist — Outside the Call	Service Reports	xa_ocall_edit-service-reports	xa_ocall_edit-service-reports
xAssist — Outside the Call	Service Reports	xa_ocall_delete-service-reports	xa_ocall_delete-service-reports
xAssist — Outside the Call	Phonebook	xa_ocall_phonebook-editor	xa_ocall_phonebook-editor
