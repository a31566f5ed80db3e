#!/usr/bin/perl

# nginx is told to end, or to take a new configuration, while changes wait for
# the disk: the queue is finished, each is answered, and what was acknowledged
# is in the store.

use strict;
use warnings;
use lib 't/lib';

use POSIX qw(WNOHANG);
use Test::More;
use Time::HiRes qw(sleep);
use Xassist::Held;
use Xassist::World;

# Nothing but what is owed keeps a worker: no timer of a lingering connection.
# More wait in each than are answered in one turn of its event loop.

my $people = 80;
my $world = world(workers => 2, substitute => sub {
    $_[0] =~ s/(?=\n    server \{)/\n    lingering_close off;\n/r
          =~ s{(?=location /rule/guest)}{location = /metrics {
            xassist_metrics;
        }

        }r
});
my $edge = $world->edge;
my $call = $world->call;
my $link = $world->link($call);
my $olga = $world->signed_in('olga');
my $total = 0;
my @joined;


sub made {
    my ($name, @presses) = @_;

    my @answers = map { answer($_) // { status => 0 } } @presses;
    my @in = grep { $answers[$_]{status} == 303 } 0 .. $#presses;

    is(scalar @in, scalar @presses, "$name: everybody is answered")
        or diag join ' ', map { $_->{status} } @answers;
    $total += @in;
    push @joined, map { $presses[$_]{client} } @in;
    is(redeemed($world), $total, "$name: each change is made, once");
    is(($edge->ctl_try('store', 'check'))[0], 0, "$name: none half");
}


# Of what became durable at once a turn of the event loop tells a part, and
# serves others before the next: more turns than commits.

sub told_in_turns {
    my ($text) = $world->client->get('/metrics')->{body};
    my %m = $text =~ /^xassist_commit_(\S+) (\S+)$/mg;

    cmp_ok($m{batch_count} - $m{'batch_bucket{le="16"}'}, '>', 0,
        'many in one commit');
    cmp_ok($m{answers_sum}, '>=', $total, 'all are told');
    cmp_ok($m{answers_count}, '>', $m{batch_count}, 'in several turns');
}


# A new configuration: the old workers finish, the new ones serve.

my @presses = presses($world, $link, $people);
my @late = presses($world, $link, 5);
my @old = $edge->workers;
my $held = hold($edge);

press(@presses);
sleep 0.2;
ok($edge->reload, 'nginx reloads meanwhile');
sleep 0.3;
is($olga->get('/home/dashboard')->{status}, 200, 'decisions go on');
is(scalar(grep { kill 0, $_ } @old), 2, 'the old workers stay for it');
press(@late);
sleep 0.1;
is(scalar(grep { answer($_, 0.001) } @presses, @late), 0,
    'nobody is told anything before it is durable');
$held->release;
made('reload', @presses, @late);
told_in_turns();
ok($edge->wait_for(sub { !grep { kill 0, $_ } @old }, 10),
    'the old workers end after it');

# The end.

@presses = presses($world, $link, $people);
$held = hold($edge);
press(@presses);
sleep 0.2;

my $master = $edge->{pid};
kill 'QUIT', $master;
sleep 0.5;
is(waitpid($master, WNOHANG), 0, 'nginx waits for the disk');
is(scalar(grep { answer($_, 0.001) } @presses), 0, 'and tells nobody');
$held->release;
made('stop', @presses);
ok($edge->wait_for(sub { waitpid($master, WNOHANG) ? 1 : 0 }, 10),
    'it ends after that');
delete $edge->{pid};

$edge->start;
my @lost = grep { $_->get("/call/$call")->{status} != 200 } @joined;
is(scalar @lost, 0, 'whoever was let in is known');
is(($edge->ctl_try('log', 'verify', '--signed'))[0], 0,
    'the log holds against what was signed at the end');

$world->finish;
