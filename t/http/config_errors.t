#!/usr/bin/perl

# What is wrong in the configuration fails nginx -t with file and line, and
# says what to do.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::Edge;

my $edge = Xassist::Edge->new;
my $dir = $edge->{dir};
my $config = Xassist::Edge::slurp("$dir/conf/nginx.conf");
my $policy = Xassist::Edge::slurp("$dir/conf/policy.json");

my ($ok, $text) = $edge->test_config;
ok($ok, 'the configuration as it is') or diag $text;


# `change` edits the configuration in $_; the answer must match `says`, and
# name nginx.conf with the line that holds `at`.

sub fails {
    my ($name, %case) = @_;

    subtest $name => sub {
        local $_ = $config;
        $case{change}->() if $case{change};
        Xassist::Edge::spew("$dir/conf/nginx.conf", $_);
        $case{before}->() if $case{before};

        my $line = defined $case{at}
            ? 1 + (() = /^(.*?^)[ \t]*\Q$case{at}\E/ms ? $1 =~ /\n/g : ()) : undef;

        my ($ok, $text) = $edge->test_config;
        ok(!$ok, 'nginx -t fails');
        like($text, $case{says}, 'says what is wrong');
        like($text, qr/nginx\.conf:$line\b/, "names nginx.conf:$line")
            if defined $line;
        unlike($text, qr/Sanitizer|runtime error/, 'cleanly');
        $case{after}->() if $case{after};
        Xassist::Edge::spew("$dir/conf/nginx.conf", $config);
    };
}


# Puts a line into the http block, or into the location of the dashboard.

sub http { my $line = shift; sub { s/(    xassist_policy )/    $line\n$1/ } }

sub place {
    my $line = shift;
    return sub { s/(location \/home\/dashboard \{\n)/$1            $line\n/ };
}


fails('policy: no such file',
    change => sub { s/xassist_policy policy\.json/xassist_policy nix.json/ },
    at => 'xassist_policy', says => qr/nix\.json.*(?:No such file|not exist)/s);
fails('policy: a folder',
    change => sub { s/xassist_policy policy\.json/xassist_policy pages/ },
    at => 'xassist_policy', says => qr/pages/);
fails('policy: without a zone',
    change => sub { s/ zone=xassist:1m// },
    at => 'xassist_policy', says => qr/zone|number of arguments/);
fails('policy: bad size of the zone',
    change => sub { s/zone=xassist:1m/zone=xassist:lots/ },
    at => 'xassist_policy', says => qr/lots/);
fails('policy: zone too small',
    change => sub { s/zone=xassist:1m/zone=xassist:32k/ },
    at => 'xassist_policy', says => qr/xassist.*(?:small|need)/s);
fails('policy: unknown parameter',
    change => sub { s/zone=xassist:1m/$& colour=red/ },
    at => 'xassist_policy', says => qr/colour=red|number of arguments/);
fails('policy: broken text',
    before => sub { Xassist::Edge::spew("$dir/conf/policy.json",
        $policy =~ s/"roles"\s*:/\n"roles" oops :/r) },
    after => sub { Xassist::Edge::spew("$dir/conf/policy.json", $policy) },
    says => qr/policy\.json:\d+:\d+/);

fails('keys: no such file',
    change => sub { s/xassist_keys keys/xassist_keys nix/ },
    at => 'xassist_keys', says => qr/nix.*(?:No such file|keys new)/s);
fails('keys: readable by everybody',
    before => sub { chmod 0644, "$dir/conf/keys" },
    after => sub { chmod 0600, "$dir/conf/keys" },
    at => 'xassist_keys', says => qr/chmod|mode|readable|others/);
fails('keys: readable by one other',
    before => sub { chmod 0601, "$dir/conf/keys" },
    after => sub { chmod 0600, "$dir/conf/keys" },
    at => 'xassist_keys', says => qr/chmod|mode|readable|others/);

my $keys = Xassist::Edge::slurp("$dir/conf/keys");

for my $row (['empty', ''], ['not keys', "hello\n"],
    ['a short key', "0 hmac sign AAAA\n"], ['no key signs', "# nothing\n"])
{
    fails("keys: $row->[0]",
        before => sub { Xassist::Edge::spew("$dir/conf/keys", $row->[1]) },
        after => sub { Xassist::Edge::spew("$dir/conf/keys", $keys) },
        says => qr{conf/keys});
}

fails('store: a file in its place',
    change => sub { s/xassist_store store/xassist_store conf\/nginx.conf/ },
    says => qr{conf/nginx\.conf});
fails('store: bad size',
    change => sub { s/max=64m/max=lots/ },
    at => 'xassist_store', says => qr/lots/);
fails('store: bad retention',
    change => sub { s/max=64m/retention=soon/ },
    at => 'xassist_store', says => qr/soon/);
fails('store: retention of nothing',
    change => sub { s/max=64m/retention=59m/ },
    at => 'xassist_store', says => qr/59m/);
fails('store: a queue of none',
    change => sub { s/max=64m/queue=0/ },
    at => 'xassist_store', says => qr/"0"/);
fails('store: unknown parameter',
    change => sub { s/max=64m/size=64m/ },
    at => 'xassist_store', says => qr/size=64m/);

for my $name (qw(policy store keys)) {
    my ($line) = $config =~ /^\s*(xassist_$name [^;]*;)/m;
    fails("$name: twice", change => http($line),
        says => qr/"xassist_$name" directive is duplicate/);
    fails("$name: missing", change => sub { s/^\s*xassist_$name [^;]*;\n//m },
        says => qr/xassist_$name/);
}

fails('require: unknown permission',
    change => sub { s/xassist_require home_dashboard_access/xassist_require home_dashbord_access/ },
    at => 'xassist_require home_dashbord',
    says => qr/home_dashbord_access/);
fails('require: off beside another',
    change => place('xassist_require off;'),
    at => 'xassist_require home_dashboard_access', says => qr/off/);
fails('require: a bad attribute',
    change => place('xassist_require regular colour;'),
    at => 'xassist_require regular colour', says => qr/colour/);
fails('require: in an if',
    change => place('if ($arg_x) { xassist_require off; }'),
    at => 'if ($arg_x)', says => qr/not allowed here/);
fails('require: without a policy',
    change => sub { s/^    xassist_(?:policy|store|keys) .*\n//mg },
    says => qr/xassist_policy/);
fails('call: an unknown variable',
    change => sub { s/xassist_call \$call;/xassist_call \$nix;/ },
    says => qr/nix/);
fails('node: no name', change => http('xassist_node "edge 1";'),
    at => 'xassist_node', says => qr/"edge 1" is no name of a node/);
fails('cookie: neither secure nor plain',
    change => sub { s/xassist_cookie plain/xassist_cookie chocolate/ },
    at => 'xassist_cookie', says => qr/chocolate/);
fails('pages: no such folder',
    change => sub { s/xassist_pages pages/xassist_pages nix/ },
    at => 'xassist_pages', says => qr/nix/);
fails('pages: a template that is broken',
    before => sub { Xassist::Edge::spew("$dir/conf/pages/join.html",
        "<p>{{#title}}\n") },
    after => sub { File::Copy::copy(Xassist::Edge::top()
        . '/conf/pages/join.html', "$dir/conf/pages/join.html") },
    says => qr/join\.html/);
fails('janus: no such file', change => place('xassist_janus nix;'),
    at => 'xassist_janus nix', says => qr/nix/);

($ok, $text) = $edge->test_config;
ok($ok, 'all is as it was') or diag $text;

done_testing();
