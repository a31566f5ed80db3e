#!/usr/bin/perl

# Nothing of one request is ever seen in another: users in turn on one
# connection, many at once over HTTP/2, through redirects within, error
# pages, named locations and subrequests.  What the application is told, what
# the log says and what is answered is each time of that request alone.

use strict;
use warnings;
use lib 't/lib';

use Mojo::JSON qw(encode_json);
use Test::More;
use Xassist::Http2;
use Xassist::Socket;
use Xassist::World;

my $http2 = Xassist::Edge::free_port();
my @variables = qw(decision reason rule kind device actor subject account name
    roles call invitation profile rules facts attributes inviter_roles shadow
    media livekit generation);
my $format = join ' ', '$request_uri $uri', map { "$_=\$xassist_$_" } @variables;

my $world = world(workers => 1, substitute => sub {
    $_[0] =~ s/listen 127\.0\.0\.1:\d+;/$&
        listen 127.0.0.1:$http2 http2;/r
        =~ s/(?=    server \{)/    log_format who escape=none '$format';
    access_log logs\/who.log who;
    proxy_buffering off;
/r =~ s/server_name localhost;/$&
        keepalive_requests 100000;
        ssi_types application\/json;

        location = \/part    { internal; proxy_pass http:\/\/application; }
        location = \/mirror  { internal; proxy_pass http:\/\/application; }
        location = \/auth    { internal; proxy_pass http:\/\/application; }
        location = \/sorry   { internal; proxy_pass http:\/\/application; }
        location = \/inner   { internal; xassist_require xa_xassist;
                              proxy_pass http:\/\/application; }
        location \@named     { proxy_pass http:\/\/application; }
        location \@guarded   { xassist_require nobody; return 204; }

        location = \/plain   { xassist_require regular;
                              proxy_pass http:\/\/application; }
        location = \/mirrored { mirror \/mirror; xassist_require regular;
                              proxy_pass http:\/\/application; }
        location = \/asked   { auth_request \/auth; xassist_require regular;
                              proxy_pass http:\/\/application; }
        location = \/added   { add_before_body \/part; add_after_body \/part;
                              addition_types application\/json;
                              xassist_require regular;
                              proxy_pass http:\/\/application; }
        location = \/shtml   { ssi on; ssi_types text\/plain;
                              xassist_require regular;
                              alias conf\/included; default_type text\/plain; }
        location = \/moved   { rewrite ^ \/inner last; }
        location = \/denied  { error_page 403 \/sorry; xassist_require nobody;
                              proxy_pass http:\/\/application; }
        location = \/tried   { try_files \/nothing \@named; }
        location = \/twice   { error_page 403 = \@named; xassist_require nobody;
                              proxy_pass http:\/\/application; }
        location = \/back    { error_page 404 = \@guarded; return 404; }/r
});
my $edge = $world->edge;

# Inclusions of a place without a rule and of one with a rule of its own: the
# page knows the same before and after them, and each is told of who asked for
# the page.

Xassist::Edge::spew("$edge->{dir}/conf/included", join "\n",
    '<!--#echo var="xassist_name" encoding="none" default="" -->|',
    '<!--#include virtual="/part" -->|',
    '<!--#include virtual="/inner" -->|',
    '<!--#echo var="xassist_name" encoding="none" default="" -->|',
    '<!--#echo var="xassist_rule" default="" -->');
my $call = $world->call;

$world->user('zed', display => 'Zed Zeta', roles => 'agent');
$world->user('nora', display => 'Nora Nu', roles => 'client');

my %who = (
    olga => { token => $world->session('olga'), name => 'olga' },
    zed => { token => $world->session('zed'), name => 'Zed Zeta' },
    nora => { token => $world->session('nora'), name => 'Nora Nu' },
    ghost => { token => 'E' . 'A' x 39, name => '' },
    nobody => { name => '' },
);
my $gus = $world->guest($call, name => 'Gus Guest');
$who{gus} = { guest => $gus->{cookies}{'xassist-g'}, name => 'Gus Guest' };

my @paths = ('/open', '/plain', '/mirrored', '/asked', '/added', '/shtml',
    '/moved', '/denied', '/tried', '/twice', '/back', "/call/$call",
    '/rule/everybody', '/xassist/v1/me', '/nosuch', '/home/dashboard');

# What must never be seen of anybody else: names as they are, percent-encoded
# as in headers, and the token.

my %marks = map { my $w = $who{$_};
    my $name = $w->{name} =~ s/ /%20/gr;
    $_ => [ grep { length } $w->{name}, $name, $w->{token}, $w->{guest} ] }
    keys %who;


sub cookie_of {
    my ($who) = @_;
    return $who->{token} ? "xassist=$who->{token}"
        : $who->{guest} ? "xassist-g=$who->{guest}" : undef;
}


# A name of somebody else in what `who` was given, or ''.

sub seen_of_others {
    my ($who, $text) = @_;

    for my $other (sort keys %marks) {
        next if $other eq $who;
        for my $mark (@{ $marks{$other} }) {
            return "$who saw $other: $text" if index($text, $mark) >= 0;
        }
    }
    return $who =~ /^(?:nobody|ghost)$/ && $text =~ /X-Xassist-Actor|"user":"/i
        ? "$who saw somebody: $text" : '';
}


srand 42;
my @names = sort keys %who;

sub shuffled { return map { [ $names[rand @names], $paths[rand @paths] ] }
    1 .. $_[0] }

my (@bad, %answered);

sub judge {
    my ($who, $path, $status, $body) = @_;
    my $seen = seen_of_others($who, $body);
    push @bad, "$path: $seen" if $seen;
    push @bad, "$who $path: status $status" if !$status || $status >= 500;
    push @bad, "$who is not told to the application: $body"
        if $path eq '/plain' && $status == 200
        && index($body, $marks{$who}[1]) < 0;
    if ($path eq '/shtml' && $status == 200) {
        my ($name, $part, $inner, $again, $rule) = split /\|\n/, $body;
        push @bad, "$who: the page is $name, then $again, by $rule"
            if "$name|$again|$rule" ne join '|', ($who{$who}{name}) x 2,
            'regular';
        push @bad, "$who: told to a part: $part"
            if $part !~ /"X-Xassist-Name":\["\Q$marks{$who}[1]\E"\]/;
        $answered{"$path part"}++;
    }
    $answered{"$path $status"}++;
}


subtest 'in turn on one connection' => sub {
    my $socket = Xassist::Socket->connect($edge->{port}, 15);

    for (shuffled(300)) {
        my ($who, $path) = @$_;
        my $cookie = cookie_of($who{$who});
        $socket->send("GET $path?who=$who HTTP/1.1\r\nHost: localhost\r\n"
            . "Accept: application/json\r\n"
            . (defined $cookie ? "Cookie: $cookie\r\n" : '') . "\r\n");
        my $answer = $socket->read_head or last;
        judge($who, $path, $answer->{status}, body_of($socket, $answer));
    }
    is(join("\n", @bad[0 .. ($#bad > 4 ? 4 : $#bad)]), '',
        'each is told of its own request');
    @bad = ();
};


sub body_of {
    my ($socket, $answer) = @_;
    my $length = $answer->{headers}{'content-length'};

    return $socket->read_exactly($length) // '' if defined $length;
    return '' if $answer->{status} == 204 || $answer->{status} == 304;

    my $body = '';
    while (1) {
        my $line = '';
        $line .= $socket->read_exactly(1) // last until $line =~ /\r\n$/;
        my $size = hex $line =~ s/\r\n//r;
        $body .= $socket->read_exactly($size) if $size;
        $socket->read_exactly(2);
        last if !$size;
    }
    return $body;
}


subtest 'many at once over HTTP/2' => sub {
    my $h2 = Xassist::Http2->connect($http2);

    for my $round (1 .. 12) {
        my @asked = shuffled(32);
        my @answers = map { my ($who, $path) = @$_;
            my $cookie = cookie_of($who{$who});
            $h2->get("$path?who=$who", accept => 'application/json',
                defined $cookie ? (cookie => $cookie) : ()) } @asked;
        $h2->take(15, sub { !grep { !$_->{ended} } @answers });
        judge(@{ $asked[$_] }, $answers[$_]{status}, $answers[$_]{body})
            for 0 .. $#asked;
    }
    is(join("\n", @bad[0 .. ($#bad > 4 ? 4 : $#bad)]), '',
        'each stream is told of its own request');
    @bad = ();
};


subtest 'each line of the log' => sub {
    my $lines = 0;
    my @lines;

    # Each is written after its answer.

    $edge->wait_for(sub {
        @lines = split /\n/, Xassist::Edge::slurp("$edge->{dir}/logs/who.log");
        return 684 <= grep { /\?who=/ } @lines;
    });

    for my $line (@lines) {
        my ($asked, $uri, $rest) = split / /, $line, 3;
        my ($who) = $asked =~ /\?who=(\w+)$/ or next;
        $lines++;
        my ($name) = $rest =~ / name=(.*) roles=/;
        push @bad, "$uri: $who has the name $name in: $line"
            if length $name && $name ne $who{$who}{name};
        push @bad, "$uri: $line" if seen_of_others($who, $rest);
        push @bad, "$uri: somebody in the line of nobody: $line"
            if $who =~ /^(?:nobody|ghost)$/ && $rest =~ /actor=\S/;
        push @bad, "an open place knows somebody: $line"
            if $uri eq '/open' && $rest =~ /=\S/;
    }
    is(join("\n", @bad[0 .. ($#bad > 4 ? 4 : $#bad)]), '',
        'is of one request');
    cmp_ok($lines, '>=', 684, "$lines lines");
};


subtest 'what was to be tried was tried' => sub {
    for my $row (['/plain', 200], ['/plain', 401], ['/mirrored', 200],
        ['/asked', 200], ['/added', 200], ['/moved', 200], ['/moved', 401],
        ['/shtml', 200], ['/shtml', 401], ['/shtml', 'part'],
        ['/denied', 403], ['/tried', 200], ['/open', 200], ['/nosuch', 200],
        ["/call/$call", 200], ["/call/$call", 401], ['/xassist/v1/me', 200])
    {
        ok($answered{"$row->[0] $row->[1]"}, "@$row");
    }
    note join ', ', map { "$_: $answered{$_}" } sort keys %answered;
};


# Hostile traffic: the test build looks at the configuration's memory when a
# worker ends, and says at [alert] if anything was written there.

subtest 'the configuration is as it was' => sub {
    plan skip_all => 'needs the test build'
        unless Xassist::Edge::has_test_clock();

    my $client = $world->client;
    for my $n (1 .. 60) {
        my $junk = join '', map { chr 33 + rand 90 } 1 .. 40;
        $client->raw("GET /" . ('plain', 'open', 'j/' . 'E' x 40,
            "call/$call")[$n % 4] . "?$junk HTTP/1.1\r\nHost: localhost\r\n"
            . "X-Xassist-Actor: $junk\r\nX_Xassist_Roles: $junk\r\n"
            . "Cookie: xassist=$junk\r\nOrigin: http://$junk\r\n"
            . "Authorization: Bearer $junk\r\nConnection: close\r\n\r\n");
    }
    ok($edge->reload, 'reloaded');
    my $found;
    $edge->wait_for(sub { ($found) = $edge->error_log
        =~ /(configuration (?:is as it was|was written to)[^\n]*)/; $found },
        10);
    like($found // 'nothing', qr/is as it was: \d+ locations/,
        'a worker that ended found it so');
};

$world->finish;
