#!/usr/bin/perl

# The five published ways around auth_request set-ups, and what one request
# could leave to another, are tried here.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::Socket;
use Xassist::World;

my $world = world(substitute => sub {
    $_[0] =~ s/server_name localhost;/$&
        underscores_in_headers on;
        error_page 404 = \@named;
        log_format who '\$request_uri \$xassist_name \$xassist_reason';
        location \@named { proxy_pass http:\/\/application; }
        location = \/gone { return 404; }
        location = \/moved { rewrite ^ \/home\/dashboard last; }
        location = \/inner { internal; xassist_require nobody;
            proxy_pass http:\/\/application; }
        location = \/out { error_page 403 \/open; xassist_require nobody;
            proxy_pass http:\/\/application; }/r =~ s/^\s*log_format.*\n//mr });
my $edge = $world->edge;
my $user = $world->signed_in('olga');
my $nobody = $world->client;
$world->user('zed', roles => 'agent');


sub reached { ($_[0]{json} // {})->{uri} // '' }


subtest 'forwarded-URI headers decide nothing' => sub {
    for my $name ('X-Original-URI', 'X-Forwarded-Uri', 'X-Rewrite-URL',
        'X-Original-URL', 'X-Auth-Request-Redirect', 'X-Original-Method',
        'X-Accel-Redirect')
    {
        my $answer = $nobody->get('/home/dashboard', $name => '/open');
        is($answer->{status}, 401, $name);
        is(reached($answer), '', "$name: nothing was reached");
        is(reached($nobody->get('/rule/nobody', $name => '/rule/everybody')),
            '', "$name: nor by another rule");
    }
};

subtest 'underscores say no more than dashes' => sub {
    for my $name ('X_Original_URI', 'X_Forwarded_Uri', 'X_Xassist_Actor',
        'x_xassist_kind', 'X-Xassist_Roles')
    {
        is($nobody->get('/home/dashboard', $name => 'account_admin')->{status},
            401, $name);
        my $answer = $nobody->get('/open', $name => 'account_admin');
        unlike($answer->{body}, qr/xassist[_-]\w+":/i, "$name: not passed on");
    }
};

subtest 'a query or fragment is no path' => sub {
    for my $tail ('?/open', '?x=/rule/everybody', '?uri=/open&.css',
        '#/open', '#/../open', '%23/open', '%3f/open')
    {
        my $answer = $nobody->get("/home/dashboard$tail");
        isnt($answer->{status}, 200, "/home/dashboard$tail");
        is(reached($answer), '', 'nothing was reached');
    }

    for my $path ('/open/../home/dashboard', '//home//dashboard',
        '/open/%2e%2e/home/dashboard', '/home/./dashboard',
        '/open/..%2fhome/dashboard')
    {
        my $answer = $nobody->get($path);
        is($answer->{status}, 401, $path);
    }
};

subtest 'no User-Agent is a pass' => sub {
    for my $agent ('GoogleHC/1.0', 'kube-probe/1.29', 'ELB-HealthChecker/2.0',
        'Pingdom', 'HealthCheck', '')
    {
        is($nobody->get('/home/dashboard', 'User-Agent' => $agent)->{status},
            401, "\"$agent\"");
    }
};

subtest 'named in Connection, or many times' => sub {
    my $plain = $user->get('/home/dashboard')->{body};
    my $seen = $user->get('/home/dashboard', Connection =>
        'close, X-Xassist-Actor, X-Xassist-Kind, X-Xassist-Roles');
    is($seen->{status}, 200, 'passes');
    like($seen->{body}, qr/"X-Xassist-Actor"/, 'ours are not dropped by it');
    $seen = $user->get('/home/dashboard', 'X-Xassist-Roles' => ['a', 'b'],
        'X_Xassist_Roles' => ['c', 'd']);
    is(scalar(() = $seen->{body} =~ /X-Xassist-Roles/gi), 1, 'there is one');
    unlike($seen->{body}, qr/"[abcd]"/, 'and it is ours');
};


# Requests one after the other on one connection.

sub on_one {
    my (@requests) = @_;

    my $socket = Xassist::Socket->connect($edge->{port}, 10);
    my @answers;

    for my $request (@requests) {
        my ($path, $token) = @$request;
        $socket->send("GET $path HTTP/1.1\r\nHost: 127.0.0.1:$edge->{port}\r\n"
            . "Accept: application/json\r\n"
            . ($token ? "Cookie: xassist=$token\r\n" : '') . "\r\n");
        my $answer = $socket->read_head or die 'no answer';
        my $length = $answer->{headers}{'content-length'};
        my $body = '';

        if (defined $length) {
            $body = $socket->read_exactly($length);

        } else {
            while (1) {
                my $line = '';
                $line .= $socket->read_exactly(1) until $line =~ /\r\n$/;
                my $size = hex $line;
                $body .= $socket->read_exactly($size) if $size;
                $socket->read_exactly(2);
                last unless $size;
            }
        }

        push @answers, { %$answer, body => $body };
    }

    return @answers;
}


subtest 'users in turn on one connection' => sub {
    my ($olga, $zed) = map { $world->session($_) } qw(olga zed);
    my @who = (map { ($olga, '', $zed, '') } 1 .. 8);
    my @answers = on_one(map { ['/assist/open', $_] } @who);
    my @got = map { $_->{body} =~ /"X-Xassist-Name":\["(\w+)"\]/ ? $1
        : $_->{status} } @answers;

    is("@got", join(' ', ('olga', 401, 'zed', 401) x 8),
        'each is who it is, nobody is nobody');
    unlike(join('', map { $_->{body} } @answers[grep { $_ % 4 == 1 } 0 .. 31]),
        qr/olga|account_admin/, 'a refusal shows nobody before it');

    my @open = on_one(map { (['/assist/open', $olga], ['/open', ''],
        ['/gone', ''], ['/rule/everybody', '']) } 1 .. 5);
    for my $n (grep { $_ % 4 } 0 .. $#open) {
        unlike($open[$n]{body}, qr/X-Xassist-(?!Kind)\w+"|olga/,
            "request $n after a signed-in one");
    }
};

subtest 'redirects within' => sub {
    is($nobody->get('/moved')->{status}, 401, 'rewritten: decided there');
    is($user->get('/moved')->{status}, 200, 'for whom may');
    my $named = $user->get('/gone');
    unlike($named->{body}, qr/X-Xassist-/, 'a named location that asks nothing '
        . 'tells nothing');
    my $out = $user->get('/out');
    unlike($out->{body}, qr/X-Xassist-/, 'an error page is of nobody');
};

$world->finish;
