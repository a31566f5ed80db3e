#!/usr/bin/perl

# Idempotency-Key: whatever makes something may be asked for again, and gets
# the first answer; the same key of another request is refused.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::Api;
use Xassist::World;

my $world = world(workers => 2);
my $edge = $world->edge;
my $bob = $world->user('bob', roles => 'client')->{id};
$world->user('emil', roles => 'service_agent');
$world->user('ines', roles => 'agent');
my %client = map { $_ => $world->signed_in($_) } qw(olga emil ines);
my $call = $world->call;
my $n = 0;


# What a request makes once is made once.

sub once {
    my ($name, $who, $id_of, $path, $body) = @_;

    my %key = ('Idempotency-Key' => 'k-' . ++$n);
    my $first = api($client{$who}, POST => $path, $body, %key);
    my $seq = $world->edge->ctl('store', 'stat')->{log_last};
    my $second = api($client{$who}, POST => $path, $body, %key);

    subtest $name => sub {
        is($first->{status}, 201, 'made') or diag $first->{body};
        is($second->{status}, 201, 'the same status');
        ok($id_of->($first->{json}), 'an id');
        is($id_of->($second->{json}), $id_of->($first->{json}),
            'the same answer');
        is($world->edge->ctl('store', 'stat')->{log_last}, $seq,
            'nothing was made the second time');

        my $other = api($client{$who}, POST => $path,
            { %$body, $path =~ /assistance/ ? (reason => 'other')
                : $path eq 'tasks' ? (name => 'other')
                : $path eq 'calls' ? (title => 'other')
                : (comment => 'other') }, %key);
        is($other->{status}, 422, 'another body');
        is(reason($other), 'key_reused', 'says why');

        my $new = api($client{$who}, POST => $path, $body,
            'Idempotency-Key' => 'other-' . $n);
        isnt($id_of->($new->{json} // {}), $id_of->($first->{json}),
            'another key is another request');
    };
    return $first->{json};
}


my $id = sub { $_[0]{id} };
my $invitation = sub { $_[0]{invitation}{id} };

my $made = once('a conference', 'olga', $id, 'calls', { title => 'Pump' });
once('an invitation', 'olga', $invitation, "calls/$call/invitations",
    { channel => 'mail', to => 'ann@example.com', name => 'Ann' });
once('a service request', 'olga', $invitation, 'service-requests',
    { name => 'Bob' });
once('a task', 'olga', $id, 'tasks', { name => 'filed' });
once('assistance', 'emil', $id, 'assistance', { user => $bob,
    channel => 'phone', reason => 'asked' });


subtest 'the link of the first answer is the link of the second' => sub {
    my @same = (POST => "calls/$call/invitations", { name => 'Eve' },
        'Idempotency-Key' => 'same link');
    my ($first, $second) = map { api($client{olga}, @same)->{json} } 1, 2;
    is($second->{link}, $first->{link}, 'link');
    is_deeply($second->{messages}, $first->{messages}, 'texts');
};

subtest 'a change of state' => sub {
    my $path = "calls/$made->{id}/end";
    my %key = ('Idempotency-Key' => 'end it');
    is(api($client{olga}, POST => $path, {}, %key)->{status}, 200, 'ended');
    my $again = api($client{olga}, POST => $path, {}, %key);
    is($again->{json}{state}, 'ended', 'again');
    is(reason(api($client{olga}, POST => "calls/$call/end", {}, %key)),
        'key_reused', 'another path is another request');
    is($world->shown($call)->{state}, 'open', 'and nothing was done there');
};

subtest 'a key is its owner\'s' => sub {
    my %key = ('Idempotency-Key' => 'k-1');
    my $answer = api($client{ines}, POST => 'calls', { title => 'Pump' },
        %key);
    is($answer->{status}, 201, 'of another user: made');
    isnt($answer->{json}{id}, $made->{id}, 'and another one');
};

subtest 'a refusal is not kept' => sub {
    my %key = ('Idempotency-Key' => 'refused');
    is(reason(api($client{olga}, POST => 'calls', { title => 'x' x 300 },
        %key)), 'invalid_request', 'refused');
    is(api($client{olga}, POST => 'calls', { title => 'x' }, %key)
        ->{status}, 201, 'the next one with the key is taken');
};

subtest 'keys that are none' => sub {
    for my $key ('', 'x' x 256, "a\x{7f}b") {
        is(reason(api($client{olga}, POST => 'calls', {},
            'Idempotency-Key' => $key)), 'invalid_request', length $key);
    }
};

subtest 'many at once make one' => sub {
    my @pids;
    my $before = @{ api($client{olga}, GET => 'calls?limit=200')
        ->{json}{calls} };

    for (1 .. 8) {
        my $pid = fork // die "fork: $!";
        if ($pid == 0) {
            my $answer = api($client{olga}, POST => 'calls', {},
                'Idempotency-Key' => 'all at once');
            POSIX::_exit($answer->{status} == 201 ? 0 : 1);
        }
        push @pids, $pid;
    }

    my $bad = 0;
    for my $pid (@pids) { waitpid $pid, 0; $bad++ if $? }
    is($bad, 0, 'each is answered well');
    is(scalar @{ api($client{olga}, GET => 'calls?limit=200')
        ->{json}{calls} }, $before + 1, 'one call');
};

SKIP: {
    skip 'needs the test clock', 1 unless $edge->has_test_clock;

    subtest 'kept for a day' => sub {
        my %key = ('Idempotency-Key' => 'for a day');
        my $now = time * 1000;
        my $first = api($client{olga}, POST => 'calls', {}, %key)->{json};

        $world->session('olga');
        $edge->clock($now + 23 * 3600_000);
        my $olga = $world->signed_in('olga');
        is(api($olga, POST => 'calls', {}, %key)->{json}{id} // '',
            $first->{id}, '23 hours later');

        $edge->clock($now + 25 * 3600_000);
        $olga = $world->signed_in('olga');
        my $answer = api($olga, POST => 'calls', {}, %key);
        is($answer->{status}, 201, '25 hours later it is a new request');
        isnt($answer->{json}{id}, $first->{id}, 'with an answer of its own');
    };
}

$world->finish;
