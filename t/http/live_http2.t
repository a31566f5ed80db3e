#!/usr/bin/perl

# Streams of one HTTP/2 connection: with `xassist_live all` the one whose
# right ends is ended, the others of the same connection go on; and the next
# stream of it obeys.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::Http2;
use Xassist::World;

my $world = world(socket_server => 1, workers => 2, substitute => sub {
    my $places = join "\n", map { my ($place, $more) = @$_;
        "location /$place/ { $more xassist_proxy application; }"
    } ['all', 'xassist_require authenticated; xassist_live all;'],
        ['upgrade', 'xassist_require authenticated;'], ['open', ''];
    $_[0] =~ s{location /rule/guest}{$places $&}r
        =~ s{listen (127[^;]*);}{listen $1 http2;}r
});
my $edge = $world->edge;
$world->user($_, roles => 'agent') for qw(bob eva);
my %session = map { $_ => $world->session($_) } qw(bob eva);

# Of each a connection with three streams, and bob has one more.

my (%of, %stream);

for my $name ('bob', 'bob again', 'eva') {
    my ($user) = split / /, $name;
    $of{$name} = Xassist::Http2->connect($edge->{port});
    $stream{"$name $_"} = $of{$name}->get("/$_/x?stream=50",
        cookie => "xassist=$session{$user}") for qw(all upgrade open);
}


# Whether more comes of it within two seconds.

sub grows {
    my ($name) = @_;

    my ($who) = $name =~ /^(.*) \w+$/;
    my $before = $stream{$name}{bytes};
    return $of{$who}->take(2, sub { $stream{$name}{bytes} > $before });
}


ok(grows($_), "$_: has begun") for sort keys %stream;

$edge->ctl('user', 'set', 'acme', 'bob', '--suspend');

for my $name ('bob', 'bob again') {
    ok($of{$name}->take(2, sub { $stream{"$name all"}{ended} }),
        "$name: the stream whose right ended ends");
    ok(grows("$name $_"), "$name: $_ of the same connection goes on")
        for qw(upgrade open);
    ok(!$stream{"$name $_"}{ended}, "$name: $_ has not ended")
        for qw(upgrade open);

    my $next = $of{$name}->get('/upgrade/x?size=10',
        cookie => "xassist=$session{bob}");
    ok($of{$name}->take(2, sub { $next->{ended} }), 'another stream of it');
    is($next->{status}, 403, 'is refused');
    $next = $of{$name}->get('/open/x?size=10');
    ok($of{$name}->take(2, sub { $next->{ended} }), 'what is open');
    is($next->{status}, 200, 'still is');
}

ok(grows("eva $_"), "eva: $_ goes on") for qw(all upgrade open);
$_->close for values %of;
$world->finish;
