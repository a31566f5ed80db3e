#!/usr/bin/perl

# A media server dies: each of its calls is moved once, to one server, and
# calls on other servers notice nothing.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Time::HiRes qw(sleep time);
use Xassist::Media;
use Xassist::Socket ();
use Xassist::World;

# Whoever asks by /soon/ does not wait long for a server.

my $world = media_world(servers => 3, location => 'proxy_read_timeout 1h;
    proxy_connect_timeout 5s;', upstream_lines => 'keepalive 4;',
    substitute => sub { $_[0] =~ s{(?=        # Built-in rules)}{
        location ~ "^/soon/(?<call>[A-Za-z0-9_-]{16})" {
            xassist_call \$call;
            xassist_require in-call;
            proxy_read_timeout 4s;
            xassist_proxy media;
        }\n\n}r });
my $edge = $world->edge;
my $olga = $world->signed_in('olga');
my %pid = map { ($_ => $world->{server}{$_}{pid}) } keys %{ $world->{server} };


# Asks until there is a WebSocket; its server and how many tries it took.

sub reconnect {
    my ($client, $call) = @_;

    my $end = time + Xassist::Edge::PATIENCE;

    for (my $tries = 1; time < $end; $tries++) {
        my ($socket, $answer) = $client->websocket("/ws/$call");
        return ($socket, $answer->{headers}{'x-media'}, $tries) if $socket;
        push @{ $world->{refusals} }, $answer;
        sleep 0.05;
    }

    return (undef, 'none', 0);
}


my (%on, %guests, %open);

for (1 .. 9) {
    my $call = $world->call;
    $guests{$call} = [map { $world->guest($call) } 1 .. 2];

    for my $client ($olga, @{ $guests{$call} }) {
        my ($socket, $answer) = $client->websocket("/ws/$call");
        push @{ $open{$call} }, $socket;
        $on{$call} = $answer->{headers}{'x-media'};
    }
}

my $dead = (sort values %on)[0];
my @lost = grep { $on{$_} eq $dead } keys %on;
my @kept = grep { $on{$_} ne $dead } keys %on;
is(scalar @lost, 3, 'three calls on the one that dies');

subtest 'kill -9' => sub {
    kill 'KILL', $world->{server}{$dead}{pid};
    waitpid delete $world->{server}{$dead}{pid}, 0;

    ok($_->ended(3), 'its WebSockets end') for map { @{ $open{$_} } } @lost;

    my ($most, $start) = (0, time);
    my %to;

    for my $call (@lost) {
        for my $client (@{ $guests{$call} }, $olga) {
            my ($socket, $media, $tries) = reconnect($client, $call);
            push @{ $open{"$call again"} }, $socket;
            $to{$call}{$media}++;
            $most = $tries if $tries > $most;
        }
    }

    diag sprintf 'reconnected 9 in %.2f s, at most %d tries', time - $start,
        $most;
    ok($most <= 9, "after a few tries ($most)");
    is(scalar(grep { keys %{ $to{$_} } == 1 } @lost), 3,
        'each call is together again');
    ok(!(grep { $_ eq $dead } map { keys %$_ } values %to), 'elsewhere');
    is_deeply(moved_events($world), { map { ($_ => 1) } @lost },
        'an event for each, once');
    is($world->shown($_)->{media}, (keys %{ $to{$_} })[0], 'the record too')
        for @lost;
};

subtest 'the other calls' => sub {
    for my $call (@kept) {
        ok($_->echoes('still here'), 'go on') for @{ $open{$call} };
        my (undef, $media) = reconnect($guests{$call}[0], $call);
        is($media, $on{$call}, 'and stay');
    }
};

# A host that is gone does not say so: /proc/net/tcp shows who asks (tr 02).

subtest 'half-open connections' => sub {
    my $ports = join '|', map { sprintf '%04X', $_->port }
        @{ $world->{servers} };
    my %timers;

    for (split /\n/, Xassist::Edge::slurp('/proc/net/tcp')) {
        my (undef, undef, $to, $state, undef, $timer) = split;
        $timers{ (split /:/, $timer)[0] }++
            if $to =~ /:(?:$ports)$/ && $state eq '01';
    }

    cmp_ok($timers{'02'} // 0, '>=', 18, 'the kernel looks after the servers');
};

subtest 'what the first one was told' => sub {
    my ($refused) = @{ $world->{refusals} || [] };
    ok($refused, 'there was one') or return;
    is($refused->{status}, 502, 'bad gateway');
    is(reason($refused), 'media_unavailable', 'with the reason');
};

subtest 'a server that hangs' => sub {
    my $call = $kept[0];
    my ($hung) = $on{$call};
    my $stopped = $world->{server}{$hung}{pid};
    kill 'STOP', $stopped;

    my $asking = Xassist::Socket->connect($edge->{port});
    $asking->send($guests{$call}[1]->upgrade_of("/soon/$call"));
    is($asking->read_head->{status}, 502, 'does not answer in time');
    my (undef, $media) = reconnect($guests{$call}[1], $call);
    isnt($media, $hung, 'the call is moved');

    # Whoever is still connected to the old one is told to come along.

    my $close = $open{$call}[0]->wait_close(3);
    is($close->{code}, 4502, 'closed') or diag explain $close;
    is($close->{reason}, 'media_moved', 'and why');

    kill 'CONT', $stopped;
    my (undef, $again) = reconnect($guests{$call}[0], $call);
    is($again, $media, 'all land together');
    is(moved_events($world)->{$call}, 1, 'moved once');
};

subtest 'a page of the call while its server is down' => sub {
    my $call = $world->call;
    $olga->get("/media/$call/page");
    my $media = $world->shown($call)->{media};
    my $server = $world->{server}{$media};
    my $port = $server->port;
    kill 'KILL', $server->{pid};
    waitpid delete $server->{pid}, 0;

    my $page = $olga->get("/media/$call/page", Accept => 'text/html');
    is($page->{status}, 502, 'a page says so') or diag explain $page;
    is(reason($page), 'media_unavailable', 'in words');
    like($page->{headers}{refresh} // '', qr/^\d+$/, 'and comes again');
    sleep 0.2;
    my $again = $olga->get("/media/$call/page", Accept => 'text/html');
    is($again->{status}, 200, 'which works');
    isnt($world->shown($call)->{media}, $media, 'on another server');
};

is($edge->ctl('store', 'check')->{findings}, 0, 'the store is whole');
$world->finish;
