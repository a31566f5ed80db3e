package Xassist::Crowd;

# Many WebSockets of one client process, build/t/bench/live, which says what
# it is told and answers.

use strict;
use warnings;

use IPC::Open2 qw(open2);

use Xassist::Edge ();


# Options: store (its folder), port, lines ("NAME PATH COOKIE COUNT"), file
# (to write them into), first (1: the probe has the processor before the
# crowd).

sub new {
    my ($class, %opt) = @_;

    my $self = bless {}, $class;
    my ($in, $out);

    Xassist::Edge::spew($opt{file}, join '', map { "$_\n" } @{ $opt{lines} });
    $self->{pid} = open2($out, $in, Xassist::Edge::build() . '/t/bench/live',
        @opt{qw(store port file)}, $opt{first} ? 'first' : ());
    @$self{qw(in out)} = ($in, $out);
    my $open = readline $self->{out};
    ($self->{open}) = ($open // '') =~ /^open (\d+)/
        or die "the sockets did not open\n";
    return $self;
}


sub open { $_[0]{open} }

sub pid { $_[0]{pid} }


# What the probe saw in the next `seconds`: {n, p50, p99, max}.

sub probe {
    my ($self, $seconds) = @_;

    print { $self->{in} } "probe $seconds\n";
    return seen(scalar readline $self->{out});
}


# What the probe saw meanwhile, and the microseconds of each Close.

sub cause {
    my ($self, $command, $then) = @_;

    print { $self->{in} } "$command\n";
    $then->() if $then;
    my ($n, $of) = readline($self->{out}) =~ /closed (\d+) of (\d+)/
        or die "no answer to $command\n";
    my @took = split ' ', readline $self->{out};
    my $probe = seen(scalar readline $self->{out});
    die "$command: only $n of $of were closed\n" if $n != $of;
    return ($probe, @took);
}


sub seen {
    my ($line) = @_;
    my %seen;

    @seen{qw(n p50 p99 max)} = $line =~ /^\w+ (\d+) (\d+) (\d+) (\d+)/;
    return \%seen;
}


sub over {
    my ($self) = @_;

    close $self->{in};
    close $self->{out};
    waitpid $self->{pid}, 0;
}


1;
