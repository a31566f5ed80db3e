#!/usr/bin/perl

# In assistance the application learns of both: the agent acts, the user is
# the subject.  Nothing of it is left on a connection that another request
# uses, and no decision changes.

use strict;
use warnings;
use lib 't/lib';

use MIME::Base64 qw(decode_base64url);
use Mojo::JSON qw(decode_json);
use Test::More;
use Xassist::Api;
use Xassist::Live;
use Xassist::World;

my $world = world(workers => 2, substitute => sub {
    $_[0] =~ s{access_log [^;]*;}{log_format who '\$uri \$xassist_actor \$xassist_subject \$xassist_decision'; access_log logs/access.log who;}r
});
my $edge = $world->edge;

$world->user('sam', roles => 'service_agent');
$world->user('tom', roles => 'service_agent');
$world->user('carl', roles => 'client');

my %token = map { $_ => $world->session($_) } qw(sam tom carl);
my ($sam, $tom, $carl, $olga) = map { as_app($world, $_) }
    @token{qw(sam tom carl)}, $world->session('olga');
my %id = map { $_->[0] => api($_->[1], GET => 'me')->{json}{user} }
    [sam => $sam], [tom => $tom], [carl => $carl], [olga => $olga];


sub start {
    my ($client, $user) = @_;

    my $answer = api($client, POST => 'assistance', { channel => 'chat',
        reason => 'asked', $user ? (user => $user) : (anonymous => \1) });
    BAIL_OUT("not started: $answer->{body}") if $answer->{status} != 201;
    return $answer->{json}{id};
}


# Actor and subject as the application saw them.

sub told {
    my ($json) = @_;

    return join ' ', map { "@{ $json->{headers}{\"X-Xassist-$_\"} // ['-'] }" }
        qw(Actor Subject);
}


sub seen {
    my ($client) = @_;

    my $answer = $client->request('GET', '/home/dashboard',
        { Authorization => "Bearer $client->{bearer}" });
    return ref $answer->{json} ? told($answer->{json}) : $answer->{status};
}


subtest 'headers and log' => sub {
    is(seen($sam), "$id{sam} $id{sam}", 'before');

    my $one = start($sam, $id{carl});
    is(seen($sam), "$id{sam} $id{carl}", 'meanwhile');
    is(seen($tom), "$id{tom} $id{tom}", 'another agent');

    start($sam, undef);
    is(seen($sam), "$id{sam} anonymous", 'anonymous is said');

    my $again = as_app($world, $world->session('sam'));
    is(seen($again), "$id{sam} $id{sam}",
        'another session of the agent assists nobody');

    api($sam, POST => "assistance/$one/resume");
    is(seen($sam), "$id{sam} $id{carl}", 'resumed');
    api($sam, POST => "assistance/$one/stop");
    is(seen($sam), "$id{sam} $id{sam}", 'afterwards');

    like($edge->access_log,
        qr{^/home/dashboard $id{sam} $id{carl} allow$}m, 'variables');
};

# Claims of the assertion that the application got, once its signature has
# been verified by what v1/jwks publishes.

sub asserted {
    my ($client) = @_;

    my $answer = $client->request('GET', '/home/dashboard',
        { Authorization => "Bearer $client->{bearer}" });
    my $headers = $answer->{json}{headers};
    my @given = @{ $headers->{'X-Xassist-Assertion'} // [] };
    return { given => scalar @given } if @given != 1;

    my ($head, $body, $signature) = split /\./, $given[0];
    my $kid = decode_json(decode_base64url($head))->{kid};
    my ($key) = grep { $_->{kid} eq $kid }
        @{ $client->get('/xassist/v1/jwks')->{json}{keys} };
    my $dir = $edge->{dir};
    my %files = (in => "$head.$body", sig => decode_base64url($signature),
        pub => pack('H*', '302a300506032b6570032100')
            . decode_base64url($key->{x} // ''));
    Xassist::Edge::spew("$dir/$_", $files{$_}) for keys %files;

    my $verify = "-inkey $dir/pub -rawin -in $dir/in -sigfile $dir/sig";
    my $said = `openssl pkeyutl -verify -pubin -keyform DER $verify 2>&1`;
    my $claims = decode_json(decode_base64url($body));
    return { verified => $said =~ /Success/ ? 1 : 0,
        header => told($answer->{json}),
        map { $_ => $claims->{$_} } qw(kind actor subject sub roles) };
}


sub asserts {
    my ($client, $who, $subject, $what) = @_;

    is_deeply(asserted($client), { verified => 1, kind => 'regular',
        actor => $id{$who}, subject => $subject, sub => $subject,
        roles => 'service_agent', header => "$id{$who} $subject" }, $what);
}


subtest 'the assertion' => sub {
    $edge->ctl('keys', 'new', '--use', 'assert');
    ok($edge->reload, 'a key for it');
    $edge->wait_for(sub { asserted($sam)->{verified} && asserted($tom)
        ->{verified} });

    asserts($sam, sam => $id{sam}, 'before: the agent');
    my $one = start($sam, $id{carl});
    asserts($sam, sam => $id{carl}, 'meanwhile: the user, by the agent, with '
        . 'the roles of the agent');
    asserts($tom, tom => $id{tom}, 'not for another agent');

    my $two = start($sam, undef);
    asserts($sam, sam => 'anonymous', 'anonymous is said');
    api($sam, POST => "assistance/$two/pause");
    asserts($sam, sam => $id{sam}, 'paused: the agent again');
    api($sam, POST => "assistance/$one/resume");
    asserts($sam, sam => $id{carl}, 'resumed');
    api($sam, POST => "assistance/$_/stop") for $one, $two;
    asserts($sam, sam => $id{sam}, 'stopped: the agent again');
};

subtest 'one connection, many people' => sub {
    my $one = start($sam, $id{carl});
    my $socket = Xassist::Socket->connect($edge->{port}, 10);
    my (@got, @want, %peers);

    for my $n (1 .. 120) {
        my $who = (qw(sam tom sam olga))[$n % 4];
        my $token = $who eq 'olga' ? $olga->{bearer} : $token{$who};

        # spelled as an attacker might, too
        $socket->send("GET /home/dashboard HTTP/1.1\r\nHost: localhost\r\n"
            . "Authorization: Bearer $token\r\n"
            . "X-Xassist-Subject: $id{olga}\r\n\r\n");
        my $answer = $socket->read_head;
        my $json = decode_json($socket->read_exactly(
            $answer->{headers}{'content-length'}));
        push @got, told($json);
        push @want, $who eq 'sam' ? "$id{sam} $id{carl}" : "$id{$who} $id{$who}";
        $peers{ $json->{peer} }++;

        if ($n == 60) {
            api($sam, POST => "assistance/$one/pause");
            api($sam, POST => "assistance/$one/resume");
        }
    }

    is_deeply(\@got, \@want, 'each request had its own subject');
    ok(keys %peers < 10, 'over few connections to the application: '
        . keys %peers);
    api($sam, POST => "assistance/$one/stop");
};

subtest 'rights stay as they are' => sub {
    my $config = Xassist::Edge::slurp("$edge->{dir}/conf/nginx.conf");
    my @paths = $config =~ m{location (?:= )?(/[a-z][^ ]*) \{\s*xassist_require}g;
    ok(@paths > 20, @paths . ' places');

    for my $whom ($id{olga}, $id{carl}, undef) {
        my %before = map { $_ => status($sam, $_) } @paths;
        my $one = start($sam, $whom);
        my %during = map { $_ => status($sam, $_) } @paths;
        is_deeply(\%during, \%before, 'the same answers');
        api($sam, POST => "assistance/$one/stop");
    }

    my %carl = map { $_ => status($carl, $_) } @paths;
    my %sam = map { $_ => status($sam, $_) } @paths;
    ok((grep { $carl{$_} != $sam{$_} } @paths) > 10,
        'though what the two may differs');
};


sub status {
    my ($client, $path) = @_;

    return $client->request('GET', $path,
        { Authorization => "Bearer $client->{bearer}" })->{status};
}


subtest 'live' => sub {
    my $call = api($sam, POST => 'calls', { title => 'Pump' })->{json}{id};
    my $live = live($world);
    my ($agent, $other) = map { my $c = $world->client;
        $c->{cookies}{xassist} = $_; $c } @token{qw(sam tom)};
    my $guest = $world->guest($call);

    $live->open_in_each('agent', $agent, "/ws/$call", 2);
    $live->open('guest', $guest, "/ws/$call");

    my $gone = sub { return { map { $_ => '4409 assistance_ended' }
        grep { /^agent/ } keys %{ $live->{open} } } };

    my $one = start($sam, $id{carl});
    $live->closes('start', $gone->());

    $live->open_in_each('agent', $agent, "/ws/$call", 2);
    my $two = start($sam, undef);
    $live->closes('switch', $gone->());

    $live->open('agent', $agent, "/ws/$call");
    api($sam, POST => "interactions/$two/notes", { note => 'still here' });
    $live->closes('a note', {});

    api($sam, POST => "assistance/$two/pause");
    $live->closes('pause', $gone->());

    $live->open('agent', $agent, "/ws/$call");
    api($sam, POST => "assistance/$two/stop");
    api($sam, POST => "assistance/$one/stop");
    $live->closes('a stop of what was paused', {});

    $live->finish;
};

subtest 'the log of the store' => sub {
    my $tail = $edge->ctl('log', 'tail', '-n', 400);
    my @events = ref $tail eq 'HASH' ? @{ $tail->{events} } : @$tail;
    my @assistance = grep { $_->{kind} =~ /^assistance\./ } @events;

    ok(@assistance > 8, 'holds them');
    is(scalar(grep { $_->{actor} ne $id{sam} } @assistance), 0,
        'the actor is always the agent');
    is(scalar(grep { !$_->{subject} } @assistance), 0,
        'the subject is never empty');
    is(scalar(grep { $_->{subject} eq 'anonymous' } @assistance) > 0, 1,
        'anonymous is said');
};

$world->finish;
