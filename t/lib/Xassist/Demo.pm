package Xassist::Demo;

# A whole house in one temporary folder: Janus, and the edge in front of it
# with the pages of conf/demo.
#
#   my $demo = Xassist::Demo->new(port => 8080)->start;
#   my $call = $demo->call('Pump 7');          # {id, room}
#   my $link = $demo->invite($call);           # {link, id}
#   $demo->end($call);
#   $demo->stop;

use strict;
use warnings;

use Carp qw(croak);
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Copy qw(copy);
use IO::Socket::INET;
use Mojo::JSON qw(decode_json encode_json);
use Mojo::Util qw(b64_encode encode);
use POSIX ();
use Time::HiRes qw(sleep time);

use Xassist::Client ();
use Xassist::Edge ();
use Xassist::Janus ();

my $from = abs_path(dirname(__FILE__) . '/../../../conf/demo');

# Which package is missing here, with the line that installs it; or undef.
sub missing {
    my %files = (
        '/usr/sbin/nginx' => 'nginx',
        '/usr/share/javascript/janus-gateway/janus.js'
            => 'libjs-janus-gateway',
        '/usr/share/javascript/webrtc-adapter/adapter.js'
            => 'libjs-webrtc-adapter',
        '/usr/share/javascript/qrcode-generator/qrcode.js'
            => 'node-qrcode-generator',
    );

    for my $file (sort keys %files) {
        return "$files{$file} is not installed (apt-get install "
            . "$files{$file})" if !-e $file;
    }
    return Xassist::Janus::missing();
}

# What is not built yet, or undef.
sub unbuilt {
    my ($none) = grep { !-e Xassist::Edge::build() . "/$_" }
        qw(ngx_xassist_module.so xassistctl);
    return $none && "build/$none is not built (make)";
}

# Options: port, the one to take if it is free; server, more lines for the
# server block; servers, how many Januses (1).
sub new {
    my ($class, %opt) = @_;
    my $self = bless { account => 'acme', expert => 'erika',
        servers => $opt{servers} // 1 }, $class;

    my $config = Xassist::Edge::slurp("$from/nginx.conf");
    $config =~ s/(?=\n        location \/j\/ )/\n$opt{server}/ if $opt{server};

    $self->{edge} = Xassist::Edge->new(workers => 2, config => $config,
        substitute => sub { $self->fill(@_) });
    $self->{dir} = $self->{edge}{dir};
    $self->{edge}{port} = $opt{port} if $opt{port} && vacant($opt{port});
    return $self;
}

sub edge { $_[0]{edge} }

sub janus { $_[0]{janus} }

sub start {
    my ($self) = @_;
    my $dir = $self->{dir};

    my %secrets;

    for my $n (1 .. $self->{servers}) {
        my $janus = Xassist::Janus->start(dir => "$dir/janus$n", %secrets);
        $secrets{$_} = $janus->{$_} for Xassist::Janus::secrets();
        push @{ $self->{januses} }, $janus;
    }

    $self->{janus} = $self->{januses}[0];
    $self->{edge}{upstream} = $self->janus->{ws_port};
    $self->secret('janus.secret', $self->janus->{token_secret});
    $self->secret('janus.api', $self->janus->api_file);
    Xassist::Edge::copy_tree("$from/site", "$dir/site/demo");

    $self->ctl(qw(account create), $self->{account});
    $self->ctl(qw(user create), $self->{account}, $self->{expert},
        '--display', 'Erika Expert', '--roles', 'service_agent');
    $self->{session} = $self->ctl(qw(session create), $self->{account},
        $self->{expert})->{token};
    $self->{call} = $self->call('Pump 7 is leaking');

    my $edge = $self->edge;
    $edge->write_config($edge->{text});
    $edge->start;
    return $self;
}

sub secret {
    my ($self, $name, $text) = @_;
    Xassist::Edge::spew("$self->{dir}/conf/$name", $text);
    chmod 0600, "$self->{dir}/conf/$name";
}

# The demo's expert and media servers, once known.
sub fill {
    my ($self, $text) = @_;
    my ($first, @more) = @{ $self->{januses} || [] };

    $text =~ s/:8082\b/:$first->{admin_port}/ if $first;
    $text =~ s{( +)(xassist_media [^;]*);}{$1server 127.0.0.1:$_->{ws_port};
        $2 api=127.0.0.1:$_->{ws_port}=http://127.0.0.1:$_->{admin_port}/admin;}
        for @more;
    $text =~ s/EXPERT_TOKEN/$self->{session} \/\/ ''/ge;
    return $text;
}

sub ctl { my $self = shift; return $self->edge->ctl(@_) }

# A call of the expert's.
sub call {
    my ($self, $title, @more) = @_;
    return $self->ctl(qw(call create), $self->{account},
        $self->{expert}, '--title', encode('UTF-8', $title), @more);
}

sub invite {
    my ($self, $call, @more) = @_;
    my $invitation = $self->ctl(qw(invite create --call), $call->{id},
        '--inviter', $self->{expert}, '--base', $self->url, @more);

    ($invitation->{path}) = $invitation->{link} =~ m{^https?://[^/]+(/.*)};
    return $invitation;
}

# A service request of the expert's: {link, path, id}.
sub request {
    my ($self, %body) = @_;
    my $expert = $self->client;
    $expert->{cookies}{xassist} = $self->{session};

    my $made = $expert->request('POST', '/xassist/v1/service-requests',
        { Origin => $expert->origin, 'Content-Type' => 'application/json' },
        encode_json(\%body))->{json};
    my ($path) = ($made->{link} // '') =~ m{^https?://[^/]+(/.*)}
        or croak 'no service request: ' . encode_json($made);
    return { link => $self->url($path), path => $path,
        id => $made->{invitation}{id} };
}

sub end { my ($self, $call) = @_; return $self->ctl('call', 'end',
    $call->{id}) }

sub withdraw { my ($self, $invitation) = @_; return $self->ctl('invite',
    'withdraw', $invitation->{link}) }

sub url {
    my ($self, $path, $host) = @_;
    return 'http://' . ($host // 'localhost') . ":$self->{edge}{port}"
        . ($path // '');
}

# The command that a person types to say the same.
sub command {
    my ($self, @words) = @_;
    my $build = Xassist::Edge::build();
    my $dir = $self->{dir};

    return "$build/xassistctl --policy $dir/conf/policy.json --store"
        . " $dir/store --keys $dir/conf/keys @words";
}

sub client { return Xassist::Client->new($_[0]->edge) }

# The Janus WebSocket of a call, as a browser opens it: (socket, answer).
sub websocket {
    my ($self, $client, $call, %headers) = @_;
    my $answer = $client->raw($client->head_of('GET', "/ws/$call->{id}", {
        Upgrade => 'websocket', Connection => 'Upgrade',
        Origin => $client->origin, 'Sec-WebSocket-Version' => 13,
        'Sec-WebSocket-Protocol' => 'janus-protocol',
        'Sec-WebSocket-Key' => b64_encode(
            pack('N4', map { rand 2**32 } 1 .. 4), ''),
        %headers }) . "\r\n");

    return (undef, $answer) if !$answer || $answer->{status} != 101;
    return ($answer->{socket}, $answer);
}

# One request to Janus through the edge, and the answer to it that is not
# just an acknowledgement.
sub ask {
    my ($self, $socket, $body, $timeout) = @_;
    my $transaction = 'x' . int(rand 1e9);
    my $until = time + ($timeout // 10);

    $socket->say(encode_json({ transaction => $transaction, %$body }));
    while (time < $until) {
        my ($opcode, $text) = $socket->read_frame($until - time) or last;
        next if $opcode != 1;
        my $answer = decode_json($text);
        next if ($answer->{transaction} // '') ne $transaction
            || $answer->{janus} eq 'ack';
        return $answer;
    }
    croak 'Janus did not answer';
}

# Takes a place in a media room with what the edge handed out; the data of
# the plugin's answer.  `room` may be another than the call's.
sub take_place {
    my ($self, $socket, $ice, $room) = @_;
    my $token = $ice->{janus}{token};
    my $session = $self->ask($socket, { janus => 'create',
        token => $token })->{data}{id};
    my $handle = $self->ask($socket, { janus => 'attach',
        plugin => 'janus.plugin.videoroom', session_id => $session,
        token => $token })->{data}{id};

    return $self->ask($socket, { janus => 'message', session_id => $session,
        handle_id => $handle, token => $token, body => { request => 'join',
            ptype => 'publisher', room => ($room // $ice->{room}) + 0,
            display => $ice->{display},
            token => $ice->{janus}{room_token} } })->{plugindata}{data};
}

sub vacant {
    my ($port) = @_;
    return !!IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1',
        LocalPort => $port, ReuseAddr => 1);
}

sub stop {
    my ($self) = @_;

    $self->edge->stop;
    $_->stop for @{ $self->{januses} || [] };
}

1;
