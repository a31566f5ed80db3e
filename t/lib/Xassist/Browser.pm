package Xassist::Browser;

# Headless Chromium by WebDriver: Debian's chromium-driver and core Perl.
#
#   my $driver = Xassist::Browser->driver;
#   my $page = $driver->open(device => 'iPhone', language => 'de',
#       scheme => 'dark');
#   $page->go($url);  $page->js('return document.title');
#   $page->until('return ready()', 30);  $page->screenshot($file);
#   $page->close;  $driver->stop;
#
# Each page is a browser of its own: its own profile, its own cookies.

use strict;
use warnings;

use Carp qw(croak);
use File::Basename qw(dirname);
use File::Path qw(make_path);
use File::Temp;
use HTTP::Tiny;
use JSON::PP;
use MIME::Base64 qw(decode_base64);
use POSIX qw(WNOHANG);
use Time::HiRes qw(sleep time);

use Xassist::Edge ();

# Real iPhones send no client hints; width, height and scale are the
# device's, so that a page wider than it shows as such.
my %devices = (
    iPhone => {
        deviceMetrics => { width => 390, height => 844, pixelRatio => 2,
            mobile => JSON::PP::true, touch => JSON::PP::true },
        userAgent => 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) '
            . 'AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 '
            . 'Mobile/15E148 Safari/604.1',
    },
    small => {
        deviceMetrics => { width => 320, height => 568, pixelRatio => 2,
            mobile => JSON::PP::true, touch => JSON::PP::true },
        userAgent => 'Mozilla/5.0 (Linux; Android 14; Pixel 8) '
            . 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 '
            . 'Mobile Safari/537.36',
    },
    Pixel => {
        deviceMetrics => { width => 412, height => 915, pixelRatio => 2,
            mobile => JSON::PP::true, touch => JSON::PP::true },
        userAgent => 'Mozilla/5.0 (Linux; Android 14; Pixel 8 Pro) '
            . 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 '
            . 'Mobile Safari/537.36',
    },

    # A tablet that says it is a Mac, as they do.
    iPad => {
        deviceMetrics => { width => 820, height => 1180, pixelRatio => 2,
            mobile => JSON::PP::true, touch => JSON::PP::true },
        userAgent => 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) '
            . 'AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 '
            . 'Safari/605.1.15',
    },
);

my @flags = qw(--headless=new --no-sandbox --disable-gpu --disable-quic
    --no-first-run --disable-background-networking
    --disable-component-update --disable-sync --hide-scrollbars);

# Seconds that a test waits for what a page must come to.
use constant PATIENCE => 60;

# Why there can be no browser here, or undef when there can.
sub missing {
    return 'chromium is not installed (apt-get install chromium)'
        if !-x '/usr/bin/chromium';
    return 'chromedriver is not installed (apt-get install chromium-driver)'
        if !-x '/usr/bin/chromedriver';
    return undef;
}

sub driver {
    my ($class) = @_;
    my $self = bless {
        home => File::Temp->newdir('xassist-browser-XXXXXX', TMPDIR => 1),
        pages => [], owner => $$,
    }, $class;

    defined(my $pid = fork) or croak "fork: $!";
    if (!$pid) {
        setpgrp;
        # Chromium leaves its scratch folders where TMPDIR points.
        $ENV{TMPDIR} = "$self->{home}";
        CORE::open STDIN, '<', '/dev/null';
        CORE::open STDOUT, '>', "$self->{home}/chromedriver.log";
        CORE::open STDERR, '>&', \*STDOUT;
        exec('/usr/bin/chromedriver', '--port=0') or POSIX::_exit(127);
    }
    $self->{pid} = $pid;

    # It takes a free port, and says which.
    my $end = time + PATIENCE;
    my $said = '';
    while (time < $end && waitpid($pid, WNOHANG) == 0) {
        $said = Xassist::Edge::slurp("$self->{home}/chromedriver.log");
        ($self->{port}) = $said =~ /started successfully on port (\d+)/;
        my $status = $self->{port}
            && eval { call($self, 'GET', '/status', undef, 2) };
        return $self if $status && $status->{ready};
        sleep 0.05;
    }
    $self->stop;
    croak "chromedriver is not ready: $said";
}

# Opens a browser: device (iPhone, Pixel, iPad, small; else a desktop
# window), language,
# scheme (light, dark), args (more flags of Chromium), requests (they can be
# asked for).
sub open {
    my ($self, %args) = @_;
    my @args = (@flags, @{ $args{args} || [] });
    my $device = $args{device} && ($devices{ $args{device} }
        or croak "no device $args{device}");

    push @args, '--window-size=1280,860' if !$device;
    push @args, "--lang=$args{language}",
        "--accept-lang=$args{language}" if $args{language};

    my $session = $self->call('POST', '/session', { capabilities => {
        alwaysMatch => {
            browserName => 'chrome',
            'goog:chromeOptions' => { binary => '/usr/bin/chromium',
                args => \@args, $device ? (mobileEmulation => $device) : () },
            'goog:loggingPrefs' => { browser => 'ALL',
                $args{requests} ? (performance => 'ALL') : () },
        } } }, 120);

    my $page = bless { driver => $self, id => $session->{sessionId} },
        'Xassist::Browser::Page';
    push @{ $self->{pages} }, $page;
    $page->scheme($args{scheme} || 'light');
    return $page;
}

sub call {
    my ($self, $method, $path, $body, $timeout) = @_;
    my $http = $self->{http}{ $timeout ||= 90 } ||= HTTP::Tiny->new(
        timeout => $timeout, keep_alive => 0);
    my $answer = $http->request($method,
        "http://127.0.0.1:$self->{port}$path",
        $body ? { content => JSON::PP->new->utf8->encode($body),
            headers => { 'Content-Type' => 'application/json' } } : {});
    my $json = eval { JSON::PP->new->utf8->decode($answer->{content}) };
    croak "webdriver $method $path: $answer->{status} $answer->{content}"
        if !$answer->{success} || !$json;
    return $json->{value};
}

sub stop {
    my ($self) = @_;
    my $pid = delete $self->{pid} or return;
    return if $$ != $self->{owner};

    eval { $_->close } for @{ $self->{pages} };
    kill 'TERM', $pid;
    for (1 .. 100) {
        return if waitpid($pid, WNOHANG) != 0;
        sleep 0.05;
    }
    kill 'KILL', $pid;
    waitpid $pid, 0;
}

sub DESTROY {
    my ($self) = @_;
    local ($?, $@);
    $self->stop;
}


package Xassist::Browser::Page;

use strict;
use warnings;

use Carp qw(croak);
use Time::HiRes qw(sleep time);

sub call {
    my ($self, $method, $path, $body) = @_;
    croak 'the browser is closed' if !$self->{id};
    return $self->{driver}->call($method, "/session/$self->{id}$path", $body);
}

sub go { $_[0]->call(POST => '/url', { url => $_[1] }) }
sub url { $_[0]->call(GET => '/url') }

# Runs a function body in the page and gives back what it returns.
sub js {
    my ($self, $script, @args) = @_;
    return $self->call(POST => '/execute/sync',
        { script => $script, args => \@args });
}

# Runs it until it is true; undef when it does not become so.  It is patient,
# however few the seconds are that are given.
sub until {
    my ($self, $script, $seconds, @args) = @_;
    my $until = time + Xassist::Browser::PATIENCE;

    do {
        my $value = eval { $self->js($script, @args) };
        return $value if $value;
        sleep 0.05;
    } while (time < $until);
    return undef;
}

sub element {
    my ($self, $css) = @_;
    my $found = $self->call(POST => '/element',
        { using => 'css selector', value => $css });
    return (values %$found)[0];
}

# Does something with an element.  Pages change by themselves: one that is not
# there yet, or gone before it was reached, is looked for again.
sub act {
    my ($self, $css, $what, $body) = @_;
    my $until = time + Xassist::Browser::PATIENCE;

    while (1) {
        my $done = eval {
            $self->call(POST => '/element/' . $self->element($css) . "/$what",
                $body);
            1;
        };
        return 1 if $done;
        croak "$what $css: $@" if time > $until || $@ !~ /no[ ]such[ ]element
            |stale[ ]element|not[ ]interactable|click[ ]intercepted/x;
        sleep 0.05;
    }
}

sub click { return $_[0]->act($_[1], 'click', {}) }

sub type { return $_[0]->act($_[1], 'value', { text => $_[2] }) }

sub cdp {
    my ($self, $command, $params) = @_;
    return $self->call(POST => '/goog/cdp/execute',
        { cmd => $command, params => $params || {} });
}

sub scheme {
    my ($self, $scheme) = @_;
    return $self->cdp('Emulation.setEmulatedMedia', { features =>
        [ { name => 'prefers-color-scheme', value => $scheme } ] });
}

# What the page wrote to its console, and what its policy blocked.
sub console {
    my ($self) = @_;
    return map { "$_->{level}: $_->{message}" }
        @{ $self->call(POST => '/se/log', { type => 'browser' }) };
}

# Addresses that the page wanted to go to, whether anything came of it or not.
sub wanted {
    my ($self) = @_;
    return map { $_->{params}{url} }
        grep { $_->{method} eq 'Page.frameRequestedNavigation' }
        map { JSON::PP->new->decode($_->{message})->{message} }
        @{ $self->call(POST => '/se/log', { type => 'performance' }) };
}

# How far the page is wider than the device: 0 is right.
sub overflow {
    my ($self) = @_;
    return $self->js('return document.documentElement.scrollWidth'
        . ' - document.documentElement.clientWidth');
}

sub screenshot {
    my ($self, $file) = @_;
    File::Path::make_path(File::Basename::dirname($file));
    CORE::open(my $fh, '>:raw', $file) or croak "$file: $!";
    print $fh MIME::Base64::decode_base64($self->call(GET => '/screenshot'));
    CORE::close($fh) or croak "$file: $!";
    return $file;
}

sub close {
    my ($self) = @_;
    my $id = delete $self->{id} or return;
    eval { $self->{driver}->call('DELETE', "/session/$id") };
}

1;
