package Xassist::BadPolicy;

# Policies that are wrong, each with what its refusal must say; the same for
# the command line, nginx -t and a reload.

use strict;
use warnings;

use Exporter qw(import);

our @EXPORT = qw(bad_policies);


# Rows of {name, text, says}, from the text of a good policy.

sub bad_policies {
    my ($good) = @_;
    my $roles = '"version": 1, "rules": {"call.join": "nobody", "call.end":'
        . ' "nobody", "call.decline": "nobody"}, "roles"';

    return (
        { name => 'not UTF-8',
            text => edit($good, qr/"title": "Client"/,
                "\"title\": \"Clien\xff\xfe\""),
            says => qr/:\d+:\d+: .*UTF-8/ },
        { name => 'a surrogate in UTF-8',
            text => edit($good, qr/"title": "Client"/,
                "\"title\": \"\xed\xa0\x80\""),
            says => qr/:\d+:\d+: .*UTF-8/ },
        { name => 'a key twice',
            text => edit($good, qr/("title": "Client",)/, '$1 $1'),
            says => qr/:\d+:\d+: .*"title".*given before/,
            errors => 1 },
        { name => 'a role twice',
            text => edit($good, qr/("billing_contact": \{)/,
                '"agent": {"title": "x", "grants": []}, $1'),
            says => qr/:\d+:\d+: .*"agent".*given before/,
            errors => 1 },
        { name => 'an unknown member',
            text => edit($good, qr/"includes": \["client"\]/,
                '"inclodes": ["client"]'),
            says => qr/:\d+:\d+: .*"inclodes".*"includes"/ },
        { name => 'a wrong type',
            text => edit($good, qr/"ring": "45s"/, '"ring": [45]'),
            says => qr/:\d+:\d+: .*"ring"/ },
        { name => 'a number out of range',
            text => edit($good, qr/"per_user": 16/,
                '"per_user": 99999999999999999999'),
            says => qr/:\d+:\d+: .*/ },
        { name => 'a negative number',
            text => edit($good, qr/"per_user": 16/, '"per_user": -1'),
            says => qr/:\d+:\d+: .*per_user/ },
        { name => 'a duration out of range',
            text => edit($good, qr/"ring": "45s"/,
                '"ring": "99999999999999999d"'),
            says => qr/:\d+:\d+: .*"ring"/ },
        { name => 'a name over its limit',
            text => edit($good, qr/"client": \{/, '"' . 'n' x 101 . '": {'),
            says => qr/:\d+:\d+: .*(?:100|long)/ },
        { name => 'a text over its limit',
            text => edit($good, qr/"title": "Client"/,
                '"title": "' . 't' x 5000 . '"'),
            says => qr/:\d+:\d+: .*(?:4096|long)/ },
        { name => '10 MB of nesting', text => '[' x 10_000_000,
            says => qr/:1:\d+: .*(?:deep|nest)/ },
        { name => '10 MB of nested objects', text => '{"a":' x 2_000_000,
            says => qr/:1:\d+: .*(?:deep|nest)/ },
        { name => 'nesting in an expression',
            text => edit($good, qr/"call-log\.read": \{/,
                '"deep": ' . '{"not": ' x 500 . '"guest"' . '}' x 500
                . ', "call-log.read": {'),
            says => qr/:\d+:\d+: .*(?:deep|nest)/ },
        { name => '100,000 roles in a cycle',
            text => "{$roles: {" . join(',', map {
                qq("r$_": {"includes": ["r) . (($_ + 1) % 100_000) . '"]}'
                } 0 .. 99_999) . '}}',
            says => qr/:\d+:\d+: .*(?:cycle|include one another).*r\d+/ },
        { name => '100,001 roles',
            text => "{$roles: {" . join(',', map { qq("r$_":{}) }
                0 .. 100_000) . '}}',
            says => qr/100000|roles/ },
        { name => 'a role that includes itself',
            text => edit($good, qr/("service_lead": \{)/,
                '"me": {"includes": ["me"]}, $1'),
            says => qr/:\d+:\d+: .*me/ },
        { name => 'cut short', text => substr($good, 0, length($good) - 40),
            says => qr/:\d+:\d+: / },
        { name => 'a NUL byte', text => edit($good, qr/"ring": "45s"/,
                "\"ring\": \"45s\0\""),
            says => qr/:\d+:\d+: / },
        { name => 'more text than may be', text => ' ' x (33 << 20),
            says => qr/\d/ },
    );
}


sub edit {
    my ($text, $from, $to) = @_;

    my $changed = $text;
    $changed =~ s{$from}{ my @found = ($1); $to =~ s/\$1/$found[0] \/\/ ''/ger }e
        or die "nothing to change: $from";
    return $changed;
}


1;
