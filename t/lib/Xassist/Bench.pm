package Xassist::Bench;

# What the benchmark measures with: processes of its own, wrk against one
# worker, and that worker's CPU time.

use strict;
use warnings;

use File::Path qw(remove_tree);
use File::Temp qw(tempdir);
use IO::Socket::INET ();
use POSIX ();
use Time::HiRes qw(sleep time);

use Xassist::Edge ();

my $hertz = POSIX::sysconf(POSIX::_SC_CLK_TCK());
my %children;
my $owner = $$;


sub new {
    my ($class) = @_;

    my $dir = tempdir('xassist-bench-XXXXXX', TMPDIR => 1);
    chmod 0755, $dir;
    return bless { dir => $dir }, $class;
}


sub spawn {
    my ($self, $name, @command) = @_;

    my $pid = fork // die "fork: $!";

    if ($pid == 0) {
        open STDIN, '<', '/dev/null';
        open STDOUT, '>>', "$self->{dir}/$name.out";
        open STDERR, '>&', \*STDOUT;
        exec @command or POSIX::_exit(127);
    }

    $children{$pid} = $name;
    return $pid;
}


sub stop {
    my ($self, $pid, $signal) = @_;

    return unless delete $children{$pid};
    kill $signal // 'TERM', $pid;
    waitpid $pid, 0;
}


sub wait_port {
    my ($self, $port, $seconds) = @_;

    my $end = time + ($seconds // 10);

    while (time < $end) {
        return 1 if IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port");
        sleep 0.02;
    }

    die "nothing listens on port $port:\n"
        . join '', map { Xassist::Edge::slurp($_) } glob "$self->{dir}/*.out";
}


# An nginx of one worker (or so many): `http` is the text of its http block.

sub nginx {
    my ($self, $name, $port, $http, %opt) = @_;

    my $dir = "$self->{dir}/$name";
    mkdir $dir;
    my $file = "$dir/nginx.conf";
    my $user = $> == 0 ? 'user www-data;' : '';
    my $workers = $opt{workers} // 1;
    my $connections = $opt{connections} // 4096;

    Xassist::Edge::spew($file, <<"CONFIG");
@{[ $opt{main} // '' ]}
$user
daemon off;
worker_processes $workers;
pid $dir/nginx.pid;
error_log $dir/error.log error;
events { worker_connections $connections; }
http {
    access_log off;
    keepalive_requests 1000000000;
    keepalive_timeout 600s;
    client_body_temp_path $dir/tmp;
    proxy_temp_path $dir/tmp;
    fastcgi_temp_path $dir/tmp;
    uwsgi_temp_path $dir/tmp;
    scgi_temp_path $dir/tmp;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
$http
}
CONFIG

    my $pid = $self->spawn($name, @{ $opt{under} || [] }, 'nginx', '-p', $dir,
        '-c', $file, '-e', "$dir/error.log", $opt{single}
        ? ('-g', 'master_process off;') : ());
    $self->wait_port($port, $opt{under} ? 60 : 10);
    return $pid;
}


sub workers {
    my ($self, $pid) = @_;

    return split ' ', Xassist::Edge::slurp("/proc/$pid/task/$pid/children");
}


sub worker { return ($_[0]->workers($_[1]))[0] // die 'no worker' }


# CPU seconds of a process so far.

sub cpu {
    my ($pid) = @_;

    my ($rest) = Xassist::Edge::slurp("/proc/$pid/stat") =~ /\)\s+(.*)/;
    my @field = split ' ', $rest;
    return ($field[11] + $field[12]) / $hertz;
}


# One run of wrk: requests, requests per second, CPU of `worker` per 100,000.

sub wrk {
    my ($self, $worker, $url, %opt) = @_;

    my $before = cpu($worker);
    my @headers = map { ('-H', $_) } @{ $opt{headers} || [] };
    open my $fh, '-|', 'wrk', '-t1', '-c', $opt{connections} // 32, '-d',
        ($opt{seconds} // 4) . 's', '--latency', @headers, $url
        or die "wrk: $!";
    my $text = do { local $/; <$fh> };
    close $fh;
    my $used = cpu($worker) - $before;

    my ($requests) = $text =~ /(\d+) requests in/ or die "wrk said:\n$text";
    my ($rate) = $text =~ m{Requests/sec:\s*([\d.]+)};
    my ($p99) = $text =~ /99%\s+(\S+)/;
    die "not every answer was good:\n$text" if $text =~ /Non-2xx|Socket errors/;

    return { requests => $requests, rate => $rate, p99 => $p99,
        cpu => $used / $requests * 100_000 };
}


# Sends `count` requests, one after the other, over one connection.

sub requests {
    my ($self, $port, $count, $request) = @_;

    my $socket = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port")
        or die "connect: $!";
    my $buffer = '';

    for (1 .. $count) {
        syswrite $socket, $request;

        until ($buffer =~ s/^HTTP\/1\.1 200.*?\r\n\r\nok\n//s) {
            die "a bad answer: $buffer" if $buffer =~ /^HTTP\S+ (?!200)/;
            sysread $socket, $buffer, 65536, length $buffer
                or die "no answer: $buffer";
        }
    }
}


sub median {
    my @sorted = sort { $a <=> $b } @_;
    return $sorted[$#sorted / 2];
}


END {
    if ($$ == $owner) {
        my $status = $?;
        kill 'TERM', keys %children;
        waitpid $_, 0 for keys %children;
        $? = $status;
    }
}


sub DESTROY {
    my ($self) = @_;

    return unless $$ == $owner;
    local ($?, $@);
    $self->stop($_) for keys %children;
    remove_tree($self->{dir});
}


1;
