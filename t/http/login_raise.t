#!/usr/bin/perl

# A hash made with less than is used today is made anew at the next sign-in,
# and nobody notices.

use strict;
use warnings;
use lib 't/lib';

use Mojo::JSON qw(decode_json encode_json);
use Mojo::Util qw(b64_encode);
use Test::More;
use Xassist::World;

my $world = world(stopped => 1);
my $edge = $world->edge;
my $dir = $edge->{dir};


# scrypt as openssl has it, in the form that the store keeps.

sub hash {
    my ($password, $ln) = @_;

    my $salt = '0123456789abcdef';
    my $n = 1 << $ln;
    my @options = ('-keylen 32', map { "-kdfopt '$_'" } "pass:$password",
        "salt:$salt", "n:$n", 'r:8', 'p:1');
    my $hex = `openssl kdf @options SCRYPT`;
    return join '$', '', 'scrypt', "ln=$ln,r=8,p=1", map {
        b64_encode($_, '') =~ tr{+/}{-_}r =~ s/=+$//r } $salt,
        pack 'H*', $hex =~ s/[^0-9A-F]//gr;
}


sub stored {
    my ($line) = grep { /"?user/ && /olga/ } split /\n/,
        ($edge->ctl_try('store', 'dump'))[1];
    return $line =~ /(\$scrypt\$[^"\s]+)/ ? $1 : '';
}


sub login {
    my $answer = $world->client->request('POST', '/xassist/v1/login',
        { 'Content-Type' => 'application/json', Accept => 'application/json' },
        encode_json({ account => 'acme', name => 'olga', password => $_[0] }));
    return $answer->{status};
}


# By the command line, then the hash is put in the place of the newer one.

system("echo 'correct horse' | " . Xassist::Edge::build() . "/xassistctl "
    . "--store $dir/store --keys $dir/conf/keys user password acme olga "
    . '>/dev/null') == 0 or BAIL_OUT('no password');

my $today = stored();
my ($ln) = $today =~ /ln=(\d+)/ or BAIL_OUT('no hash in the dump');
my $weak = hash('correct horse', $ln - 1);
my $tool = Xassist::Edge::build() . '/xassistctl';
my $text = qx($tool --store $dir/store store dump);
ok($text =~ s/\Q$today\E/$weak/, 'a hash of yesterday');
Xassist::Edge::spew("$dir/dump", $text);
chmod 0644, "$dir/dump";
system("rm -r $dir/store") == 0 or BAIL_OUT('rm');
$edge->ctl('store', 'load', '--owner', 'www-data', "$dir/dump");
is(stored(), $weak, 'is in the store');

$edge->start;
is(login('wrong horse'), 401, 'a wrong password');
is(stored(), $weak, 'raises nothing');
is(login('correct horse'), 200, 'the right one signs in');
$edge->wait_for(sub { stored() ne $weak });
like(stored(), qr/^\$scrypt\$ln=$ln,/, 'and is hashed anew, as today');
isnt(stored(), $today, 'with a salt of its own');
is(login('correct horse'), 200, 'by which it signs in again');
is(login('wrong horse'), 401, 'and a wrong one does not');
my $once = stored();
is(login('correct horse'), 200, 'once more');
is(stored(), $once, 'and it stays as it is');

$world->finish;
