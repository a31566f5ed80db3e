#!/usr/bin/perl

# conf/openapi.json against the code and against the answers: the same paths,
# methods and rules, and no member more or less.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Mojo::JSON qw(decode_json);
use Xassist::Api;
use Xassist::Schema;
use Xassist::World;

my $text = Xassist::Edge::slurp('conf/openapi.json');
my $doc = decode_json($text);
my $schema = Xassist::Schema->new($doc);

is($doc->{openapi}, '3.1.0', 'OpenAPI 3.1');


# What the code routes: "GET /v1/calls/*" => rule.

sub routed {
    my $table = Xassist::Edge::slurp(
        'ngx_xassist_module/ngx_xassist_api_routes.c');
    my $rules = Xassist::Edge::slurp(
        'ngx_xassist_module/ngx_xassist_api_rule.def');
    my %names = $rules =~ /RULE\((\w+),\s*"([^"]+)"\)/g;
    my %routed;

    while ($table =~ /\{\s((?:NGX_HTTP_)?[A-Z]+),\sngx_string\("([^"]+)"\),
        \s*NGX_XASSIST_API_(\w+),/xg)
    {
        my ($method, $path, $rule) = ($1, $2, $3);
        $method =~ s/^NGX_HTTP_//;
        $path =~ tr/@/*/;
        $routed{"$method /v1/$path"} = $names{$rule} // "no rule $rule";
    }
    return \%routed;
}


sub described {
    my %described;

    # Sign-in stands outside the table: it reads forms, too.

    for my $path (grep { !m{^/v1/(?:login|cards/\{token\})$} }
        keys %{ $doc->{paths} })
    {
        for my $method (qw(get post delete put patch)) {
            my $operation = $doc->{paths}{$path}{$method} or next;
            $described{ uc($method) . ' ' . ($path =~ s/\{\w+\}/*/gr) }
                = $operation->{'x-xassist-rule'};
        }
    }
    return \%described;
}


is_deeply(described(), routed(), 'the same paths, methods and rules');

subtest 'the document' => sub {
    my %ids;
    for my $path (sort keys %{ $doc->{paths} }) {
        my $item = $doc->{paths}{$path};
        my @named = $path =~ /\{(\w+)\}/g;
        is_deeply([map { $_->{name} } @{ $item->{parameters} || [] }],
            \@named, "$path: parameters");
        for my $operation (grep { ref eq 'HASH' } values %$item) {
            ok(!$ids{ $operation->{operationId} }++,
                $operation->{operationId});
            ok($operation->{responses}{default}, 'says what is refused');
        }
    }
    my @refs = $text =~ /"\$ref": "([^"]+)"/g;
    ok(eval { $schema->resolve({ '$ref' => $_ }) }, $_)
        for keys %{ { map { $_ => 1 } @refs } };
};

my $policy = decode_json(decommented(
    Xassist::Edge::slurp('conf/policy.json')));
ok($policy->{rules}{$_}, "the policy has $_")
    for sort keys %{ { reverse %{ described() } } };


sub decommented {
    my ($json) = @_;
    $json =~ s{("(?:[^"\\]|\\.)*")|/\*.*?\*/|//[^\n]*}{$1 // ''}gse;
    return $json;
}


my $world = world();
my $olga = $world->signed_in('olga');
my $emil_id = $world->user('emil', roles => 'account_admin')->{id};


# Asks, and holds the answer against its description.

sub holds {
    my ($client, $method, $path, $body) = @_;
    my $answer = api($client, $method, $path, $body);
    my ($bare) = split /\?/, $path;

    for my $described (keys %{ $doc->{paths} }) {
        (my $pattern = quotemeta $described) =~ s/\\\{\w+\\\}/[^\/]+/g;
        next if "/v1/$bare" !~ /^$pattern$/;
        my $operation = $doc->{paths}{$described}{ lc $method } or next;

        my $response = $operation->{responses}{ $answer->{status} }
            // $schema->resolve($operation->{responses}{default});
        my ($type) = $answer->{headers}{'content-type'} =~ /^([^;]+)/;
        my $content = $response->{content}{$type};
        ok($content, "$method $bare: $answer->{status} $type") or return;
        is(join("\n", $schema->check($answer->{json}, $content->{schema})),
            '', 'as described') or diag $answer->{body};
        return $answer->{json};
    }
    fail("$method $path is not described");
    return;
}


my $call = holds($olga, POST => 'calls', { title => 'Pump 7',
    starts_at => '2020-01-01T00:00:00Z' });
my $path = "calls/$call->{id}";
my $made = holds($olga, POST => "$path/invitations",
    { channel => 'mail', to => 'ann@example.com' });
my $id = $made->{invitation}{id};
my $token = token_of($made->{link});

my $guest = holds($world->client, POST => "links/$token/join",
    { browser => 'A' x 22, name => 'Ann', terms => \1 });
my $ann = as_app($world, $guest->{session});
my ($socket) = $olga->websocket("/ws/$call->{id}");

holds($world->client, GET => 'health');
holds($olga, GET => 'me');
holds($ann, GET => 'me');
my $card = holds($olga, POST => 'cards', {});
holds($world->client, GET => "cards/$card->{card}");
holds($world->client, POST => "cards/$card->{card}", {});
holds($olga, GET => 'calls');
holds($olga, GET => 'calls?state=open,live,ended&limit=1');
holds($olga, GET => $path);
holds($ann, GET => $path);
holds($ann, GET => "$path/ice");
holds($ann, GET => "$path/admission");
holds($ann, POST => "$path/transfer");
my $people = holds($olga, GET => "$path/participants");
holds($olga, GET => "$path/invitations");
holds($olga, GET => 'invitations');
holds($olga, GET => "invitations/$id");
holds($olga, GET => 'profiles?for=invite');
holds($world->client, GET => "links/$token");
holds($olga, POST => 'service-requests', { name => 'Bob' });
my ($part) = grep { $_->{name} eq 'Ann' } @{ $people->{participants} };
holds($olga, DELETE => "$path/participants/$part->{id}");
holds($olga, POST => "invitations/$id/withdraw");
holds($olga, POST => "$path/ring", { user => $emil_id });
holds($olga, POST => "$path/accept", {});
holds($olga, POST => "$path/decline", {});

my $emil = $world->signed_in('emil');
my ($there) = $emil->websocket("/ws/$call->{id}");
$world->edge->wait_for(sub {
    grep { ($_->{user} // '') eq $emil_id && $_->{state} eq 'present' }
        @{ api($olga, GET => "$path/participants")->{json}{participants} } });
holds($olga, POST => "$path/hand-over", { user => $emil_id });
holds($emil, POST => "$path/end");
holds($emil, GET => $path);

# Refusals of every operation.

for my $method (qw(GET POST DELETE)) {
    for my $described (sort keys %{ $doc->{paths} }) {
        next unless $doc->{paths}{$described}{ lc $method };
        next if $described =~ m{/health$|/admission$};
        (my $try = $described) =~ s{^/v1/}{};
        $try =~ s/\{token\}/'H' x 40/e;
        $try =~ s/\{\w+\}/'A' x 16/ge;
        holds($world->client, $method => $try,
            $method eq 'POST' ? {} : undef);
    }
}

$world->finish;
