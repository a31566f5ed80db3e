#!/usr/bin/perl

# Compares, in one run and interleaved: nginx that only proxies, the module
# with a decision by cookie, and auth_request to a service that asks Redis.
# Writes t/bench/results/DATE-HOST.md.
#
#   ROUNDS=5 SECONDS=4 CONNECTIONS=32 CALLGRIND=0 make bench

use strict;
use warnings;

use POSIX qw(strftime);
use Time::HiRes qw(sleep);

use Xassist::Bench;
use Xassist::Client;
use Xassist::Edge;

my $rounds = $ENV{ROUNDS} // 5;
my $seconds = $ENV{SECONDS} // 4;
my $connections = $ENV{CONNECTIONS} // 32;
my $callgrind = $ENV{CALLGRIND} // 1;

my $bench = Xassist::Bench->new;
my %port = map { $_ => Xassist::Edge::free_port() }
    qw(upstream bare module redis service);


# The application: answers at once.

$bench->nginx('upstream', $port{upstream},
    "server { listen 127.0.0.1:$port{upstream}; return 200 'ok\n'; }");

my $application = "upstream application {
        server 127.0.0.1:$port{upstream}; keepalive 64;
        keepalive_requests 1000000000; }";


# The store, with one signed-in user.

my $edge = Xassist::Edge->new;
$edge->ctl('account', 'create', 'acme');
$edge->ctl('user', 'create', 'acme', 'olga', '--roles', 'account_admin');
my $token = $edge->ctl('session', 'create', 'acme', 'olga')->{token};
my @headers = ("Cookie: theme=dark; xassist=$token; lang=en");
my $build = Xassist::Edge::build();


sub bare {
    my ($name, $port, %opt) = @_;
    return $bench->nginx($name, $port, "$application
    server { listen 127.0.0.1:$port;
        location / { proxy_pass http://application; } }", %opt);
}


sub module {
    my ($name, $port, %opt) = @_;
    return $bench->nginx($name, $port, "$application
    xassist_policy $edge->{dir}/conf/policy.json zone=xassist:1m;
    xassist_store $edge->{dir}/store max=256m;
    xassist_keys $edge->{dir}/conf/keys;
    server { listen 127.0.0.1:$port; xassist_cookie plain;
        location / { xassist_require home_dashboard_access;
            proxy_pass http://application; } }",
        main => "load_module $build/ngx_xassist_module.so;", %opt);
}


# The service and its Redis.

my $socket = "$bench->{dir}/redis.sock";
$bench->spawn('redis', 'redis-server', '--port', 0, '--unixsocket', $socket,
    '--save', '', '--appendonly', 'no', '--dir', $bench->{dir});
sleep 0.05 until -S $socket;
my $session = '{"user":"olga","roles":["account_admin"],"permissions":'
    . '["home_dashboard_access","xa_xassist","xa_ocall_outside-the-call"]}';
system('redis-cli', '-s', $socket, 'set', "session:$token", $session) == 0
    or die 'redis-cli failed';
$bench->spawn('service', 'node', 't/bench/session.js', $port{service},
    $socket);
$bench->wait_port($port{service});

my %pid = (bare => bare('bare', $port{bare}),
    module => module('module', $port{module}),
    redis => $bench->nginx('redis-edge', $port{redis}, "$application
    upstream service { server 127.0.0.1:$port{service}; keepalive 64;
        keepalive_requests 1000000000; }
    server { listen 127.0.0.1:$port{redis};
        location / { auth_request /auth;
            auth_request_set \$user \$upstream_http_x_user;
            auth_request_set \$roles \$upstream_http_x_roles;
            proxy_set_header Connection '';
            proxy_set_header X-User \$user;
            proxy_set_header X-Roles \$roles;
            proxy_pass http://application; }
        location = /auth { internal;
            proxy_pass_request_body off;
            proxy_set_header Connection '';
            proxy_set_header Content-Length '';
            proxy_set_header X-Permission home_dashboard_access;
            proxy_pass http://service; } }"));

my @variants = qw(bare module redis);
my %title = (bare => 'bare proxy_pass', module => 'xassist, by cookie',
    redis => 'auth_request, Node, Redis');


# A decision really is made: without the cookie nobody passes.

for my $variant (qw(module redis)) {
    my $client = Xassist::Client->new({ port => $port{$variant} });
    my $status = $client->get('/')->{status};
    die "$variant lets everybody pass: $status" unless $status == 401;
}

my %worker = map { $_ => $bench->worker($pid{$_}) } @variants;
my %run;

$| = 1;
print "$rounds rounds of $seconds s, $connections connections, one worker\n";

for my $variant (@variants) {
    $bench->wrk($worker{$variant}, "http://127.0.0.1:$port{$variant}/",
        seconds => 1, headers => \@headers, connections => $connections);
}

for my $round (1 .. $rounds) {
    for my $variant ($round % 2 ? @variants : reverse @variants) {
        my $got = $bench->wrk($worker{$variant},
            "http://127.0.0.1:$port{$variant}/", seconds => $seconds,
            headers => \@headers, connections => $connections);
        push @{ $run{$variant} }, $got;
        printf "%d  %-26s %8.0f/s  %6.2f s CPU per 100,000  p99 %s\n", $round,
            $title{$variant}, $got->{rate}, $got->{cpu}, $got->{p99};
    }
}

# Medians; ratios and differences are taken within a round, so that a machine
# that slows down between rounds does not count.

sub median_of {
    my ($of) = @_;
    return Xassist::Bench::median(map { $of->($_) } 0 .. $rounds - 1);
}


sub ratio {
    my ($what, $variant, $other) = @_;
    return median_of(sub {
        $run{$variant}[$_[0]]{$what} / $run{$other}[$_[0]]{$what}
    });
}

my %instructions = $callgrind ? instructions() : ();


# Instructions of one request: what 2,000 more of them add.

sub instructions {
    my %count;

    for my $variant (qw(bare module)) {
        my @total;

        for my $requests (200, 2200) {
            my $name = "callgrind-$variant-$requests";
            my $port = Xassist::Edge::free_port();
            my $out = "$bench->{dir}/$name.callgrind";
            my $pid = ($variant eq 'bare' ? \&bare : \&module)->($name, $port,
                single => 1, under => ['valgrind', '--tool=callgrind',
                    "--callgrind-out-file=$out"]);
            $bench->requests($port, $requests, "GET / HTTP/1.1\r\n"
                . "Host: localhost\r\n$headers[0]\r\n\r\n");
            $bench->stop($pid, 'QUIT');
            my ($sum) = Xassist::Edge::slurp($out) =~ /^(?:summary|totals): (\d+)/m;
            push @total, $sum // die "no result of callgrind";
        }

        $count{$variant} = ($total[1] - $total[0]) / 2000;
    }

    return %count;
}


sub first_line { my ($text) = split /\n/, `@_ 2>&1`; return $text // '' }


my ($cpu_model) = Xassist::Edge::slurp('/proc/cpuinfo') =~ /^model name\s*:\s*(.*)$/m;
my $host = first_line('uname -n');
my $date = strftime('%Y-%m-%d', gmtime);
my ($nginx) = first_line('nginx -v') =~ m{(nginx/\S+)};
my $report = "# make bench, $date, $host\n\n"
    . '- ' . ($cpu_model // 'unknown CPU') . ', ' . first_line('nproc')
    . " cores, Linux " . first_line('uname -r') . "\n"
    . "- $nginx, node " . first_line('node --version') . ', '
    . first_line('redis-server --version | cut -d" " -f1-3') . "\n"
    . "- one worker, $connections connections, $rounds rounds of $seconds s,"
    . " interleaved; medians\n"
    . "- nothing is written meanwhile: a worker reads a session from the store"
    . " once\n"
    . "- load before: " . (split ' ', Xassist::Edge::slurp('/proc/loadavg'))[0]
    . "\n\n"
    . "| | requests/s | of bare | edge CPU, s per 100,000 | more than bare |\n"
    . "| --- | ---: | ---: | ---: | ---: |\n";

for my $variant (@variants) {
    $report .= sprintf "| %s | %.0f | %.3f | %.2f | %+.2f us per request |\n",
        $title{$variant}, median_of(sub { $run{$variant}[$_[0]]{rate} }),
        ratio('rate', $variant, 'bare'),
        median_of(sub { $run{$variant}[$_[0]]{cpu} }),
        median_of(sub { $run{$variant}[$_[0]]{cpu}
            - $run{bare}[$_[0]]{cpu} }) * 10;
}

$report .= sprintf "\nxassist against auth_request with Redis: %.2f times the"
    . " requests, %.2f of the edge's CPU.\n",
    ratio('rate', 'module', 'redis'), ratio('cpu', 'module', 'redis');
$report .= sprintf "\nInstructions per request (callgrind): bare %.0f, xassist"
    . " %.0f, the decision and what goes with it %.0f.\n",
    @instructions{qw(bare module)}, $instructions{module} - $instructions{bare}
    if %instructions;

print "\n$report";
mkdir 't/bench/results';
Xassist::Edge::spew("t/bench/results/$date-$host.md", $report);
