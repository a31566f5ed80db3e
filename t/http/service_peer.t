#!/usr/bin/perl

# Services that bring no key: known by the client certificate that TLS
# verified, or by the unix socket that was made for them.

use strict;
use warnings;
use lib 't/lib';

use Digest::SHA ();
use IO::Socket::UNIX ();
use MIME::Base64 ();
use Mojo::JSON qw(decode_json);
use Test::More;
use Xassist::World;

plan skip_all => 'IO::Socket::SSL is not installed (apt-get install '
    . 'libio-socket-ssl-perl)' if !eval { require IO::Socket::SSL; 1 };

my $tls = Xassist::Edge::free_port();
my $open = Xassist::Edge::free_port();
my ($dir, $id) = ('', 'A' x 16);

my $world = world(stopped => 1, workers => 2,
    policy => sub { $_[0] =~ s/("roles"\s*:\s*\{)/$1
    "reader": {"title": "Reader", "grants": ["svc_read_events"]},/r },
    substitute => sub {
        my ($locations) = $_[0]
            =~ m{(        location /xassist/ \{.*?\n        \})}s;
        my $server = "    xassist_pages pages;\n"
            . "$locations\n        location /read { xassist_require "
            . "svc_read_events; proxy_pass http://application; }\n";
        my $ssl = 'ssl_certificate edge.pem; ssl_certificate_key edge.key; '
            . 'ssl_client_certificate ca.pem;';
        $_[0] =~ s/(?=\n    server \{)/
    server { listen 127.0.0.1:$tls ssl; server_name localhost;
        $ssl ssl_verify_client optional;
        $server    }
    server { listen 127.0.0.1:$open ssl; server_name localhost;
        $ssl
        $server    }
    server { listen unix:$dir\/logs\/service.sock;
        listen 127.0.0.1:@{[Xassist::Edge::free_port()]};
        xassist_service $id;
        $server    }
/r });
my $edge = $world->edge;
$dir = $edge->{dir};


sub openssl {
    system("cd $dir/conf && openssl $_[0] >/dev/null 2>&1") == 0
        or BAIL_OUT("openssl $_[0]");
}


# A certificate by the CA, or by `ca` => 'other'.

sub certificate {
    my ($name, %opt) = @_;

    my $ca = $opt{ca} // 'ca';
    openssl("req -new -newkey ed25519 -nodes -keyout $name.key -out $name.csr "
        . "-subj /CN=$name");
    openssl("x509 -req -in $name.csr -CA $ca.pem -CAkey $ca.key -days 2 "
        . "-set_serial " . int(1 + rand 1e9) . " -out $name.pem");
    return "$dir/conf/$name";
}


for my $ca (qw(ca other)) {
    openssl("req -x509 -newkey ed25519 -nodes -days 2 -keyout $ca.key "
        . "-out $ca.pem -subj /CN=$ca");
}

my ($server, $recorder, $stranger) = map { certificate($_) }
    qw(edge recorder stranger);
my $forged = certificate('forged', ca => 'other');

my $made = $edge->ctl('service', 'create', 'acme', 'recorder', '--roles',
    'reader', '--certificate', "$recorder.pem");
my $socket = $edge->ctl('service', 'create', 'acme', 'backend', '--roles',
    'reader', '--socket');
$id = $socket->{id};
$edge->write_config($edge->{text});
$edge->start;


sub ask {
    my ($socket, $path, @more) = @_;

    return { status => 0, error => $IO::Socket::SSL::SSL_ERROR } if !$socket;
    print $socket join "\r\n", (@more && $more[0] =~ /^POST/ ? shift @more
        : "GET $path HTTP/1.1"), 'Host: localhost',
        'Accept: application/json', 'Connection: close', @more, '', '';
    local $/;
    my $answer = <$socket> // '';
    my ($status) = $answer =~ m{^HTTP/1.1 (\d+)};
    my ($body) = $answer =~ /\r\n\r\n(?:[0-9a-f]+\r\n)?(\{.*\})/s;
    return { status => $status // 0, json => eval { decode_json($body) } };
}


sub over_tls {
    my ($certificate, $path, @more) = @_;

    my $port = $more[0] && $more[0] =~ /^\d+$/ ? shift @more : $tls;
    return ask(IO::Socket::SSL->new(PeerAddr => "127.0.0.1:$port",
        SSL_verify_mode => 0, $certificate ? (
            SSL_cert_file => "$certificate.pem",
            SSL_key_file => "$certificate.key") : ()) // undef, $path, @more);
}


sub over_unix {
    return ask(IO::Socket::UNIX->new(Peer => "$dir/logs/service.sock"), @_);
}


my $me = '/xassist/v1/me';

subtest 'by certificate' => sub {
    is($made->{key}, undef, 'there is no key');
    my $pem = Xassist::Edge::slurp("$recorder.pem");
    my ($der) = $pem =~ /-----\n(.*?)-----END/s;
    is($made->{certificate}, Digest::SHA::sha256_hex(
        MIME::Base64::decode_base64($der)), 'but its fingerprint');

    my $answer = over_tls($recorder, $me);
    is($answer->{status}, 200, 'it is known');
    is($answer->{json}{kind}, 'service', 'as a service');
    is($answer->{json}{name}, 'recorder', 'of its name');
    is($answer->{json}{roles}, 'reader', 'with its roles');
    is(over_tls($recorder, '/read')->{status}, 200, 'which open what they do');

    is(over_tls(undef, $me)->{status}, 401, 'without one: nobody');
    is(over_tls($stranger, $me)->{status}, 401, 'one that is not registered');
    isnt(over_tls($forged, $me)->{status}, 200, 'one of another CA');
    is(over_tls($recorder, $me, $open)->{status}, 401,
        'a server that does not ask for it does not take it');
    is(over_tls($recorder, $me, 'X-SSL-Client-Verify: SUCCESS',
        "X-SSL-Client-Fingerprint: $made->{certificate}", $_)->{status}, 200,
        'headers add nothing') for 'X-Other: 1';
    is(over_tls($stranger, $me, 'Ssl-Client-Verify: SUCCESS',
        "Ssl-Client-Fingerprint: $made->{certificate}")->{status}, 401,
        'and replace nothing');
};

subtest 'whoever says who he is, is asked about that' => sub {
    my $olga = $world->session('olga');
    is(over_tls($recorder, $me, "Authorization: Bearer $olga")->{json}{name},
        'olga', 'a token of a user counts');
    is(over_tls($recorder, $me, "Authorization: Bearer x$olga")->{status}, 401,
        'one that does not verify is nobody\'s');
    is(over_tls($recorder, $me, 'Cookie: __Host-xassist=nonsense')
        ->{status}, 401,
        'nor is such a cookie');
    is(over_tls($recorder, $me, 'Origin: https://evil.example')->{status}, 403,
        'no page of elsewhere');
    is(over_unix($me, "Authorization: Bearer $olga")->{json}{name}, 'olga',
        'the same on a socket');
    is(over_unix($me, 'Cookie: __Host-xassist=nonsense')->{status}, 401,
        'and there');
};

subtest 'by unix socket' => sub {
    is($socket->{key}, undef, 'there is no key');
    my $answer = over_unix($me);
    is($answer->{status}, 200, 'it is known');
    is($answer->{json}{name}, 'backend', 'as who the socket is for');
    is(over_unix('/read')->{status}, 200, 'with its roles');
    is(over_unix('/xassist/v1/calls', "POST /xassist/v1/logout HTTP/1.1",
        'Content-Length: 0')->{status}, 401, 'it has no session to leave');

    my ($port) = Xassist::Edge::slurp("$dir/conf/nginx.conf")
        =~ /service\.sock;\s+listen 127\.0\.0\.1:(\d+)/;
    is(ask(IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port"), $me)
        ->{status}, 401, 'not over the network, in the same server');
    is($world->client->get($me)->{status}, 401, 'nor elsewhere');
};

subtest 'turned and ended' => sub {
    my $next = certificate('next');
    my $turned = $edge->ctl('service', 'rotate', $made->{id},
        '--certificate', "$next.pem");
    is(over_tls($_, $me)->{json}{name}, 'recorder', 'both count')
        for $recorder, $next;
    $edge->ctl('service', 'revoke', $made->{id});
    is(over_tls($recorder, $me)->{status}, 401, 'the old one is revoked');
    is(over_tls($next, $me)->{status}, 200, 'the new one stays');

    $edge->ctl('service', 'revoke', $socket->{id});
    is(over_unix($me)->{status}, 401, 'a socket whose service has ended');

    my ($rc, $text) = $edge->ctl_try('service', 'create', 'acme', 'twice',
        '--certificate', "$next.pem");
    is($rc, 1, 'one certificate is one service');
    ($rc, $text) = $edge->ctl_try('service', 'create', 'acme', 'x',
        '--certificate', "$next.key");
    is($rc, 1, 'a key is no certificate');
    like($text, qr/holds no certificate/, 'and it says so');
    is(($edge->ctl_try('service', 'create', 'acme', 'x', '--socket',
        '--certificate', "$next.pem"))[0], 2, 'not both');
    is_deeply([ map { $_->{certificate} ? 1 : 0 } grep { !$_->{ended} }
        @{ $edge->ctl('service', 'list', 'acme')->{services} } ], [1],
        'the list shows it');
    is($edge->ctl('store', 'check')->{findings}, 0, 'the store is whole');

    my $config = $edge->{text};
    $id = 'nonsense';
    $edge->write_config($config);
    like(($edge->test_config)[1], qr/xassist_service.*needs the id/,
        'an id that is none');
};

$world->finish(qr{needs the id});
