#!/usr/bin/perl

# Keys are turned under load: nobody is signed out, nothing is refused, until
# a key is retired.

use strict;
use warnings;
use lib 't/lib';

use IO::Select ();
use Test::More;
use POSIX ();
use Xassist::World;

my $world = world(workers => 2);
my $edge = $world->edge;
my $old = $world->session('olga');


# Users who ask without a pause; what went wrong comes back at the end.

sub load {
    my (@tokens) = @_;

    pipe my $read, my $write or die $!;
    pipe my $go, my $stop or die $!;
    my $pid = fork // die $!;

    if ($pid) {
        close $write;
        close $go;
        return sub {
            close $stop;
            my @said = <$read>;
            waitpid $pid, 0;
            return @said;
        };
    }

    close $read;
    close $stop;
    my $select = IO::Select->new($go);
    my ($n, @bad) = (0);

    until ($n >= 5 && $select->can_read(0.005)) {
        my $client = $world->client;
        $client->{cookies}{xassist} = $tokens[$n++ % @tokens];
        my $answer = eval { $client->get('/xassist/v1/me') };
        push @bad, $answer ? $answer->{status} : "none: $@"
            unless $answer && $answer->{status} == 200;
    }

    print $write "$n asked\n", map { "bad $_\n" } @bad;
    close $write;
    POSIX::_exit(0);
}


sub status {
    my $client = $world->client;
    $client->{cookies}{xassist} = $_[0];
    return $client->get('/xassist/v1/me')->{status};
}


# Waits until the workers of before are gone.

sub reloaded {
    my %before = map { $_ => 1 } $edge->workers;
    ok($edge->reload, $_[0]);
    $edge->wait_for(sub { (grep { $before{$_} } $edge->workers) ? 0 : 1 }, 15);
}


is(status($old), 200, 'signed in under the first key');
my $end = load($old);

my ($rc, $text) = $edge->ctl_try('keys', 'rotate');
is($rc, 1, 'there is nothing to rotate to');
like($text, qr/no new key/, 'and it says so');

is($edge->ctl('keys', 'new')->{id}, 1, 'a key is added');
($rc, $text) = $edge->ctl_try('keys', 'rotate');
is($rc, 1, 'no worker has it yet');
like($text, qr/2 of 2 workers do not have/, 'and it says so');

reloaded('reloaded');
ok($edge->wait_for(sub { !($edge->ctl_try('keys', 'rotate'))[0] }),
    'every worker has it: it signs');

# The workers sign by the old key still; the command line by the new one.

my $new = $world->session('olga');
isnt(substr($new, 0, 2), substr($old, 0, 2), 'another key signed');
is(status($new), 200, 'its token is taken by workers that do not sign by it');
is(status($old), 200, 'as that of the old key is');

($rc, $text) = $edge->ctl_try('keys', 'retire', 0);
is($rc, 1, 'workers sign by the old key');
like($text, qr/2 of 2 workers still sign/, 'and it says so');

is(join('', grep { /bad/ } $end->()), '', 'nobody was signed out so far');
$end = load($old, $new);
reloaded('reloaded again');
is(status($_), 200, 'both keys verify') for $old, $new;
my @said = $end->();
is(join('', grep { /bad/ } @said), '', 'nor by the reload');
cmp_ok(($said[0] =~ /(\d+)/)[0], '>=', 5, 'and there was a load');

is($edge->ctl('keys', 'retire', 0)->{id}, 0, 'retired');
is(status($old), 200, 'workers know it until they are reloaded');
$end = load($new);
reloaded('reloaded at last');
is(status($old), 401, 'a retired key opens nothing');
is(status($new), 200, 'the other does');
is(join('', grep { /bad/ } $end->()), '', 'and did all the time');

is_deeply([map { "$_->{use} $_->{id} " . ($_->{signs} ? 'signs' : '') }
    grep { $_->{use} eq 'hmac' } @{ $edge->ctl('keys', 'list')->{keys} }],
    ['hmac 1 signs'], 'what is left');

chmod 0644, "$edge->{dir}/conf/keys";
ok($edge->reload(fails => 1), 'keys that others can read are refused');
is(status($new), 200, 'and the workers go on');
is(($edge->ctl_try('keys', 'list'))[0], 3, 'the command line refuses, too');

$world->finish(qr/holds secrets/);
