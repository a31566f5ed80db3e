#!/usr/bin/perl

# Invitations by mail and SMS are given to the operator's system, again until
# it takes them; rings and misses are told to it in order.

use strict;
use warnings;
use lib 't/lib';
use utf8;

use Digest::SHA qw(hmac_sha256 sha256);
use File::Temp ();
use MIME::Base64 qw(decode_base64url encode_base64url);
use Mojo::JSON qw(decode_json);
use Test::More;
use Xassist::Api;
use Xassist::Held;
use Xassist::Sink;
use Xassist::World;

my $dir = File::Temp::tempdir(CLEANUP => 1);
my $sink = Xassist::Sink->new($dir);
my $secret = 'known to both sides';

my $world = world(workers => 2, stopped => 1, substitute => sub {
    my $port = $sink->port;
    $_[0] =~ s{(?=server \{)}{
        xassist_deliver http://127.0.0.1:$port/deliver secret=sink.secret;
        xassist_notify http://127.0.0.1:$port/notify secret=sink.secret;
    }r;
}, policy => sub { $_[0] =~ s/"ring": "45s"/"ring": "2s"/r });
my $edge = $world->edge;
my $file = "$edge->{dir}/conf/sink.secret";
Xassist::Edge::spew($file, "$secret\n");
chmod 0600, $file;
$edge->start;

my $emil_id = $world->user('emil', roles => 'agent', mail => 'e@example.com')
    ->{id};
my ($olga, $emil) = map { $world->signed_in($_) } qw(olga emil);
my $call = $world->call;


sub invite {
    my (%body) = @_;
    my $made = api($olga, POST => "calls/$call/invitations",
        { channel => 'mail', to => 'ann@example.com', %body });
    is($made->{status}, 201, 'invited') or diag $made->{body};
    return $made->{json};
}


sub delivery {
    my ($made) = @_;
    return api($olga, GET => "invitations/$made->{invitation}{id}")->{json}
        {delivery};
}


sub sent { # the POSTs of an invitation
    my ($made) = @_;
    return grep { $_->{json}{invitation} eq $made->{invitation}{id} }
        $sink->got('/deliver');
}


subtest 'made, and sent' => sub {
    my $made = invite(name => 'Ann');
    is($made->{invitation}{delivery}, 'queued', 'queued at first');
    ok($edge->wait_for(sub { delivery($made) eq 'delivered' }),
        'then delivered');

    my ($post) = sent($made);
    my $json = $post->{json};
    is($json->{to}, 'ann@example.com', 'to whom');
    is($json->{channel}, 'mail', 'how');
    is($json->{link}, $made->{link}, 'the link that the inviter has');
    is($json->{inviter}, 'olga', 'from whom');
    is(join(' ', map { $_->{lang} } @{ $json->{messages} }), 'en de fr',
        'texts');
    like($json->{messages}[1]{text}, qr/\Q$made->{link}\E/, 'with the link');
    is($post->{headers}{'Idempotency-Key'}, $made->{invitation}{id},
        'a repetition can be known');

    my ($head, $claims, $mac) = split /\./,
        $post->{headers}{Authorization} =~ s/^Bearer //r;
    is($mac, encode_base64url(hmac_sha256("$head.$claims", $secret)),
        'signed');
    $claims = decode_json(decode_base64url($claims));
    utf8::encode(my $body = $post->{body}) if utf8::is_utf8($post->{body});
    is($claims->{sha256}, encode_base64url(sha256($post->{body})),
        'for this body');
    is($claims->{exp} - $claims->{iat}, 60, 'and a minute');
    is($world->client->join_link($json->{link})->{status}, 303,
        'the link lets in');
};

subtest 'what the inviter sends is not sent' => sub {
    my $before = () = $sink->got('/deliver');
    my @made = map { api($olga, POST => "calls/$call/invitations",
        { channel => $_ })->{json} } qw(mail sms link);
    select undef, undef, undef, 0.5;
    is(scalar(my @now = $sink->got('/deliver')), $before,
        'a link, or no address: not sent');
    is(join('', map { delivery($_) } @made), '', 'nor queued');
};

subtest 'tried again until it is taken' => sub {
    $sink->answer(503);
    my $made = invite(channel => 'sms', to => '+49 170 1234');
    $edge->wait_for(sub { sent($made) >= 2 }, 8);
    cmp_ok(scalar(sent($made)), '>=', 2, 'more than once');
    is(delivery($made), 'queued', 'still to be sent');
    $sink->answer(202);
    ok($edge->wait_for(sub { delivery($made) eq 'delivered' }, 15),
        'delivered in the end');
    my $shown = api($olga, GET => "invitations/$made->{invitation}{id}")
        ->{json};
    is($shown->{tries}, scalar(sent($made)), 'tries are counted');
    is($edge->ctl('store', 'check')->{findings} // 0, 0, 'the store is whole');
};

subtest 'what is not taken for good' => sub {
    $sink->answer(422);
    my $made = invite(to => 'wrong@example.com');
    ok($edge->wait_for(sub { delivery($made) eq 'failed' }), 'failed');
    is(scalar(sent($made)), 1, 'tried once');
    $sink->answer(204);
};

subtest 'withdrawn before it is sent' => sub {
    $sink->answer(503);
    my $made = invite(to => 'late@example.com');
    $edge->wait_for(sub { sent($made) >= 1 });
    api($olga, POST => "invitations/$made->{invitation}{id}/withdraw");

    # One that was on its way is answered when a later one is.

    my $later = invite(to => 'later@example.com');
    $edge->wait_for(sub { sent($later) >= 2 });
    $sink->answer(204);
    select undef, undef, undef, 2.5;
    is(scalar(grep { $_->{status} == 204 } sent($made)), 0, 'is not sent');
    is(delivery($made), 'failed', 'and says so');
};

subtest 'a worker that is killed leaves the queue to another' => sub {
    $sink->answer(503);
    my $made = invite(to => 'kill@example.com');
    $edge->wait_for(sub { sent($made) >= 1 });
    my %old = map { $_ => 1 } $edge->workers;
    kill 'KILL', keys %old;
    $edge->wait_for(sub { (grep { !$old{$_} } $edge->workers) >= 2 }, 5);
    $sink->answer(204);
    ok($edge->wait_for(sub { grep { $_->{status} == 204 } sent($made) }, 15),
        'it is sent');
    ok($edge->wait_for(sub { delivery($made) eq 'delivered' }), 'once');
    is(scalar(grep { $_->{status} == 204 } sent($made)), 1, 'and once only');
};

subtest 'and a reload does the same' => sub {
    $sink->answer(503);
    my $made = invite(to => 'reload@example.com');
    $edge->wait_for(sub { sent($made) >= 1 });
    ok($edge->reload, 'reloaded');
    $sink->answer(204);
    ok($edge->wait_for(sub { delivery($made) eq 'delivered' }, 15),
        'delivered');
    is(scalar(grep { $_->{status} == 204 } sent($made)), 1, 'once');
};

subtest 'rings and misses, in order, until they are known' => sub {
    my @before = $sink->got('/notify');
    $sink->answer(503);
    api($olga, POST => "calls/$call/ring", { user => $emil_id });
    $edge->wait_for(sub { $sink->got('/notify') > @before });
    ok($edge->wait_for(sub { ($edge->ctl_try(qw(log tail -n 9)))[1]
        =~ /"call\.missed"/ }), 'it is missed meanwhile');

    # Both are told before the first can be noted.

    my $held = hold($edge);
    $sink->answer(204);
    ok($edge->wait_for(sub {
        grep { $_->{status} == 204 && $_->{json}{event} eq 'call.missed' }
            $sink->got('/notify') }), 'a ring, and that it was missed');
    $held->release;

    my @taken = grep { $_->{status} == 204 } $sink->got('/notify');
    is(join(' ', map { $_->{json}{event} } @taken[-2, -1]),
        'call.ringing call.missed', 'in order');
    my $ring = $taken[-2]{json};
    is($ring->{user}{id}, $emil_id, 'who');
    is($ring->{user}{mail}, 'e@example.com', 'and where to find him');
    is($ring->{call}, $call, 'which call');
    is($ring->{from}, 'olga', 'who asks');
    is($taken[-2]{headers}{'Idempotency-Key'}, $ring->{id},
        'a repetition can be known');

    my $told = @taken;
    ok($edge->reload, 'after a reload');
    select undef, undef, undef, 1.5;
    is(scalar(grep { $_->{status} == 204 } $sink->got('/notify')), $told,
        'nothing is told twice');
};

$sink->stop;
$world->finish(qr/exited on signal 9/);
