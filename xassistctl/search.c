/* user search and user profile: finding users, and what they are known by. */

#include <string.h>

#include <xassistctl/change.h>
#include <xassistctl/print.h>


#define FOUND_MAX  20


static int user_search(const ctl_options_t *options, int argc, char **argv);
static int user_profile(const ctl_options_t *options, int argc, char **argv);
static int fill_profile(const ctl_given_t *given, store_op_t *op);
static int print_user(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op);
static void print_found(ctl_print_t *out, const store_hit_t *hit);


const ctl_command_t  ctl_search_commands[] = {
    { "user search", "ACCOUNT TEXT [--exact]",
      "finds users by parts of name, login, mail address or phone number",
      user_search },
    { "user profile",
      "ACCOUNT NAME [--display TEXT] [--first TEXT] [--last TEXT] "
      "[--mail ADDRESS] [--phone NUMBER]",
      "changes what a user is known by; what is not named stays",
      user_profile },
    { NULL, NULL, NULL, NULL }
};


static const ctl_change_t  profile = {
    .kind = STORE_OP_USER_PROFILE, .what = "change the profile",
    .min = 2, .max = 2,
    .fill = fill_profile, .print = print_user
};


static int
user_search(const ctl_options_t *options, int argc, char **argv)
{
    int              rc;
    bool             exact = false;
    uint32_t         i;
    ctl_print_t      out;
    ctl_store_t      store;
    store_hit_t      hits[FOUND_MAX];
    store_found_t    found = { .hits = hits, .max = FOUND_MAX };
    store_account_t  account;

    const ctl_arg_t  args[] = {
        { "--exact", NULL, &exact },
        { NULL, NULL, NULL }
    };

    if (ctl_args(argc, argv, args, 2, 2) == -1) {
        return CTL_USAGE;
    }

    rc = ctl_store_open(options, true, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_find_account(&store, argv[0], &account);

    if (rc == CTL_OK) {
        rc = ctl_found(store_search(store.txn, &account.id,
                                    ctl_slice(argv[1]), exact, &found),
                       "account", argv[0]);
    }

    if (rc == CTL_OK) {
        ctl_print_begin(&out, options->json, NULL);
        ctl_print_list(&out, "users");

        for (i = 0; i < found.n; i++) {
            print_found(&out, &hits[i]);
        }

        ctl_print_list_end(&out);
        ctl_print_bool(&out, "more", found.more);
        rc = ctl_print_end(&out);
    }

    ctl_store_close(&store);

    return rc == CTL_OK && found.n == 0 ? CTL_NO : rc;
}


static void
print_found(ctl_print_t *out, const store_hit_t *hit)
{
    ctl_print_item(out);
    ctl_print_id(out, "id", &hit->user.id);
    ctl_print_text(out, "name", hit->user.name);
    ctl_print_text(out, "display", hit->user.display);
    ctl_print_text(out, "mail", hit->user.mail);
    ctl_print_text(out, "phone", hit->user.phone);
    ctl_print_time(out, "signed_in", hit->user.signed_in);
    ctl_print_number(out, "failed_sign_ins", hit->user.failed);
    ctl_print_number(out, "score", hit->score);
    ctl_print_item_end(out);
}


static int
user_profile(const ctl_options_t *options, int argc, char **argv)
{
    const char  *to[STORE_PROFILE_FIELDS] = { NULL };

    const ctl_arg_t  args[] = {
        { "--display", &to[STORE_PROFILE_DISPLAY], NULL },
        { "--first", &to[STORE_PROFILE_FIRST], NULL },
        { "--last", &to[STORE_PROFILE_LAST], NULL },
        { "--mail", &to[STORE_PROFILE_MAIL], NULL },
        { "--phone", &to[STORE_PROFILE_PHONE], NULL },
        { NULL, NULL, NULL }
    };

    return ctl_change(options, &profile, argc, argv, args, to);
}


static int
fill_profile(const ctl_given_t *given, store_op_t *op)
{
    int            rc;
    size_t         i;
    const char   **to = given->data;
    store_user_t   user;

    rc = ctl_find_user(given->store, given->argv[0], given->argv[1], &user);

    if (rc != CTL_OK) {
        return rc;
    }

    op->in.user_profile.user = user.id;
    op->in.user_profile.kind = STORE_TASK_SUBMITTED;

    for (i = 0; i < STORE_PROFILE_FIELDS; i++) {
        op->in.user_profile.set |= (to[i] != NULL ? 1u : 0u) << i;
        op->in.user_profile.to[i] = ctl_slice(to[i]);
    }

    return CTL_OK;
}


static int
print_user(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op)
{
    ctl_print_id(out, "id", &op->in.user_profile.user);
    ctl_print_word(out, "name", given->argv[1]);

    return CTL_OK;
}
