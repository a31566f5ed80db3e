/*
 * Fills a store with licensed users, a thousand in each transaction:
 *
 *     many_users STORE ACCOUNT COUNT ROLES...
 *
 * The account is made; its users u0, u1 ... hold the ROLES in turn, and each
 * has a session.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <lmdb_schema/store.h>
#include <policy/policy.h>


#define BATCH  1000
#define NOW    4102444800000u          /* 2100: sessions that last */


static store_op_t   ops[2 * BATCH];
static char         names[BATCH][24];


static int
many_users_become_owner(const char *folder)
{
    struct stat  st;

    if (stat(folder, &st) != 0) {
        return -1;
    }

    if (geteuid() != 0) {
        return 0;
    }

    return setgid(st.st_gid) != 0 || setuid(st.st_uid) != 0 ? -1 : 0;
}


static store_slice_t
many_users_slice(const char *text)
{
    store_slice_t  s;

    s.data = (const uint8_t *) text;
    s.len = strlen(text);

    return s;
}


static void
many_users_id(store_id_t *id)
{
    id->b[0] = 0;

    if (policy_random(id->b + 1, STORE_ID_LEN - 1) != POLICY_OK) {
        exit(3);
    }
}


static int
many_users_apply(store_env_t *env, size_t n)
{
    size_t       i;
    store_op_t  *all[2 * BATCH];

    for (i = 0; i < n; i++) {
        many_users_id(&ops[i].id);
        ops[i].now = NOW;
        all[i] = &ops[i];
    }

    if (store_apply(env, all, n) != STORE_OK) {
        return -1;
    }

    for (i = 0; i < n; i++) {
        if (ops[i].status != STORE_OK) {
            fprintf(stderr, "operation: %s\n",
                    store_status_text(ops[i].status));
            return -1;
        }
    }

    return 0;
}


static void
many_users_one(store_op_t *user, const store_id_t *account, long number,
    const char *roles)
{
    char        *name;
    store_op_t  *session;

    name = names[number % BATCH];
    (void) snprintf(name, sizeof(names[0]), "u%ld", number);

    memset(user, 0, 2 * sizeof(*user));
    user->kind = STORE_OP_USER_CREATE;
    many_users_id(&user->in.user_create.user);
    user->in.user_create.account = *account;
    user->in.user_create.name = many_users_slice(name);
    user->in.user_create.display = user->in.user_create.name;
    user->in.user_create.mail = many_users_slice("");
    user->in.user_create.roles = many_users_slice(roles);
    user->in.user_create.licensed = true;

    session = user + 1;
    session->kind = STORE_OP_SESSION_CREATE;
    many_users_id(&session->in.session_create.session);
    session->in.session_create.user = user->in.user_create.user;
    session->in.session_create.device = POLICY_DEVICE_WEB;
    session->in.session_create.lifetime = 3600 * 1000;
}


int
main(int argc, char **argv)
{
    int               rc;
    long              i, count;
    store_id_t        account;
    store_env_t      *env;
    store_error_t     error;
    store_options_t   options = { .sha256 = policy_sha256 };

    if (argc < 5 || (count = strtol(argv[3], NULL, 10)) < 1) {
        fprintf(stderr, "usage: many_users STORE ACCOUNT COUNT ROLES...\n");
        return 2;
    }

    options.path = argv[1];

    if (many_users_become_owner(argv[1]) != 0) {
        perror(argv[1]);
        return 3;
    }

    if (store_open(&options, &env, &error) != STORE_OK) {
        fprintf(stderr, "%s\n", error.text);
        return 3;
    }

    many_users_id(&account);
    ops[0].kind = STORE_OP_ACCOUNT_CREATE;
    ops[0].in.account_create.account = account;
    ops[0].in.account_create.name = many_users_slice(argv[2]);
    rc = many_users_apply(env, 1);

    for (i = 0; rc == 0 && i < count; i++) {
        many_users_one(&ops[i % BATCH * 2], &account, i,
                       argv[4 + i % (argc - 4)]);

        if (i % BATCH == BATCH - 1 || i == count - 1) {
            rc = many_users_apply(env, (size_t) (i % BATCH + 1) * 2);
        }
    }

    store_close(env);

    return rc == 0 ? 0 : 3;
}
