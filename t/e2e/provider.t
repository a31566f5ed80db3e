#!/usr/bin/perl

# README's recipe "sign in with your identity provider", with a real one
# (oidc-provider) and a real browser: a person who was never heard of signs in
# there and is somebody here.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/../lib";

use POSIX ();
use Test::More;
use Time::HiRes qw(sleep);

use Xassist::Browser ();
use Xassist::Look;
use Xassist::World;

binmode $_, ':encoding(UTF-8)' for map { Test::More->builder->$_ }
    qw(output failure_output todo_output);

my $why = Xassist::Browser::missing();
plan skip_all => $why if $why;
my $modules = Xassist::Edge::top() . '/build/oidc';
plan skip_all => 'oidc-provider is not installed (make build/oidc/installed)'
    if !-e "$modules/installed" || !grep { -x "$_/node" } split /:/,
        $ENV{PATH};

my $port = Xassist::Edge::free_port();
my $issuer = "http://localhost:$port";

my $world = world(stopped => 1, substitute => sub {
    $_[0] =~ s{(?=    xassist_store)}{
    xassist_jwt jwks=jwks.json issuer=$issuer audience=xassist
                roles_claim=groups account=acme users=licensed;
}r =~ s{(?=        location /j/)}{
        location = /signin/provider {
            alias conf/pages/provider.html;
            default_type text/html;
            add_header Content-Security-Policy "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self' $issuer; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
            add_header Referrer-Policy strict-origin;
            add_header Cache-Control no-store;
        }
}r });
my $edge = $world->edge;
my $here = "http://localhost:$edge->{port}";
my $page_file = "$edge->{dir}/conf/pages/provider.html";

Xassist::Edge::spew($page_file, Xassist::Edge::slurp($page_file)
    =~ s{https://id\.example\.com}{$issuer}r
    =~ s{data-next="/expert"}{data-next="/home/dashboard"}r);

my $out = "$edge->{dir}/logs/provider";
my $pid = fork // die $!;

if (!$pid) {
    open STDOUT, '>', $out;
    open STDERR, '>&', \*STDOUT;
    exec 'node', Xassist::Edge::top() . '/t/e2e/provider/server.mjs', $modules,
        $port, "$here/signin/provider", "$edge->{dir}/conf/jwks.json"
        or POSIX::_exit(127);
}

END { if ($pid) { local $?; kill 'TERM', $pid; waitpid $pid, 0 } }

ok($edge->wait_for(sub { Xassist::Edge::slurp($out) =~ /ready/ ? 1 : 0 }, 60),
    'the provider is there') or diag Xassist::Edge::slurp($out);
chmod 0644, "$edge->{dir}/conf/jwks.json";
$edge->start;

my $driver = Xassist::Browser->driver;


# Signs in at the provider: a name, any password, and consent.

sub signs_in {
    my ($page, $name) = @_;

    $page->until('return document.querySelector("input[name=login]")', 30)
        or return fail('the provider asks who it is: ' . $page->url);
    like($page->url, qr{^\Q$issuer\E/}, 'at the provider');
    $page->type('input[name=login]', $name);
    $page->type('input[name=password]', 'any');
    $page->click('button[type=submit]');
    $page->until('return document.body.textContent.includes("Authorize")'
        . ' || location.pathname === "/home/dashboard"', 20);
    $page->click('button[type=submit]') if $page->url =~ /^\Q$issuer\E/;
}


sub me { return $_[0]->js('return fetch("/xassist/v1/me").then(r => r.json())') }


subtest 'who was never heard of' => sub {
    my $page = $driver->open;
    $page->go("$here/signin/provider");
    signs_in($page, 'paula');
    ok($page->until('return location.pathname === "/home/dashboard"', 30),
        'comes back, and further on') or diag $page->url;
    my $me = me($page);
    is($me->{name}, 'Paula', 'is signed in here');
    is($me->{kind}, 'regular', 'as a user');
    is($me->{roles}, 'agent', 'with the roles of the token');
    is($page->js('return document.cookie'), '', 'by a cookie that no script '
        . 'can read');
    is($page->js('return JSON.stringify(sessionStorage)'), '{}',
        'and no token is left in the page');
    my ($user) = grep { $_->{name} eq 'paula' }
        @{ $edge->ctl('user', 'list', 'acme')->{users} };
    ok($user, 'and known to the store');
    $page->close;
};

subtest 'what does not belong to this browser' => sub {
    my $page = $driver->open;
    $page->go("$here/signin/provider?code=abc&state=planted");
    ok($page->until('return !document.getElementById("again").hidden', 20),
        'a code that was planted');
    text_is($page, '#said', 'state', 'is not taken');
    is(me($page)->{reason}, 'signed_out', 'and signs nobody in');
    is($page->js('return location.search'), '', 'nor stays in the address');
    $page->close;
};

unlike($edge->access_log . $edge->error_log, qr/eyJ/, 'no token in a log');

$driver->stop;
$world->finish;
