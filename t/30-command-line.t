#!/usr/bin/perl

# xassistctl as people and scripts use it: what it prints, as text and as
# JSON, its exit status, and what it says to wrong input.

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
my @globals = ('--store', "$dir/store", '--keys', "$dir/keys",
    '--policy', 'conf/policy.json');
chmod 0755, $dir;

plan skip_all => 'no release build' unless -x $program;


# Status, stdout, stderr.

sub ctl {
    my (@words) = @_;

    my $pid = fork // die "fork: $!";

    if (!$pid) {
        open STDIN, '<', '/dev/null';
        open STDOUT, '>', "$dir/out";
        open STDERR, '>', "$dir/err";
        exec $program, @globals, @words;
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
    my @lines = split /\n/, $out;
    is(scalar @lines, 1, 'one line of JSON');
    return eval { decode_json($out) } // { error => $out };
}


sub fails {
    my ($expect, $says, @words) = @_;

    my ($status, $out, $err) = ctl(@words);
    is($status, $expect, "exit status $expect: @words");
    like($err, $says, 'stderr says why');
    is($out, '', 'and stdout nothing');
}


subtest 'without a store or keys' => sub {
    fails(2, qr/usage: xassistctl/);
    fails(2, qr/no command "drink coffee"/, 'drink', 'coffee');
    fails(2, qr/no command "store paint"/, 'store', 'paint');
    fails(2, qr/--store needs a value/, 'store', 'stat', '--store');
    fails(3, qr/store init/, 'store', 'stat');
    fails(3, qr/keys new/, 'session', 'create', 'acme', 'olga');
    my ($status, $out) = ctl('--help');
    is($status, 0, '--help is no error');
    like($out, qr/store restore/, 'and lists the commands');
    ($status, $out) = ctl('help', 'team');
    is($status, 0, 'nor is help');
    like($out, qr/team create/, 'with those of a word');
    unlike($out, qr/store restore/, 'alone');
    ok(!-e "$dir/store", 'nothing was made');
};

subtest 'keys and store' => sub {
    my ($status) = ctl('keys', 'new');
    is($status, 0, 'keys new');
    is((stat "$dir/keys")[2] & 0777, 0600, 'nobody else may read them');
    my $before = slurp("$dir/keys");
    ctl('keys', 'new');
    like(slurp("$dir/keys"), qr/^\Q$before\E/, 'they are never written over');

    fails(2, qr/no user "nobody-of-that-name"/, 'store', 'init', '--owner',
        'nobody-of-that-name');
    ($status) = ctl('store', 'init', $> ? () : ('--owner', 'www-data'));
    is($status, 0, 'store init');
    ($status) = ctl('store', 'init');
    is($status, 0, 'twice is no harm');
    is(json('store', 'stat')->{log_last}, 0, 'an empty store');
    fails(2, qr/named twice/, 'store', 'stat', "$dir/other");
    is(json('store', 'check')->{findings}, 0, 'that is whole');
};

# Without --store and --keys, which ctl() gives.

subtest 'store and keys named by a word' => sub {
    for my $words ("store init $dir/other", "store stat $dir/other",
        "store check $dir/other", "keys new $dir/keys2",
        "keys list $dir/keys2")
    {
        my $out = `$program --json $words`;
        is($?, 0, $words);
        ok(eval { decode_json($out) }, 'gives JSON') or diag $out;
    }

    ok(-e "$dir/other/data.mdb" && -e "$dir/keys2", 'made where they say');
};

SKIP: {
    skip 'not root', 1 if $>;

    subtest 'root becomes the owner of the store' => sub {
        my $owner = (getpwnam 'www-data')[2];
        is((stat "$dir/store/$_")[4], $owner, "$_ is www-data's")
            for qw(data.mdb lock.mdb);
        is((stat "$dir/store/data.mdb")[2] & 077, 0, 'and of nobody else');
    };
}

my ($olga, $token, $call, $link);

subtest 'accounts and users' => sub {
    my $account = json('account', 'create', 'acme');
    like($account->{id}, qr/^[\w-]{16}$/, 'an id');
    fails(1, qr/exists already/, 'account', 'create', 'acme');
    fails(2, qr/not valid/, 'account', 'create', '');
    fails(2, qr/not valid/, 'account', 'create', "a\nb");
    fails(2, qr/not valid/, 'account', 'create', 'x' x 65);

    $olga = json('user', 'create', 'acme', 'olga', '--display', 'Olga O.',
        '--mail', 'olga@example.org', '--roles', 'client,account_admin');
    is_deeply($olga->{roles}, [qw(client account_admin billing_contact)],
        'roles, and that of the first user');
    ok($olga->{licensed}, 'a licence unless told otherwise');
    ok(!json('user', 'create', 'acme', 'leo', '--no-licence')->{licensed},
        '--no-licence');
    is_deeply(json('user', 'create', 'acme', 'ria', '--role', 'agent')->{roles},
        ['agent'], '--role is --roles');
    fails(1, qr/exists already/, 'user', 'create', 'acme', 'olga');
    fails(1, qr/no account "other"/, 'user', 'create', 'other', 'olga');
    fails(2, qr/usage/, 'user', 'create', 'acme');
    fails(2, qr/--shoe/, 'user', 'create', 'acme', 'x', '--shoe', '44');

    is_deeply(json('user', 'set', 'acme', 'ria', '--role', '')->{roles}, [],
        'of user set, too');
    ok(json('user', 'set', 'acme', 'leo', '--suspend')->{suspended},
        'suspended');
    ok(!json('user', 'set', 'acme', 'leo', '--resume')->{suspended},
        'and resumed');
    json('account', 'create', 'pair');
    json('user', 'create', 'pair', 'one');
    fails(1, qr/administrator_required: .*--administrator/, 'user', 'create',
        'pair', 'two');
    fails(1, qr/no user "nina"/, 'user', 'set', 'acme', 'nina', '--suspend');
};

subtest 'sessions' => sub {
    $token = json('session', 'create', 'acme', 'olga')->{token};
    like($token, qr/^[\w-]{40}$/, 'a token of 40 characters');
    my ($status, $out) = ctl('session', 'create', 'acme', 'olga');
    like($out, qr/^[\w-]{40}\n$/, 'as text: the token alone');

    my $list = json('session', 'list', 'acme', 'olga');
    my @ids = map { $_->{id} } @{ $list->{sessions} };
    is(scalar @ids, 2, 'both are listed');
    unlike("@ids", qr/\Q$token\E/, 'their tokens are not');
    json('session', 'revoke', $ids[0]);
    fails(2, qr/usage|no id|not/, 'session', 'revoke', 'short');
    fails(1, qr/not found|no session/, 'session', 'revoke', 'A' x 16);
    fails(2, qr/device|usage/, 'session', 'create', 'acme', 'olga',
        '--device', 'toaster');
};

sub reapplied {
    my ($id) = @_;

    my @counts = map { @{ $_ }{qw(changed unchanged)} }
        json('invite', 'reapply', $id),
        json('invite', 'reapply', '--account', 'acme', '--kind', 'external');
    is("@counts", '0 1 0 0', 'the same terms change nothing');

    my $policy = slurp('conf/policy.json')
        =~ s/"conference": \{\s*"valid_for": "while_call"/"conference": {
            "valid_for": "3h"/r;
    open my $fh, '>', "$dir/policy.json" or die $!;
    print $fh $policy;
    close $fh or die $!;

    my @before = @globals;
    push @globals, '--policy', "$dir/policy.json";
    is(json('invite', 'reapply', '--call', $call)->{changed}, 1,
        'those of a call');
    my ($is) = @{ json('invite', 'list', '--call', $call)->{invitations} };
    like($is->{expires}, qr/^20\d\d-/, 'it has an end now');
    is(json('invite', 'reapply', '--account', 'acme')->{unchanged}, 1,
        'those of an account');
    fails(2, qr/kind/, 'invite', 'reapply', $id, '--kind', 'tea');
    fails(2, qr/./, 'invite', 'reapply');
    fails(1, qr/no invitation/, 'invite', 'reapply', 'A' x 16);
    @globals = @before;
}


subtest 'calls and invitations' => sub {
    $call = json('call', 'create', 'acme', 'olga', '--title', 'Pump 7',
        '--starts-at', '2099-01-01T00:00:00Z')->{id};
    like($call, qr/^[\w-]{16}$/, 'an id');
    fails(2, qr/time|RFC/, 'call', 'create', 'acme', 'olga', '--starts-at',
        'tomorrow');
    fails(1, qr/no user/, 'call', 'create', 'acme', 'nina');

    my $invitation = json('invite', 'create', '--call', $call, '--base',
        'https://help.example.org/');
    $link = $invitation->{link};
    like($link, qr{^https://help\.example\.org/j/[\w-]{40}$}, 'a link');
    is(scalar @{ json('invite', 'list', '--call', $call)->{invitations} }, 1,
        'it is listed');
    fails(2, qr/kind/, 'invite', 'create', '--call', $call, '--kind', 'tea');
    fails(1, qr/call/, 'invite', 'create', '--call', 'A' x 16);

    subtest 'other terms for what was sent' => sub {
        reapplied($invitation->{id});
    };

    my $shown = json('call', 'show', $call);
    is($shown->{title}, 'Pump 7', 'the call has its title');
    is($shown->{state}, 'open', 'and is open');
    is($shown->{starts_at}, '2099-01-01T00:00:00Z', 'from its time');

    json('invite', 'withdraw', $link);
    is(json('invite', 'list', '--call', $call)->{invitations}[0]{state},
        'withdrawn', 'withdrawn by its link');
    fails(1, qr/./, 'invite', 'withdraw', 'A' x 16);
    fails(1, qr/has ended/, 'invite', 'reapply', $invitation->{id});

    json('call', 'end', $call);
    is(json('call', 'show', $call)->{state}, 'ended', 'ended');
    is(scalar @{ json('call', 'list', 'acme', '--state', 'ended')->{calls} },
        1, 'and listed so');
    is(scalar @{ json('call', 'list', 'acme', '--state', 'open')->{calls} },
        0, 'and not as open');
    fails(1, qr/no call/, 'call', 'show', 'A' x 16);
};

subtest 'the log' => sub {
    my $log = json('log', 'tail', '-n', '3')->{events};
    is(scalar @$log, 3, 'the newest three');
    is($log->[-1]{kind}, 'call.ended', 'the newest last');
    my $last = $log->[-1]{seq};

    my (undef, $out) = ctl('log', 'export');
    my @events = map { decode_json($_) } split /\n/, $out;
    is(scalar @events, $last, 'export: an object a line');
    is_deeply([map { $_->{seq} } @events], [1 .. $last], 'in their order');
    (undef, $out) = ctl('log', 'export', '--after', $last - 1);
    is(scalar(split /\n/, $out), 1, '--after');
    unlike($out, qr/\Q$token\E/, 'no token in it');

    is_deeply([@{ json('log', 'verify') }{qw(events whole)}],
        [$last, Mojo::JSON->true], 'whole');
    fails(2, qr/number/, 'log', 'tail', '-n', 'many');
};

subtest 'log tail -f goes on' => sub {
    my $pid = open my $tail, '-|', $program, @globals, '--json', 'log',
        'tail', '-n', '1', '-f';
    like(scalar <$tail>, qr/"call\.ended"/, 'the newest');
    ctl('account', 'create', 'later');
    local $SIG{ALRM} = sub { kill 'KILL', $pid };
    alarm 120;
    like(scalar(<$tail>) // '', qr/"account\.created".*"later"/,
        'and what comes');
    alarm 0;
    kill 'TERM', $pid;
    close $tail;
};

subtest 'output that cannot be written is a failure' => sub {
    my $status = system("$program @globals log export >/dev/full 2>&1");
    is($status >> 8, 3, 'exit status 3');
};

done_testing();
