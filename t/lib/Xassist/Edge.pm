package Xassist::Edge;

# One nginx with the module, in a temporary folder, on a free loopback port.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Copy qw(copy);
use File::Path qw(make_path remove_tree);
use File::Temp ();
use IO::Socket::INET ();
use Mojo::JSON qw(decode_json);
use POSIX qw(:sys_wait_h);
use Time::HiRes qw(sleep time);

my $top = abs_path(dirname(__FILE__) . '/../../..');
my $user = 'www-data';
my @running;

# Seconds that a test waits for what must come, however busy the machine is.

use constant PATIENCE => 60;

# Workers are somebody else: what is written for them they must be able to read.

umask 022;


sub top { $top }

sub build { abs_path("$top/" . ($ENV{XASSIST_BUILD} || 'build')) || '' }

sub variant { my $b = build(); return -e "$b/flags" ? slurp("$b/flags") : '' }

sub sanitized { variant() =~ /-fsanitize=address/ }

sub has_test_clock { variant() =~ /-DXASSIST_TEST/ }


# Options: config (text, default conf/nginx.conf), workers, substitute (a
# function over the text), upstream (port), store (0: no store made).

sub new {
    my ($class, %opt) = @_;

    my $self = bless { workers => 1, upstream => 9, %opt }, $class;

    $self->{dir} = File::Temp::tempdir('xassist-XXXXXX', TMPDIR => 1);
    chmod 0755, $self->{dir};
    $self->{owner} = $$;

    make_path(map { "$self->{dir}/$_" } qw(conf logs tmp));
    chown_worker("$self->{dir}/$_") for qw(logs tmp);

    symlink build(), "$self->{dir}/build";
    copy("$top/conf/policy.json", "$self->{dir}/conf/policy.json");
    copy_tree("$top/conf/pages", "$self->{dir}/conf/pages");
    $self->{port} = free_port();
    $self->write_config($opt{config} // slurp("$top/conf/nginx.conf"));

    if ($self->{store} // 1) {
        mkdir "$self->{dir}/store", 0750;
        chown_worker("$self->{dir}/store");
        $self->ctl('keys', 'new');
        $self->ctl('store', 'init');
    }

    return $self;
}


# Puts the port, the upstream's port and the number of workers in.

sub write_config {
    my ($self, $text) = @_;

    $self->{text} = $text;
    $text =~ s/127\.0\.0\.1:8080\b/127.0.0.1:$self->{port}/g;
    $text =~ s/127\.0\.0\.1:8081\b/127.0.0.1:$self->{upstream}/g;
    $text =~ s/^worker_processes .*;$/worker_processes $self->{workers};/m;
    $text = $self->{substitute}->($text) if $self->{substitute};

    spew("$self->{dir}/conf/nginx.conf", $text);
}


sub command {
    my ($self, @more) = @_;

    my @globals = ('daemon off;', map { "env $_;" }
        qw(XASSIST_TEST_CLOCK ASAN_OPTIONS UBSAN_OPTIONS));

    return ('nginx', '-p', "$self->{dir}/", '-c', "$self->{dir}/conf/nginx.conf",
        '-e', "$self->{dir}/logs/error.log", '-g', "@globals", @more);
}


sub environment {
    my ($self) = @_;

    $ENV{XASSIST_TEST_CLOCK} = "$self->{dir}/conf/clock"
        if has_test_clock();

    return unless sanitized();

    my $log = "$self->{dir}/logs/sanitizer";
    $ENV{LD_PRELOAD} = join ' ', map { library($_) } qw(libasan libubsan);
    $ENV{ASAN_OPTIONS} = "detect_odr_violation=0:detect_leaks=0:"
        . "log_path=$log:abort_on_error=0";
    $ENV{UBSAN_OPTIONS} = "print_stacktrace=1:log_path=$log";
}


sub library {
    my ($name) = @_;

    my $path = `gcc -print-file-name=$name.so`;
    chomp $path;
    return abs_path($path);
}


sub spawn {
    my ($self, $out, @command) = @_;

    my $pid = fork // die "fork: $!";

    if ($pid == 0) {
        open STDIN, '<', '/dev/null';
        open STDOUT, '>>', $out;
        open STDERR, '>&', \*STDOUT;
        $self->environment;
        exec @command or POSIX::_exit(127);
    }

    return $pid;
}


sub start {
    my ($self) = @_;

    for (1 .. 3) {
        $self->{pid} = $self->spawn("$self->{dir}/logs/stderr", $self->command);
        push @running, $self;
        return $self if $self->wait_ready;

        my $log = $self->error_log . slurp("$self->{dir}/logs/stderr");
        $self->stop;
        die "nginx did not start:\n$log" unless $log =~ /already in use/;

        unlink "$self->{dir}/logs/error.log";
        $self->{port} = free_port();
        $self->write_config($self->{text});
    }

    die "nginx found no free port";
}


sub wait_ready {
    my ($self) = @_;

    return $self->wait_for(sub {
        return -1 if waitpid($self->{pid}, WNOHANG) == $self->{pid};

        # The sockets are open before the master takes signals: only once it
        # has workers does a HUP reload, and not end it.

        return 0 if (() = $self->workers) < $self->{workers};
        IO::Socket::INET->new(PeerAddr => "127.0.0.1:$self->{port}") ? 1 : 0;
    }) == 1;
}


# Calls `done` until it gives other than 0.  Patient, unless `seconds` are few:
# what is not to come is waited for less than three.

sub wait_for {
    my ($self, $done, $seconds) = @_;

    my $end = time + (($seconds // PATIENCE) < 3 ? $seconds : PATIENCE);

    while (1) {
        my $rc = $done->();
        return $rc if $rc || time > $end;
        sleep 0.01;
    }
}


# nginx -t: (ok, text).

sub test_config {
    my ($self) = @_;

    my $out = "$self->{dir}/logs/test";
    unlink $out;
    local $ENV{LD_PRELOAD};
    my $pid = $self->spawn($out, $self->command('-t'));
    waitpid $pid, 0;

    my $ok = $? == 0;
    my $text = slurp($out);
    $text =~ s/^.*==\d+==.*\n//mg;
    return ($ok, $text);
}


# Sends HUP; true when new workers have taken over and every old one has let
# go of the socket (or, with `fails`, when the log says that the old
# configuration stays).

sub reload {
    my ($self, %opt) = @_;

    my %before = map { $_ => 1 } $self->workers;
    my $mark = length $self->error_log;

    kill 'HUP', $self->{pid};

    return $self->wait_for(sub {
        my $log = substr $self->error_log, $mark;

        return $log =~ /\[emerg\]/ ? 1 : 0 if $opt{fails};

        my @now = $self->workers;
        return 0 if (grep { !$before{$_} } @now) < $self->{workers};
        return (grep { $before{$_} && !$self->drains($_) } @now) ? 0 : 1;
    });
}


# Whether a worker accepts nobody any more.

sub drains {
    my ($self, $pid) = @_;

    return $self->error_log =~ /\b$pid#\d+: (?:gracefully shutting|exiting)/;
}


sub workers {
    my ($self) = @_;

    open my $fh, '<', "/proc/$self->{pid}/task/$self->{pid}/children"
        or return ();
    return sort { $a <=> $b } split ' ', (<$fh> // '');
}


# Calls `open`, which gives the worker that it came to, until it has come to so
# many; how many that were.  The system may give one of them everything: then
# those that have some are stopped until the others have, too.

sub in_each {
    my ($self, $workers, $open) = @_;
    my (%seen, %held);

    for my $n (1 .. 60) {
        $seen{ $open->() // last } = 1;
        last if keys %seen >= $workers;
        next if $n % 20;
        $self->hold($_) for grep { !$held{$_}++ } keys %seen;
    }

    kill 'CONT', keys %held if %held;
    return scalar keys %seen;
}


# Stops a worker where it keeps nobody else from writing the store.

sub hold {
    my ($self, $worker) = @_;

    for (1 .. 50) {
        kill 'STOP', $worker;
        my $pid = fork // die "fork: $!";

        if ($pid == 0) {
            alarm 3;
            open STDOUT, '>', '/dev/null';
            exec build() . '/xassistctl', '--store', "$self->{dir}/store",
                'store', 'trim', '--log', '999d', '--ended', '999d'
                or POSIX::_exit(127);
        }

        waitpid $pid, 0;
        return 1 if $? == 0;
        kill 'CONT', $worker;
        select undef, undef, undef, 0.1;
    }

    die "worker $worker always holds the store\n";
}


# Seconds that the workers' threads have run, to the nanosecond: what a request
# costs, whoever else uses the machine.

sub cpu {
    my ($self) = @_;
    my $ns = 0;

    for my $pid ($self->workers) {
        for my $file (glob "/proc/$pid/task/*/schedstat") {
            my ($ran) = split ' ', slurp($file);
            $ns += $ran // 0;
        }
    }

    return $ns / 1e9;
}


sub stop {
    my ($self, $signal) = @_;

    @running = grep { $_ != $self } @running;

    my $pid = delete $self->{pid} or return;
    return unless $self->{owner} == $$;

    my @workers = do { local $self->{pid} = $pid; $self->workers };

    kill $signal // 'TERM', $pid;

    if ($self->wait_for(sub { waitpid($pid, WNOHANG) ? 1 : 0 }) != 1) {
        kill 'KILL', $pid, @workers;
        waitpid $pid, 0;
        return 0;
    }

    return 1;
}


# The command line: dies on failure, gives what it printed, decoded.

sub ctl {
    my ($self, @words) = @_;

    my ($rc, $out) = $self->ctl_try(@words);
    die "xassistctl @words: status $rc: $out" if $rc;
    return $out =~ /^\s*[\[{]/ ? decode_json($out) : $out;
}


sub ctl_try {
    my ($self, @words) = @_;

    my $dir = $self->{dir};
    my $pid = open my $fh, '-|';
    die "fork: $!" unless defined $pid;

    if ($pid == 0) {
        open STDERR, '>&', \*STDOUT;
        $ENV{XASSIST_TEST_CLOCK} = "$dir/conf/clock" if has_test_clock();
        delete $ENV{LD_PRELOAD};
        $ENV{ASAN_OPTIONS} = 'detect_leaks=0';
        exec build() . '/xassistctl', '--policy', "$dir/conf/policy.json",
            '--store', "$dir/store", '--keys', "$dir/conf/keys", '--json',
            @words or POSIX::_exit(127);
    }

    my $out = do { local $/; <$fh> } // '';
    close $fh;
    return ($? >> 8 || $? & 127, $out);
}


# Sets the clock of the test build, in milliseconds; without an argument the
# real time counts again.

sub clock {
    my ($self, $ms) = @_;

    my $file = "$self->{dir}/conf/clock";
    return unlink $file unless defined $ms;
    spew("$file.new", sprintf '%.0f', $ms);
    rename "$file.new", $file;
}


sub clock_forward {
    my ($self, $seconds) = @_;
    my $now = slurp("$self->{dir}/conf/clock") || time * 1000;
    $self->clock($now + $seconds * 1000);
}


sub error_log { slurp("$_[0]{dir}/logs/error.log") }

sub access_log { slurp("$_[0]{dir}/logs/access.log") }


# What must never stand in a log or a report; empty when all is well.

sub complaints {
    my ($self, $allowed) = @_;

    my @bad = grep { /\[(?:alert|crit|emerg)\]|exited on signal/ }
        split /\n/, $self->error_log;
    @bad = grep { $_ !~ $allowed } @bad if $allowed;

    for my $file (glob("$self->{dir}/logs/sanitizer*"),
        "$self->{dir}/logs/stderr")
    {
        push @bad, grep { /Sanitizer|runtime error:|^\s+#\d+ 0x/ }
            split /\n/, slurp($file);
    }

    return @bad;
}


sub url { "http://127.0.0.1:$_[0]{port}" . ($_[1] // '') }


# A port that nobody has: below those that the system gives to connections, of
# which there are thousands, so that none of them takes it before it is used.

sub free_port {
    for (1 .. 100) {
        my $port = 10_240 + int rand 19_000;
        return $port if IO::Socket::INET->new(Listen => 1, ReuseAddr => 1,
            LocalAddr => '127.0.0.1', LocalPort => $port);
    }

    die "no port: $!";
}


sub chown_worker {
    my ($path) = @_;

    return if $> != 0;
    my ($uid, $gid) = (getpwnam $user)[2, 3];
    chown $uid, $gid, $path or die "chown $path: $!";
}


sub copy_tree {
    my ($from, $to) = @_;

    return unless -d $from;
    make_path($to);

    for my $path (glob "$from/*") {
        my ($name) = $path =~ m{([^/]+)$};
        -d $path ? copy_tree($path, "$to/$name") : copy($path, "$to/$name");
    }
}


sub slurp {
    my ($path) = @_;

    open my $fh, '<:raw', $path or return '';
    local $/;
    return scalar(<$fh>) // '';
}


sub spew {
    my ($path, $text) = @_;

    open my $fh, '>:raw', $path or die "$path: $!";
    print $fh $text;
    close $fh or die "$path: $!";
}


END {
    my $status = $?;

    for my $edge (@running) {
        $edge->stop if $edge->{owner} == $$;
    }

    $? = $status;
}


sub DESTROY {
    my ($self) = @_;

    return unless ($self->{owner} // 0) == $$;
    local ($?, $@);
    $self->stop;
    remove_tree($self->{dir}) unless $ENV{XASSIST_KEEP};
}


1;
