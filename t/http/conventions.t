#!/usr/bin/perl

# xassist_require keeps the conventions of nginx: satisfy, error_page,
# inheritance, off, several lines.

use strict;
use warnings;
use lib 't/lib';

use Test::More;
use Xassist::World;

my $world = world(substitute => sub { $_[0] =~ s{(?=        # Built-in)}{
        location /any {
            satisfy any;
            allow 127.0.0.0/8;
            deny all;
            xassist_require nobody;
            proxy_pass http://application;
        }

        location /any/deny {
            satisfy any;
            deny all;
            xassist_require regular;
            proxy_pass http://application;
        }

        location /all {
            deny all;
            xassist_require everybody;
            proxy_pass http://application;
        }

        location /page {
            error_page 401 /sign-in;
            error_page 403 = \@refused;
            xassist_require home_dashboard_access;
            proxy_pass http://application;
        }

        location = /sign-in {
            return 200 "sign in here, \$xassist_reason";
        }

        location \@refused {
            return 418 "refused, \$xassist_reason";
        }

        location /outer {
            xassist_require authenticated;
            xassist_require home_dashboard_access;
            proxy_pass http://application;

            location /outer/open {
                xassist_require off;
                proxy_pass http://application;
            }

            location /outer/inherits {
                proxy_pass http://application;
            }

            location /outer/other {
                xassist_require regular;
                proxy_pass http://application;
            }
        }

        location /rewritten {
            rewrite ^ /home/dashboard last;
        }

        location /tried {
            try_files /nix /home/dashboard;
        }

}r });

$world->user('plain', roles => 'client');
$world->user('admin', roles => 'account_admin');
my $nobody = $world->client;
my $plain = $world->signed_in('plain');
my $admin = $world->signed_in('admin');

sub is_status {
    my ($client, $path, $status, $name) = @_;
    my $answer = $client->get($path);
    is($answer->{status}, $status, "$path: $name");
    return $answer;
}


is_status($nobody, '/any', 200, 'another rule of nginx suffices');
is_status($nobody, '/any/deny', 401, 'none suffices');
is_status($admin, '/any/deny', 200, 'ours suffices');
is_status($admin, '/all', 403, 'all are needed');

my $answer = is_status($nobody, '/page', 401, 'error_page of 401');
is($answer->{body}, 'sign in here, signed_out', 'the page of the operator');
$answer = is_status($plain, '/page', 418, 'error_page of 403');
is($answer->{body}, 'refused, permission_missing', 'knows the reason');
is_status($admin, '/page', 200, 'passes');

is_status($nobody, '/outer', 401, 'nobody');
is_status($plain, '/outer', 403, 'one of two lines holds');
is_status($admin, '/outer', 200, 'both hold');
is_status($nobody, '/outer/open', 200, 'off opens a place inside');
is_status($plain, '/outer/inherits', 403, 'inherited');
is_status($plain, '/outer/other', 200, 'lines of a level replace');

is_status($nobody, '/rewritten', 401, 'after a rewrite');
is_status($admin, '/rewritten', 200, 'after a rewrite');
is_status($nobody, '/tried', 401, 'after try_files');
is_status($admin, '/tried', 200, 'after try_files');

$world->finish;
