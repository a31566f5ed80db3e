#!/usr/bin/perl

# Signing in with a password: by form, by JSON, and not.

use strict;
use warnings;
use lib 't/lib';

use Mojo::JSON qw(encode_json);
use Mojo::Util qw(url_escape);
use Test::More;
use Time::HiRes qw(time);
use Xassist::World;

my $login = '/xassist/v1/login';
my $world = world(workers => 2);
my $edge = $world->edge;


sub password {
    my ($name, $text) = @_;

    my $dir = $edge->{dir};
    local $ENV{XASSIST_TEST_CLOCK} = "$dir/conf/clock"
        if Xassist::Edge::has_test_clock();
    open my $fh, '|-', Xassist::Edge::build() . "/xassistctl --store $dir/store"
        . " --keys $dir/conf/keys user password acme $name >/dev/null 2>&1"
        or die $!;
    print $fh "$text\n";
    close $fh;
    return $? >> 8;
}


sub json {
    my ($client, $path, $body, %headers) = @_;

    return $client->request('POST', $path, { 'Content-Type' =>
        'application/json', Accept => 'application/json', %headers },
        ref $body ? encode_json($body) : $body);
}


sub form {
    my ($client, %form) = @_;

    return $client->post($login, { account => 'acme', name => 'olga', %form },
        Accept => 'text/html');
}


sub me { $_[0]->get('/xassist/v1/me', Accept => 'application/json') }


is(password('olga', 'short'), 1, 'a short password is refused');
is(password('olga', 'correct horse'), 0, 'olga has a password');
$world->user('nopass');

subtest 'the page' => sub {
    my %words = (en => 'Password', de => 'Passwort', fr => 'Mot de passe');

    for my $lang (sort keys %words) {
        my $page = $world->client->get("$login?lang=$lang&next=%2Fcall%2F7",
            Accept => 'text/html');
        is($page->{status}, 200, $lang);
        like($page->{body}, qr/<html lang="$lang"/, 'its language');
        like($page->{body}, qr/$words{$lang}/, 'its words');
        like($page->{body}, qr{name="next" value="/call/7"}, 'the way back');
        unlike($page->{body}, qr{<script>|<script src=(?!"/xassist/assets/touch)},
            'no script is needed');
    }

    for my $evil ('//evil.example', '/\\evil.example', 'https://evil.example',
        "/a\nb")
    {
        my $page = $world->client->get("$login?next=" . url_escape($evil),
            Accept => 'text/html');
        unlike($page->{body}, qr/evil|\nb"/, 'no way to elsewhere');
    }
};

subtest 'by form' => sub {
    my $client = $world->client;
    my $answer = form($client, password => 'correct horse',
        next => '/assist/open');
    is($answer->{status}, 303, 'led on');
    is($answer->{headers}{location}, '/assist/open', 'to where it came from');
    my ($cookie) = grep { /^xassist=/ } @{ $answer->{all}{'set-cookie'} };
    like($cookie, qr/; HttpOnly/, 'no script reads the cookie');
    like($cookie, qr/; SameSite=Lax/, 'nor does another site send it');
    is($answer->{body}, '', 'the token is in the cookie alone');
    is(me($client)->{json}{name}, 'olga', 'signed in');

    my $first = $client->{cookies}{xassist};
    form($client, password => 'correct horse');
    isnt($client->{cookies}{xassist}, $first, 'each sign-in is a new session');
    is(me($client)->{status}, 200, 'which counts');

    $answer = form($world->client, password => 'wrong horse');
    is($answer->{status}, 401, 'a wrong password');
    is(reason($answer), 'sign_in_failed', 'with its reason');
    like($answer->{body}, qr/value="olga"/, 'the name stays');
    unlike($answer->{body}, qr/wrong horse/, 'the password does not');
    is($answer->{all}{'set-cookie'}, undef, 'and no cookie');
};

subtest 'a planted session is not taken over' => sub {
    my $client = $world->client;
    my $planted = $world->session('nopass');
    $client->{cookies}{xassist} = $planted;
    form($client, password => 'correct horse');
    isnt($client->{cookies}{xassist}, $planted, 'another id');
    my $other = $world->client;
    $other->{cookies}{xassist} = $planted;
    is(me($other)->{json}{name}, 'nopass', 'the planted one stays what it was');
};

subtest 'by JSON' => sub {
    my $app = $world->client;
    my %body = (account => 'acme', name => 'olga',
        password => 'correct horse');
    my $answer = json($app, $login, \%body);
    is($answer->{status}, 200, 'an app');
    like($answer->{json}{session}, qr/^[\w-]{40}$/, 'gets the token');
    is($answer->{all}{'set-cookie'}, undef, 'and no cookie');
    is($world->client->get('/xassist/v1/me', Authorization =>
        "Bearer $answer->{json}{session}")->{status}, 200, 'which counts');

    my $browser = $world->client;
    $answer = json($browser, $login, \%body, Origin => $browser->origin);
    is($answer->{status}, 200, 'a browser');
    is($answer->{json}{session}, undef, 'gets no token');
    is(me($browser)->{status}, 200, 'but a cookie');

    is(json($app, $login, { name => 'olga@acme',
        password => 'correct horse' })->{status}, 200, 'name@account');
    is(json($app, $login, { %body, more => 1 })->{status}, 400,
        'unknown members');
    is(json($app, $login, '{')->{status}, 400, 'no JSON');
};

subtest 'from elsewhere' => sub {
    my %body = (account => 'acme', name => 'olga',
        password => 'correct horse');
    my $client = $world->client;
    my $form = join '&', map { "$_=" . url_escape($body{$_}) } sort keys %body;
    my $type = 'application/x-www-form-urlencoded';

    is(reason(json($client, $login, \%body, Origin => 'https://evil.example')),
        'origin_refused', 'JSON of another site');
    is($client->request('POST', $login, { 'Content-Type' => $type,
        Origin => 'https://evil.example' }, $form)->{status}, 403,
        'a form of another site');
    is($client->request('POST', $login, { 'Content-Type' => $type },
        $form)->{status}, 403, 'a form without an Origin');
    is($client->request('POST', $login, { 'Content-Type' => $type,
        Origin => 'null' }, $form)->{status}, 403, 'a form of nowhere');
    is(reason(json($client, $login, \%body, 'Sec-Fetch-Site' => 'cross-site')),
        'origin_refused', 'what says that it is cross-site');
    is($client->request('POST', $login, { 'Content-Type' => 'text/plain',
        Accept => 'application/json' }, encode_json(\%body))->{status}, 415,
        'JSON in disguise');
    is_deeply($client->{cookies}, {}, 'nobody was signed in');
};

subtest 'who cannot' => sub {
    my %said;

    for my $case (['olga', 'nonsense'], ['nobody', 'correct horse'],
        ['nopass', ''], ['nopass', 'correct horse'], ['', ''],
        ['ol' . 'g' x 200, 'correct horse'])
    {
        my $answer = json($world->client, $login, { account => 'acme',
            name => $case->[0], password => $case->[1] });
        is($answer->{status}, 401, "$case->[0] is refused");
        $said{$answer->{body}}++;
    }

    is(scalar keys %said, 1, 'all with the same words');

    $edge->ctl('user', 'set', 'acme', 'olga', '--suspend');
    is(reason(json($world->client, $login, { account => 'acme',
        name => 'olga', password => 'correct horse' })), 'suspended',
        'suspended, told to who knows the password');
    is(reason(json($world->client, $login, { account => 'acme',
        name => 'olga', password => 'incorrect' })), 'sign_in_failed',
        'and to nobody else');
    $edge->ctl('user', 'set', 'acme', 'olga', '--resume');
};

# By what it costs: the clock on the wall tells of other programs, too.

subtest 'the same time for unknown names' => sub {
    plan skip_all => 'guesses would have to wait' unless
        Xassist::Edge::has_test_clock();
    my %guess = (known => 'olga', unknown => 'ghost', 'without one' =>
        'nopass');
    my (%took, %middle, $n);

    # Other programs cost time in the caches: until it comes out even.

    for my $round (1 .. 40) {
        for my $kind (sort keys %guess) {
            my $before = $edge->cpu;
            json($world->client, $login, { account => 'acme',
                name => $guess{$kind} . ($kind eq 'unknown' ? ++$n : ''),
                password => 'x' x 12 });
            push @{ $took{$kind} }, $edge->cpu - $before;
            $edge->clock_forward(31);
        }

        %middle = map { $_ => (sort { $a <=> $b } @{ $took{$_} })[$round / 2] }
            keys %took;
        last if $round > 4 && !grep { uneven(\%middle, $_) } keys %middle;
    }

    note join ', ', map { sprintf '%s %.1f ms', $_, 1000 * $middle{$_} }
        sort keys %middle;
    cmp_ok($middle{known}, '>', 0.01, 'a password is hashed');
    ok(!uneven(\%middle, $_), "$_: it costs the same")
        for 'unknown', 'without one';
};


sub uneven {
    my ($middle, $kind) = @_;
    return abs($middle->{$kind} - $middle->{known}) > 0.15 * $middle->{known};
}

unlike($edge->error_log . $edge->access_log, qr/correct.horse/,
    'no password in a log');

$world->finish;
