/*
 * Writes roles into the record of a session, as no transition ever does:
 *
 *     claim_roles STORE SESSION-TOKEN ROLES
 *
 * For the test that a guest is refused whatever its record claims.
 */

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <lmdb_schema/view_int.h>
#include <policy/policy.h>


static int
claim_roles_become_owner(const char *folder)
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


int
main(int argc, char **argv)
{
    uint8_t           token[30];
    store_id_t        id;
    store_env_t      *env;
    store_view_t     *view;
    store_error_t     error;
    store_options_t   options = { .sha256 = policy_sha256 };
    store_session_t   session;

    if (argc != 4 || strlen(argv[2]) != POLICY_TOKEN_LEN
        || !policy_base64url_decode(argv[2], POLICY_TOKEN_LEN, token,
                                    sizeof(token)))
    {
        fprintf(stderr, "usage: claim_roles STORE SESSION-TOKEN ROLES\n");
        return 2;
    }

    memcpy(id.b, token + 2, STORE_ID_LEN);
    options.path = argv[1];

    if (claim_roles_become_owner(argv[1]) != 0) {
        perror(argv[1]);
        return 3;
    }

    if (store_open(&options, &env, &error) != STORE_OK) {
        fprintf(stderr, "%s\n", error.text);
        return 3;
    }

    if (store_write_begin(env, &view) != STORE_OK) {
        store_close(env);
        return 3;
    }

    if (store_record_get(view, STORE_IS_session, NULL, &id, &session)
        != STORE_OK)
    {
        fprintf(stderr, "no such session\n");
        store_write_abort(env);
        store_close(env);
        return 1;
    }

    session.roles.data = (const uint8_t *) argv[3];
    session.roles.len = strlen(argv[3]);
    store_record_put(view, STORE_IS_session, &session);

    if (store_write_commit(env) != STORE_OK) {
        store_close(env);
        return 3;
    }

    store_close(env);

    return 0;
}
