package Xassist::Schema;

# Holds values against the schemas of conf/openapi.json: the part of JSON
# Schema that it uses, and no member that it does not describe.
#
#   my $schema = Xassist::Schema->new($document);
#   my @wrong = $schema->check($value, { '$ref' => '#/components/...' });

use strict;
use warnings;

use Mojo::JSON ();
use Scalar::Util qw(looks_like_number);
use B ();


sub new { my ($class, $document) = @_; return bless { doc => $document },
    $class }


# Sentences, each with the place in the value.

sub check {
    my ($self, $value, $schema, $at) = @_;
    $at //= '';

    $schema = $self->resolve($schema);
    return $self->one_of($value, $schema->{oneOf}, $at) if $schema->{oneOf};

    my @types = ref $schema->{type} ? @{ $schema->{type} }
        : defined $schema->{type} ? ($schema->{type}) : ();
    my $type = type($value);
    return "$at is $type, not @types"
        if @types && !grep { $_ eq $type } @types;

    return "$at is \"$value\", none of @{ $schema->{enum} }"
        if $schema->{enum} && !grep { $_ eq $value } @{ $schema->{enum} };
    return "$at does not match $schema->{pattern}"
        if defined $schema->{pattern} && $value !~ /$schema->{pattern}/;
    return "$at is no time"
        if ($schema->{format} // '') eq 'date-time'
        && $value !~ /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
    return "$at is too long"
        if defined $schema->{maxItems} && @$value > $schema->{maxItems};

    return map { $self->check($value->[$_], $schema->{items}, "$at\[$_]") }
        0 .. $#$value if $type eq 'array' && $schema->{items};
    return $type eq 'object' && $schema->{properties}
        ? $self->members($value, $schema, $at) : ();
}


sub members {
    my ($self, $value, $schema, $at) = @_;

    my $known = $schema->{properties};
    my @wrong = map { "$at.$_ is missing" }
        grep { !exists $value->{$_} } @{ $schema->{required} || [] };

    for my $name (sort keys %$value) {
        push @wrong, $known->{$name}
            ? $self->check($value->{$name}, $known->{$name}, "$at.$name")
            : "$at.$name is not described";
    }
    return @wrong;
}


sub one_of {
    my ($self, $value, $choices, $at) = @_;

    my @fit = grep { !$self->check($value, $_, $at) } @$choices;
    return @fit == 1 ? () : "$at fits " . @fit . ' of the choices';
}


sub resolve {
    my ($self, $schema) = @_;

    while (my $ref = $schema->{'$ref'}) {
        my $node = $self->{doc};
        $node = $node->{$_} // die "$ref: no $_"
            for split m{/}, $ref =~ s{^#/}{}r;
        $schema = $node;
    }
    return $schema;
}


sub type {
    my ($value) = @_;

    return 'null' if !defined $value;
    return 'array' if ref $value eq 'ARRAY';
    return 'object' if ref $value eq 'HASH';
    return 'boolean' if ref $value;
    my $flags = B::svref_2object(\$value)->FLAGS;
    return 'string' if $flags & B::SVf_POK;
    return $value == int $value ? 'integer' : 'number';
}


1;
