package Xassist::Provider;

# An identity provider: keys, their JWKS, and tokens signed by them, all by
# the openssl program.

use strict;
use warnings;

use File::Temp ();
use Mojo::JSON qw(encode_json);
use Mojo::Util qw(b64_encode);

my %kinds = (
    RS256 => ['RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
    RS384 => ['RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
    RS512 => ['RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
    PS256 => ['RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
    ES256 => ['EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
    ES384 => ['EC', '-pkeyopt', 'ec_paramgen_curve:P-384'],
    EdDSA => ['ED25519'],
);


sub new {
    my ($class, @algorithms) = @_;

    my $self = bless { dir => File::Temp->newdir, keys => {} }, $class;
    $self->add($_) for @algorithms;
    return $self;
}


# A key of its own for each algorithm, named kid-ALGORITHM.

sub add {
    my ($self, $alg) = @_;

    my ($type, @more) = @{ $kinds{$alg} };
    my $file = "$self->{dir}/$alg." . ++$self->{count};
    run(undef, 'openssl', 'genpkey', '-quiet', '-algorithm', $type, @more,
        '-out', $file);

    $self->{keys}{$alg} = { file => $file, kid => "kid-$alg-$self->{count}",
        jwk => jwk($alg, $file) };
}


sub jwks {
    my ($self) = @_;

    return encode_json({ keys => [map { {
        %{ $self->{keys}{$_}{jwk} }, kid => $self->{keys}{$_}{kid},
        alg => $_, use => 'sig' } } sort keys %{ $self->{keys} }] });
}


sub public_pem {
    my ($self, $alg) = @_;
    return run(undef, 'openssl', 'pkey', '-in', $self->{keys}{$alg}{file},
        '-pubout');
}


# Claims and header members that are given replace the usual ones; undef
# leaves one out.

sub token {
    my ($self, $alg, $claims, $header) = @_;

    my %claims = (iss => 'https://id.example', aud => 'xassist',
        sub => 'olga-7', iat => time - 5, exp => time + 300, %{ $claims // {} });
    my %header = (alg => $alg, typ => 'JWT', kid => $self->{keys}{$alg}{kid},
        %{ $header // {} });

    for my $part (\%claims, \%header) {
        delete $part->{$_} for grep { !defined $part->{$_} } keys %$part;
    }

    my $input = b64(encode_json(\%header)) . '.' . b64(encode_json(\%claims));
    return "$input." . b64($self->signature($alg, $input));
}


sub signature {
    my ($self, $alg, $input) = @_;

    my $file = $self->{keys}{$alg}{file};
    my $in = "$self->{dir}/input";
    open my $fh, '>:raw', $in or die $!;
    print $fh $input;
    close $fh;

    return run(undef, 'openssl', 'pkeyutl', '-sign', '-rawin', '-inkey', $file,
        '-in', $in) if $alg eq 'EdDSA';

    my ($bits) = $alg =~ /(\d+)/;
    my @pss = $alg =~ /^PS/ ? ('-sigopt', 'rsa_padding_mode:pss', '-sigopt',
        'rsa_pss_saltlen:-1') : ();
    my $der = run(undef, 'openssl', 'dgst', "-sha$bits", '-sign', $file, @pss,
        $in);

    return $alg =~ /^ES/ ? raw_of($der, $bits / 8) : $der;
}


# r || s of SEQUENCE { INTEGER r, INTEGER s }.

sub raw_of {
    my ($der, $half) = @_;

    my $at = 2 + (ord(substr $der, 1, 1) > 127 ? 1 : 0);
    my $out = '';

    for (1 .. 2) {
        my $len = ord substr $der, $at + 1, 1;
        my $n = substr $der, $at + 2, $len;
        $n =~ s/^\0+//;
        $out .= ("\0" x ($half - length $n)) . $n;
        $at += 2 + $len;
    }

    return $out;
}


sub jwk {
    my ($alg, $file) = @_;

    my $der = run(undef, 'openssl', 'pkey', '-in', $file, '-pubout',
        '-outform', 'DER');

    return { kty => 'OKP', crv => 'Ed25519', x => b64(substr $der, -32) }
        if $alg eq 'EdDSA';

    if ($alg =~ /^ES(\d+)/) {
        my $half = $1 / 8;
        return { kty => 'EC', crv => "P-$1",
            x => b64(substr $der, -2 * $half, $half),
            y => b64(substr $der, -$half) };
    }

    my $text = run(undef, 'openssl', 'rsa', '-in', $file, '-noout',
        '-modulus');
    my ($hex) = $text =~ /Modulus=([0-9A-F]+)/;
    return { kty => 'RSA', n => b64(pack 'H*', $hex), e => 'AQAB' };
}


sub b64 {
    my $text = b64_encode($_[0], '');
    $text =~ tr{+/}{-_};
    $text =~ s/=+$//;
    return $text;
}


sub run {
    my (undef, @command) = @_;

    open my $fh, '-|:raw', @command or die "@command: $!";
    local $/;
    my $out = <$fh> // '';
    close $fh or die "@command: failed";
    return $out;
}


1;
