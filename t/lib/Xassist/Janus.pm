package Xassist::Janus;

# A Janus of our own: its folder, its ports, its rooms, and its end.
#
#   my $janus = Xassist::Janus->start(dir => "$run/janus");
#   $janus->create_room($room, 'Pump 7');
#   $janus->token;  $janus->room_token($room);  $janus->sessions;
#   $janus->stop;

use strict;
use warnings;

use Carp qw(croak);
use Digest::SHA qw(hmac_sha1);
use File::Basename qw(dirname);
use File::Path qw(make_path);
use IO::Socket::INET;
use MIME::Base64 qw(encode_base64);
use Mojo::UserAgent;
use POSIX qw(WNOHANG);
use Time::HiRes qw(sleep time);

use Xassist::Edge ();

my $templates = dirname(__FILE__) . '/../../../conf/demo/janus';

# Why there can be no media here, or undef when there can.
sub missing {
    return 'janus is not installed (apt-get install janus)'
        if !-x '/usr/bin/janus' || !library();
    return 'no address but loopback, and Janus gathers none there'
        if !media_address();
    return undef;
}

sub library {
    my ($dir) = glob '/usr/lib/*/janus/plugins/libjanus_videoroom.so';
    return $dir ? dirname(dirname($dir)) : undef;
}

# Connecting a UDP socket sends nothing: it only asks the routing table.
sub media_address {
    my $s = IO::Socket::INET->new(Proto => 'udp', PeerAddr => '198.51.100.1',
        PeerPort => 9);
    return $s->sockhost if $s && $s->sockhost !~ /^127\./;

    for (`ip -4 -o addr show scope global 2>/dev/null`) {
        return $1 if / inet ([0-9.]+)/;
    }
    return undef;
}

# Tries again when another program took one of the ports before Janus did.
sub start {
    my ($class, %args) = @_;

    for (1 .. 3) {
        my $self = eval { $class->start_once(%args) };
        return $self if $self;
    }
    croak $@;
}

sub start_once {
    my ($class, %args) = @_;
    my $self = bless {
        %args,
        ws_port => port(), http_port => port(), admin_port => port(),
        (map { $_ => $args{$_} // secret() } secrets()),
        ua => Mojo::UserAgent->new(request_timeout => 30),
    }, $class;

    $self->configure;
    $self->spawn;
    $self->wait_ready;
    return $self;
}

# What several of one upstream share.
sub secrets { return qw(token_secret admin_key admin_secret room_secret) }

# The file by which xassist_media makes rooms.
sub api_file {
    my ($self) = @_;
    return "admin_secret $self->{admin_secret}\nadmin_key $self->{admin_key}"
        . "\nroom bitrate 512000\nroom fir_freq 10\nroom videocodec vp8\n";
}

sub configure {
    my ($self) = @_;
    my %value = (
        DIR => $self->{dir}, LIB => library(),
        WS_PORT => $self->{ws_port}, HTTP_PORT => $self->{http_port},
        ADMIN_PORT => $self->{admin_port},
        TOKEN_SECRET => $self->{token_secret},
        ADMIN_KEY => $self->{admin_key},
        ADMIN_SECRET => $self->{admin_secret},
    );

    make_path($self->{dir}, { mode => 0700 });
    for my $from (glob "$templates/*.jcfg") {
        my ($name) = $from =~ m{([^/]+)$};
        open my $in, '<', $from or croak "$from: $!";
        my $text = do { local $/; <$in> };
        $text =~ s/\@([A-Z_]+)\@/$value{$1} \/\/ croak "$from: \@$1\@"/ge;
        open my $out, '>', "$self->{dir}/$name" or croak "$name: $!";
        print $out $text;
        close $out or croak "$name: $!";
    }
}

sub spawn {
    my ($self) = @_;
    $self->{log} = "$self->{dir}/janus.log";
    defined(my $pid = fork) or croak "fork: $!";

    if (!$pid) {
        # Its own group: an interrupt from the terminal is for whoever
        # started us, who then stops us in order.
        setpgrp;
        open STDIN, '<', '/dev/null';
        open STDOUT, '>', $self->{log};
        open STDERR, '>&', \*STDOUT;
        exec('/usr/bin/janus', '-F', $self->{dir}, '-C',
            "$self->{dir}/janus.jcfg") or POSIX::_exit(127);
    }
    $self->{pid} = $pid;
    $self->{owner} = $$;
}

# One transport that fails to bind does not stop Janus: ask both.
sub wait_ready {
    my ($self) = @_;
    my $until = time + Xassist::Edge::PATIENCE;

    while (time < $until) {
        if (waitpid($self->{pid}, WNOHANG) > 0) {
            delete $self->{pid};
            croak "janus ended at once:\n" . $self->log_tail;
        }
        return if $self->answers;
        sleep 0.05;
    }
    my $tail = $self->log_tail;
    $self->stop;
    croak "janus is not ready:\n$tail";
}

sub answers {
    my ($self) = @_;
    my $info = $self->{ua}->get($self->http . '/info')->res;
    return 0 if !$info || ($info->code // 0) != 200;
    return !!IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $self->{ws_port}, Timeout => 1);
}

sub http { return "http://127.0.0.1:$_[0]{http_port}/janus" }

sub log_tail {
    my ($self) = @_;
    open my $fh, '<', $self->{log} or return '';
    my @lines = <$fh>;
    splice @lines, 0, -15 if @lines > 15;
    return join '', @lines;
}

# Janus signed tokens: D ":" base64(HMAC-SHA1(secret, D)).
sub sign {
    my ($self, $ttl, @descriptors) = @_;
    my $data = join ',', int(time + $ttl), @descriptors;
    return "$data:" . encode_base64(hmac_sha1($data, $self->{token_secret}),
        '');
}

sub token {
    my ($self, %args) = @_;
    return $self->sign($args{ttl} // 60, 'janus', $args{plugin}
        // 'janus.plugin.videoroom');
}

sub room_token {
    my ($self, $room, %args) = @_;
    return $self->sign($args{ttl} // 60, 'janus.plugin.videoroom',
        "room=$room");
}

sub post {
    my ($self, $path, $body) = @_;
    $body = { transaction => 'x' . int(rand 1e9), %$body };
    my $res = $self->{ua}->post($self->http . $path, json => $body)->res;
    my $json = $res && $res->json or croak 'janus does not answer';
    croak "janus: $json->{error}{reason}" if $json->{janus} eq 'error';
    return $json;
}

# Does one request of the videoroom plugin as the operator.
sub videoroom {
    my ($self, %body) = @_;
    my $token = $self->token;
    my $session = $self->post('', { janus => 'create', token => $token })
        ->{data}{id};
    my $handle = $self->post("/$session", { janus => 'attach',
        plugin => 'janus.plugin.videoroom', token => $token })->{data}{id};
    my $data = $self->post("/$session/$handle", { janus => 'message',
        body => \%body, token => $token })->{plugindata}{data};
    $self->post("/$session", { janus => 'destroy', token => $token });
    croak "videoroom: $data->{error}" if $data->{error};
    return $data;
}

# A room whose door opens to signed tokens alone, publisher or subscriber.
# It is on no list; who knows its number may still ask who is in it.
sub create_room {
    my ($self, $room, $description) = @_;
    return $self->videoroom(request => 'create', room => $room,
        description => $description // '', admin_key => $self->{admin_key},
        secret => $self->{room_secret}, signed_tokens => \1,
        is_private => \1, publishers => 12, bitrate => 512_000,
        fir_freq => 10, audiocodec => 'opus', videocodec => 'vp8');
}

# Ids of the sessions that Janus holds now.
sub sessions {
    my ($self) = @_;
    my $res = $self->{ua}->post(
        "http://127.0.0.1:$self->{admin_port}/admin", json => {
            janus => 'list_sessions', transaction => 'list',
            admin_secret => $self->{admin_secret} })->res;
    return @{ $res->json->{sessions} };
}

sub stop {
    my ($self) = @_;
    my $pid = delete $self->{pid} or return;
    return if $$ != $self->{owner};

    kill 'TERM', $pid;
    for (1 .. 100) {
        return if waitpid($pid, WNOHANG) != 0;
        sleep 0.05;
    }
    kill 'KILL', $pid;
    waitpid $pid, 0;
}

sub DESTROY {
    local ($?, $@);
    $_[0]->stop;
}

sub port { return Xassist::Edge::free_port() }

sub secret {
    open my $fh, '<:raw', '/dev/urandom' or croak "/dev/urandom: $!";
    sysread($fh, my $bytes, 24) == 24 or croak 'no randomness';
    return unpack 'H*', $bytes;
}

1;
