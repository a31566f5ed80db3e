#!/usr/bin/perl

# Whatever opens a link before the person does spends nothing: mail scanners,
# chat previews, prefetching browsers.  Only the Join press on the page that
# this browser was given does, and it gives the same answer each time.

use strict;
use warnings;
use lib 't/lib';

use Digest::SHA ();
use Test::More;
use Time::HiRes qw(time);
use Xassist::World;

plan skip_all => 'this build has no test clock'
    unless Xassist::Edge::has_test_clock();

# A conference whose links work once, as those of externals do.
my $world = world(policy => sub {
    $_[0] =~ s/("conference"\s*:\s*\{[^{}]*?"uses"\s*:\s*)"unlimited"/${1}1/r
});
my $edge = $world->edge;
my $call = $world->call;

my %agents = (
    chrome => 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 '
        . '(KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36',
    slack => 'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
    teams => 'Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5',
    discord => 'Mozilla/5.0 (compatible; Discordbot/2.0; '
        . '+https://discordapp.com)',
    messages => 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/'
        . '601.2.4 (KHTML, like Gecko) Version/9.0.1 Safari/601.2.4 '
        . 'facebookexternalhit/1.1 Facebot Twitterbot/1.0',
    whatsapp => 'WhatsApp/2.23.20.0',
);


# What the files of the store are made of, to the byte.

sub bytes {
    return Digest::SHA->new(256)->addfile("$edge->{dir}/store/data.mdb", 'b')
        ->hexdigest;
}


sub state_of {
    my ($id) = @_;

    my $list = $edge->ctl('invite', 'list', '--call', $call);
    $list = $list->{invitations} if ref $list eq 'HASH';
    return (map { $_->{state} } grep { $_->{id} eq $id } @$list)[0];
}


# A machine that opens a path as it does: keeps cookies, follows redirects,
# then fetches all that the page names.

sub machine {
    my ($path, %how) = @_;

    my $client = $world->client;
    my %headers = %{ $how{headers} // {} };
    my @todo = ($path);
    my %seen;

    while (defined(my $next = shift @todo)) {
        last if keys %seen > 20;
        next if $seen{$next}++;

        my ($answer) = reverse map {
            $client->request($_, $next, \%headers)
        } @{ $how{methods} };
        next unless $answer;

        push @todo, local_path($answer->{headers}{location});
        push @todo, map { local_path($_) } $answer->{body}
            =~ /\b(?:href|src|action)="([^"]*)"/g if $how{crawls};
    }

    return keys %seen;
}


# The path of an address of this host, seen from the page of a link.

sub local_path {
    my ($url) = @_;

    return () unless length($url // '');
    $url =~ s/&amp;/&/g;
    $url =~ s{^http://(?:localhost|127\.0\.0\.1)(?::\d+)?}{};
    return () if $url =~ /^[a-z][a-z0-9+.-]*:/i;
    return $url if $url =~ m{^/};
    return $url =~ /^\?/ ? () : "/j/$url";
}


my @machines = (
    ['a scanner that asks with HEAD, then GET', methods => [qw(HEAD GET)],
        headers => { Accept => '*/*' }],
    ['a scanner without a name that comes twice',
        methods => [qw(GET GET)]],
    ['a scanner that looks like Chrome and follows everything',
        crawls => 1, methods => [qw(HEAD GET GET)], headers => {
            'User-Agent' => $agents{chrome}, Accept => 'text/html,*/*;q=0.8' }],
    ['a proxy that rewrites links and forwards the visitor',
        headers => { 'User-Agent' => $agents{chrome}, Via => '1.1 scanner',
            'X-Forwarded-For' => '203.0.113.9', 'X-Original-URL' => '/j/x' }],
    ['a browser that prefetches', headers => { Purpose => 'prefetch',
        'Sec-Purpose' => 'prefetch;prerender', 'X-Moz' => 'prefetch',
        'User-Agent' => $agents{chrome}, Accept => 'text/html' }],
    ['a preview that asks for the first bytes',
        headers => { 'User-Agent' => $agents{slack},
            Range => 'bytes=0-32768' }],
    ['a preview that asks for JSON', headers => {
        'User-Agent' => $agents{teams}, Accept => 'application/json' }],
    (map { ["a preview of $_", headers => { 'User-Agent' => $agents{$_} }] }
        qw(discord messages whatsapp)),
    ['a clipboard tool', methods => [qw(OPTIONS GET)],
        headers => { Accept => '*/*', Origin => 'null' }],
    ['a checker that asks whether it changed', headers => {
        'If-None-Match' => '*', 'If-Modified-Since' =>
        'Mon, 01 Jan 2024 00:00:00 GMT' }],
);

my $invitation = $world->invitation($call);
my ($path) = $invitation->{link} =~ m{(/j/.*)};
my $before = bytes();

for my $row (@machines) {
    my ($name, %how) = @$row;

    subtest $name => sub {
        $how{methods} //= ['GET'];
        my @opened = machine($path, %how);

        cmp_ok(scalar @opened, '>', 4, "it opened @opened") if $how{crawls};
        machine("$path?utm_source=mail&follow=true", %how);
        is(bytes(), $before, 'the store is the same to the byte');
        is(state_of($invitation->{id}), 'unused', 'the link is unspent');
    };
}

subtest 'a machine that sends the form, but not as the page had it' => sub {
    my %form = (name => 'Bot', terms => 1, lang => 'en');
    my $reader = $world->client;
    my $nonce = Xassist::Client::nonce($reader->get($path)->{body});

    for my $row (['no nonce', {}], ['no cookie', { nonce => $nonce }],
        ['a nonce of its own', { nonce => 'A' x 27 }],
        ['an empty one', { nonce => '' }])
    {
        my $answer = $world->client->post($path, { %form, %{ $row->[1] } });
        is(reason($answer), 'page_stale', $row->[0]);
    }

    is(reason($reader->post($path, { %form, nonce => $nonce },
        Origin => 'https://scanner.example')), 'origin_refused',
        'from another site');
    is(reason($reader->post($path, { %form, nonce => $nonce },
        Origin => undef)), 'origin_refused', 'from nowhere');
    isnt($reader->request($_, $path, {}, '')->{status}, 303, $_)
        for qw(PUT DELETE PATCH);
    is($reader->get("$path?nonce=$nonce&name=Bot&terms=1")->{status}, 200,
        'the form as a query is just a page');
    is(bytes(), $before, 'the store is the same to the byte');
};

subtest 'the nonce is of one link and one browser, and expires' => sub {
    my $now = time;
    my ($other) = $world->link($call) =~ m{(/j/.*)};
    my $client = $world->client;
    my %form = (name => 'Ann', terms => 1);

    $edge->clock($now * 1000);
    my $nonce = Xassist::Client::nonce($client->get($path)->{body});
    $before = bytes();

    is(reason($client->post($other, { %form, nonce => $nonce })),
        'page_stale', 'it is not of another link');
    my $second = $world->client;
    $second->get($path);
    is(reason($second->post($path, { %form, nonce => $nonce })),
        'page_stale', 'nor of another browser');
    my $altered = $nonce =~ s{\A(..)(.)}{$1 . ($2 eq "A" ? "B" : "A")}er;
    is(reason($client->post($path, { %form, nonce => $altered })),
        'page_stale', 'its time cannot be altered');

    $edge->clock(($now + 15 * 60 + 1) * 1000);
    my $late = $client->post($path, { %form, nonce => $nonce });
    is(reason($late), 'page_stale', 'after a quarter of an hour it is stale');
    is(bytes(), $before, 'all that changed nothing');

    my $fresh = Xassist::Client::nonce($late->{body});
    isnt($fresh, $nonce, 'the page comes with a fresh one');
    like($late->{body}, qr/value="Ann"/, 'and with the name as typed');
    is(state_of($invitation->{id}), 'unused', 'the link is unspent');
    $edge->clock(undef);
};

my $person = $world->client;

subtest 'after all of them the person joins' => sub {
    my $answer = $person->join_link($invitation->{link}, name => 'Ann');

    is($answer->{status}, 303, 'the Join press is taken');
    isnt(bytes(), $before, 'and now the store has changed');
    is(state_of($invitation->{id}), 'used', 'the link is spent');
    is($person->get("/call/$call")->{status}, 200, 'the call is open');
};

subtest 'the same browser gets the same answer again' => sub {
    my $cookie = $person->{cookies}{'xassist-g'};
    my $nonce = Xassist::Client::nonce($person->get($path)->{body});
    my @answers = map { $person->post($path, { nonce => $nonce,
        name => 'Ann', terms => 1 }) } 1 .. 3;

    ok($nonce, 'the page opens again');
    is(join(' ', map { "$_->{status} $_->{headers}{location}" } @answers),
        join(' ', ("303 $answers[0]{headers}{location}") x 3),
        'three presses lead to the same place');
    is($person->{cookies}{'xassist-g'}, $cookie, 'in the same session');
    is(scalar @{ $world->shown($call)->{participants} }, 1,
        'as one participant');

    delete $person->{cookies}{'xassist-g'};
    is($person->join_link($invitation->{link})->{status}, 303,
        'without its session, too');
    is($person->{cookies}{'xassist-g'}, $cookie, 'which it gets again');
};

subtest 'a second browser is told that it was used' => sub {
    my $second = $world->client;
    ($second->{cookies}{'xassist-b'}) = ('A' x 22);
    is(reason($second->post($path, { nonce => 'A' x 27, name => 'Eve',
        terms => 1 }, Accept => 'text/html')), 'used', 'it cannot join');
    ok(!$second->{cookies}{'xassist-g'}, 'it has no session');
    ok($edge->wait_for(sub {
        my ($rc, $log) = $edge->ctl_try(qw(log tail -n 50));
        $log =~ /invitation\.refused/ ? 1 : 0 }), 'the inviter is told');

    my $after = bytes();

    for my $accept ('text/html', 'application/json') {
        my $answer = $world->client->get($path, Accept => $accept);
        is($answer->{status}, 410, "gone ($accept)");
        is(reason($answer), 'used', 'used');
    }

    machine($path, crawls => 1, methods => ['GET']);
    is(bytes(), $after, 'being refused changes nothing');
    is($person->get("/call/$call")->{status}, 200,
        'who joined is still in');
};

$world->finish;
