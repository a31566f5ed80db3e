#!/usr/bin/perl

# What make install puts where, and README's first steps with it: the
# configuration, then the commands, as they stand there.

use strict;
use warnings;
use lib 't/lib';

use File::Temp qw(tempdir);
use Test::More;
use Xassist::Edge;

my $top = Xassist::Edge::top();
my $dir = tempdir(CLEANUP => 1);
my $readme = Xassist::Edge::slurp("$top/README.md");
my $build = Xassist::Edge::build();


# What does not need a build here, and is not built: the tests have it.

sub install {
    return system("make -s -C \Q$top\E -o build install BUILD=\Q$build\E "
        . "DESTDIR=\Q$dir\E >\Q$dir\E/log 2>&1") == 0;
}


# The indented block after the line that `after` matches, without its indent.

sub block {
    my ($after) = @_;
    my ($text) = $readme =~ /$after[^\n]*\n\n((?:(?: {4}[^\n]*)?\n)+)/
        or die "README has no block after $after";
    return $text =~ s/^ {4}//mgr;
}


# Paths of the system below the folder.

sub moved {
    my ($text) = @_;
    return $text =~ s{(?<=\s)/(?=etc/xassist|var/lib|usr/share/xassist)}
        {$dir/}gr;
}


chmod 0755, $dir;
ok(install(), 'make install') or diag Xassist::Edge::slurp("$dir/log");
ok(-e "$dir/$_", $_) for qw(usr/lib/nginx/modules/ngx_xassist_module.so
    usr/bin/xassistctl usr/share/xassist/policy.json etc/xassist/policy.json
    usr/share/xassist/pages/join.html
    usr/share/xassist/pages/assets/move.js);

Xassist::Edge::spew("$dir/etc/xassist/policy.json", "edited\n");
install();
is(Xassist::Edge::slurp("$dir/etc/xassist/policy.json"), "edited\n",
    'a policy that is there is kept');
unlink "$dir/etc/xassist/policy.json";
install();

mkdir "$dir/var";
mkdir "$dir/var/lib";
$ENV{PATH} = "$dir/usr/bin:$ENV{PATH}";
$ENV{XASSIST_POLICY} = "$dir/etc/xassist/policy.json";
$ENV{XASSIST_STORE} = "$dir/var/lib/xassist";
$ENV{XASSIST_KEYS} = "$dir/etc/xassist/keys";
$ENV{ASAN_OPTIONS} = 'detect_leaks=0';

my $call = '';

for my $line (split /\n/, block('Then, once:')) {
    next if $line eq 'make install';

    my $command = $line =~ s/\bCALL\b/$call/r;
    my $out = `$command 2>&1`;
    is($?, 0, $line) or diag $out;
    ($call) = $out =~ /^id\s+(\S{16})$/m if $line =~ /call create/;
}

my $port = Xassist::Edge::free_port();
my $config = moved(block('Dropping it into your nginx'));

$config =~ s{load_module modules/}{load_module $dir/usr/lib/nginx/modules/};
$config =~ s/listen 443 ssl;/listen 127.0.0.1:$port;/;
$config =~ s/^http \{\n/pid $dir\/pid; error_log $dir\/log; events {}
    http { client_body_temp_path $dir\/t1;
    proxy_temp_path $dir\/t2; fastcgi_temp_path $dir\/t3;
    uwsgi_temp_path $dir\/t4; scgi_temp_path $dir\/t5; access_log off;
    upstream app { server 127.0.0.1:9; }
    upstream janus { server 127.0.0.1:9; }\n/m;

Xassist::Edge::spew("$dir/nginx.conf", $config);

SKIP: {
    skip 'a module with sanitizers has to be preloaded', 1
        if Xassist::Edge::sanitized();

    my $out = `nginx -t -e \Q$dir\E/log -c \Q$dir\E/nginx.conf 2>&1`;
    is($?, 0, 'nginx -t takes the configuration') or diag $out;
}

done_testing;
