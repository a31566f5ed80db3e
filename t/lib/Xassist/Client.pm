package Xassist::Client;

# One browser: an HTTP client with cookies that sends exactly what it is
# told, over a connection of its own for each request.

use strict;
use warnings;

use IO::Select ();
use IO::Socket::INET ();
use Mojo::JSON qw(decode_json);
use Mojo::Util qw(b64_encode url_escape xml_escape);
use Time::HiRes qw(time);

use Xassist::Socket ();


sub new {
    my ($class, $edge, %opt) = @_;

    return bless { edge => $edge, cookies => {}, %opt }, $class;
}


sub get { my ($s, $path, %h) = @_; return $s->request('GET', $path, \%h) }


# An urlencoded form, as a page of this host sends it.

sub post {
    my ($self, $path, $form, %headers) = @_;

    my $body = join '&', map { "$_=" . url_escape($form->{$_}) }
        sort keys %$form;

    return $self->request('POST', $path, { Origin => $self->origin,
        'Content-Type' => 'application/x-www-form-urlencoded', %headers },
        $body);
}


sub origin { "http://127.0.0.1:$_[0]{edge}{port}" }


sub head_of {
    my ($self, $method, $path, $headers) = @_;

    my %headers = (Host => "127.0.0.1:$self->{edge}{port}", %$headers);
    my $cookies = join '; ', map { "$_=$self->{cookies}{$_}" }
        sort keys %{ $self->{cookies} };
    $headers{Cookie} //= $cookies if length $cookies;

    my $head = "$method $path HTTP/1.1\r\n";

    for my $name (sort keys %headers) {
        next unless defined $headers{$name};
        my $values = $headers{$name};
        $head .= "$name: $_\r\n" for ref $values ? @$values : $values;
    }

    return $head;
}


sub request {
    my ($self, $method, $path, $headers, $body) = @_;

    my $head = $self->head_of($method, $path,
        { Connection => 'close', %$headers });
    $head .= 'Content-Length: ' . length($body) . "\r\n" if defined $body;

    return $self->raw("$head\r\n" . ($body // ''));
}


# Sends exact bytes and reads one answer; undef when there was none.

sub raw {
    my ($self, $bytes) = @_;

    my $socket = Xassist::Socket->connect($self->{edge}{port},
        $self->{timeout});
    $socket->send($bytes);
    $self->{edge}{asked}++;

    my $answer = $socket->read_head or return;
    my ($head_only) = $bytes =~ /^HEAD /;
    my $length = $answer->{headers}{'content-length'};

    $answer->{body} = $head_only || $answer->{status} == 101 ? ''
        : defined $length ? $socket->read_exactly($length)
        : $socket->read_to_end;
    $answer->{body} = dechunk($answer->{body})
        if ($answer->{headers}{'transfer-encoding'} // '') eq 'chunked';

    if ($answer->{status} == 101) {
        $answer->{socket} = $socket;

    } else {
        $socket->close;
    }

    $answer->{json} = eval { decode_json($answer->{body}) };

    $self->keep_cookies($answer);
    return $answer;
}


sub dechunk {
    my ($in) = @_;

    my $out = '';

    while ($in =~ s/^([0-9a-fA-F]+)[^\r]*\r\n//) {
        my $length = hex $1 or last;
        $out .= substr $in, 0, $length, '';
        $in =~ s/^\r\n//;
    }

    return $out;
}


sub keep_cookies {
    my ($self, $answer) = @_;

    for my $line (@{ $answer->{all}{'set-cookie'} || [] }) {
        my ($name, $value) = $line =~ /^([^=;]+)=([^;]*)/ or next;

        if ($value eq '' || $line =~ /max-age=0\b/i) {
            delete $self->{cookies}{$name};

        } else {
            $self->{cookies}{$name} = $value;
        }
    }
}


# A WebSocket: (socket, answer); socket is undef unless the answer is 101.

sub websocket {
    my ($self, $path, %headers) = @_;

    my $answer = $self->raw($self->upgrade_of($path, %headers));

    return (undef, $answer) unless $answer && $answer->{status} == 101;

    my $socket = $answer->{socket};
    my ($opcode, $hello) = $socket->read_frame;
    $answer->{seen} = eval { decode_json($hello // '') };
    $answer->{worker} = $answer->{headers}{'x-worker'};
    return ($socket, $answer);
}


# Many of them, a hundred at a time; fails when one is refused.

sub websockets {
    my ($self, $path, $n, %headers) = @_;
    my @sockets;

    while (@sockets < $n) {
        my $left = $n - @sockets;
        my @batch = map {
            my $socket = Xassist::Socket->connect($self->{edge}{port}, 30);
            $socket->send($self->upgrade_of($path, %headers));
            $socket;
        } 1 .. ($left < 100 ? $left : 100);

        for my $socket (@batch) {
            my $head = $socket->read_head;
            my ($opcode) = $head && $head->{status} == 101
                ? $socket->read_frame : ();
            die 'a WebSocket was refused: ',
                $head ? $head->{status} : 'nothing', "\n"
                unless defined $opcode;
            $socket->{worker} = $head->{headers}{'x-worker'};
        }

        push @sockets, @batch;
    }

    return @sockets;
}


sub upgrade_of {
    my ($self, $path, %headers) = @_;

    return $self->head_of('GET', $path, {
        Upgrade => 'websocket', Connection => 'Upgrade',
        Origin => $self->origin, 'Sec-WebSocket-Version' => 13,
        'Sec-WebSocket-Key' => b64_encode(pack('N4', map { rand 2**32 } 1 .. 4),
            ''), %headers }) . "\r\n";
}


# Opens the page of a link and presses Join; the answer of the POST.

sub join_link {
    my ($self, $link, %form) = @_;

    my ($path) = $link =~ m{^(?:https?://[^/]+)?(/.*)};
    my $page = $self->get($path, Accept => 'text/html');
    my $nonce = nonce($page->{body});

    return $page unless defined $nonce;
    return $self->post($path, { nonce => $nonce, name => 'Ann', terms => 1,
        lang => 'en', %form }, Accept => 'text/html');
}


sub nonce {
    my ($html) = @_;

    for my $input ($html =~ /<input\b[^>]*>/g) {
        next unless $input =~ /\bname="nonce"/;
        return $1 if $input =~ /\bvalue="([^"]*)"/;
    }

    return;
}


1;
