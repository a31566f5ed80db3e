#!/usr/bin/perl

# What the balancer costs: instructions of a request that is decided and
# proxied, with least_conn and with xassist_media, by callgrind.
#
#     perl -It/lib t/bench/media.pl

use strict;
use warnings;

use Time::HiRes qw(sleep);
use Xassist::Client ();
use Xassist::Edge ();
use Xassist::Upstream ();

die "valgrind is not installed\n" if system('valgrind --version >/dev/null');

my ($few, $many) = (200, 1200);
my %lines = (least_conn => 'least_conn;', xassist_media => 'xassist_media;');
my $servers = join ' ', map { 'server 127.0.0.1:' . $_->port . ';' }
    our @upstreams = map { Xassist::Upstream->new } 1 .. 2;
my %cost;

for my $name (sort keys %lines) {
    my %ir = map { ($_ => instructions($lines{$name}, $_)) } $few, $many;
    $cost{$name} = ($ir{$many} - $ir{$few}) / ($many - $few);
    printf "%-14s %8.0f instructions a request\n", $name, $cost{$name};
}

printf "xassist_media costs %.1f %% more\n",
    100 * ($cost{xassist_media} / $cost{least_conn} - 1);


sub instructions {
    my ($line, $n) = @_;

    my $edge = Xassist::Edge->new(substitute => sub {
        $_[0] =~ s/(?=    upstream application)/    upstream media {
            zone media 128k; $servers $line }\n/r
            =~ s/xassist_proxy application;/xassist_proxy media;/r
            =~ s/^user .*;$//mr
    });

    $edge->ctl('account', 'create', 'acme');
    $edge->ctl('user', 'create', 'acme', 'olga', '--roles', 'account_admin');
    my $call = $edge->ctl('call', 'create', 'acme', 'olga')->{id};
    my $client = Xassist::Client->new($edge, timeout => 60);
    $client->{cookies}{xassist} = $edge->ctl('session', 'create', 'acme',
        'olga')->{token};
    system 'chown', '-R', (getpwuid $>)[0], "$edge->{dir}/store";

    my $out = "$edge->{dir}/callgrind";
    no warnings 'redefine';
    my $plain = \&Xassist::Edge::command;
    local *Xassist::Edge::command = sub {
        my @command = $plain->(@_);
        $command[-1] .= ' master_process off;';
        return ('valgrind', '-q', '--tool=callgrind',
            "--callgrind-out-file=$out", @command);
    };

    $edge->start;
    $client->get("/ws/$call");

    for (1 .. $n) {
        my $answer = $client->get("/ws/$call");
        die "status $answer->{status}\n" unless $answer->{status} == 200;
    }

    $edge->stop('QUIT');
    my ($ir) = Xassist::Edge::slurp($out) =~ /^(?:summary|totals): (\d+)/m;
    return $ir // die "callgrind said nothing\n";
}
