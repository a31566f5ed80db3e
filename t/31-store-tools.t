#!/usr/bin/perl

# Copies of a store, its text, retention, and a log that was tampered with.

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
my @owner = $> ? () : ('--owner', 'www-data');
chmod 0755, $dir;

plan skip_all => 'no release build' unless -x $program;


sub run {
    my ($store, @words) = @_;

    my @command = ($program, '--store', "$dir/$store", '--keys',
        "$dir/keys", '--policy', 'conf/policy.json', @words);
    my $pid = open(my $out, '-|') // die "fork: $!";

    if (!$pid) {
        open STDERR, '>', "$dir/err";
        exec @command;
    }

    local $/;
    my $text = <$out> // '';
    close $out;
    return ($? >> 8, $text);
}


sub said { open my $fh, '<', "$dir/err"; local $/; return <$fh> // '' }


sub json {
    my ($store, @words) = @_;

    my ($status, $text) = run($store, '--json', @words);
    is($status, 0, "$store: @words") or diag said();
    return eval { decode_json($text) } // {};
}


sub dump_of {
    my ($store) = @_;

    my ($status, $text) = run($store, 'store', 'dump');
    is($status, 0, "$store: dump");
    return $text;
}


sub spew {
    my ($path, $text) = @_;

    open my $fh, '>', $path or die "$path: $!";
    print $fh $text;
    close $fh;
}


run('one', 'keys', 'new');
run('one', 'store', 'init', @owner);
json('one', 'account', 'create', 'acme');
json('one', 'user', 'create', 'acme', 'olga', '--roles', 'account_admin',
    '--display', "Olga \x{25} O");
my @calls = map { json('one', 'call', 'create', 'acme', 'olga')->{id} } 1 .. 5;
json('one', 'invite', 'create', '--call', $_) for @calls;

my ($status, $checkpoint) = run('one', 'log', 'checkpoint');
is($status, 0, 'a checkpoint is signed');
like($checkpoint, qr/^xassist-checkpoint-1 12 \d+ [0-9a-f]{64} 0 [0-9a-f]{128}\n$/,
    'as a line to keep elsewhere');
spew("$dir/checkpoint.txt", $checkpoint);
json('one', 'account', 'create', 'later');

subtest 'backup and restore' => sub {
    is(json('one', 'store', 'backup', "$dir/backup")->{backup},
        "$dir/backup", 'a backup');
    ($status) = run('one', 'store', 'backup', "$dir/backup");
    is($status, 1, 'not over another one');
    json('restored', 'store', 'restore', "$dir/backup");
    is(dump_of('restored'), dump_of('one'), 'restored, it is the same');
    my $inode = (stat "$dir/restored/data.mdb")[1];
    ($status) = run('restored', 'store', 'restore', "$dir/backup");
    is($status, 1, 'a store is not restored over');
    like(said(), qr/not written over/, 'and that is said');
    is((stat "$dir/restored/data.mdb")[1], $inode, 'the file is the same');
    ($status) = run('nothing', 'store', 'restore', "$dir/none");
    is($status, 3, 'nothing to restore from');
};

subtest 'dump and load' => sub {
    my $text = dump_of('one');
    is($text, dump_of('one'), 'the text is stable');
    like($text, qr/display=Olga%20%25%20O /, 'blanks are escaped');
    my ($status, $objects) = run('one', '--json', 'store', 'dump');
    my @lines = split /\n/, $objects;
    my @read = map { eval { decode_json($_) } // () } @lines;
    is($status, 0, 'as JSON');
    is(scalar @read, ($text =~ tr/\n//), 'an object for each line');
    is($read[0]{record} . ' ' . $read[0]{value}, ($text =~ /^(.*)\n/)[0],
        'of that line');

    spew("$dir/dump.txt", $text);
    is(json('loaded', 'store', 'load', @owner, "$dir/dump.txt")->{lines},
        scalar(() = $text =~ /\n/g), 'every line is counted');
    is(dump_of('loaded'), $text, 'there and back it is the same');
    is(json('loaded', 'store', 'check')->{findings}, 0, 'and whole');
    is(json('loaded', 'log', 'verify', '--signed')->{checkpoints}, 1,
        'its checkpoint holds');
    ($status) = run('loaded', 'store', 'load', "$dir/dump.txt");
    is($status, 1, 'not over what is there');

    spew("$dir/short.txt", substr $text, 0, length($text) / 2);
    ($status) = run('short', 'store', 'load', @owner, "$dir/short.txt");
    is($status, 3, 'a text that was cut short');
    ($status) = run('short', 'store', 'stat');
    is($status, 3, 'gives no store');
    like(said(), qr/not loaded to its end/, 'and that is said');

    spew("$dir/wrong.txt", $text =~ s/^call id=.*$/call id=zz/mr);
    ($status) = run('wrong', 'store', 'load', @owner, "$dir/wrong.txt");
    like(said(), qr/line \d+: the value of "id"/, 'an error has its line');
};

# A copy of a store with some bytes of its file changed.

sub damaged {
    my ($name, $what, $with) = @_;

    mkdir "$dir/$name" or die $!;
    open my $from, '<:raw', "$dir/one/data.mdb" or die $!;
    my $bytes = do { local $/; <$from> };
    my $changed = $bytes =~ s/\Q$what\E/$with/g;
    spew("$dir/$name/data.mdb", $bytes);
    ok($changed, "$name: damaged");
}

subtest 'what is damaged is named' => sub {
    my $text = dump_of('one');
    my ($id) = $text =~ /^user id=([0-9a-f]{24}) /m;
    my ($seq) = $text =~ /^event seq=(\d+) .* detail=acme\b/m;

    # The name in the user's record, not in the index; the account's name in
    # an event alone; the length of a field.

    damaged('renamed', "\x03\x04olga", "\x03\x04olgb");
    ($status) = run('renamed', 'store', 'check');
    is($status, 1, 'a record that is another');
    like(said(), qr/\b41[0-9a-f]+6f6c6762: this index key of a user is missing/,
        'the index key that is missing');
    like(said(), qr/\b41[0-9a-f]+6f6c6761: this index key /,
        'and the one that is too many');

    damaged('rewritten', "\x0d\x00\x04acme", "\x0d\x00\x04evil");
    ($status) = run('rewritten', 'store', 'check');
    is($status, 1, 'an event that is another');
    like(said(), qr/chain is broken at event (?:$seq|${\ ($seq + 1)})\b/,
        'which one');
    ($status, $text) = run('rewritten', '--json', 'log', 'verify');
    is($status, 1, 'log verify finds it');
    my $found = eval { decode_json($text) } // {};
    ok(exists $found->{whole} && !$found->{whole}, 'and says so');

    damaged('cut', pack('H*', "11${id}02010c"), pack('H*', "11${id}02010b"));
    ($status) = run('cut', 'store', 'check');
    is($status, 1, 'a record that does not decode');
    like(said(), qr/\b11$id: this user does not decode/, 'which one');
};

subtest 'compact' => sub {
    my $text = dump_of('loaded');
    my $figures = json('loaded', 'store', 'compact');
    cmp_ok($figures->{used_bytes}, '<=', $figures->{used_bytes_before},
        'it is no larger');
    is(dump_of('loaded'), $text, 'and the same');

    my $tail = open my $fh, '-|', $program, '--store', "$dir/loaded", 'log',
        'tail', '-f';
    like(scalar <$fh>, qr/seq=1 /, 'while another has it open');
    ($status) = run('loaded', 'store', 'compact');
    is($status, 1, 'it is refused');
    like(said(), qr/in use/, 'and why');
    kill 'KILL', $tail;
    close $fh;
};

subtest 'checkpoints' => sub {
    my $all = json('one', 'log', 'verify', '--signed', '--checkpoint',
        "$dir/checkpoint.txt");
    is($all->{checkpoints}, 2, 'the kept one and the stored one hold');

    # The log written anew from an event on: the chain alone is whole.

    my $text = dump_of('one');
    my @lines = split /^/, $text;
    my @before = grep { !/^(?:event|end|checkpoint) / } @lines;
    my @events = grep { /^event / } @lines;
    s/ before=\w+// for @events;
    my $forged = join '', @before, $events[0] =~ s/detail=acme/detail=evil/r;
    $forged .= 'end ' . (@before) . "\n";
    spew("$dir/forged.txt", $forged);
    json('forged', 'store', 'load', @owner, "$dir/forged.txt");
    ok(json('forged', 'log', 'verify')->{whole}, 'its chain is whole');
    ($status, $text) = run('forged', '--json', 'log', 'verify',
        '--checkpoint', "$dir/checkpoint.txt");
    is($status, 1, 'a log that lost events is found out');
    is(decode_json($text)->{checkpoint_broken}, 12, 'by the checkpoint');

    json('forged', 'account', 'create', "a$_") for 1 .. 12;
    ($status) = run('forged', '--json', 'log', 'verify', '--checkpoint',
        "$dir/checkpoint.txt");
    is($status, 1, 'and one that was written anew');
    like(said(), qr/written anew/, 'which is said');

    spew("$dir/other.txt", $checkpoint =~ s/ 12 / 13 /r);
    ($status) = run('one', 'log', 'verify', '--checkpoint', "$dir/other.txt");
    is($status, 1, 'a checkpoint that was altered');
    like(said(), qr/not signed/, 'is not believed');
    spew("$dir/other.txt", "hello\n");
    ($status) = run('one', 'log', 'verify', '--checkpoint', "$dir/other.txt");
    is($status, 3, 'a file that is none');
};

subtest 'retention' => sub {
    json('one', 'call', 'end', $_) for @calls[0 .. 2];
    select undef, undef, undef, 1.1;
    ($status) = run('one', 'store', 'trim');
    is($status, 2, 'something must be said');
    ($status) = run('one', 'store', 'trim', '--log', 'old');
    is($status, 2, 'an age it must be');
    is(json('one', 'store', 'trim', '--log', '999d', '--ended', '999d')
        ->{removed}, 0, 'nothing is so old');
    my $removed = json('one', 'store', 'trim', '--log', '1s', '--ended', '1s')
        ->{removed};
    cmp_ok($removed, '>=', 3 + 3 + 13, 'calls, links and events go');
    is(scalar @{ json('one', 'call', 'list', 'acme', '--state', 'ended')
        ->{calls} }, 0, 'the ended calls are gone');
    is(scalar @{ json('one', 'call', 'list', 'acme', '--state', 'open')
        ->{calls} }, 2, 'the others are not');
    my $log = json('one', 'log', 'verify', '--checkpoint', "$dir/checkpoint.txt");
    ok($log->{whole}, 'the chain goes on from the cut');
    cmp_ok($log->{trimmed}, '>=', 13, 'which is told');
    is($log->{checkpoints_older}, 1, 'the checkpoint is of before');
    is(json('one', 'store', 'check')->{findings}, 0, 'the store is whole');
};

subtest 'progress of what is long' => sub {
    my %said;

    spew("$dir/many.csv", join "\n", 'name,roles', 'boss,account_admin',
        (map { "u$_,client" } 1 .. 1999), '');
    run('many', 'store', 'init', @owner);
    json('many', 'account', 'create', 'acme');
    is(json('many', 'user', 'import', 'acme', "$dir/many.csv")->{created},
        2000, 'many users');
    spew("$dir/many.txt", dump_of('many'));

    {
        # "all" of it, where a terminal would be told ten times a second

        local $ENV{XASSIST_PROGRESS} = 'all';

        for ([load => qw(store load), @owner, "$dir/many.txt"],
            [verify => qw(log verify)], [dump => qw(store dump)],
            [backup => qw(store backup), "$dir/again"])
        {
            my ($name, @words) = @$_;
            ($status) = run('long', @words);
            is($status, 0, $name) or diag said();
            $said{$name} = said();
        }
    }

    like($said{load}, qr/\rloaded \d+%/, 'loading tells how far it is');
    cmp_ok(scalar(() = $said{verify} =~ /\rverified \d+%/g), '>=', 5,
        'so does a verification, again and again');
    like($said{verify}, qr/verified 1\d%.*verified [89]\d%/s, 'in order');
    like($said{verify}, qr/\r\033\[K\z/, 'and the line is cleared');
    like($said{dump}, qr/\rdumped records 1792/, 'so does a dump');
    like($said{backup}, qr/\rcopied \d+%/, 'so does a backup');

    ($status) = run('long', 'log', 'verify');
    is(said(), '', 'nothing is said where no terminal is');
    ($status) = run('long', 'store', 'backup', "$dir/third");
    is(said(), '', 'nor of a copy');
};

done_testing();
