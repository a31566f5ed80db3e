#!/usr/bin/perl

# A token that this edge did not make is refused as one that never was: the
# same bytes for every length, for random bytes and for every flipped bit,
# nothing changed and nothing above info in the log.

use strict;
use warnings;
use lib 't/lib';

use File::Copy qw(copy);
use Mojo::Util qw(b64_decode b64_encode);
use Test::More;
use Xassist::World;

my $world = world();
my $edge = $world->edge;
my $call = $world->call;
my ($valid) = $world->link($call) =~ m{/j/(.*)};
my $guest = $world->guest($call);
my $user = $world->session('olga');
my $before = $world->txnid;

srand 20261122;


sub base64url {
    return b64_encode($_[0], '') =~ tr{+/=}{-_}dr;
}


sub random_text {
    my ($length) = @_;
    my @set = ('A' .. 'Z', 'a' .. 'z', 0 .. 9, '-', '_');
    return join '', map { $set[rand @set] } 1 .. $length;
}


sub flips {
    my ($token) = @_;
    my $raw = b64_decode($token =~ tr{-_}{+/}r);

    return map {
        my $copy = $raw;
        vec($copy, $_, 1) ^= 1;
        base64url($copy);
    } 0 .. 8 * length($raw) - 1;
}


# What an answer shows: all but the date and the worker.

sub shown {
    my ($answer) = @_;

    return 'no answer' unless $answer;
    my %headers = %{ $answer->{headers} };
    delete @headers{qw(date x-worker)};
    return join "\n", $answer->{status},
        (map { "$_: $headers{$_}" } sort keys %headers), $answer->{body};
}


# A link of another store with the same keys: its MAC is good, it is absent.

my $other = Xassist::Edge->new(store => 0);
copy("$edge->{dir}/conf/keys", "$other->{dir}/conf/keys");
chmod 0600, "$other->{dir}/conf/keys";
mkdir "$other->{dir}/store", 0750;
Xassist::Edge::chown_worker("$other->{dir}/store");
$other->ctl('store', 'init');
$other->ctl('account', 'create', 'acme');
$other->ctl('user', 'create', 'acme', 'olga', '--roles', 'account_admin');
my $their = $other->ctl('call', 'create', 'acme', 'olga')->{id};
my ($absent) = $other->ctl('invite', 'create', '--call', $their)->{link}
    =~ m{/j/(.*)};

my %expect;

for my $accept ('application/json', 'text/html') {
    my $answer = $world->client->get("/j/$absent", Accept => $accept);
    is($answer->{status}, 404, "absent, $accept");
    is(reason($answer), 'unknown_link', 'is unknown');
    $expect{$accept} = shown($answer);
}


sub forged {
    my ($name, @paths) = @_;
    my %bad;

    for my $path (@paths) {
        for my $accept (sort keys %expect) {
            my $got = shown($world->client->get("/j/$path",
                Accept => $accept));
            push @{ $bad{$got} }, $path if $got ne $expect{$accept};
        }
    }

    is(scalar keys %bad, 0, "$name: the same bytes as an absent link")
        or diag map { "$bad{$_}[0] (and $#{ $bad{$_} } more):\n$_\n" }
            sort keys %bad;
}


is($world->client->get("/j/$valid")->{status}, 200, 'the valid one opens');

forged('every length', map { random_text($_) } 0 .. 200);
forged('every length of the valid one and more',
    map { substr $valid . $valid x 4, 0, $_ } 1 .. 39, 41 .. 200);
forged('random bytes', map {
    join '', map { sprintf '%%%02x', 1 + rand 255 } 1 .. $_
} 1 .. 60, 200);
forged('every flipped bit', flips($valid));
forged('other characters', map { substr($valid, 0, 39) . $_ }
    qw(= + * . ~), '%2F', '%0a');
forged("something put before or behind", "x/$valid", "$valid/x",
    "$valid/", "$valid==", "$valid.", "x$valid", "$valid/$valid");
forged('tokens of sessions', $user, $guest->{cookies}{'xassist-g'});

subtest 'joining by a forged link' => sub {
    for my $path ($absent, (flips($valid))[0, 8, 20, 100, 239]) {
        my $answer = $world->client->post("/j/$path", { nonce => 'A' x 27,
            name => 'Ann', terms => 1 }, Accept => 'application/json');
        is($answer->{status}, 404, 'is refused');
        is(reason($answer), 'unknown_link', 'as unknown');
    }
};

subtest 'forged sessions' => sub {
    my $none = shown($world->client->get('/home/dashboard',
        Accept => 'application/json'));
    like($none, qr/^401/, 'without one: 401');
    is($world->client->get('/home/dashboard', Cookie => "xassist=$user")
        ->{status}, 200,
        'with one: passes');

    my @forged = (flips($user), map { random_text($_) } 0 .. 200);
    my @bad = grep {
        shown($world->client->get('/home/dashboard', Cookie => "xassist=$_",
            Accept => 'application/json')) ne $none
    } @forged, $valid, $guest->{cookies}{'xassist-g'};
    is("@bad", '', 'cookies: the same bytes as without one');

    @bad = grep {
        my $answer = $world->client->get('/home/dashboard',
            Authorization => "Bearer $_");
        !$answer || $answer->{status} != 401 && $answer->{status} != 400
    } @forged, $valid;
    is("@bad", '', 'as Bearer: refused');

    @bad = grep {
        my $answer = $world->client->get("/call/$call",
            Cookie => "xassist-g=$_");
        !$answer || $answer->{status} != 401
    } flips($guest->{cookies}{'xassist-g'}), $valid, $user;
    is("@bad", '', 'of guests: refused');
};

is($world->txnid, $before, 'nothing was changed');
is(join("\n", grep { /\[(?:warn|error|crit|alert|emerg)\]/ }
    split /\n/, $edge->error_log), '', 'nothing above info in the log');

$world->finish;
