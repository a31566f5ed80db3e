package Xassist::Held;

# A store whose disk stands still, and people who press Join meanwhile.

use strict;
use warnings;

use Exporter qw(import);
use Mojo::Util qw(url_escape);
use POSIX ();
use Test::More ();

use Xassist::Edge ();
use Xassist::Socket ();

our @EXPORT = qw(hold presses send_presses press answer redeemed);


# Nothing is written from here until `release`.  A program that did not come to
# its lock says why, and is started again twice: what lasts is a fault.

sub hold {
    my ($edge) = @_;
    my $why;

    for (1 .. 3) {
        (my $held, $why) = start("$edge->{dir}/store");
        return $held if $held;
        Test::More::diag($why);
    }

    die "$why\n";
}


sub start {
    my ($store) = @_;

    my $program = Xassist::Edge::build() . '/t/tool/hold_store';

    pipe my $in, my $keep or die "pipe: $!";
    my $pid = open(my $out, '-|') // die "fork: $!";

    if (!$pid) {
        close $keep;
        open STDIN, '<&', $in;
        delete $ENV{LD_PRELOAD};
        $ENV{ASAN_OPTIONS} = 'detect_leaks=0';
        exec $program, $store or POSIX::_exit(127);
    }

    close $in;
    my $said = readline $out;

    if (($said // '') ne "held\n") {
        close $out;
        return undef, sprintf 'hold_store: no lock, status %d, signal %d',
            $? >> 8, $? & 127;
    }

    return bless { out => $out, keep => $keep }, __PACKAGE__;
}


sub release {
    my ($self) = @_;

    close delete $self->{keep} if $self->{keep};
    close delete $self->{out} if $self->{out};
}


sub DESTROY {
    my ($self) = @_;

    local ($?, $!);
    $self->release;
}


# As many browsers with the page of the link open, each with the bytes that
# its button sends.

sub presses {
    my ($world, $link, $n) = @_;

    my ($path) = $link =~ m{^(?:https?://[^/]+)?(/.*)};

    return map {
        my $client = $world->client;
        my $page = $client->get($path, Accept => 'text/html');
        my $body = join '&', 'terms=1', 'lang=en', "name=P$_",
            'nonce=' . url_escape($client->can('nonce')->($page->{body}));
        my $head = $client->head_of('POST', $path, { Connection => 'close',
            Origin => $client->origin, Accept => 'text/html',
            'Content-Type' => 'application/x-www-form-urlencoded' });

        { client => $client, bytes => $head . 'Content-Length: '
            . length($body) . "\r\n\r\n$body" };
    } 1 .. $n;
}


# All of them press.

sub send_presses {
    for my $press (@_) {
        $press->{socket} = Xassist::Socket->connect(
            $press->{client}{edge}{port});
        $press->{socket}->send($press->{bytes});
    }
}


# The same; the edge has read what they sent then, and may tell none of them
# so.

sub press {
    my (@presses) = @_;

    send_presses(@presses);

    my $edge = $presses[0]{client}{edge};
    $edge->wait_for(sub { !unread($edge->{port}) }) or die "not read\n";
}


# Bytes that came to the port and are not read.

sub unread {
    my ($port) = @_;

    my $unread = 0;
    my $local = sprintf ':%04X', $port;

    for (split /\n/, Xassist::Edge::slurp('/proc/net/tcp')) {
        my (undef, $at, undef, $state, $queues) = split;
        $unread += hex((split /:/, $queues)[1])
            if $at =~ /\Q$local\E$/ && $state eq '01';
    }

    return $unread;
}


# The answer of a press, with its body and its cookies kept; undef when there
# is none in time.

sub answer {
    my ($press, $timeout) = @_;

    return $press->{answer} if $press->{answer};

    my $answer = $press->{socket}->read_head($timeout) or return;
    my $length = $answer->{headers}{'content-length'};

    $answer->{body} = defined $length ? $press->{socket}->read_exactly($length)
        : $press->{socket}->read_to_end($timeout);
    $press->{socket}->close;
    $press->{client}->keep_cookies($answer);
    return $press->{answer} = $answer;
}


# How many redemptions the log tells of.

sub redeemed {
    my ($world) = @_;

    return scalar grep { /"kind":"invitation.redeemed"/ }
        split /\n/, ($world->edge->ctl_try('log', 'export'))[1];
}


1;
