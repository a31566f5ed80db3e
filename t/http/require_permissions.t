#!/usr/bin/perl

# Each of the 19 permissions opens its location for a user whose role holds
# it and for nobody else; a guest is refused whatever a role says.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::World;

# Permission => what it requires, location.
my @rows = map { [split ' '] } grep { /\S/ } split /\n/, <<'ROWS';
home_dashboard_access                   - /home/dashboard
xa_xassist                              - /assist/open
xa_ocall_outside-the-call               X /assist/outside
xa_ocall_xassist-dashboard              O /assist/dashboard
xa_ocall_create_conference              O /conferences/create
xa_ocall_contact_list_contact-list      O /contacts/list
xa_ocall_contact_list_invite-guestusers O /contacts/invite
xa_ocall_calllog_call-logs              O /logs/list
xa_ocall_calllog_see-own-call-logs      L /logs/own
xa_ocall_calllog_see-all-call-logs      L /logs/all
xa_ocall_calllog_download-media         L /logs/media/download
xa_ocall_calllog_delete-media           L /logs/media/delete
xa_ocall_calllog_export-call-log        L /logs/export
xa_ocall_reports_service-reports        O /reports/list
xa_ocall_create-service-report          R /reports/create
xa_ocall_read-service-reports           R /reports/read
xa_ocall_edit-service-reports           R /reports/edit
xa_ocall_delete-service-reports         R /reports/delete
xa_ocall_phonebook-editor               O /phonebook/edit
ROWS

my @x = ('xa_xassist');
my @o = (@x, 'xa_ocall_outside-the-call');
my %requires = ('-' => [], X => \@x, O => \@o,
    L => [@o, 'xa_ocall_calllog_call-logs'],
    R => [@o, 'xa_ocall_reports_service-reports']);

is(scalar @rows, 19, 'nineteen permissions');


# Roles of the test: with N holds permission N and what it requires, bare N
# only the permission, rest N everything but it.

sub role {
    my ($name, @grants) = @_;
    return qq("$name": {"title": "$name", "grants": [)
        . join(', ', map { qq("$_") } @grants) . ']}, ';
}

my $roles = '';

for my $i (0 .. $#rows) {
    my ($name, $needs) = @{ $rows[$i] };
    my @others = grep { $_ ne $name } map { $_->[0] } @rows;
    $roles .= role("with$i", $name, @{ $requires{$needs} })
        . role("bare$i", $name) . role("rest$i", @others);
}

# The same permissions within a call, where the session of a guest counts.

my $within = join '', map { qq(
        location ~ "^/in/(?<call>[A-Za-z0-9_-]{16})/$_\$" {
            xassist_call \$call;
            xassist_require $rows[$_][0];
            proxy_pass http://application;
        }\n) } 0 .. $#rows;

my $world = world(
    policy => sub { $_[0] =~ s/"roles"\s*:\s*\{/$&$roles/r },
    substitute => sub { $_[0] =~ s/(?=        location \/ \{)/$within/r });
my $call = $world->call;
my $guest = $world->guest($call);
my $bearer = $world->client;
my $everything = join ',', 'account_admin', map { "with$_" } 0 .. $#rows;

is(system(Xassist::Edge::build() . '/t/tool/claim_roles',
    $world->edge->{dir} . '/store', $guest->{cookies}{'xassist-g'},
    $everything), 0, 'the record of the guest claims every role');
my $nobody = $world->client;

for my $i (0 .. $#rows) {
    my ($name, $needs, $path) = @{ $rows[$i] };

    subtest $name => sub {
        my %client;

        for my $role ("with$i", "bare$i", "rest$i") {
            $world->user($role, roles => $role);
            $client{$role} = $world->signed_in($role);
        }

        my $answer = $client{"with$i"}->get("$path?x=1");
        is($answer->{status}, 200, 'a user whose role holds it passes');
        is($answer->{json}{uri}, "$path?x=1", 'and reaches the application');

        $answer = $client{"rest$i"}->get($path, Accept => 'application/json');
        is($answer->{status}, 403, 'a user with all others is refused');
        is(reason($answer), 'permission_missing', 'with its reason');

        $answer = $client{"bare$i"}->get($path);
        is($answer->{status}, $needs eq '-' ? 200 : 403,
            'what it requires is asked for');

        $answer = $guest->get($path);
        ok($answer->{status} == 401 || $answer->{status} == 403,
            'the cookie of a guest does not pass');
        unlike($answer->{body}, qr/"uri"/, 'nor reach the application');

        $answer = $bearer->get($path, Accept => 'application/json',
            Authorization => "Bearer $guest->{cookies}{'xassist-g'}");
        is($answer->{status}, 403, 'nor does the token of a guest');
        is(reason($answer), 'not_for_guests', 'with its reason');

        $answer = $guest->get("/in/$call/$i", Accept => 'application/json');
        is($answer->{status}, 403, 'nor within the call');
        is(reason($answer), 'not_for_guests', 'with its reason');

        $answer = $nobody->get($path, Accept => 'application/json');
        is($answer->{status}, 401, 'nobody signed in: 401');
        is(reason($answer), 'signed_out', 'with its reason');
    };
}

subtest 'licence, suspension and sign-out count' => sub {
    $world->user('bare', roles => 'account_admin', licence => 0);
    is($world->signed_in('bare')->get('/assist/open')->{status}, 403,
        'no licence: no xAssist');

    my $client = $world->signed_in('olga');
    is($client->get('/assist/open')->{status}, 200, 'signed in');
    $world->edge->ctl('user', 'set', 'acme', 'olga', '--suspend');
    is($client->get('/assist/open')->{status}, 403, 'suspended');
    $world->edge->ctl('user', 'set', 'acme', 'olga', '--resume');
    is($client->get('/assist/open')->{status}, 200, 'resumed');

    my ($session) = @{ $world->edge->ctl('session', 'list', 'acme',
        'olga')->{sessions} };
    $world->edge->ctl('session', 'revoke', $session->{id});
    is($client->get('/assist/open')->{status}, 401, 'revoked');
};

subtest 'built-in rules' => sub {
    my $user = $world->signed_in('olga');
    my %expect = (authenticated => [200, 401], regular => [200, 401],
        nobody => [403, 401], everybody => [200, 200], guest => [403, 401]);

    for my $rule (sort keys %expect) {
        is($user->get("/rule/$rule")->{status}, $expect{$rule}[0],
            "a user and $rule");
        my $status = $nobody->get("/rule/$rule")->{status};
        ok($status == $expect{$rule}[1] || ($rule =~ /nobody|guest/
            && $status == 403), "nobody and $rule: $status");
    }
};

$world->finish;
