#!/usr/bin/perl

# permessage-deflate as real peers speak it: messages that an inflating client
# takes apart without a fault come up to the Close frame, and the Close is
# read, in whatever moment of a compressed stream the right ends.

use strict;
use warnings;
use lib 't/lib';

use Mojo::IOLoop;
use Mojo::UserAgent;
use POSIX ();
use Test::More;
use Xassist::World;

my $world = world(workers => 2);
my $edge = $world->edge;
my @text = map { my $n = $_; join ' ', map { $_ * $n } 1 .. 40 * $n } 1 .. 20;


# A client that says all of @text, takes the echoes, and once `after` of them
# came lets `cause` happen; what it saw of the end.

sub talk {
    my ($guest, $path, $after, $cause) = @_;

    my $ua = Mojo::UserAgent->new;
    my %saw = (echoes => 0, wrong => 0);
    $ua->websocket($edge->url($path) => {
        Cookie => "xassist-g=$guest->{cookies}{'xassist-g'}",
        Origin => $guest->origin,
        'Sec-WebSocket-Extensions' => 'permessage-deflate' } => sub {
        my (undef, $tx) = @_;

        return Mojo::IOLoop->stop unless $tx->is_websocket;
        $saw{extensions} = $tx->res->headers->sec_websocket_extensions;
        my ($first, $sent) = (1, 0);
        $tx->max_websocket_size(1 << 22);
        $tx->on(finish => sub {
            @saw{qw(code reason)} = @_[1, 2];
            Mojo::IOLoop->stop;
        });
        $tx->on(message => sub {
            my ($tx, $message) = @_;

            if ($first) {
                $first = 0;

            } else {
                $saw{wrong}++ if $message ne $text[$saw{echoes}++ % @text];
            }

            if ($saw{echoes} == $after && !$saw{caused}++) {
                my $pid = fork // die "fork: $!";

                if ($pid == 0) {
                    $cause->();
                    POSIX::_exit(0);
                }

                $saw{pid} = $pid;
            }

            # Some are always on their way.

            $tx->send({ text => $text[$sent++ % @text] })
                while $sent < $saw{echoes} + 8;
        });
    });

    my $timer = Mojo::IOLoop->timer(Xassist::Edge::PATIENCE(),
        sub { Mojo::IOLoop->stop });
    Mojo::IOLoop->start;
    Mojo::IOLoop->remove($timer);
    waitpid $saw{pid}, 0 if $saw{pid};
    return \%saw;
}


for my $after (0, 3, 50, 400) {
    subtest "the call ends after $after messages" => sub {
        my $call = $world->call;
        my $saw = talk($world->guest($call), "/ws/$call", $after, sub {
            $edge->ctl('call', 'end', $call);
        });
        like($saw->{extensions} // '', qr/permessage-deflate/,
            'they are compressed');
        cmp_ok($saw->{echoes}, '>=', $after, "$saw->{echoes} came back");
        is($saw->{wrong}, 0, 'each as it was');
        is($saw->{code}, 4404, 'then the Close');
        is($saw->{reason}, 'call_ended', 'with its reason');
    };
}

$world->finish;
