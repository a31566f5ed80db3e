#!/usr/bin/perl

# A second evaluator, naive and straight from the words of the design, against
# the compiled one: random policies, random principals, every rule.
#
#     XASSIST_PAIRS=1000000 XASSIST_SEED=7 prove t/22-policy-differential.t

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use JSON::PP;
use Test::More;

my $top = abs_path(dirname(__FILE__) . '/..');
chdir $top or die $!;
my $ctl = ($ENV{XASSIST_BUILD} // 'build') . '/xassistctl';
my $temp = tempdir(CLEANUP => 1);
my $json = JSON::PP->new->canonical->allow_nonref;

my $pairs = $ENV{XASSIST_PAIRS} // 20_000;
my $seed = $ENV{XASSIST_SEED} // 20261122;
srand $seed;

my @columns = qw(regular guest_mobile guest_mobile_web guest_web external
    service);
my @facts = qw(licensed single_user guest_in_call call_member call_owner
    same_account in_group inviter_holds);
my @built_in = qw(authenticated regular guest in-call nobody everybody);
my @words = qw(call_member call_owner same_account in_group licensed);


sub pick { return $_[rand @_] }
sub chance { return rand() < $_[0] }
sub bool { return $_[0] ? JSON::PP::true : JSON::PP::false }

sub some {
    my ($share, @from) = @_;
    return [grep { chance($share) } @from];
}


# -- random policies and principals ----------------------------------------

sub random_expression {
    my ($depth, @names) = @_;
    my $kind = $depth > 3 ? 0 : int rand 8;

    return { all => [map { random_expression($depth + 1, @names) }
        0 .. rand 3] } if $kind == 1;
    return { any => [map { random_expression($depth + 1, @names) }
        0 .. rand 3] } if $kind == 2 || $kind == 3;
    return { not => random_expression($depth + 1, @names) } if $kind == 4;
    return { equal => [pick([qw($color red)], [qw(blue $color)],
        [qw($color $shade)])]->[0] } if $kind == 5;
    return { in => ['$shade', [pick(qw(red blue)), 'green']] } if $kind == 6;
    return pick(@names, @names, @built_in, @words);
}


sub random_policy {
    my @permissions = map { "p$_" } 0 .. 3 + rand 12;
    my @roles = map { "r$_" } 0 .. 1 + rand 6;
    my @profiles = map { "f$_" } 0 .. rand 4;
    my (%policy, %rules);

    $policy{version} = 1;
    $policy{permissions} = [map {
        my $i = $_;
        my $share = pick(0.3, 0.6, 0.9);
        { name => $permissions[$i],
            columns => { map { $_ => bool(chance($share)) } @columns },
            aliases => chance(0.3) ? ["also$i"] : [],
            requires => some(0.12, @permissions[0 .. $i - 1]) }
    } 0 .. $#permissions];
    $policy{roles} = { map {
        my $i = $_;
        $roles[$i] => { grants => some(pick(0.2, 0.5), @permissions),
            includes => some(0.25, @roles[0 .. $i - 1]),
            single_user => bool(chance(0.3)) }
    } 0 .. $#roles };
    $policy{guests} = { grants => some(0.4, @permissions,
        chance(0.3) ? pick(@roles) : ()) };
    $policy{profiles} = { map { $_ => { permissions => { map {
        chance(0.5) ? ($_ => pick('allow', 'allow', 'deny')) : ()
    } @permissions } } } @profiles };
    $policy{defaults} = { profile => pick(@profiles) } if chance(0.7);
    $policy{licences} = { regular => pick(@permissions) } if chance(0.7);

    my @names = @permissions;
    $rules{'call.join'} = random_expression(1, grep { $_ ne 'in-call' }
        @names);
    $rules{'call.join'} = 'call_member'
        if $json->encode($rules{'call.join'}) =~ /in-call/;
    $rules{$_} = 'nobody' for qw(call.end call.decline);
    for my $i (0 .. 7) {
        $rules{"rule$i"} = random_expression(0, @names);
        push @names, "rule$i";
    }
    $policy{rules} = \%rules;

    return \%policy;
}


sub random_principal {
    my ($policy) = @_;
    my @roles = sort keys %{ $policy->{roles} };
    my @profiles = sort keys %{ $policy->{profiles} };
    my %p = (kind => pick(qw(anonymous regular regular guest guest external
        external service)),
        device => pick(qw(none web mobile mobile_web glasses)),
        facts => some(0.5, @facts),
        roles => some(0.4, @roles), inviter_roles => some(0.5, @roles));

    $p{profile} = pick(@profiles) if chance(0.8);
    $p{call_profile} = pick(@profiles) if chance(0.5);

    return \%p;
}


# -- the naive evaluator ----------------------------------------------------

# The permissions a role grants, those of the roles it includes counted.

sub granted {
    my ($policy, $role) = @_;
    my $r = $policy->{roles}{$role};
    return { map({ $_ => 1 } @{ $r->{grants} }),
        map { %{ granted($policy, $_) } } @{ $r->{includes} } };
}


sub union { my ($policy, @roles) = @_;
    return { map { %{ granted($policy, $_) } } @roles } }


sub by_name {
    my ($policy, $name) = @_;
    my ($found) = grep { $_->{name} eq $name } @{ $policy->{permissions} };
    return $found;
}


# A permission and all that it requires, in steps.

sub closure {
    my ($policy, $name) = @_;
    return ($name, map { closure($policy, $_) }
        @{ by_name($policy, $name)->{requires} });
}


sub column {
    my ($p) = @_;
    return undef if $p->{kind} eq 'anonymous';
    return $p->{kind} if $p->{kind} ne 'guest';
    return { mobile => 'guest_mobile', mobile_web => 'guest_mobile_web' }
        ->{ $p->{device} } // 'guest_web';
}


# Whether the ceiling has it, what it requires counted.

sub within {
    my ($policy, $column, $name) = @_;
    return !grep { !by_name($policy, $_)->{columns}{$column} }
        closure($policy, $name);
}


sub says {
    my ($policy, $profile, $name) = @_;
    return defined $profile
        ? $policy->{profiles}{$profile}{permissions}{$name} // '' : '';
}


sub given_to {
    my ($policy, $p, $name) = @_;
    my %fact = map { $_ => 1 } @{ $p->{facts} };

    if ($p->{kind} eq 'guest') {
        return scalar grep { $_ eq $name || (exists $policy->{roles}{$_}
            && granted($policy, $_)->{$name}) } @{ $policy->{guests}{grants} };
    }

    if ($p->{kind} eq 'external') {
        return 0 if !defined $p->{profile} || !$fact{inviter_holds};
        my ($said) = grep { $_ ne '' } says($policy, $p->{profile}, $name),
            says($policy, $p->{call_profile} // undef, $name),
            says($policy, $policy->{defaults}{profile} // undef, $name);
        return ($said // 'deny') eq 'allow'
            && within($policy, 'regular', $name)
            && union($policy, @{ $p->{inviter_roles} })->{$name};
    }

    my @roles = @{ $p->{roles} };
    push @roles, grep { $policy->{roles}{$_}{single_user} }
        keys %{ $policy->{roles} }
        if $p->{kind} eq 'regular' && $fact{single_user};
    return union($policy, @roles)->{$name};
}


sub holds {
    my ($policy, $p, $name) = @_;
    my $column = column($p);
    my $licensed = $policy->{licences}{regular};

    return 0 if !defined $column || !within($policy, $column, $name);
    return 0 if grep { !given_to($policy, $p, $_) } closure($policy, $name);
    return 0 if $p->{kind} eq 'regular' && defined $licensed
        && grep({ $_ eq $licensed } closure($policy, $name))
        && !grep { $_ eq 'licensed' } @{ $p->{facts} };
    return 1;
}


# 1, 0, or undef: an error, which "not" leaves one.

sub evaluate {
    my ($policy, $p, $given, $e) = @_;
    my %fact = map { $_ => 1 } @{ $p->{facts} };

    if (ref $e) {
        my ($form) = keys %$e;
        my $of = $e->{$form};

        if ($form eq 'all' || $form eq 'any') {
            my @v = map { evaluate($policy, $p, $given, $_) } @$of;
            my $settles = $form eq 'any' ? 1 : 0;
            return $settles if grep { defined && $_ == $settles } @v;
            return undef if grep { !defined } @v;
            return 1 - $settles;
        }

        if ($form eq 'not') {
            my $v = evaluate($policy, $p, $given, $of);
            return defined $v ? 1 - $v : undef;
        }

        my @texts = map { /^\$(.*)/ ? $given->{$1} : $_ }
            $form eq 'equal' ? @$of : ($of->[0], @{ $of->[1] });
        return undef if grep { !defined } @texts;
        my $subject = shift @texts;
        return (grep { $_ eq $subject } @texts) ? 1 : 0;
    }

    $fact{call_owner} = 0 if $p->{kind} eq 'external';

    return $fact{$e} ? 1 : 0 if grep { $_ eq $e } @words;
    return $p->{kind} ne 'anonymous' ? 1 : 0 if $e eq 'authenticated';
    return $p->{kind} eq $e ? 1 : 0 if $e eq 'regular' || $e eq 'guest';
    return 0 if $e eq 'nobody';
    return 1 if $e eq 'everybody';

    if ($e eq 'in-call') {
        return $fact{guest_in_call} ? 1 : 0
            if $p->{kind} eq 'guest' || $p->{kind} eq 'external';
        return 0 if $p->{kind} ne 'regular';
        return evaluate($policy, $p, $given, $policy->{rules}{'call.join'});
    }

    return evaluate($policy, $p, $given, $policy->{rules}{$e})
        if exists $policy->{rules}{$e};
    $e =~ s/^also(\d+)$/p$1/;
    return holds($policy, $p, $e);
}


# -- the comparison ----------------------------------------------------------

sub spew {
    my ($path, $text) = @_;
    open my $fh, '>', $path or die "$path: $!";
    print $fh $text;
    close $fh or die $!;
}


# A random rule may be one that can never hold: it is made another.

sub good_policy {
    for (1 .. 50) {
        my $policy = random_policy();
        for (1 .. 12) {
            spew("$temp/policy.json", $json->encode($policy));
            my $out = `$ctl --json policy check $temp/policy.json 2>&1`;
            my $answer = eval { $json->decode($out) }
                or BAIL_OUT("policy check: $out");
            return $policy if $answer->{ok};

            my @never = map { $_->{text} =~ /^rule "(.+?)" can never hold/ }
                @{ $answer->{errors} };
            if (@never != @{ $answer->{errors} }) {
                diag("seed $seed: $out\n", $json->encode($policy));
                return undef;
            }
            $policy->{rules}{$_} = 'nobody' for @never;
        }
    }
    return undef;
}


my ($asked, $failed, %seen) = (0, 0);

while ($asked < $pairs && !$failed) {
    my $policy = good_policy();
    if (!$policy) {
        fail('a random policy is good');
        last;
    }

    my %principals = map { ("who$_" => random_principal($policy)) } 0 .. 19;
    my @rules = (sort(keys %{ $policy->{rules} }), @built_in,
        map { $_->{name}, @{ $_->{aliases} } } @{ $policy->{permissions} });
    my $given = pick({}, { color => 'red' }, { color => 'blue',
        shade => 'blue' }, { color => 'red', shade => 'green' });
    my @tests;

    for my $rule (@rules) {
        my %expect = (allow => [], deny => [], error => []);
        for my $who (sort keys %principals) {
            my $v = evaluate($policy, $principals{$who}, $given, $rule);
            my $name = !defined $v ? 'error' : $v ? 'allow' : 'deny';
            push @{ $expect{$name} }, $who;
            $seen{ $principals{$who}{kind} }{$name}++;
            $asked++;
        }
        push @tests, { rules => [$rule], attributes => $given, %expect };
    }

    spew("$temp/tests.json", $json->encode({ principals => \%principals,
        tests => \@tests }));
    my $out = `$ctl --json --policy $temp/policy.json policy test $temp/tests.json 2>&1`;
    my $answer = eval { $json->decode($out) };

    if (!$answer || $answer->{failed} != 0) {
        $failed = 1;
        diag("seed $seed, after $asked pairs: $out");
        diag($json->encode($policy));
        diag(join "\n", map { "$_ " . $json->encode($principals{$_}) }
            sort keys %principals);
    }
}

ok(!$failed, "the two agree on $asked pairs");
cmp_ok($asked, '>=', $failed ? 0 : $pairs, 'all were asked');

# Agreement on denials alone would say little.

for my $kind (qw(regular guest external service)) {
    cmp_ok($seen{$kind}{allow} // 0, '>', $asked / 100, "$kind: allowed");
    cmp_ok($seen{$kind}{deny} // 0, '>', $asked / 100, "$kind: denied");
    cmp_ok($seen{$kind}{error} // 0, '>', 0, "$kind: errors");
}
is(scalar(grep { $_ } map { $seen{anonymous}{$_} } qw(allow deny)), 2,
    'anonymous: allowed and denied');

done_testing;
