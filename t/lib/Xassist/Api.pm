package Xassist::Api;

# Calls of the API as pages and apps make them.
#
#   my $answer = api($client, POST => 'calls', { title => 'Pump 7' });
#   $answer->{status};  $answer->{json};

use strict;
use warnings;

use Exporter qw(import);
use Mojo::JSON qw(encode_json);

our @EXPORT = qw(api as_app token_of);


# `path` follows v1/.  A body that is a reference goes as JSON, a text as it
# is; more headers may follow.

sub api {
    my ($client, $method, $path, $body, %headers) = @_;

    $body = encode_json($body) if ref $body;
    %headers = ('Content-Type' => 'application/json', %headers)
        if defined $body;
    %headers = (Origin => $client->origin, %headers)
        if $method ne 'GET' && $method ne 'HEAD';
    $headers{Authorization} = "Bearer $client->{bearer}"
        if $client->{bearer};

    return $client->request($method, "/xassist/v1/$path", \%headers, $body);
}


# A client that holds a session as an app does.

sub as_app {
    my ($world, $token) = @_;

    my $client = $world->client;
    $client->{bearer} = $token;
    return $client;
}


# The 40 characters of a link.

sub token_of { return $_[0] =~ m{/j/([A-Za-z0-9_-]{40})$} ? $1 : '' }


1;
