#!/usr/bin/perl

# v1/events: what is the caller's own, from where the caller left off, while
# the right to it lasts.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::Api;
use Xassist::World;

my $world = world(workers => 2);
$world->user('emil', roles => 'agent');
my $olga = $world->signed_in('olga');
my $emil = $world->signed_in('emil');
my ($call, $other);

subtest 'a stream of what is one\'s own' => sub {
    my $mine = stream($olga, '');
    is($mine->{status}, 200, 'open');
    like($mine->{headers}{'content-type'}, qr{^text/event-stream}, 'type');
    is($mine->{headers}{'cache-control'}, 'no-store', 'not kept');

    my $theirs = stream($emil, '');
    $call = api($olga, POST => 'calls', { title => 'Pump 7' })->{json}{id};

    my $event = next_event($mine);
    is($event->{event}, 'call.created', 'event') or diag explain $event;
    is($event->{data}{type}, 'call.created', 'type');
    is($event->{data}{call}, $call, 'call');
    is($event->{data}{detail}, 'Pump 7', 'detail');
    is($event->{data}{id}, $event->{id}, 'id');

    $other = api($emil, POST => 'calls', {})->{json}{id};
    $event = next_event($theirs);
    is($event->{data}{call}, $other, 'the other sees the other call alone');
    is(next_event($mine, 0.5), undef, 'and the first does not see that');

    my $before = $mine->{last};
    api($olga, POST => "calls/$call/invitations", {});
    is(next_event($mine)->{event}, 'invitation.created', 'goes on');
    $mine->{socket}->close;

    my $link = $world->link($call);
    my $again = stream($olga, '', 'Last-Event-ID' => $before);
    is(next_event($again)->{event}, 'invitation.created', 'from there on');
    is(next_event($again)->{event}, 'invitation.created', 'without a hole');
    ok($again->{last} > $before, 'ids go up');

    $again = stream($olga, "?after=$before");
    is(next_event($again)->{event}, 'invitation.created', 'by argument');
};

subtest 'a guest sees the call it is in' => sub {
    my $guest = $world->guest($call);

    is(stream($guest, '')->{status}, 401, 'it has to be named');
    is(stream($guest, "?call=$other")->{status}, 403, 'not another one');

    my $stream = stream($guest, "?call=$call");
    is($stream->{status}, 200, 'its own');

    my $second = $world->guest($call, name => 'Bob');
    my ($socket) = $second->websocket("/ws/$call");
    my $event = next_event($stream);
    is($event->{event}, 'participant.joining', 'who comes');
    is($event->{data}{invitation}, undef, 'not by which invitation');
    is(next_event($stream)->{event}, 'call.live', 'that the call is live');
    is(next_event($stream)->{event}, 'participant.present', 'who is there');

    api($olga, POST => "calls/$call/end");
    my @seen;
    while ($event = next_event($stream)) {
        push @seen, $event;
        last if $event->{event} eq 'end';
    }
    is($seen[-1]{event}, 'end', 'it ends with the right to it');
    is($seen[-1]{data}{reason}, 'call_ended', 'and says why');
    ok($stream->{socket}->ended(5), 'the connection, too');
};

subtest 'why somebody is away' => sub {
    $world->user('dan', roles => 'account_admin');
    my $call = api($olga, POST => 'calls', {})->{json}{id};
    my $guest = $world->guest($call);
    my ($socket) = $world->signed_in('dan')->websocket("/ws/$call");
    ok($socket, 'somebody is in');
    ok($world->edge->wait_for(sub { $world->states($call) =~ /present/ }),
        'and present');

    my %stream = (owner => stream($olga, ''),
        guest => stream($guest, "?call=$call"));
    $world->edge->ctl('user', 'set', 'acme', 'dan', '--suspend');

    for my $who (sort keys %stream) {
        my $event;
        do { $event = next_event($stream{$who}) }
            while $event && $event->{event} ne 'participant.away';
        ok($event, "the $who sees it") or next;
        is($event->{data}{detail}, $who eq 'owner' ? 'suspended' : undef,
            $who eq 'owner' ? 'and why' : 'and not why');
        $stream{$who}{socket}->close;
    }
};

subtest 'a stream that is a stay' => sub {
    my $call = api($olga, POST => 'calls', {})->{json}{id};
    my $guest = $world->guest($call);
    my $states = sub { $world->states($call) };
    my $wait = sub { my ($want) = @_;
        $world->edge->wait_for(sub { $states->() eq $want ? 1 : 0 });
        is($states->(), $want, $want) };

    $wait->('invited');
    my $stream = stream($guest, "?call=$call&present=1");
    is($stream->{status}, 200, 'open');
    $wait->('present');
    is($world->shown($call)->{state}, 'live', 'the call is live');
    my ($event) = next_event($stream);
    ok($event, 'and it hears of the call') or diag $stream->{text};

    my ($socket) = $guest->websocket("/ws/$call");
    $stream->{socket}->close;
    ok(!$world->edge->wait_for(sub { $states->() ne 'present' }, 0.7),
        'is present by it');
    $socket->close;
    $wait->('away');

    $stream = stream($guest, "?call=$call&present=1");
    $wait->('present');
    my ($person) = @{ api($olga, GET => "calls/$call/participants")
        ->{json}{participants} };
    api($olga, DELETE => "calls/$call/participants/$person->{id}");
    my $last;
    while (my $e = next_event($stream)) { $last = $e }
    is($last->{event}, 'end', 'it ends');
    is($last->{data}{reason}, 'removed', 'with the stay');

    is(stream($olga, '?present=1')->{status}, 400, 'not without a call');
    is(stream($world->guest($call), "?call=$other&present=1")->{status}, 403,
        'nor in another one');
    is(stream($emil, "?call=$call&present=1")->{status}, 403,
        'nor by who may only hear of it');
};

subtest 'signing out ends it' => sub {
    my $token = $world->session('emil');
    my $app = as_app($world, $token);
    my $stream = stream($app, '');
    is($stream->{status}, 200, 'open');

    my ($id) = map { $_->{id} } grep { !$_->{ended} }
        sort { $b->{created} cmp $a->{created} }
        @{ $world->edge->ctl(qw(session list acme emil))->{sessions} };
    $world->edge->ctl(qw(session revoke), $id);
    my $event = next_event($stream);
    is($event->{event}, 'end', 'ends') or diag $stream->{text};
    is($event->{data}{reason}, 'signed_out', 'says why');
};

subtest 'what is refused' => sub {
    is(stream($world->client, '')->{status}, 401, 'nobody');
    $world->user('client', roles => 'client');
    is(stream($world->signed_in('client'), '')->{status}, 403,
        'without the permission');
    is(stream($olga, '?call=x')->{status}, 400, 'no call');
    is(stream($olga, '', 'Last-Event-ID' => 'x')->{status}, 400, 'no id');
    is(stream($olga, '', Origin => 'https://evil.example')->{status}, 403,
        'a foreign page');
};

# A stream of its own, to be silent for a while; seen to at the end.

my $other_call = $world->call;
my $silent = stream($world->guest($other_call), "?call=$other_call");

subtest 'a cursor that was trimmed is told so' => sub {
    sleep 2;
    $world->edge->ctl(qw(store trim --log 1s));

    my $stream = stream($olga, '', 'Last-Event-ID' => 1);
    my $event = next_event($stream);
    is($event->{event}, 'reset', 'reset');
    is($event->{id}, $world->edge->ctl('store', 'stat')->{log_last},
        'and goes on from the newest');
    my $id = api($olga, POST => 'calls', {})->{json}{id};
    is(next_event($stream)->{data}{call}, $id, 'with what comes then');
};

subtest 'a stream that has nothing to tell says that it lives' => sub {
    my $end = time + Xassist::Socket::PATIENCE;

    while ($silent->{text} !~ /^:\n\n/m) {
        my $left = $end - time;
        last if $left <= 0 || !Xassist::Api::more($silent, $left);
    }
    like($silent->{text}, qr/^:\n\n/m, 'a comment');
};

subtest 'a reload ends a stream, which comes again' => sub {
    my $stream = stream($olga, '');
    next_event($stream, 0.2);
    ok($world->edge->reload, 'reload');
    ok($stream->{socket}->ended(5), 'the old worker let it go');

    my $again = stream($olga, '', 'Last-Event-ID' => $stream->{last});
    is($again->{status}, 200, 'a new one takes it');
    my $id = api($olga, POST => 'calls', {})->{json}{id};
    is(next_event($again)->{data}{call}, $id, 'and goes on');
};

$world->finish;
