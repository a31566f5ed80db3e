package Xassist::Media;

# Several media servers behind one upstream of an edge: a world whose /ws/ and
# /media/ locations lead there, and who is where.

use strict;
use warnings;

use Exporter qw(import);
use Test::More;

use Xassist::Socket ();
use Xassist::Upstream ();
use Xassist::World;

our @EXPORT = qw(media_world at_once moved_events);


# Options of Xassist::World, and: servers (how many, or a list of what has a
# port), line (a function of the
# number giving what follows the address), upstream_lines (after them), media
# (what follows xassist_media), location (lines for each of both).

sub media_world {
    my (%opt) = @_;

    my $servers = delete $opt{servers} // 3;
    my @servers = ref $servers ? @$servers
        : map { Xassist::Upstream->new(name => $_) } 1 .. $servers;
    my $line = delete $opt{line} // sub { '' };
    my $more = delete $opt{upstream_lines} // '';
    my $media = delete $opt{media} // '';
    my $location = delete $opt{location} // '';
    my $other = delete $opt{substitute} // sub { $_[0] };

    my $lines = join "\n", map {
        "server 127.0.0.1:" . $servers[$_]->port . ' ' . $line->($_ + 1) . ';'
    } 0 .. $#servers;

    my $world = world(workers => 2, %opt, substitute => sub {
        my $text = $other->(shift);

        $text =~ s/(?=    upstream application)/    upstream media {
            zone media 128k;\n$lines\nxassist_media $media;\n$more\n    }\n\n/
            or die 'no upstream application';
        $text =~ s/xassist_proxy application;/$location xassist_proxy media;
            add_header X-Media \$xassist_media always;
            add_header X-Worker \$pid always;/ or die 'no xassist_proxy';
        $text =~ s{(?=        # Built-in rules)}{
        location ~ "^/media/(?<call>[A-Za-z0-9_-]{16})" {
            xassist_call \$call;
            xassist_require in-call;
            $location xassist_proxy media;
            add_header X-Media \$xassist_media always;
        }\n\n} or die 'no place';
        return $text;
    });

    $world->{servers} = \@servers;
    $world->{server} = { map { ("127.0.0.1:" . $_->port, $_) } @servers };
    return $world;
}


# Several handshakes in the same moment: [client, path] each; the answers.

sub at_once {
    my (@asked) = @_;

    my @sockets = map {
        my ($client, $path) = @$_;
        my $socket = Xassist::Socket->connect($client->{edge}{port}, 20);
        $socket->{head} = $client->upgrade_of($path);
        $socket;
    } @asked;

    $_->send($_->{head}) for @sockets;

    return map {
        my $answer = $_->read_head // { status => 0, headers => {} };
        $answer->{socket} = $_;
        $answer;
    } @sockets;
}


# Calls that the log says were moved: id => how often.

sub moved_events {
    my ($world) = @_;

    my %moved;
    my $events = $world->edge->ctl('log', 'tail', '-n', 100_000);

    for my $event (@{ ref $events eq 'HASH' ? $events->{events} : $events }) {
        $moved{$event->{call}}++ if ($event->{event} // $event->{kind} // '')
            eq 'call.moved';
    }

    return \%moved;
}


1;
