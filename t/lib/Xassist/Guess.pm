package Xassist::Guess;

# A world whose links are those of one account alone, and the kinds of link
# that must not be told apart there: made up, changed a little, made by the
# same keys but not there, and there in another account.
#
#     my ($world, $kinds) = guesses();
#     $kinds->{altered}[0];             # a token

use strict;
use warnings;

use Exporter qw(import);
use File::Copy qw(copy);
use Mojo::Util qw(b64_decode b64_encode);

use Xassist::Edge ();
use Xassist::World;

our @EXPORT = qw(guesses guess_requests);


# Options: `each`, how many of each kind (4); the others go to world().

sub guesses {
    my (%opt) = @_;
    my $each = delete $opt{each} // 4;
    my $world = world(%opt, substitute => sub { $_[0]
        =~ s{(?=        location /j/)}{        xassist_account acme;\n}r });
    my $edge = $world->edge;
    my $call = $world->call;

    $edge->ctl(qw(account create globex));
    $edge->ctl(qw(user create globex gina --roles account_admin));
    my $theirs = $edge->ctl(qw(call create globex gina --title Secret))->{id};
    my @valid = map { token($edge, $call) } 1 .. $each;

    return ($world, {
        forged => [ map { forged($_) } @valid ],
        altered => [ map { altered($valid[$_], $_) } 0 .. $#valid ],
        absent => [ absent($edge, $each) ],
        other => [ map { token($edge, $theirs) } @valid ],
        valid => \@valid,
    });
}


sub token {
    my ($edge, $call) = @_;

    my $link = $edge->ctl('invite', 'create', '--call', $call)->{link};

    # Perl is slower with what JSON gave than with bytes.
    utf8::downgrade($link);
    return $link =~ s{.*/}{}r;
}


sub base64url { return b64_encode($_[0], '') =~ tr{+/=}{-_}dr }

sub bytes_of { return b64_decode($_[0] =~ tr{-_}{+/}r) }


# Version, key and kind as they should be, nothing else.

sub forged {
    my ($token) = @_;

    return base64url(substr(bytes_of($token), 0, 3)
        . join '', map { chr int rand 256 } 1 .. 27);
}


# In the MAC's last byte, its first, the id's last or its first but one.

sub altered {
    my ($token, $n) = @_;
    my $bytes = bytes_of($token);

    vec($bytes, (29, 14, 13, 3)[$n % 4], 8) ^= 1 + int rand 255;
    return base64url($bytes);
}


# Links of another store with the same keys.

sub absent {
    my ($edge, $each) = @_;
    my $other = Xassist::Edge->new(store => 0);

    copy("$edge->{dir}/conf/keys", "$other->{dir}/conf/keys");
    chmod 0600, "$other->{dir}/conf/keys";
    mkdir "$other->{dir}/store", 0750;
    Xassist::Edge::chown_worker("$other->{dir}/store");
    $other->ctl('store', 'init');
    $other->ctl(qw(account create acme));
    $other->ctl(qw(user create acme olga --roles account_admin));
    my $call = $other->ctl(qw(call create acme olga))->{id};
    return map { token($other, $call) } 1 .. $each;
}


# What a guesser can ask with a link: [name, a function that gives the bytes
# of the request].

sub guess_requests {
    my ($client) = @_;
    my $origin = $client->origin;
    my $form = 'nonce=' . 'A' x 27 . '&name=Ann&terms=1&lang=en';
    my $json = '{"browser":"' . 'A' x 22 . '","name":"Ann","terms":true}';

    my $with = sub {
        my ($method, $path, $headers, $body) = @_;
        my $head = $client->head_of($method, $path, { %$headers,
            defined $body ? ('Content-Length' => length $body,
                Origin => $origin) : () });
        return "$head\r\n" . ($body // '');
    };

    return (
        ['page', sub { $with->('GET', "/j/$_[0]", { Accept => 'text/html' }) }],
        ['join', sub { $with->('POST', "/j/$_[0]", { Accept => 'text/html',
            'Content-Type' => 'application/x-www-form-urlencoded' }, $form) }],
        ['link', sub { $with->('GET', "/xassist/v1/links/$_[0]",
            { Accept => 'application/json' }) }],
        ['app', sub { $with->('POST', "/xassist/v1/links/$_[0]/join",
            { Accept => 'application/json',
                'Content-Type' => 'application/json' }, $json) }],
    );
}


1;
