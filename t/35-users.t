#!/usr/bin/perl

# Users imported and exported as CSV and JSON: what goes out comes back as it
# was, errors are told by line, and a file is taken whole or not at all.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp ();
use Mojo::JSON qw(decode_json encode_json);
use Test::More;
use Time::HiRes qw(time);

chdir dirname(__FILE__) . '/..' or die $!;

my $program = abs_path('build/xassistctl');
my $dir = File::Temp::tempdir('xassist-XXXXXX', TMPDIR => 1, CLEANUP => 1);
chmod 0755, $dir;

plan skip_all => 'no release build' unless -x $program;

my $many = 10_000;


sub ctl {
    my (@words) = @_;

    my $pid = fork // die "fork: $!";

    if (!$pid) {
        open STDIN, '<', '/dev/null';
        open STDOUT, '>', "$dir/out";
        open STDERR, '>', "$dir/err";
        exec $program, '--store', "$dir/store", '--policy',
            'conf/policy.json', @words;
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


sub spew {
    my ($name, $text) = @_;

    open my $fh, '>', "$dir/$name" or die "$name: $!";
    print {$fh} $text;
    close $fh or die $!;
    return "$dir/$name";
}


sub json {
    my (@words) = @_;

    my ($status, $out, $err) = ctl('--json', @words);
    is($status, 0, "@words[0, 1]") or diag $err;
    return eval { decode_json($out) } // { error => $out };
}


# Refused: what stderr says, and the store is as it was.

sub refuses {
    my ($file, $says, $what) = @_;

    my $before = json('store', 'stat');
    my ($status, undef, $err) = ctl('user', 'import', 'acme', $file);
    is($status, 1, "$what: no");
    like($err, $says, 'and why');
    is_deeply([@{ json('store', 'stat') }{qw(log_last entries)}],
        [@{$before}{qw(log_last entries)}], 'nothing was changed');
}


json('store', 'init', $> ? () : ('--owner', 'www-data'));
json('account', 'create', $_) for qw(acme other);
json('user', 'create', 'acme', 'olga', '--roles', 'account_admin');
json('team', 'create', 'acme', 'Field service', '--roles', 'agent');
json('team', 'create', 'acme', 'Night', '--roles', 'service_agent');

my $small = <<'END';
name,display,mail,roles,teams,licensed,suspended
ann,"Ann ""A"" Ames, Ltd",ann@example.org,"client,agent",Field service,yes,no
bob,"two
lines",,client,"Field service,Night",no,yes
'=cmd,'+1,,,,true,false
olga,,,account_admin,Night,,
END
$small =~ s/two\nlines/two lines/;

subtest 'CSV' => sub {
    my $file = spew('small.csv', $small);
    my $dry = json('user', 'import', 'acme', $file, '--dry-run');
    is($dry->{created}, 3, 'a dry run counts');
    is(scalar @{ json('user', 'list', 'acme')->{users} }, 1,
        'and changes nothing');

    my $done = json('user', 'import', 'acme', $file);
    is_deeply([@{$done}{qw(created changed)}], [3, 1], 'three and one');
    my %user = map { $_->{name} => $_ }
        @{ json('user', 'list', 'acme')->{users} };
    is($user{ann}{display}, 'Ann "A" Ames, Ltd', 'quotes and commas');
    is_deeply([sort @{ $user{bob}{roles} }], [qw(agent client service_agent)],
        'roles of teams');
    ok($user{bob}{suspended} && !$user{bob}{licensed}, 'suspended');
    ok($user{'=cmd'}, 'an apostrophe stands before a formula');
    is($user{'=cmd'}{display}, '+1', 'in every cell');
    is_deeply($user{olga}{roles}, 
        [qw(account_admin billing_contact service_agent)],
        'one who was there is changed');
    is(json('store', 'check')->{findings}, 0, 'all agrees');
};

subtest 'out and in again' => sub {
    my ($status, $csv) = ctl('user', 'export', 'acme');
    is($status, 0, 'export');
    like($csv, qr/^ann,"Ann ""A"" Ames, Ltd",ann\@example.org,"client,agent",Field service,yes,no\r$/m,
        'as RFC 4180 has it');
    like($csv, qr/^"'=cmd","'\+1",/m, 'no formula');

    my (undef, $json) = ctl('user', 'export', 'acme', '--format', 'json');
    is(scalar @{ decode_json($json)->{users} }, 4, 'as JSON');

    for my $name (qw(csv json)) {
        my $file = spew("again.$name", $name eq 'csv' ? $csv : $json);
        my $seq = json('store', 'stat')->{log_last};
        is(json('user', 'import', 'acme', $file)->{changed}, 4,
            "$name: back");
        is(json('store', 'stat')->{log_last}, $seq,
            'which changes nothing');
    }

    # elsewhere: what comes out there is the same

    json('team', 'create', 'other', $_) for 'Field service', 'Night';
    json('user', 'import', 'other', "$dir/again.json");
    my (undef, $there) = ctl('user', 'export', 'other');
    is($there, $csv, 'the same users in another account');
};

subtest 'errors by line' => sub {
    refuses(spew('a.csv', "name,roles\nnew1,client\nnew2,agnet\nnew3,\n,x\n"),
        qr/a\.csv:3: the policy has no role "agnet".*a\.csv:5: it has no name.*3 errors/s,
        'roles and names');
    refuses(spew('b.csv', "name,teams\nnew1,\nnew2,Nowhere\n"),
        qr/b\.csv:3: a team of that name does not exist/, 'teams');
    refuses(spew('c.csv', "name,mail\nnew1,x\nnew1,y\n"),
        qr/c\.csv:3: "new1" stands in line 2, too/, 'twice');
    refuses(spew('d.csv', "name,shoe\nnew1,44\n"),
        qr/d\.csv:1: "shoe" is no column/, 'columns');
    refuses(spew('e.csv', "name,mail\nnew1,\"x\nnew2,y\n"),
        qr/e\.csv:2: a quoted cell does not end/, 'quotes');
    refuses(spew('f.csv', "name,mail\n\"a\nb\",x,y\n"),
        qr/f\.csv:2: there are too many cells|f\.csv:2: it has not as many/,
        'cells');
    refuses(spew('g.csv', "name,licensed\nnew1,perhaps\n"),
        qr/g\.csv:2: "licensed" is yes or no/, 'truth');
    refuses(spew('h.csv', "name\nnew1\nnew\x01\n"), qr/h\.csv:3: /,
        'characters');
    refuses(spew('i.json', "[\n{\"name\": \"new1\"},\n{\"nmae\": \"x\"}]"),
        qr/i\.json:3: .*nmae/, 'members');
    refuses(spew('j.json', '[{"name": "new1"} {"name": "new2"}]'),
        qr/j\.json:1: a comma/, 'JSON');
    refuses(spew('k.json', '[{"name": "new1"}'), qr/k\.json:1: /, 'cut');
    refuses(spew('l.csv', ''), qr/l\.csv:1: the file is empty/, 'nothing');
    refuses(spew('m.csv', join "\n", 'name', map { "u$_" } 1 .. 20_001),
        qr/more than 20000 users/, 'too many');
    my ($status) = ctl('user', 'import', 'acme', "$dir/none.csv");
    is($status, 3, 'no file');
};

subtest "$many users" => sub {
    my $text = "name,display,mail,roles,teams\n" . join '', map {
        sprintf "u%05d,\"User, %d\",u%d\@example.org,client,%s\n", $_, $_,
            $_, $_ % 4 ? '' : 'Night' } 1 .. $many;
    my $file = spew('many.csv', $text);

    my $from = time;
    is(json('user', 'import', 'acme', $file)->{created}, $many, 'imported');
    my $took = time - $from;
    my (undef, $csv) = ctl('user', 'export', 'acme');
    diag sprintf '%d users: imported in %.2f s, exported in %.2f s', $many,
        $took, time - $from - $took;
    is(scalar(() = $csv =~ /^u\d/mg), $many, 'exported');
    like($csv, qr/^u00004,"User, 4",u4\@example.org,client,Night,yes,no\r$/m,
        'one of them');
    my $seq = json('store', 'stat')->{log_last};
    is(json('user', 'import', 'acme', spew('back.csv', $csv))->{created}, 0,
        'and back');
    is(json('store', 'stat')->{log_last}, $seq, 'which changes nothing');
    is(json('store', 'check')->{findings}, 0, 'all agrees');
};

done_testing();
