#!/usr/bin/perl

# Whoever makes the store first, root on the command line or nginx, the workers
# and the command line both can use it.

use strict;
use warnings;
use lib 't/lib';

use File::Path qw(remove_tree);
use Test::More;
use Xassist::Edge;

plan skip_all => 'only root can give files away' if $>;

my $worker = (getpwnam 'www-data')[2];


sub owners {
    my ($edge) = @_;
    return join ' ', map { (stat "$edge->{dir}/store/$_")[4] // 'none' }
        qw(data.mdb lock.mdb);
}


sub fresh {
    my $edge = Xassist::Edge->new;
    remove_tree("$edge->{dir}/store");
    return $edge;
}


sub health {
    my ($edge) = @_;

    return $edge->wait_for(sub {
        my $answer = `curl -s -o /dev/null -w %{http_code} \Q@{[
            $edge->url('/xassist/v1/health') ]}\E`;
        $answer eq '200' ? $answer : 0;
    }, 10);
}


subtest 'a store that root made' => sub {
    my $edge = fresh();
    $edge->ctl('store', 'init');
    is(owners($edge), '0 0', 'is root\'s');
    $edge->ctl('account', 'create', 'before');

    chmod 0755, "$edge->{dir}/store";
    Xassist::Edge::chown_worker("$edge->{dir}/store");
    $edge->ctl('account', 'create', 'between');
    is(owners($edge), '0 0', 'root uses it as before in a folder given away');

    $edge->start;
    is(owners($edge), "$worker $worker", 'nginx gives it to its workers');
    is(health($edge), '200', 'who open it');
    $edge->ctl('account', 'create', 'after');
    is_deeply([$edge->complaints], [], 'no complaint');
    $edge->stop;
};

subtest 'a store that nginx made' => sub {
    my $edge = fresh();
    $edge->start;
    is(health($edge), '200', 'workers open it');
    $edge->ctl('account', 'create', 'after');
    is(owners($edge), "$worker $worker", 'it stays theirs');
    $edge->stop;
};

subtest 'only what can be nothing else is given away' => sub {
    my $edge = fresh();
    my $store = "$edge->{dir}/store";
    my $other = "$edge->{dir}/other";

    $edge->ctl('store', 'init');
    link "$store/data.mdb", $other or die "link: $!";
    rename "$store/lock.mdb", "$edge->{dir}/lock" or die "rename: $!";
    symlink "$edge->{dir}/lock", "$store/lock.mdb" or die "symlink: $!";

    my ($ok) = $edge->test_config;
    ok($ok, 'nginx -t');
    is((stat $other)[4], 0, 'no file with another name');
    is((stat "$edge->{dir}/lock")[4], 0, 'no file behind a link');
};

subtest 'keys of the workers\' user where no user is named' => sub {
    my $edge = Xassist::Edge->new(substitute => sub {
        $_[0] =~ s/^user .*\n//mr;
    });
    my ($default) = `nginx -V 2>&1` =~ /--user=(\S+)/;
    my $uid = (getpwnam($default // 'nobody'))[2];

    chown $uid, -1, "$edge->{dir}/conf/keys";
    my ($ok, $text) = $edge->test_config;
    ok($ok, 'are taken') or diag $text;

    chown 2, -1, "$edge->{dir}/conf/keys";
    ($ok, $text) = $edge->test_config;
    ok(!$ok, 'those of another user are not');
    like($text, qr/neither root nor the worker's/, 'and it says why');
};

done_testing;
