#!/usr/bin/perl

# nginx -t holds each xassist_require against the policy: attributes that a
# rule asks for, lines that a level loses, rules about a call where none is
# named; and a reload tells of names that go.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::World;

my $rules = '"rules": {
    "red": {"equal": ["$colour", "red"]},
    "red-square": {"all": ["red", {"in": ["$shape", ["square"]]}, "regular"]},
    "same": {"all": ["regular", "same_account"]},
    "gone-soon": "regular",';
my $places = '
        location /red { xassist_require red colour=$arg_colour;
            proxy_pass http://application; }
        location /square {
            xassist_require red-square colour=$arg_colour shape=$arg_shape;
            proxy_pass http://application; }
        location /many {
            add_header X-Rules $xassist_rules always;
            xassist_require regular; xassist_require authenticated;
            xassist_require everybody; xassist_require regular;
            xassist_require authenticated; xassist_require everybody;
            xassist_require regular; xassist_require authenticated;
            xassist_require red colour=$arg_colour;
            proxy_pass http://application; }
        location /gone { xassist_require gone-soon;
            proxy_pass http://application; }
        location ~ "^/log/(?<logged>[A-Za-z0-9_-]{16})$" {
            xassist_require call-log.read call=$logged;
            proxy_pass http://application; }
';

my $world = world(
    policy => sub { $_[0] =~ s/"rules"\s*:\s*\{/$rules/r
        =~ s/"roles"\s*:\s*\{/$&"reader": {"title": "Reader", "grants": [
            "xa_xassist", "xa_ocall_outside-the-call",
            "xa_ocall_calllog_call-logs",
            "xa_ocall_calllog_see-own-call-logs"]}, /r },
    substitute => sub { $_[0] =~ s/(?=        location \/ \{)/$places/r });
my $edge = $world->edge;
my $dir = $edge->{dir};
my $config = Xassist::Edge::slurp("$dir/conf/nginx.conf");
my $olga = $world->signed_in('olga');


# nginx -t with an edit of the configuration: (ok, what it said).

sub tested {
    my ($change) = @_;

    my $text = $change->($config);
    BAIL_OUT('the configuration was not changed') if $text eq $config;
    Xassist::Edge::spew("$dir/conf/nginx.conf", $text);
    my @answer = $edge->test_config;
    Xassist::Edge::spew("$dir/conf/nginx.conf", $config);
    return @answer;
}


sub line_of {
    my ($text, $at) = @_;
    return $text =~ /^(.*?)\Q$at\E/s ? 1 + ($1 =~ tr/\n//) : 0;
}


subtest 'attributes reach the rule' => sub {
    my $nobody = $world->client;
    is($nobody->get('/red?colour=red')->{status}, 200, 'red');
    isnt($nobody->get('/red?colour=blue')->{status}, 200, 'blue');
    isnt($nobody->get('/red')->{status}, 200, 'none');
    isnt($nobody->get('/red?colour=re%64d')->{status}, 200, 'another text');
    is($olga->get('/square?colour=red&shape=square')->{status}, 200, 'two');
    is($olga->get('/square?colour=red&shape=round')->{status}, 403, 'not one');
    isnt($nobody->get('/square?colour=red&shape=square')->{status}, 200,
        'nor somebody else');

    my $many = $olga->get('/many?colour=red');
    is($many->{status}, 200, 'nine lines that hold');
    is($many->{headers}{'x-rules'}, join(',', ('regular', 'authenticated',
        'everybody') x 2, 'regular', 'authenticated', 'red'), 'in order');
    is($olga->get('/many?colour=blue')->{status}, 403, 'the last does not');
};

subtest 'an attribute that a line does not give' => sub {
    my ($ok, $text) = tested(sub { $_[0] =~ s/ shape=\$arg_shape;/;/r });
    my $line = line_of($config, 'xassist_require red-square');

    ok(!$ok, 'nginx -t fails');
    like($text, qr/\[emerg\].*"red-square".*attribute "shape".*nginx\.conf:$line\b/,
        'names rule, attribute, file and line');
    unlike($text, qr/attribute "colour"/, 'and nothing that is there');

    ($ok, $text) = tested(sub {
        $_[0] =~ s/red colour=\$arg_colour;/red color=\$arg_colour;/r });
    ok(!$ok, 'another spelling fails');

    Xassist::Edge::spew("$dir/conf/nginx.conf",
        $config =~ s/ shape=\$arg_shape;/;/r);
    ok($edge->reload(fails => 1), 'so does the reload');
    is($olga->get('/square?colour=red&shape=square')->{status}, 200,
        'and the old configuration serves on');
    Xassist::Edge::spew("$dir/conf/nginx.conf", $config);
};

subtest 'bad attributes' => sub {
    my ($ok, $text) = tested(sub {
        $_[0] =~ s/(red colour=\$arg_colour);/$1 colour=x;/r });
    ok(!$ok && $text =~ /"colour" is given twice/, 'one given twice');

    my $many = join ' ', map { "a$_=1" } 1 .. 17;
    ($ok, $text) = tested(sub {
        $_[0] =~ s/(red colour=\$arg_colour);/$1 $many;/r });
    ok(!$ok && $text =~ /more than 16 attributes/, 'more than there may be');
};

subtest 'lines of a level that are lost' => sub {
    my ($ok, $text) = $edge->test_config;
    ok($ok, 'the configuration as it is');
    unlike($text, qr/\[warn\]/, 'warns of nothing') or diag $text;

    my $nested = '
        location /outer { xassist_require regular;
            location /outer/inner {
                xassist_require guest;
                proxy_pass http://application; }
            location /outer/open {
                xassist_require off;
                proxy_pass http://application; } }
';
    ($ok, $text) = tested(sub {
        $_[0] =~ s/(?=        location \/ \{)/$nested/r });
    ok($ok, 'a location with lines in one with lines passes');
    my @warnings = $text =~ /\[warn\].*/g;
    is(scalar @warnings, 1, 'one warning, none for "off"') or diag $text;
    my $inner = 1 + line_of($config, '        location / {') + 2;
    like($warnings[0] // '', qr/level above.*nginx\.conf:$inner\b/,
        'with its place');
};

subtest 'a rule about a call where none is named' => sub {
    my ($ok, $text) = tested(sub {
        $_[0] =~ s/call-log\.read call=\$logged;/call-log.read;/r });
    ok($ok, 'is no error');
    like($text, qr/\[warn\].*"call-log\.read".*neither xassist_call nor call=/,
        'but a warning');

    ($ok, $text) = tested(sub {
        $_[0] =~ s/call-log\.read call=/in-call call=/r });
    like($text, qr/\[warn\].*"in-call".*name it by xassist_call/,
        'so is being in a call without joining it');
};

subtest 'a rule about what the place does not name' => sub {
    my $require = 'xassist_require gone-soon;';

    my ($ok, $text) = tested(sub {
        $_[0] =~ s/\Q$require\E/xassist_require same;/r });
    ok($ok, 'an account is no error');
    like($text, qr/\[warn\].*"same".*xassist_account names none/,
        'but a warning');
    ($ok, $text) = tested(sub {
        $_[0] =~ s/\Q$require\E/xassist_account acme;
            xassist_require same;/r });
    unlike($text, qr/\[warn\]/, 'and none where it is named');

    ($ok, $text) = tested(sub {
        $_[0] =~ s/\Q$require\E/xassist_require admin.users;/r });
    ok($ok, 'nor is a user or device');
    like($text, qr/\[warn\].*"admin\.users".*neither user=VALUE nor device=/,
        'but a warning');
    ($ok, $text) = tested(sub {
        $_[0] =~ s/\Q$require\E/xassist_require admin.users user=\$arg_u;/r });
    unlike($text, qr/\[warn\]/, 'and none where it is given');
};

subtest 'the own call log, after the call' => sub {
    my $call = $world->call;
    $world->user($_, roles => 'reader') for qw(rita rolf);
    my %reader = map { $_ => $world->signed_in($_) } qw(rita rolf);
    my $guest = $world->guest($call);

    is($reader{rita}->get("/log/$call")->{status}, 403, 'not of the call');

    my $own = $edge->ctl('call', 'create', 'acme', 'rita')->{id};
    is($reader{rita}->get("/log/$own")->{status}, 200, 'the owner');
    is($reader{rolf}->get("/log/$own")->{status}, 403, 'another');
    is($olga->get("/log/$own")->{status}, 200, 'who may see all');

    $edge->ctl('call', 'end', $_) for $own, $call;
    is($reader{rita}->get("/log/$own")->{status}, 200,
        'the owner, after the end');
    is($reader{rolf}->get("/log/$own")->{status}, 403, 'another');
    is($olga->get("/log/$call")->{status}, 200, 'who may see all');
    isnt($guest->get("/log/$call")->{status}, 200, 'no guest');
    is($reader{rita}->get('/log/AAAAAAAAAAAAAAAA')->{status}, 403,
        'no such call');

    $edge->ctl('account', 'create', 'other');
    $edge->ctl('user', 'create', 'other', 'ole', '--roles', 'reader');
    my $theirs = $edge->ctl('call', 'create', 'other', 'ole')->{id};
    is($reader{rita}->get("/log/$theirs")->{status}, 403,
        'a call of another account');
};

subtest 'a name that goes while locations use it' => sub {
    my $policy = Xassist::Edge::slurp("$dir/conf/policy.json");
    Xassist::Edge::spew("$dir/conf/policy.json",
        $policy =~ s/"gone-soon": "regular",//r);

    my ($ok, $text) = $edge->test_config;
    ok(!$ok && $text =~ /"gone-soon".*has no such/, 'a location still has it');

    Xassist::Edge::spew("$dir/conf/nginx.conf",
        $config =~ s/location \/gone \{.*?\}//sr);
    ok($edge->reload, 'without the location the reload works');
    like($edge->error_log,
        qr/\[warn\].*has no "gone-soon" any more.*nginx\.conf:\d+/,
        'and warns of the workers that are still running');
};

$world->finish(qr/\[emerg\].*(?:attribute|"gone-soon")/);
