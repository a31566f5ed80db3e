/*
 * Puts the user of a session into a call, as an admitted connection does:
 *
 *     attend STORE SESSION-TOKEN CALL
 */

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <lmdb_schema/store.h>
#include <policy/policy.h>


static int
attend_become_owner(const char *folder)
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


static int
attend_apply(store_env_t *env, store_op_t *op)
{
    store_op_t *const  all[1] = { op };

    op->now = (uint64_t) time(NULL) * 1000;

    if (policy_random(op->id.b + 1, STORE_ID_LEN - 1) != POLICY_OK
        || store_apply(env, all, 1) != STORE_OK || op->status != STORE_OK)
    {
        fprintf(stderr, "%s: %s\n", store_status_text(op->status),
                store_reason_name(op->reason));
        return -1;
    }

    return 0;
}


int
main(int argc, char **argv)
{
    int               rc;
    uint8_t           token[30];
    store_op_t        join = { .kind = STORE_OP_JOIN };
    store_op_t        attach = { .kind = STORE_OP_ATTACH };
    store_env_t      *env;
    store_error_t     error;
    store_options_t   options = { .sha256 = policy_sha256 };

    if (argc != 4 || strlen(argv[2]) != POLICY_TOKEN_LEN
        || !policy_base64url_decode(argv[2], POLICY_TOKEN_LEN, token,
                                    sizeof(token))
        || strlen(argv[3]) != 16
        || !policy_base64url_decode(argv[3], 16, join.in.join.call.b,
                                    STORE_ID_LEN)
        || policy_random(join.in.join.participant.b + 1, STORE_ID_LEN - 1)
           != POLICY_OK)
    {
        fprintf(stderr, "usage: attend STORE SESSION-TOKEN CALL\n");
        return 2;
    }

    memcpy(join.in.join.session.b, token + 2, STORE_ID_LEN);
    options.path = argv[1];

    if (attend_become_owner(argv[1]) != 0) {
        perror(argv[1]);
        return 3;
    }

    if (store_open(&options, &env, &error) != STORE_OK) {
        fprintf(stderr, "%s\n", error.text);
        return 3;
    }

    rc = attend_apply(env, &join);

    if (rc == 0) {
        attach.in.attach.call = join.in.join.call;
        attach.in.attach.participant = join.out.participant;
        rc = attend_apply(env, &attach);
    }

    store_close(env);

    return rc == 0 ? 0 : 3;
}
