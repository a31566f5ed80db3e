#!/usr/bin/perl

# Agent seats of users who come by a provider's token, and after an edit of
# the policy.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::Edge;
use Xassist::Provider;
use Xassist::World;

my $provider = Xassist::Provider->new('EdDSA');
my $world = world(stopped => 1, workers => 2, substitute => sub {
    $_[0] =~ s{(?=    xassist_store)}{
    xassist_jwt jwks=jwks.json issuer=https://id.example audience=xassist
                roles_claim=roles teams_claim=teams account=acme
                users=licensed;
}r });
my $edge = $world->edge;
my $policy = "$edge->{dir}/conf/policy.json";
my $shipped = Xassist::Edge::slurp($policy);

Xassist::Edge::spew("$edge->{dir}/conf/jwks.json", $provider->jwks);
chmod 0644, "$edge->{dir}/conf/jwks.json";
$edge->start;


sub token {
    my ($sub, %claims) = @_;
    return $provider->token('EdDSA', { sub => $sub, %claims });
}


sub swap {
    return $world->client->request('POST', '/xassist/v1/login', {
        Accept => 'application/json', Authorization => "Bearer $_[0]" });
}


sub bearer {
    my ($path, $token) = @_;
    return $world->client->get($path, Accept => 'application/json',
        Authorization => "Bearer $token");
}


sub account { return $edge->ctl(qw(account show acme)) }

sub shown {
    my ($name) = @_;
    return (grep { $_->{name} eq $name }
        @{ $edge->ctl(qw(user list acme))->{users} })[0];
}

sub whole { is($edge->ctl(qw(store check))->{findings}, 0, 'counts agree') }


is(account()->{agents}, 1, 'olga has a seat');
$edge->ctl(qw(account seats acme 2));

subtest 'a user who is made takes a seat' => sub {
    is(swap(token('a', roles => ['agent']))->{status}, 200, 'signed in');
    is(account()->{agents}, 2, 'a seat is taken');
    ok(shown('a')->{seat}, 'by that user');
};

subtest 'none is left' => sub {
    my $answer = swap(token('b', roles => ['agent']));
    is($answer->{status}, 403, 'refused');
    is(reason($answer), 'no_seat', 'as no_seat');
    is(shown('b'), undef, 'nobody was made');

    $answer = swap(token('b', roles => ['client']));
    is($answer->{status}, 200, 'who needs none is let in');

    $answer = swap(token('b', roles => ['agent']));
    is(reason($answer), 'no_seat', 'a known user is refused, too');
    is("@{ shown('b')->{roles} }", 'client', 'with the roles as they were');

    $edge->ctl(qw(team create acme pumps --roles agent));
    $answer = swap(token('b', roles => ['client'], teams => ['pumps']));
    is(reason($answer), 'no_seat', 'or by a team');
    is(account()->{agents}, 2, 'two, as before');
};

subtest 'a token alone gives no seat' => sub {
    my $answer = bearer('/assist/open', token('b', roles => ['agent']));
    is($answer->{status}, 403, 'refused');
    is(reason($answer), 'no_seat', 'for want of a seat');

    $answer = bearer('/xassist/v1/me', token('b',
        roles => ['client', 'agent', 'unheard']));
    is($answer->{status}, 200, 'the user is who he is');
    is($answer->{json}{roles}, 'client,unheard', 'without that role');

    is(bearer('/assist/open', token('a', roles => ['agent']))->{status}, 200,
        'who has one needs no second');
    $edge->ctl(qw(account seats acme none));
    is(bearer('/assist/open', token('b', roles => ['agent']))->{status}, 200,
        'without a limit nobody needs one');
    $edge->ctl(qw(account seats acme 2));
};

subtest 'nor is anybody the billing contact by it' => sub {
    my $claimed = token('b', roles => ['client', 'billing_contact']);
    is(bearer('/xassist/v1/me', $claimed)->{json}{roles}, 'client',
        'not with the token');
    is(swap($claimed)->{status}, 200, 'signed in');
    is("@{ shown('b')->{roles} }", 'client', 'nor by signing in');
    is(account()->{billing}, 'olga', 'it is who it was');
};

subtest 'a seat is given back' => sub {
    is(swap(token('a', roles => ['client']))->{status}, 200, 'without agent');
    is(account()->{agents}, 1, 'one is free');
    is(swap(token('b', roles => ['agent']))->{status}, 200, 'for another');
    is(account()->{agents}, 2, 'who has it now');
    whole();
};

subtest 'the policy is edited' => sub {
    is(account()->{agents}, 2, 'olga and b');

    Xassist::Edge::spew($policy, $shipped
        =~ s/("seat": )"acct_host_sessions"/$1"acct_join_sessions"/r);
    ok($edge->reload, 'clients need a seat from now on');
    ok($edge->wait_for(sub { account()->{agents} == 3 }, 20), 'a is counted');
    ok(shown('a')->{seat}, 'and has one, though there are but two');
    is(reason(swap(token('c', roles => ['client']))), 'no_seat',
        'nobody else gets one');

    Xassist::Edge::spew($policy, $shipped
        =~ s/("seat": )"acct_host_sessions"/$1"acct_whole_account"/r);
    ok($edge->reload, 'administrators alone');
    ok($edge->wait_for(sub { account()->{agents} == 1 }, 20), 'olga is left');
    is(swap(token('c', roles => ['client']))->{status}, 200, 'c comes');

    my @seats = ($edge->ctl_try(qw(log export)))[1] =~ /"user\.seat"/g;
    is(scalar @seats, 3, 'each change is told: one taken, two given back');
    whole();
};

subtest 'roles are changed by who has no policy' => sub {
    Xassist::Edge::spew($policy, $shipped);
    ok($edge->reload, 'as shipped');
    ok($edge->wait_for(sub { account()->{agents} == 2 }, 20), 'olga and b');

    $edge->ctl(qw(--policy /nowhere user set acme b --roles client));
    ok($edge->wait_for(sub { account()->{agents} == 1 }, 20),
        'a worker counts');
    whole();
};

$world->finish(qr/were not kept|was not made/);
