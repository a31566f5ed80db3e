#!/usr/bin/perl

# Who is signed in and opens a link chooses: as himself, or as a guest.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::Api;
use Xassist::World;

my $world = world();
my $edge = $world->edge;

$world->user($_, roles => 'agent', display => ucfirst) for qw(emil frida gerd);
my $call = $world->call;
my $made = $world->invitation($call);
my ($path) = $made->{link} =~ m{(/j/.*)};


sub page { return $_[0]->get($_[1] // $path, Accept => 'text/html') }


# Presses one of the two buttons; the answer.

sub joins {
    my ($client, $form, $link) = @_;
    $link //= $path;
    my $nonce = Xassist::Client::nonce(page($client, $link)->{body});
    return $client->post($link, { nonce => $nonce, %$form },
        Accept => 'text/html');
}


sub people {
    return join ' ', sort map { "$_->{kind}:$_->{name}:$_->{state}" }
        @{ $world->shown($call)->{participants} };
}

my $emil = $world->signed_in('emil');

subtest 'the page offers both' => sub {
    my $body = page($emil)->{body};
    like($body, qr/Join as Emil/, 'as himself');
    like($body, qr/Join as a guest instead/, 'as a guest');
    unlike(page($world->client)->{body}, qr/name="as"/,
        'a stranger has no choice');
};

subtest 'as himself' => sub {
    is($emil->get("/call/$call")->{status}, 403, 'not without being invited');
    my $before = $world->txnid;
    page($emil);
    is($world->txnid, $before, 'looking changes nothing');

    my $answer = joins($emil, { as => 'user' });
    is($answer->{status}, 303, 'pressed') or diag $answer->{body};
    like($answer->{headers}{location}, qr{/call/\Q$call\E$}, 'into the call');
    is(people(), 'regular:Emil:invited', 'he counts as invited');
    my $seen = $emil->get("/call/$call");
    is($seen->{status}, 200, 'and is let in');
    is($seen->{json}{headers}{'X-Xassist-Kind'}[0], 'regular', 'as a user');

    my ($shown) = grep { $_->{id} eq $made->{id} } @{ $edge->ctl(qw(invite
        list --call), $call)->{invitations} };
    is($shown->{state}, 'redeemed', 'the link is in use');
    $before = $world->txnid;
    is(joins($emil, { as => 'user' })->{status}, 303, 'once more');
    is($world->txnid, $before, 'changes nothing');
};

subtest 'as a guest, and then as himself' => sub {
    my $frida = $world->signed_in('frida');
    is(joins($frida, { name => 'Anonyma', terms => 1 })->{status}, 303, 'in');
    is($frida->get("/call/$call")->{json}{headers}{'X-Xassist-Kind'}[0],
        'guest', 'the guest counts in the call');
    is(joins($frida, { as => 'user' })->{status}, 303, 'now as Frida');
    is($frida->get("/call/$call")->{json}{headers}{'X-Xassist-Kind'}[0],
        'regular', 'and is Frida');
};

subtest 'who may not' => sub {
    my $stranger = $world->client;
    is(reason(joins($stranger, { as => 'user' })), 'page_stale',
        'nobody is signed in');

    $edge->ctl(qw(account create other));
    $edge->ctl(qw(user create other olaf --roles agent));
    my $olaf = $world->client;
    $olaf->{cookies}{xassist} = $edge->ctl(qw(session create other olaf))
        ->{token};
    unlike(page($olaf)->{body}, qr/name="as"/, 'another account: no choice');
    is(reason(joins($olaf, { as => 'user' })), 'page_stale', 'nor a way');

    my $answer = $emil->post($path, { as => 'user', nonce => 'A' x 27 },
        Accept => 'text/html');
    is(reason($answer), 'page_stale', 'nobody without a page');
    $answer = $emil->post($path, { as => 'user', nonce =>
        Xassist::Client::nonce(page($emil)->{body}) },
        Origin => 'https://evil.example');
    is(reason($answer), 'origin_refused', 'nobody from elsewhere');
};

subtest 'who was removed stays out' => sub {
    my $gerd = $world->signed_in('gerd');
    joins($gerd, { as => 'user' });
    my ($part) = grep { $_->{name} eq 'Gerd' }
        @{ $world->shown($call)->{participants} };
    my $olga = $world->signed_in('olga');
    my ($socket) = $olga->websocket("/ws/$call");
    api($olga, DELETE => "calls/$call/participants/$part->{id}");
    is(reason(joins($gerd, { as => 'user' })), 'removed', 'by any link');
};

subtest 'a request is for a guest, until there is a call' => sub {
    my $olga = $world->signed_in('olga');
    my ($link) = api($olga, POST => 'service-requests', {})->{json}{link}
        =~ m{(/j/.*)};
    unlike(page($emil, $link)->{body}, qr/name="as"/, 'no choice');
    is(reason(joins($emil, { as => 'user' }, $link)), 'page_stale',
        'no way to ring as oneself');
    $world->client->join_link($link);
    like(page($emil, $link)->{body}, qr/name="as"/, 'then there is one');
};

subtest 'the link is withdrawn' => sub {
    $edge->ctl(qw(invite withdraw), $made->{link});
    is(reason(page($world->signed_in('gerd'))), 'withdrawn', 'for users, too');
    is($emil->get("/call/$call")->{status}, 200, 'who was in stays');
};

$world->finish;
