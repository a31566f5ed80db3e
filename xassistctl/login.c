/* user password, user sign-out: what users sign in with, and its end. */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <xassistctl/args.h>
#include <xassistctl/clock.h>
#include <xassistctl/open.h>
#include <xassistctl/print.h>


#define PASSWORD_LEAST  8


static int user_password(const ctl_options_t *options, int argc,
    char **argv);
static int user_sign_out(const ctl_options_t *options, int argc,
    char **argv);
static int read_password(char *text, size_t size, size_t *len);
static int change(const ctl_options_t *options, char **argv,
    store_op_kind_t kind, store_slice_t hash, uint64_t before);


const ctl_command_t  ctl_login_commands[] = {
    { "user password", "ACCOUNT NAME [--none]",
      "reads a password from stdin; the user's sessions end",
      user_password },
    { "user sign-out", "ACCOUNT NAME [--before TIME]",
      "ends a user's sessions and voids tokens issued so far; --before: those "
      "that are older",
      user_sign_out },
    { NULL, NULL, NULL, NULL }
};


static int
user_password(const ctl_options_t *options, int argc, char **argv)
{
    int              rc;
    bool             none = false;
    char             text[POLICY_PASSWORD_MOST + 2];
    char             hash[POLICY_PASSWORD_LEN];
    size_t           len, hash_len;
    policy_status_t  status;

    const ctl_arg_t  args[] = {
        { "--none", NULL, &none },
        { NULL, NULL, NULL }
    };

    if (ctl_args(argc, argv, args, 2, 2) == -1) {
        return CTL_USAGE;
    }

    hash_len = 0;

    if (!none) {
        rc = read_password(text, sizeof(text), &len);

        if (rc != CTL_OK) {
            return rc;
        }

        status = policy_password_hash((policy_str_t) { text, len }, hash,
                                      &hash_len);
        explicit_bzero(text, sizeof(text));

        if (status != POLICY_OK) {
            ctl_complain("no hash of the password: %s",
                         policy_status_text(status));
            return CTL_FAILURE;
        }
    }

    return change(options, argv, STORE_OP_USER_PASSWORD,
                  (store_slice_t) { (const uint8_t *) hash, hash_len }, 0);
}


static int
user_sign_out(const ctl_options_t *options, int argc, char **argv)
{
    uint64_t     when = 0;
    const char  *before = NULL;

    const ctl_arg_t  args[] = {
        { "--before", &before, NULL },
        { NULL, NULL, NULL }
    };

    if (ctl_args(argc, argv, args, 2, 2) == -1) {
        return CTL_USAGE;
    }

    if (before != NULL
        && (!ctl_time_parse(before, &when) || when == 0 || when > ctl_now()))
    {
        ctl_complain("\"%s\" is no time that has been, as in "
                     "2026-01-31T12:00:00Z", before);
        return CTL_USAGE;
    }

    return change(options, argv, STORE_OP_SESSION_REVOKE,
                  (store_slice_t) { NULL, 0 }, when);
}


/* A line, or all there is; never from the command line, which others see. */

static int
read_password(char *text, size_t size, size_t *len)
{
    ssize_t  n;
    char    *end;

    *len = 0;

    while (*len < size
           && (n = read(STDIN_FILENO, text + *len, size - *len)) > 0)
    {
        *len += (size_t) n;

        if (memchr(text, '\n', *len) != NULL) {
            break;
        }
    }

    end = memchr(text, '\n', *len);

    if (end != NULL) {
        *len = (size_t) (end - text);
    }

    if (*len < PASSWORD_LEAST || *len > POLICY_PASSWORD_MOST) {
        explicit_bzero(text, size);
        ctl_complain("a password has %d to %u bytes, on one line of stdin",
                     PASSWORD_LEAST, POLICY_PASSWORD_MOST);
        return CTL_NO;
    }

    return CTL_OK;
}


static int
change(const ctl_options_t *options, char **argv, store_op_kind_t kind,
    store_slice_t hash, uint64_t before)
{
    int           rc;
    store_op_t    op;
    ctl_print_t   out;
    ctl_store_t   store;
    store_user_t  user;

    rc = ctl_store_open(options, false, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_find_user(&store, argv[0], argv[1], &user);

    if (rc == CTL_OK) {
        rc = ctl_op(&store, NULL, kind, &op);
    }

    if (rc == CTL_OK) {
        if (kind == STORE_OP_USER_PASSWORD) {
            op.in.user_password.user = user.id;
            op.in.user_password.hash = hash;

        } else {
            op.in.session_revoke.user = user.id;
            op.in.session_revoke.before = before;
        }

        rc = ctl_apply(&store, &op, "change the user");
    }

    ctl_store_close(&store);

    if (rc != CTL_OK) {
        return rc;
    }

    ctl_print_begin(&out, options->json, NULL);
    ctl_print_word(&out, "name", argv[1]);

    return ctl_print_end(&out);
}
