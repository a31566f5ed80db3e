#!/usr/bin/perl

# v1/events tells of assistance: the agent whose it is, who manages a group of
# the agent, and who may list everybody's; nobody else, and least of all the
# user who is assisted.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::Api;
use Xassist::World;

my $world = world(workers => 2);
my $edge = $world->edge;

$world->with_policy(sub {
    my $chief = '"chief": {"title": "Chief", '
        . '"grants": ["acct_account", "acct_supervise_groups"]},';
    $_[0] =~ s/(    "media_server": \{)/    $chief\n\n$1/r
});
$edge->reload;

$world->user($_, roles => 'service_agent') for qw(sam tom);
$world->user('lea', roles => 'service_lead');
$world->user('dana', roles => 'chief');
$world->user('carl', roles => 'agent');
$edge->ctl(qw(account create beta));
$edge->ctl(qw(user create beta eva --roles service_lead));
$edge->ctl(qw(group create acme pumps));
$edge->ctl(qw(group add acme pumps sam));
$edge->ctl(qw(group manager acme pumps dana));

my @names = qw(sam tom lea dana carl);
my %client = map { $_ => as_app($world, $world->session($_)) } @names;
my %id = map { $_ => api($client{$_}, GET => 'me')->{json}{user} } @names;
my %stream = map { $_ => stream($client{$_}, '') } @names;
is(join(' ', map { $_->{status} } @stream{@names}), '200 200 200 200 200',
    'everybody has a stream');


# What each of them hears next.

sub hears {
    my ($want, $what) = @_;

    for my $name (@names) {
        my @got;
        for my $expected (@{ $want->{$name} // [] }) {
            my $event = next_event($stream{$name}) or last;
            push @got, $event;
        }
        is_deeply([map { "$_->{event} $_->{data}{actor} "
            . "$_->{data}{subject}" } @got], $want->{$name} // [],
            "$what: $name");
        $stream{$name}{got} = \@got;
    }
}


my $one;

subtest 'started, paused, resumed' => sub {
    $one = api($client{sam}, POST => 'assistance', { user => $id{carl},
        channel => 'chat', reason => 'asked' })->{json}{id};
    api($client{sam}, POST => "assistance/$one/$_") for qw(pause resume);

    my @all = map { "assistance.$_ $id{sam} $id{carl}" }
        qw(started paused resumed);
    hears({ map { $_ => \@all } qw(sam lea dana) }, 'three');
    is($stream{dana}{got}[0]{data}{interaction}, $one, 'the interaction');
    is($stream{sam}{got}[0]{data}{detail}, 'asked', 'the reason of the start');
};

subtest 'switched to anonymous, stopped' => sub {
    my $two = api($client{sam}, POST => 'assistance', { anonymous => \1,
        channel => 'phone', reason => 'called' })->{json}{id};
    api($client{sam}, POST => "assistance/$two/stop",
        { outcome => 'resolved' });

    my @all = ("assistance.paused $id{sam} $id{carl}",
        "assistance.started $id{sam} anonymous",
        "assistance.stopped $id{sam} anonymous");
    hears({ map { $_ => \@all } qw(sam lea dana) }, 'three');
    is($stream{sam}{got}[0]{data}{detail}, 'switched', 'why it paused');
    is($stream{lea}{got}[2]{data}{detail}, 'resolved', 'what came of it');
};

subtest 'reassigned' => sub {
    my $answer = api($client{lea}, POST => "interactions/$one/reassign",
        { agent => $id{tom} });
    is($answer->{status}, 200, 'reassigned') or diag $answer->{body};
    hears({ map { $_ => ["interaction.reassigned $id{lea} $id{carl}"] }
        qw(tom lea) }, 'who gave it, and who was given it');

    api($client{tom}, POST => "assistance/$one/resume");
    api($client{tom}, POST => "assistance/$one/stop");
    hears({ map { $_ => [map { "assistance.$_ $id{tom} $id{carl}" }
        qw(resumed stopped)] } qw(tom lea) },
        'the new agent, who is in no group of the chief');
};

subtest 'nobody else' => sub {
    my $call = api($client{carl}, POST => 'calls', {})->{json}{id};
    my $event = next_event($stream{carl});
    is($event->{data}{call}, $call,
        'the assisted user hears of an own call, and of nothing before');
    ok(!exists $event->{data}{$_}, "an event of a call has no $_")
        for qw(interaction actor subject);
    is(next_event($stream{$_}, 0.2), undef, "$_ hears no more")
        for qw(sam tom dana);

    my ($eva) = $edge->ctl(qw(session create beta eva));
    my $other = stream(as_app($world, $eva->{token}), '?after=1');
    is($other->{status}, 200, 'another account');
    my @seen;
    while (my $more = next_event($other, 0.5)) { push @seen, $more->{event} }
    is("@seen", '', 'hears nothing at all');

    my $of_call = stream($client{carl}, "?call=$call&after=1");
    @seen = ();
    while (my $more = next_event($of_call, 0.5)) { push @seen, $more->{event} }
    is(scalar(grep { !/^call\./ } @seen), 0, 'nor is any of it in a call');
};

subtest 'a right that is lost' => sub {
    $edge->ctl(qw(user set acme lea --roles agent));
    api($client{sam}, POST => 'assistance', { user => $id{carl},
        channel => 'chat', reason => 'again' });
    is(next_event($stream{sam})->{event}, 'assistance.started', 'the agent');
    is(next_event($stream{lea}, 0.7), undef, 'no longer the lead');
};

$world->finish;
