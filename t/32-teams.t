#!/usr/bin/perl

# Teams and groups on the command line: who holds what through which team, who
# manages whom, and a dump and a load that keep it.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp ();
use Mojo::JSON qw(decode_json);
use Test::More;

chdir dirname(__FILE__) . '/..' or die $!;

my $program = abs_path('build/xassistctl');
my $dir = File::Temp::tempdir('xassist-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $store = "$dir/store";
chmod 0755, $dir;

plan skip_all => 'no release build' unless -x $program;


sub ctl {
    my (@words) = @_;

    my $pid = fork // die "fork: $!";

    if (!$pid) {
        open STDIN, '<', '/dev/null';
        open STDOUT, '>', "$dir/out";
        open STDERR, '>', "$dir/err";
        exec $program, '--store', $store, '--policy', 'conf/policy.json',
            @words;
        exit 127;
    }

    waitpid $pid, 0;
    return (($? & 127) ? "signal $?" : $? >> 8, slurp("$dir/out"),
        slurp("$dir/err"));
}


sub slurp {
    my ($path) = @_;

    open my $fh, '<', $path or die "$path: $!";
    local $/;
    return scalar(<$fh>) // '';
}


sub json {
    my (@words) = @_;

    my ($status, $out, $err) = ctl('--json', @words);
    is($status, 0, "@words") or diag $err;
    return eval { decode_json($out) } // { error => $out };
}


sub fails {
    my ($expect, $says, @words) = @_;

    my ($status, $out, $err) = ctl(@words);
    is($status, $expect, "exit status $expect: @words");
    like($err, $says, 'stderr says why');
}


sub roles {
    my ($name) = @_;

    my ($user) = grep { $_->{name} eq $name }
        @{ json('user', 'list', 'acme')->{users} };
    return join ',', @{ $user->{roles} };
}


json('store', 'init', $> ? () : ('--owner', 'www-data'));
json('account', 'create', 'acme');
json('user', 'create', 'acme', 'root', '--roles', 'account_admin');
json('user', 'create', 'acme', $_, '--roles', 'client') for qw(olga emil ida);

subtest 'a team gives its roles' => sub {
    my $team = json(qw(team create acme), 'Field service', '--roles',
        'agent,media_server');
    is($team->{members}, 0, 'nobody is in it');
    is_deeply($team->{roles}, ['agent', 'media_server'], 'its roles');
    fails(1, qr/exists already/, qw(team create acme), 'Field service');
    fails(1, qr/has no role "agnet"/, qw(team create acme x --roles agnet));
    fails(1, qr/no team "Night"/, qw(team add acme Night olga));
    fails(1, qr/nobody/, qw(team add acme), 'Field service', 'nobody');

    is(json(qw(team add acme), 'Field service', 'olga', 'emil')->{members}, 2,
        'two come');
    is(roles('olga'), 'client,agent,media_server', 'with its roles');
    is(roles('ida'), 'client', 'who is not in it has them not');

    json(qw(user set acme olga --roles agent));
    is(roles('olga'), 'agent,media_server', 'direct roles change apart');

    json(qw(team set acme), 'Field service', '--roles', 'service_agent',
        '--name', 'Service');
    is(roles('olga'), 'agent,service_agent', 'and with the team');
    is_deeply([sort map { $_->{name} } @{ json(qw(team show acme Service))
        ->{users} }], ['emil', 'olga'], 'who is in it');

    json(qw(team remove acme Service olga));
    is(roles('olga'), 'agent', 'gone with the membership');
    is(json(qw(team list acme))->{teams}[0]{members}, 1, 'one is left');
};

subtest 'policy explain knows what a decision knows' => sub {
    my $explains = sub {
        my ($want, $rule, @more) = @_;
        my (undef, $out, $err) = ctl('--json', 'policy', 'explain', $rule,
            @more);
        my $answer = eval { decode_json($out) } // {};
        is(join(' ', grep { length } @$answer{qw(verdict reason)}), $want,
            "$rule @more") or diag $err;
    };

    json(qw(account create alone));
    json(qw(user create alone sue));
    $explains->('allow', 'acct_whole_account', '--user', 'alone/sue');
    json(qw(user set alone sue --no-licence));
    $explains->('deny no_licence', 'xa_xassist', '--user', 'alone/sue');
    json(qw(user set alone sue --licence));
    $explains->('allow', 'xa_xassist', '--user', 'alone/sue', '--facts',
        'call_member');

    json(qw(account create many));
    json(qw(user create many ada --roles account_admin));
    my $id = json(qw(user create many max --roles account_manager))->{id};
    my $ben = json(qw(user create many ben --roles client))->{id};
    my @max = ('admin.users', '--user', 'many/max');
    json(qw(group create many pumps));
    json(qw(group add many pumps ben));
    json(qw(group create many taps --devices));
    json(qw(group add many taps tap-1));
    json(qw(group manager many pumps max));
    $explains->('allow', @max, '--attributes', "user=$ben");
    $explains->('deny permission_missing', @max);
    $explains->('deny permission_missing', @max, '--attributes', "user=$id");
    $explains->('deny permission_missing', @max, '--attributes',
        "user=$ben,device=tap-1");
    $explains->('deny permission_missing', @max, '--attributes',
        "device=tap-1,user=$ben");
    json(qw(group manager many taps max));
    $explains->('allow', @max, '--attributes', "device=tap-1,user=$ben");

    open my $fh, '>', "$dir/more.json" or die $!;
    print $fh slurp('conf/policy.json') =~ s/"service_agent": /"gone": {
        "title": "Gone", "grants": []}, $&/r;
    close $fh;
    is(system("$program --store $store --policy $dir/more.json user set many"
        . " max --roles account_manager,gone >$dir/out 2>&1"), 0, 'a role');
    $explains->('allow', @max, '--attributes', "user=$ben");

    json(qw(user set many ben --suspend));
    $explains->('deny suspended', 'regular', '--user', 'many/ben');
    json(qw(account suspend many));
    $explains->('deny suspended', 'regular', '--user', 'many/ada');
    my $most = join ',', map { "a$_=1" } 1 .. 40;
    fails(2, qr/attributes/, qw(policy explain regular --attributes), $most);
    fails(2, qr/--roles/, qw(policy explain regular --user many/ada),
        '--roles', 'agent');
};

subtest 'policy explain tells the team, policy diff the teams' => sub {
    json(qw(team add acme Service olga));
    my ($status, $out) = ctl(qw(policy explain assist_access --user
        acme/olga));
    is($status, 0, 'she may') or diag $out;
    like($out, qr/^permission assist_access: yes, by role service_agent, through team Service$/m,
        'by the role of a team');
    ($status, $out) = ctl(qw(policy explain home_dashboard_access --user
        acme/olga));
    like($out, qr/by role agent$/m, 'a direct role comes through none');
    my ($step) = grep { $_->{by} eq 'role' }
        @{ json(qw(policy explain assist_access --user acme/olga))
        ->{steps} };
    is($step->{team}, 'Service', 'as JSON');
    is_deeply(json(qw(policy explain --rule assist_access
        --principal acme/olga)),
        json(qw(policy explain assist_access --user acme/olga)),
        'the same with both named');
    fails(2, qr/./, qw(policy explain --rule assist_access assist_access));
    fails(2, qr/./, qw(policy explain --principal acme/olga));
    fails(2, qr/ACCOUNT\/NAME/, qw(policy explain assist_access --user olga));
    fails(1, qr/no user/, qw(policy explain assist_access --user acme/x));

    my $text = slurp('conf/policy.json');
    $text =~ s/"grants": \["assist_access", "assist_anonymous", "assist_register"\]/"grants": ["assist_access", "assist_anonymous"]/
        or die 'no service_agent';
    open my $fh, '>', "$dir/edit.json" or die $!;
    print {$fh} $text;
    close $fh;

    ($status, $out) = ctl('policy', 'diff', 'conf/policy.json',
        "$dir/edit.json", '--store', $store);
    is($status, 1, 'a difference');
    like($out, qr/^teams 1 lose assist_register: acme\/Service$/m, 'by team');
    like($out, qr/^users 2 lose assist_register: /m, 'by user');
    json(qw(team remove acme Service olga));
};

subtest 'a group has members and managers' => sub {
    is(json(qw(group create acme customers))->{kind}, 'users', 'of users');
    is(json(qw(group create acme pumps --devices))->{kind}, 'devices',
        'of devices');
    json(qw(group add acme customers emil ida));
    json(qw(group add acme pumps), 'Pump 7', 'Pump 8');
    json(qw(group remove acme pumps), 'Pump 8');
    is(json(qw(group manager acme customers olga))->{managers}, 1,
        'a manager');

    my $group = json(qw(group show acme customers));
    is_deeply([map { $_->{name} } @{ $group->{manages} }], ['olga'],
        'who manages it');
    is_deeply([sort map { $_->{name} } @{ $group->{users} }],
        ['emil', 'ida'], 'who is in it');
    is_deeply([map { $_->{name} } @{ json(qw(group show acme pumps))
        ->{devices} }], ['Pump 7'], 'what is in it');

    is(json(qw(group manager acme customers olga --take))->{managers}, 0,
        'no more');
    json(qw(group manager acme customers olga));
    is(roles('olga'), 'agent', 'no role comes of it');
    is(scalar @{ json(qw(group list acme))->{groups} }, 2, 'two groups');
};

subtest 'a dump keeps them, and a check counts them' => sub {
    is(json('store', 'check')->{findings}, 0, 'all agrees');
    my ($status, $text) = ctl('store', 'dump');
    is($status, 0, 'dump');

    for my $kind (qw(team group member manager)) {
        like($text, qr/^$kind /m, "a line of a $kind");
    }

    open my $fh, '>', "$dir/dump" or die $!;
    print {$fh} $text;
    close $fh;

    $store = "$dir/again";
    json('store', 'init', $> ? () : ('--owner', 'www-data'));
    my ($loaded, undef, $err) = ctl('store', 'load', "$dir/dump");
    is($loaded, 0, 'load') or diag $err;
    is(json('store', 'check')->{findings}, 0, 'all agrees there, too');
    is(roles('emil'), 'client,service_agent', 'roles of teams');
    is(json(qw(team delete acme Service))->{members}, 1, 'team delete');
    is(roles('emil'), 'client', 'which takes them');
    json(qw(group delete acme customers));
    is(json('store', 'check')->{findings}, 0, 'and all agrees');
};

subtest 'an account: administrator, billing contact, seats' => sub {
    json(qw(account create solo));
    is_deeply(json(qw(user create solo ann))->{roles}, ['billing_contact'],
        'who is first pays');
    fails(1, qr/administrator_required/, qw(user create solo ben));
    json(qw(user create solo ben --administrator ann));
    my %roles = map { $_->{name} => join ',', @{ $_->{roles} } }
        @{ json(qw(user list solo))->{users} };
    is($roles{ann}, 'account_admin,billing_contact', 'named');
    is($roles{ben}, '', 'and the other is not');

    fails(1, qr/one_billing_contact/,
        qw(user set solo ben --roles billing_contact));
    is(json(qw(account billing solo ben))->{billing}, 'ben', 'moved');
    %roles = map { $_->{name} => join ',', @{ $_->{roles} } }
        @{ json(qw(user list solo))->{users} };
    is($roles{ann}, 'account_admin', 'from one');
    is($roles{ben}, 'billing_contact', 'to the other');

    is(json(qw(account show solo))->{agents}, 2, 'seats in use');
    fails(1, qr/no_seat/, qw(account seats solo 1));
    is(json(qw(account seats solo 2))->{seats}, 2, 'two, and no more');
    fails(1, qr/no_seat/, qw(user create solo cleo --roles agent));
    json(qw(user create solo cleo --roles client));
    fails(1, qr/no_seat/, qw(user set solo cleo --roles agent));
    is(json(qw(account seats solo none))->{seats}, 0, 'no limit');
    json(qw(user set solo cleo --roles agent));
    is(json(qw(account show solo))->{agents}, 3, 'three');
    is(json('store', 'check')->{findings}, 0, 'all agrees');
};

done_testing();
