package Xassist::World;

# What most http tests stand on: an application, an edge in front of it, an
# account with users, a call with a link.

use strict;
use warnings;

use Exporter qw(import);
use Test::More;

use Xassist::Client ();
use Xassist::Edge ();
use Xassist::Socket ();
use Xassist::SocketServer ();
use Xassist::Upstream ();

our @EXPORT = qw(world reason with_policy);


# Options of Xassist::Edge, and `upstream_options` of Xassist::Upstream or
# `socket_server` (1: Xassist::SocketServer).

sub world {
    my (%opt) = @_;

    my $upstream = delete $opt{socket_server} ? Xassist::SocketServer->new
        : Xassist::Upstream->new(%{ delete $opt{upstream_options} // {} });
    my $edge = Xassist::Edge->new(upstream => $upstream->port, %opt);
    my $self = bless { upstream => $upstream, edge => $edge }, __PACKAGE__;

    $self->with_policy($opt{policy}) if $opt{policy};
    $self->{account} = $edge->ctl('account', 'create', 'acme');
    $self->user('olga', roles => 'account_admin');
    $edge->start unless $opt{stopped};
    return $self;
}


sub edge { $_[0]{edge} }

sub client { Xassist::Client->new($_[0]{edge}, @_[1 .. $#_]) }


sub user {
    my ($self, $name, %opt) = @_;

    my @more = map { ("--$_", $opt{$_}) } grep { $_ ne 'licence' } keys %opt;
    push @more, '--no-licence' if exists $opt{licence} && !$opt{licence};
    return $self->edge->ctl('user', 'create', 'acme', $name, @more);
}


# The session token of a user.

sub session {
    my ($self, $name, @more) = @_;

    return $self->edge->ctl('session', 'create', 'acme', $name, @more)->{token};
}


# A browser in which the user is signed in.

sub signed_in {
    my ($self, $name, @more) = @_;

    my $client = $self->client;
    $client->{cookies}{xassist} = $self->session($name, @more);
    return $client;
}


sub call {
    my ($self, @more) = @_;

    return $self->edge->ctl('call', 'create', 'acme', 'olga', '--title',
        'Pump 7', @more)->{id};
}


sub invitation {
    my ($self, $call, @more) = @_;

    return $self->edge->ctl('invite', 'create', '--call', $call, '--inviter',
        'olga', @more);
}


# The same for one external, by someone whose WebSocket is open: that he is in
# the call may be on its way to the store.

sub external {
    my ($self, $call, $inviter, $name, $profile) = @_;

    my $made;
    $self->edge->wait_for(sub { $made = eval {
        $self->edge->ctl('invite', 'create', '--call', $call, '--inviter',
            $inviter, '--kind', 'external', '--name', $name, '--comment',
            'knows pumps', '--profile', $profile)
    } });
    return $made // die "no external was invited: $@";
}


sub link { my $self = shift; return $self->invitation(@_)->{link} }


# A browser whose guest has joined the call.

sub guest {
    my ($self, $call, %form) = @_;

    my $client = $self->client;
    my $answer = $client->join_link($self->link($call), %form);
    BAIL_OUT("a guest could not join: $answer->{status} $answer->{body}")
        unless $answer->{status} == 303;
    return $client;
}


# The reason code of a refusal: of problem+json, or as a page shows it.

sub reason {
    my ($answer) = @_;

    return 'no answer' unless $answer;
    return $answer->{json}{reason} // '' if ref $answer->{json} eq 'HASH';
    return $answer->{body} =~ /\bdata-reason="(\w*)"/ ? $1 : '';
}


# A function over the text of policy.json, for worlds that need other rules.

sub with_policy {
    my ($self, $change) = @_;

    my $file = $self->edge->{dir} . '/conf/policy.json';
    my $text = Xassist::Edge::slurp($file);
    my $changed = $change->($text);

    BAIL_OUT('the policy was not changed') if $changed eq $text;
    Xassist::Edge::spew($file, $changed);
}


# What the store says of a call and who is in it.

sub shown { return $_[0]->edge->ctl('call', 'show', $_[1]) }


sub states {
    my ($self, $call) = @_;

    return join ' ', sort map { $_->{state} }
        @{ $self->shown($call)->{participants} };
}


sub txnid { return $_[0]->edge->ctl('store', 'stat')->{txnid} }


# Doing it changes the store in no way.  What was due by itself meanwhile, as the
# clock was set, is no reason: then it is done once more.

sub writes_nothing {
    my ($self, $do, $name) = @_;
    my ($before, $after);

    for (1 .. 6) {
        $before = $self->txnid;
        $do->();
        $after = $self->txnid;
        last if $after == $before;
    }

    return is($after, $before, $name);
}


# Ends a test: the edge stops, and its log holds nothing that it must not.

sub finish {
    my ($self, $allowed) = @_;

    Xassist::Socket::close_all();
    ok($self->edge->stop('QUIT') // 1, 'nginx ends when it is told to');
    is(join("\n", $self->edge->complaints($allowed)), '',
        'nothing bad in the log');
    $self->{upstream}->stop;
    done_testing();
}


1;
