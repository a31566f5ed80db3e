#!/usr/bin/perl

# The layers hold: what may include, call, link and export what.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(basename dirname);
use File::Temp qw(tempdir);
use Test::More;

my $top = abs_path(dirname(__FILE__) . '/..');
chdir $top or die $!;
my $temp = tempdir(CLEANUP => 1);

my @pure = sort glob '{policy,lmdb_schema,xassistctl}/*.c';
my @glue = sort glob 'ngx_xassist_module/*.[ch]';
my %library = (policy => qr/^(?:yajl_|[A-Z0-9]+_|OPENSSL_|CRYPTO_)/,
    lmdb_schema => qr/^mdb_/);


sub slurp {
    my ($path) = @_;
    open my $fh, '<:encoding(UTF-8)', $path or return '';
    local $/;
    return scalar <$fh>;
}


sub includes {
    my ($path) = @_;
    return slurp($path) =~ /^\s*#\s*include\s+[<"]([^>"]+)/mg;
}


sub run {
    my ($command) = @_;
    my $out = `$command 2>&1`;
    return ($? == 0, $out);
}


# Files of `files` that include something that matches.

sub including {
    my ($pattern, @files) = @_;
    return grep { my $file = $_; grep { /$pattern/ } includes($file) } @files;
}


ok(@pure > 0, 'there are pure files');

subtest 'each pure file compiles alone' => sub {
    for my $file (@pure) {
        my $object = "$temp/" . $file =~ s{/}{_}r . '.o';
        my ($ok, $out) = run('gcc -std=c11 -D_DEFAULT_SOURCE -Wall -Wextra '
            . "-Wconversion -Werror -O2 -I. -c -o $object $file");
        ok($ok, $file) or diag $out;
    }
};

subtest 'each header stands alone' => sub {
    for my $file (sort glob '{policy,lmdb_schema,xassistctl}/*.h') {
        my ($ok, $out) = run('gcc -std=c11 -D_DEFAULT_SOURCE -Wall -Wextra '
            . "-Werror -I. -fsyntax-only -include $file -x c /dev/null");
        ok($ok, $file) or diag $out;
    }
};

subtest 'includes stay within their layer' => sub {
    my @policy = glob 'policy/*.[ch]';
    my @store = glob 'lmdb_schema/*.{c,h,def}';
    my @ctl = glob 'xassistctl/*.[ch]';

    is_deeply([including(qr/ngx_|nginx/, @policy, @store, @ctl)], [],
        'no pure file knows nginx');
    is_deeply([including(qr/^lmdb/, @policy)], [],
        'the policy does not see the store');
    is_deeply([including(qr/^policy|openssl|yajl/, @store)], [],
        'the store does not see the policy');
    is_deeply([including(qr{(?:policy|schema)/.*_int\.h|lmdb\.h|yajl|openssl}, @ctl)], [],
        'the command line uses public headers alone');

    cmp_ok(scalar including(qr/yajl/, @policy), '<=', 1, 'yajl in one file');
    cmp_ok(scalar including(qr/openssl/, @policy), '<=', 1,
        'OpenSSL in one file');
    cmp_ok(scalar including(qr/^lmdb\.h/, @store), '<=', 3,
        'LMDB in three files at most');

    is_deeply([including(qr{lmdb\.h|yajl|(?:policy|lmdb_schema)/(?!policy\.h|store\.h)},
        @glue)], [], 'the glue sees the two public headers alone');
    is_deeply([grep { slurp($_) =~ /\b(?:mdb|yajl)_\w+\s*\(/ } @glue], [],
        'the glue calls neither LMDB nor yajl');
};


# Symbols of libc that a pure file may use come from libc itself: whatever is
# neither of the library, nor of the folder's own prefix, must be there.

sub libc_symbols {
    my %names;

    for my $lib (grep { -e } map { chomp; $_ } `gcc -print-file-name=libc.so.6`) {
        for my $line (`nm -D --defined-only $lib`) {
            $names{$1} = 1 if $line =~ / (\w+)(?:@|$)/;
        }
    }

    return \%names;
}


# Who reads an image without asking afterwards decides by half of another.
# Two files ask once more, for what they keep.

subtest 'one file of the module reads policies' => sub {
    my %by = (policy_zone_read => ['look'],
        policy_zone_settled => ['evaluate', 'look', 'roles']);

    for my $name (sort keys %by) {
        my @files = map { m{/ngx_xassist_(\w+)\.c$} }
            grep { slurp($_) =~ /\b$name\b/ } @glue;
        is("@files", "@{ $by{$name} }", $name);
    }
};

subtest 'undefined symbols are of libc and of one library' => sub {
    my $libc = libc_symbols();
    ok($libc->{malloc} && $libc->{memcpy}, 'symbols of libc are known');

    for my $file (@pure) {
        my $folder = dirname($file);
        my $object = "$temp/" . $file =~ s{/}{_}r . '.o';
        my @own = $folder eq 'policy' ? qr/^policy_/
            : $folder eq 'lmdb_schema' ? qr/^store_/
            : qr/^(?:policy|store|ctl)_/;
        push @own, $library{$folder} if $library{$folder};

        my @foreign;

        for my $line (`nm -u $object`) {
            my ($name) = $line =~ /U (\w+)/ or next;
            next if $name =~ /^_GLOBAL_OFFSET_TABLE_$|^__stack_chk/;
            next if $name =~ /^__[a-z]+[sdt]i[0-9]$/;    # of the compiler
            next if $libc->{$name} || grep { $name =~ $_ } @own;
            push @foreign, $name;
        }

        is("@foreign", '', $file);
    }
};

subtest 'global symbols carry the prefix of their folder' => sub {
    for my $file (@pure) {
        my $prefix = { policy => 'policy_', lmdb_schema => 'store_',
            xassistctl => 'ctl_' }->{ dirname($file) };
        my $object = "$temp/" . $file =~ s{/}{_}r . '.o';
        my @bad = grep { !/^$prefix|^main$/ }
            map { / [A-TV-Z] (\w+)/ ? $1 : () } `nm --defined-only -g $object`;

        is("@bad", '', $file);
    }
};

subtest 'no pure file has state of its own' => sub {
    for my $file (grep { !/^xassistctl/ } @pure) {
        my $object = "$temp/" . $file =~ s{/}{_}r . '.o';
        my @state = map { / [bBdDC] (\w+)/ ? $1 : () } `nm $object`;

        is(writable($object), 0, "$file: nothing writable") or diag "@state";
    }
};


# Bytes in writable sections, those that the loader relocates apart.

sub writable {
    my ($object) = @_;
    my $bytes = 0;

    for my $line (`size -A $object`) {
        my ($section, $size) = $line =~ /^(\.\S+)\s+(\d+)/ or next;
        $bytes += $size if $section =~ /^\.(?:data|bss)/
            && $section !~ /^\.data\.rel\.ro/;
    }

    return $bytes;
}


SKIP: {
    my $module = 'build/ngx_xassist_module.so';
    my $ctl = 'build/xassistctl';

    ok(-e $module && -e $ctl, 'the release build is there')
        or skip 'no release build', 6;

    my @exported = sort map { / [A-Z] (\w+)/ ? $1 : () }
        `nm -D --defined-only $module`;
    is_deeply(\@exported, [qw(ngx_module_names ngx_module_order ngx_modules)],
        'the module exports what nginx looks up, no more');

    for my $file ($module, $ctl) {
        my @needed = map { /NEEDED\s+(\S+)/ ? $1 : () } `objdump -p $file`;
        my @other = grep { !/^(?:libc|libpthread|liblmdb|libyajl|libcrypto)\.so/ }
            @needed;
        is("@other", '', "$file links libc, lmdb, yajl and OpenSSL alone");

        my ($ok, $count) = run("strings -a $file | grep -c TEST_CLOCK");
        is($count + 0, 0, "$file has no trace of the test clock");
    }

    my @undefined = grep { !/^ngx_/ } map { / U (\w+)/ ? $1 : () }
        `nm -D -u $module`;
    my @bad = grep { /^(?:policy|store|xassist)_/ } @undefined;
    is("@bad", '', 'nothing of ours is left undefined in the module');
}

subtest 'the test build does have the test clock' => sub {
    my @files = grep { -e } map { "build/test/$_" }
        qw(ngx_xassist_module.so xassistctl);
    plan skip_all => 'no test build' unless @files;

    for my $file (@files) {
        my ($ok, $out) = run("strings -a $file | grep -c XASSIST_TEST_CLOCK");
        cmp_ok($out + 0, '>', 0, $file);
    }
};

subtest 'no file is over its length, no comment is of C++' => sub {
    for my $file (sort glob
        '{policy,lmdb_schema,xassistctl,ngx_xassist_module}/*.[ch]')
    {
        my $text = slurp($file);
        my $lines = () = $text =~ /\n/g;
        cmp_ok($lines, '<=', 600, "$file: lines");
        my $code = $text =~ s{"(?:\\.|[^"\\\n])*"}{""}gr =~ s{/\*.*?\*/}{}gsr;
        unlike($code, qr{//}, "$file: no // comment");
        my @wide = grep { length > 80 } split /\n/, $text;
        is(scalar @wide, 0, "$file: 80 columns") or diag join "\n", @wide[0..0];
    }
};

done_testing();
