package Xassist::Live;

# Open WebSockets by name, and the one question of all tests of live
# authority: who was closed, with which code and reason, and who was not.

use strict;
use warnings;

use Exporter qw(import);
use IO::Select ();
use Test::More;

our @EXPORT = qw(live);


sub live {
    my ($world) = @_;

    return bless { world => $world, open => {} }, __PACKAGE__;
}


# Opens one for the browser and keeps it under the name; its worker's pid.

sub open {
    my ($self, $name, $client, $path) = @_;

    my ($socket, $answer) = $client->websocket($path);
    BAIL_OUT("$name got no WebSocket: $answer->{status} $answer->{body}")
        unless $socket;
    $self->{open}{$name} = $socket;
    return $answer->{worker};
}


# The same until each of `workers` holds one; names get a number.

sub open_in_each {
    my ($self, $name, $client, $path, $workers) = @_;
    my ($n, %seen) = (0);

    my $held = $self->{world}->edge->in_each($workers, sub {
        my ($socket, $answer) = $client->websocket($path);
        BAIL_OUT("$name got no WebSocket: $answer->{status}") unless $socket;

        $n++;
        $self->{open}{"$name$n"} = $socket if !$seen{ $answer->{worker} };
        $socket->close if $seen{ $answer->{worker} }++;
        return $answer->{worker};
    });

    is($held, $workers, "$name holds one in $workers workers");
}


# Everything closed: {name => "CODE reason"}.  Those that are expected are
# waited for; the others get `linger` seconds more.

sub closed {
    my ($self, $expected, $linger) = @_;

    my %got;

    for my $name (sort keys %$expected) {
        my $socket = $self->{open}{$name} or next;
        my $close = $socket->wait_close or next;
        $got{$name} = "$close->{code} $close->{reason}";
    }

    select undef, undef, undef, $linger // 0.2;

    for my $name (sort grep { !$got{$_} } keys %{ $self->{open} }) {
        my $close = $self->{open}{$name}->wait_close(0.01) or next;
        $got{$name} = "$close->{code} $close->{reason}";
    }

    return \%got;
}


# After the cause: exactly these names are closed, with that code and reason,
# and the connection ends; every other one still carries frames.

sub closes {
    my ($self, $what, $expected) = @_;

    my $got = $self->closed($expected);
    is_deeply($got, $expected, "$what: closes those and no other")
        or diag explain $got;

    for my $name (sort keys %$got) {
        my $socket = delete $self->{open}{$name};
        ok($socket->ended, "$name: the connection ends");
    }

    my @dead = grep { !$self->{open}{$_}->echoes("$what $_") }
        sort keys %{ $self->{open} };
    is("@dead", '', 'all others go on');
}


sub finish {
    my ($self) = @_;

    $_->close for values %{ $self->{open} };
    $self->{open} = {};
}


1;
