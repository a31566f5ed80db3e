package Xassist::Api;

# Calls of the API as pages and apps make them.
#
#   my $answer = api($client, POST => 'calls', { title => 'Pump 7' });
#   $answer->{status};  $answer->{json};

use strict;
use warnings;

use Exporter qw(import);
use Mojo::JSON qw(decode_json encode_json);
use Time::HiRes qw(time);

use Xassist::Socket ();

our @EXPORT = qw(api as_app token_of stream next_event);


# `path` follows v1/.  A body that is a reference goes as JSON, a text as it
# is; more headers may follow.

sub api {
    my ($client, $method, $path, $body, %headers) = @_;

    $body = encode_json($body) if ref $body;
    %headers = ('Content-Type' => 'application/json', %headers)
        if defined $body;
    %headers = (Origin => $client->origin, %headers)
        if $method ne 'GET' && $method ne 'HEAD';
    $headers{Authorization} = "Bearer $client->{bearer}"
        if $client->{bearer};

    return $client->request($method, "/xassist/v1/$path", \%headers, $body);
}


# A client that holds a session as an app does.

sub as_app {
    my ($world, $token) = @_;

    my $client = $world->client;
    $client->{bearer} = $token;
    return $client;
}


# The 40 characters of a link.

sub token_of { return $_[0] =~ m{/j/([A-Za-z0-9_-]{40})$} ? $1 : '' }


# An event stream: {socket, status, headers, text}; `next_event` gives the
# next {id, event, data} of it, or nothing when none comes in time, which is as
# Xassist::Socket has it.

sub stream {
    my ($client, $query, %headers) = @_;

    my $socket = Xassist::Socket->connect($client->{edge}{port});
    $headers{Authorization} = "Bearer $client->{bearer}"
        if $client->{bearer};
    $socket->send($client->head_of('GET', "/xassist/v1/events$query",
        { Connection => 'close', Accept => 'text/event-stream', %headers })
        . "\r\n");

    my $head = $socket->read_head or return;
    return { socket => $socket, text => '', %$head };
}


sub next_event {
    my ($stream, $timeout) = @_;

    my $end = $stream->{socket}->deadline($timeout);

    while (1) {
        while ($stream->{text} =~ s/^(.*?)\n\n//s) {
            my ($block, %event) = ($1);
            $event{$1} = $2 while $block =~ /^(\w+): ?(.*)$/mg;
            $stream->{last} = $event{id} if defined $event{id};
            next unless defined $event{data};
            $event{data} = decode_json($event{data});
            return \%event;
        }

        my $left = $end - time;
        return if $left <= 0;
        more($stream, $left) or return;
    }
}


# One more chunk of the body.

sub more {
    my ($stream, $left) = @_;

    my $socket = $stream->{socket};
    my $deadline = time + $left;

    until ($socket->{buffer} =~ /^([0-9a-f]+)\r\n/
        && length $socket->{buffer} >= length($1) + 4 + hex $1)
    {
        $socket->fill($deadline) or return 0;
    }

    $socket->{buffer} =~ s/^([0-9a-f]+)\r\n//;
    my $length = hex $1 or return 0;
    $stream->{text} .= substr $socket->{buffer}, 0, $length, '';
    $socket->{buffer} =~ s/^\r\n//;
    return 1;
}


1;
