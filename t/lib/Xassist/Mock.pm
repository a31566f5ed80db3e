package Xassist::Mock;

# The expert's page without an edge: its files, and an API of conf/openapi.json
# that keeps everything in memory and says yes.
#
#   my $mock = Xassist::Mock->start;
#   $mock->url('/expert');  $mock->change({ ring => 'Gustav Gast' });
#   $mock->asked;                          # what the page asked to change
#   $mock->stop;

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use IO::Socket::INET ();
use Mojo::File ();
use Mojo::JSON qw(decode_json encode_json false true);
use Mojo::UserAgent ();
use POSIX qw(strftime);
use Time::HiRes qw(time);

my $pages = abs_path(dirname(__FILE__) . '/../../../conf/pages');
my $policy = "default-src 'none'; style-src 'self'; script-src 'self'; "
    . "img-src 'self'; connect-src 'self'; form-action 'self'; "
    . "base-uri 'none'; frame-ancestors 'none'";

my %files = map { $_ => "$pages/assets" } map { Mojo::File->new($_)->basename }
    glob "$pages/assets/*";

$files{'qrcode.js'} = '/usr/share/javascript/qrcode-generator';


sub start {
    my ($class) = @_;

    my $listen = IO::Socket::INET->new(Listen => 128, ReuseAddr => 1,
        LocalAddr => '127.0.0.1') or die "no port: $!";
    my $self = bless { port => $listen->sockport, owner => $$,
        ua => Mojo::UserAgent->new(request_timeout => 60) }, $class;
    my $pid = fork // die "fork: $!";

    if (!$pid) {
        setpgrp;
        serve($listen);
        POSIX::_exit(0);
    }

    $self->{pid} = $pid;
    return $self;
}

sub url { "http://127.0.0.1:$_[0]{port}" . ($_[1] // '') }

sub change { $_[0]{ua}->post($_[0]->url('/mock'), json => $_[1])->result->json }

sub asked { @{ $_[0]{ua}->get($_[0]->url('/mock'))->result->json } }

sub stop {
    my ($self) = @_;
    my $pid = delete $self->{pid} or return;
    return if $$ != $self->{owner};
    kill 'KILL', $pid;
    waitpid $pid, 0;
}

sub DESTROY { local ($?, $@); $_[0]->stop }


# ---- the other process ---------------------------------------------------

my ($n, @asked, %calls, %people, %invitations, @streams) = (0);

sub id { return sprintf 'mock%012d', ++$n }

sub when { return strftime('%Y-%m-%dT%H:%M:%SZ', gmtime(time + ($_[0] // 0))) }

sub person {
    my ($kind, $name, %more) = @_;
    return { id => id(), kind => $kind, state => 'present', name => $name,
        device => 'web', user => undef, invitation => undef,
        since => when(-180), joined => when(-180), left => undef,
        owner => false, me => false, %more };
}

sub call {
    my ($kind, $title, %more) = @_;
    my $id = id();

    $people{$id} = delete $more{people} // [];
    $invitations{$id} = [];
    return $calls{$id} = { id => $id, kind => $kind, state => 'open',
        title => $title, owner => { id => id(), name => 'Erika Expert' },
        mine => true, created => when(), starts_at => undef,
        live_at => undef, ended_at => undef, reason => '', ringing => false, rings_me => false,
        ring_until => undef, answered_at => undef, here => 0,
        waiting_since => undef, %more };
}

sub invitation {
    my ($kind, $body, %more) = @_;
    return { id => id(), kind => $kind, state => 'unused', request => '',
        call => undef, inviter => { id => id(), name => 'Erika Expert' },
        name => '', comment => '', profile => '', channel => 'link',
        created => when(), expires => undef, starts_at => undef, uses => 0,
        used => 0, terms => true, tries => 0,
        delivery => ($body->{to} // '') =~ /^queue/ ? 'queued' : '', (map { $_ => $body->{$_} }
            grep { defined $body->{$_} } qw(name comment profile channel)),
        %more };
}

sub made {
    my ($invitation, $body) = @_;
    my $link = 'https://help.example.com/j/' . 'A' x 40;
    my $to = $body->{to} // '';
    my %text = (en => 'Please join the call: ', de => 'Bitte kommen Sie in den'
        . ' Anruf: ', fr => 'Merci de rejoindre l’appel : ');
    my %address = (mail => "mailto:$to?body=", sms => "sms:$to?body=",
        link => '');

    return { invitation => $invitation, link => $link, messages => [ map { {
        lang => $_, subject => 'Video call', text => "$text{$_}$link",
        address => $address{ $invitation->{channel} } . $link } }
        qw(en de fr) ] };
}

sub shown {
    my ($call) = @_;
    return { %$call, people => $people{ $call->{id} },
        here => scalar @{ $people{ $call->{id} } } };
}

sub announce {
    my ($kind, $data) = @_;
    my $json = Mojo::JSON::to_json($data // {});
    $_->write("id: " . ++$n . "\nevent: $kind\ndata: $json\n\n") for @streams;
}

my @users = map { { id => id(), name => lc((split / /)[0]), display => $_,
    first => '', last => '', mail => lc((split / /)[0]) . '@example.com',
    phone => '', suspended => false, created => when(), score => 90 } }
    'Ines Inhoff', 'Ida-Charlotte Freifrau von Oberhausen-Niederkirchen';

# What somebody who is rung does: accepted, declined, missed.

sub rung {
    my ($name, $does) = @_;
    for my $call (keys %people) {
        for (grep { $_->{name} eq $name && $_->{ring_until} }
            @{ $people{$call} })
        {
            $_->{ring_until} = undef;
            announce("call.$does", { call => $call, user => $_->{user} });
        }
    }
}

sub ring {
    my ($name) = @_;
    call('service', 'Pump 7 is leaking', ringing => true, rings_me => true,
        waiting_since => when(), ring_until => when(45),
        people => [ person('guest', $name, since => when()) ]);
    announce('call.ringing');
}

my %routes = (
    'GET me' => sub { { kind => 'regular', name => 'Erika Expert',
        account => id(), user => id(), roles => 'agent', device => 'web' } },
    'POST cards' => sub { { card => 'A' x 40, expires => when(120),
        url => 'https://help.example.com/xassist/v1/cards/' . 'A' x 40 } },
    'GET calls' => sub { { calls => [ map { shown($_) } grep {
        $_->{state} ne 'ended' } sort { $a->{id} cmp $b->{id} } values %calls ],
        more => false } },
    'POST calls' => sub { shown(call('conference', $_[0]{title} // '',
        starts_at => $_[0]{starts_at})) },
    'GET invitations' => sub { { invitations => $invitations{requests} || [],
        more => false } },
    'POST service-requests' => sub {
        my $made = invitation('service_request', $_[0],
            request => 'waiting', expires => when(86400));
        push @{ $invitations{requests} }, $made;
        return made($made, $_[0]);
    },
    'GET profiles' => sub { { profiles => [
        { name => 'viewer', title => 'Viewer', mode => 'view',
            idle_timeout => 1800, description => 'Sees and hears the call and'
            . ' speaks. Cannot share the screen, annotate or take files.' },
        { name => 'technician', title => 'Technician', mode => 'control',
            idle_timeout => 1800, description => 'Shares the screen, draws on'
            . ' the picture and exchanges files. Nothing is recorded.' } ] } },
    'GET calls/*/participants' => sub { { participants => $people{ $_[0] },
        more => false } },
    'GET calls/*/invitations' => sub { { invitations => $invitations{ $_[0] },
        more => false } },
    'POST calls/*/invitations' => sub {
        my $made = invitation($_[1]{kind}, $_[1], call => $_[0]);
        push @{ $invitations{ $_[0] } }, $made;
        return made($made, $_[1]);
    },
    'POST calls/*/accept' => sub {
        @{ $calls{ $_[0] } }{qw(ringing rings_me state)} =
            (false, false, 'live');
        return shown($calls{ $_[0] });
    },
    'POST calls/*/decline' => sub {
        @{ $calls{ $_[0] } }{qw(ringing rings_me)} = (false, false);
        return shown($calls{ $_[0] });
    },
    'GET users' => sub { my $typed = lc $_[0]{q};
        return { users => [ grep { lc "$_->{display} $_->{mail}"
            =~ /\Q$typed\E/ } @users ], more => false } },
    'POST calls/*/ring' => sub {
        my ($user) = grep { $_->{id} eq $_[1]{user} } @users;
        my ($there) = grep { ($_->{user} // '') eq $user->{id} }
            @{ $people{ $_[0] } };
        push @{ $people{ $_[0] } }, $there = person('regular',
            $user->{display}, state => 'invited', user => $user->{id},
            joined => undef) unless $there;
        $there->{ring_until} = when(45);
        return { %$there, again => false };
    },
    'POST calls/*/hand-over' => sub {
        my ($who) = grep { ($_->{user} // '') eq $_[1]{user} }
            @{ $people{ $_[0] } };
        $_->{owner} = $_ == $who ? true : false for @{ $people{ $_[0] } };
        $calls{ $_[0] }{mine} = false;
        return shown($calls{ $_[0] });
    },
    'POST calls/*/end' => sub { $calls{ $_[0] }{state} = 'ended';
        return shown($calls{ $_[0] }) },
    'DELETE calls/*/participants/*' => sub {
        my ($who) = grep { $_->{id} eq $_[1] } @{ $people{ $_[0] } };
        $who->{state} = 'removed';
        return { id => $_[1], state => 'removed', again => false,
            invitation => id(), offer_withdraw => true };
    },
    'POST invitations/*/withdraw' => sub {
        $_->{state} = 'withdrawn' for grep { $_->{id} eq $_[0] }
            map { @$_ } values %invitations;
        return { id => $_[0], state => 'withdrawn', again => false };
    },
);

sub answer {
    my ($c) = @_;
    my $method = $c->req->method;
    my $path = $c->req->url->path->to_string =~ s{^/xassist/v1/}{}r;
    my @ids;

    (my $route = $path) =~ s{(?<=/)(mock\d+)}{push @ids, $1; '*'}ge;
    push @asked, "$method $route" if $method ne 'GET';
    my $do = $routes{"$method $route"} or return $c->render(status => 404,
        json => { reason => 'not_found', title => 'Nothing here' });
    my $json = $do->(@ids, $c->req->json // (),
        $method eq 'GET' ? $c->req->query_params->to_hash : ());
    $c->render(json => $json, status => $method eq 'POST' ? 201 : 200);
    announce('call.live') if $method ne 'GET';
}

sub serve {
    my ($listen) = @_;

    require Mojolicious;
    require Mojo::Server::Daemon;
    my $app = Mojolicious->new(secrets => ['mock']);
    $app->log->level('fatal');
    my $r = $app->routes;

    $r->get('/expert')->to(cb => sub {
        my ($c) = @_;
        $c->res->headers->header('Content-Security-Policy' => $policy);
        $c->res->headers->content_type('text/html; charset=utf-8');
        $c->render(data => Mojo::File->new("$pages/expert.html")->slurp);
    });
    $r->get('/xassist/assets/#name')->to(cb => sub {
        my ($c) = @_;
        my $name = $c->stash('name');
        return $c->render(status => 404, text => '') if !$files{$name};
        my ($type) = $name =~ /\.(\w+)$/;
        $c->res->headers->content_type({ css => 'text/css', svg =>
            'image/svg+xml', js => 'text/javascript' }->{$type});
        $c->render(data => Mojo::File->new("$files{$name}/$name")->slurp);
    });
    $r->get('/call/*id')->to(cb => sub { $_[0]->render(text => 'room') });
    $r->get('/mock')->to(cb => sub { $_[0]->render(json => [ @asked ]) });
    $r->post('/mock')->to(cb => sub {
        my ($c) = @_;
        my $what = $c->req->json;
        ring($what->{ring}) if $what->{ring};
        call(@{ $what->{call} }) if $what->{call};
        rung(@{ $what->{rung} }) if $what->{rung};
        if ($what->{live}) {
            call('conference', $what->{live}, state => 'live', people => [
                person('regular', 'Erika Expert', owner => true, me => true),
                person('regular', 'Karl-Heinz Obermeier', user => id()),
                person('guest', 'Ann Alpert', state => 'away'),
                person('external', 'Theo Techniker') ]);
        }
        announce('call.created');
        $c->render(json => {});
    });
    $r->get('/xassist/v1/events')->to(cb => sub {
        my ($c) = @_;
        $c->inactivity_timeout(300);
        $c->res->headers->content_type('text/event-stream');
        $c->write(":\n\n");
        push @streams, $c;
        $c->on(finish => sub { @streams = grep { $_ != $c } @streams });
    });
    $r->any('/xassist/v1/*')->to(cb => \&answer);

    Mojo::Server::Daemon->new(app => $app, silent => 1,
        listen => ['http://127.0.0.1?fd=' . fileno $listen])->run;
}

1;
