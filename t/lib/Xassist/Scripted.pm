package Xassist::Scripted;

# An API of a media server that answers by a script, and writes down what it
# was told.
#
#   my $api = Xassist::Scripted->new;
#   $api->answers(500, 'close', 200);   # one for each request, the last stays
#   my @told = $api->told(3);           # {when, head, json} of each
#   $api->stop;
#
# Words: a status; `close`, without an answer; `hang`, never one; `janus`,
# as the Admin API of Janus does for its rooms; `refuse`, as it does with a
# wrong key.

use strict;
use warnings;

use File::Temp ();
use IO::Socket::INET ();
use Mojo::JSON qw(decode_json encode_json);
use POSIX ();
use Time::HiRes qw(sleep time);

use Xassist::Edge ();


sub new {
    my ($class, %opt) = @_;

    my $listen = IO::Socket::INET->new(Listen => 64, ReuseAddr => 1,
        LocalAddr => '127.0.0.1', LocalPort => $opt{port} // 0)
        or die "no port: $!";
    my $self = bless { port => $listen->sockport, owner => $$,
        told => File::Temp->new, script => File::Temp->new }, $class;

    $self->answers(@{ $opt{answers} // [200] });
    $self->{pid} = fork // die "fork: $!";
    return $self if $self->{pid};

    $self->serve($listen);
    POSIX::_exit(0);
}


sub port { $_[0]{port} }


sub answers {
    my ($self, @words) = @_;
    Xassist::Edge::spew("$self->{script}", join ' ', @words);
}


sub serve {
    my ($self, $listen) = @_;

    my $parent = getppid;
    my (%rooms, @hanging);
    $SIG{PIPE} = 'IGNORE';

    while (getppid == $parent) {
        my $client = $listen->accept or next;
        my $text = '';

        while (sysread $client, $text, 65536, length $text) {
            my ($head, $body) = split /\r\n\r\n/, $text, 2;
            last if defined $body && $head =~ /^Content-Length: (\d+)/m
                && length $body >= $1;
        }

        my ($word, @more) = split ' ', Xassist::Edge::slurp("$self->{script}");
        $self->answers(@more) if @more;
        open my $out, '>>', "$self->{told}";
        print $out time, ' ', unpack('H*', $text), "\n";
        close $out;

        next if $word eq 'close';
        push(@hanging, $client), next if $word eq 'hang';

        my ($status, $body) = ($word, '{}');
        ($status, $body) = (200, janus(\%rooms, $text)) if $word eq 'janus';
        ($status, $body) = (200, room_error(433, 'Unauthorized'))
            if $word eq 'refuse';
        print $client "HTTP/1.1 $status X\r\nContent-Length: "
            . length($body) . "\r\n\r\n$body";
    }
}


sub room_error {
    my ($code, $text) = @_;
    return "{\n   \"janus\": \"success\",\n   \"response\": {\n"
        . "      \"error_code\": $code,\n      \"error\": \"$text\"\n   }\n}";
}


sub janus {
    my ($rooms, $text) = @_;

    my ($body) = $text =~ /\r\n\r\n(.*)/s;
    my $request = eval { decode_json($body)->{request} } || {};
    my $room = $request->{room} // 0;

    if ($request->{request} eq 'create') {
        return room_error(427, "Room $room already exists")
            if $rooms->{$room}++;
        return "{\n   \"janus\": \"success\",\n   \"response\": {\n"
            . "      \"videoroom\": \"created\",\n      \"room\": $room\n"
            . "   }\n}";
    }

    return room_error(426, "No such room ($room)")
        unless delete $rooms->{$room};
    return encode_json({ janus => 'success', response => {
        videoroom => 'destroyed', room => $room } });
}


# What it was told since it was asked last: at least so many.  Patient, unless
# the seconds are few, for what it is not to be told.

sub told {
    my ($self, $n, $seconds) = @_;

    my $patience = Xassist::Edge::PATIENCE;
    my $end = time + (($seconds // $patience) < 2 ? $seconds : $patience);
    my @lines;

    while (1) {
        @lines = split /\n/, Xassist::Edge::slurp("$self->{told}");
        last if @lines >= $n || time >= $end;
        sleep 0.02;
    }

    sleep 0.2;
    @lines = split /\n/, Xassist::Edge::slurp("$self->{told}");
    Xassist::Edge::spew("$self->{told}", '');

    return map {
        my ($when, $hex) = split / /;
        my $text = pack 'H*', $hex;
        my ($head, $body) = split /\r\n\r\n/, $text, 2;
        { when => $when, head => $head, json => eval { decode_json($body) } };
    } @lines;
}


sub stop {
    my ($self, $signal) = @_;

    return unless $self->{owner} == $$;
    my $pid = delete $self->{pid} or return;
    kill $signal // 'KILL', $pid;
    waitpid $pid, 0;
}


sub DESTROY { local ($?, $@); $_[0]->stop }


1;
