#!/usr/bin/perl

# What nginx says of servers holds for calls as well: down, backup, max_conns,
# max_fails, keepalive, and servers that come and go with a reload.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Time::HiRes qw(sleep time);
use Xassist::Media;
use Xassist::Upstream ();
use Xassist::World;

my @servers = map { Xassist::Upstream->new } 1 .. 3;
my @names = map { '127.0.0.1:' . $_->port } @servers;
my %line = (1 => '', 2 => '', 3 => 'backup');
my %gone;
my $world = media_world(servers => \@servers, line => sub { '' },
    upstream_lines => 'keepalive 4;', location => 'proxy_connect_timeout 1s;');
my $edge = $world->edge;
my $with = $edge->{substitute};
my $olga = $world->signed_in('olga');

# Each server's line as %line has it, without those in %gone.
$edge->{substitute} = sub {
    my $text = $with->(shift);
    for my $n (1 .. @names) {
        my $name = $names[$n - 1];
        my $line = $gone{$n} ? '' : "server $name $line{$n};";
        $text =~ s/server \Q$name\E\s*;/$line/ or die $text;
    }
    $text =~ s{(?=        # Built-in rules)}{
        location ~ "^/by/(?<call>[A-Za-z0-9_-]{16})" {
            xassist_call \$call;
            xassist_require in-call;
            set \$to media;
            proxy_pass http://\$to;
        }\n\n};
    return $text;
};


sub reconfigured {
    $edge->write_config($edge->{text});
    return $edge->reload;
}


# Joins, and says where.

sub joins {
    my ($call, $client) = @_;
    my ($socket, $answer) = ($client // $olga)->websocket("/ws/$call");
    return wantarray ? ($answer->{headers}{'x-media'} // '', $socket, $answer)
        : $answer->{headers}{'x-media'} // '';
}


sub new_calls { return map { my $c = $world->call; [$c, joins($c)] } 1 .. $_[0] }

my @live;

subtest 'a backup gets none while others are there' => sub {
    ok(reconfigured(), 'configured');
    my @calls = new_calls(4);
    my %n;
    $n{ $_->[1] }++ for @calls;
    is_deeply(\%n, { $names[0] => 2, $names[1] => 2 }, 'two each');
    push @live, @calls;
};

subtest 'down' => sub {
    $line{1} = 'down';
    ok(reconfigured(), 'configured');
    is((new_calls(1))[0][1], $names[1], 'no new call') for 1 .. 2;

    for my $call (grep { $_->[1] eq $names[0] } @live) {
        is(joins($call->[0], $world->guest($call->[0])), $names[0],
            'its own stay');
        ok($call->[2]->echoes('on'), 'and go on');
    }

    $line{1} = '';
};

subtest 'a server is added' => sub {
    $line{3} = '';
    ok(reconfigured(), 'configured');
    is((new_calls(1))[0][1], $names[2], 'the next call is there');

    for my $call (@live) {
        is(joins($call->[0], $world->guest($call->[0])), $call->[1],
            'others stay where they are');
        ok($call->[2]->echoes('on'), 'and go on');
    }

    is_deeply(moved_events($world), {}, 'none was moved');
};

subtest 'a server is taken away' => sub {
    $gone{1} = 1;
    ok(reconfigured(), 'configured');
    my @there = grep { $_->[1] eq $names[0] } @live;
    ok($_->[2]->echoes('on'), 'its calls go on') for @there;
    is_deeply(moved_events($world), {}, 'none was moved');

    my ($call, undef, $socket) = @{ $there[0] };
    my ($media, $new) = joins($call, $world->guest($call));
    isnt($media, $names[0], 'who comes later finds another');
    my $close = $socket->wait_close(3);
    is($close->{code}, 4502, 'and who was there is told to come along');
    is(joins($call), $media, 'together');
    delete $gone{1};
};

subtest 'max_conns' => sub {
    @line{1, 2, 3} = ('max_conns=2', 'down', 'down');
    ok(reconfigured(), 'configured');
    my $call = $world->call;
    my @in = map { [joins($call, $_)] } $olga, $world->guest($call);
    is($_->[0], $names[0], 'in') for @in;
    my (undef, undef, $answer) = joins($call, $world->guest($call));
    is($answer->{status}, 502, 'the third is refused');
    is(reason($answer), 'media_unavailable', 'for this reason');
    is(joins($world->call), '', 'and a new call has no place');
    ok($edge->wait_for(sub { $world->states($call) !~ /joining/ }),
        'nobody is left behind');
    ok(!moved_events($world)->{$call}, 'the call stays');
    $_->[1]->close for @in;
};

subtest 'max_fails, and back' => sub {
    @line{1, 2, 3} = ('max_fails=1 fail_timeout=2s', 'backup', 'down');
    ok(reconfigured(), 'configured');
    my $port = $servers[0]->port;
    $servers[0]->stop;
    my $call = $world->call;
    my (undef, undef, $answer) = joins($call);
    is($answer->{status}, 502, 'the one who finds out');
    ok($edge->wait_for(sub { $world->shown($call)->{media} eq $names[1] }),
        'the call goes to the backup');
    is(joins($call), $names[1], 'with everybody');
    ok($edge->wait_for(sub { (new_calls(1))[0][1] eq $names[1] }),
        'new ones, too');

    $servers[0] = Xassist::Upstream->new(port => $port);
    ok($edge->wait_for(sub { (new_calls(1))[0][1] eq $names[0] }, 8),
        'once it is back, it gets calls again');
    is(joins($call), $names[1], 'the moved one stays where it is');
};

subtest 'keepalive' => sub {
    my $call = $world->call;
    my %ports;
    my %workers;

    for (1 .. 10) {
        my $answer = $olga->get("/media/$call/x");
        $ports{ $answer->{json}{peer} // 'none' }++;
    }

    cmp_ok(scalar keys %ports, '<=', 2, 'one connection for each worker');
};

subtest 'proxy_pass by a variable' => sub {
    my $call = $world->call;
    is($olga->get("/by/$call")->{status}, 500, 'is refused');
    like($edge->error_log, qr/proxy_pass leads there by a variable; name it/,
        'the log says why');

    my ($ok, $text) = $edge->test_config;
    unlike($text, qr/no location names/, 'one that is named elsewhere');
    my $config = Xassist::Edge::slurp("$edge->{dir}/conf/nginx.conf");
    Xassist::Edge::spew("$edge->{dir}/conf/nginx.conf", $config
        =~ s/^(?=\s*upstream )/upstream lonely { zone lonely 64k; server 127.0.0.1:9; xassist_media; }\n/mr);
    ($ok, $text) = $edge->test_config;
    ok($ok, 'one that no location names');
    like($text, qr/no location names upstream "lonely".* by a variable/,
        'is warned of');
};

$_->[2] && $_->[2]->close for @live;
is($edge->ctl('store', 'check')->{findings}, 0, 'the store is whole');
# The one that was started again has inherited what was open here.
$_->stop for @servers;
$world->finish;
