/* Checkpoints: what they say, and a log that was written anew. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "store_folder.h"


static int
sign(void *data, const void *message, size_t len, uint8_t *key,
    uint8_t signature[STORE_SIGNATURE_LEN])
{
    /* not a signature, but told apart by it */

    if (data != NULL) {
        return -1;
    }

    *key = 3;
    memset(signature, 0, STORE_SIGNATURE_LEN);

    return policy_sha256(message, len, signature);
}


static store_status_t
checkpoint(store_env_t *env, void *data, bool *again)
{
    store_op_t       op, *ops[1] = { &op };
    store_status_t   rc;

    folder_op(&op, STORE_OP_CHECKPOINT);
    op.in.checkpoint.sign = sign;
    op.in.checkpoint.data = data;
    rc = store_apply(env, ops, 1);
    *again = op.out.again;

    return rc == STORE_OK ? op.status : rc;
}


static void
what_a_checkpoint_says(void **state)
{
    bool                again, matches;
    char                path[64];
    uint8_t             message[STORE_CHECKPOINT_LEN], hash[32];
    store_env_t        *env;
    store_txn_t        *txn;
    store_checkpoint_t  c;

    (void) state;
    env = folder_new(path, 0);

    assert_int_equal(checkpoint(env, NULL, &again), STORE_NOT_FOUND);
    assert_int_equal(folder_account(env, 1), STORE_OK);
    assert_int_equal(folder_account(env, 2), STORE_OK);
    assert_int_equal(checkpoint(env, &again, &again), STORE_IO);
    assert_int_equal(checkpoint(env, NULL, &again), STORE_OK);
    assert_false(again);
    assert_int_equal(checkpoint(env, NULL, &again), STORE_OK);
    assert_true(again);
    assert_int_equal(folder_account(env, 3), STORE_OK);
    assert_int_equal(checkpoint(env, NULL, &again), STORE_OK);

    txn = folder_read(env);
    assert_int_equal(store_checkpoint_next(txn, 0, &c), STORE_OK);
    assert_int_equal(c.seq, 2);
    assert_int_equal(c.key, 3);
    assert_int_equal(store_checkpoint_message(&c, message), STORE_OK);
    assert_memory_equal(message, "xassist-checkpoint-1", 20);
    assert_int_equal(store_get_u64(message + 20), 2);
    assert_int_equal(store_get_u64(message + 28), c.time);
    assert_int_equal(policy_sha256(message, sizeof(message), hash), 0);
    assert_memory_equal(c.signature.data, hash, 32);

    assert_int_equal(store_log_matches(txn, 2, c.hash, &matches), STORE_OK);
    assert_true(matches);
    assert_int_equal(store_log_matches(txn, 3, c.hash, &matches), STORE_OK);
    assert_false(matches);
    assert_int_equal(store_log_matches(txn, 4, c.hash, &matches),
                     STORE_NOT_FOUND);
    assert_int_equal(store_log_matches(txn, 0, c.hash, &matches),
                     STORE_NOT_FOUND);

    assert_int_equal(store_checkpoint_next(txn, 2, &c), STORE_OK);
    assert_int_equal(c.seq, 3);
    assert_int_equal(store_checkpoint_last(txn, &c), STORE_OK);
    assert_int_equal(c.seq, 3);
    assert_int_equal(store_checkpoint_next(txn, 3, &c), STORE_NOT_FOUND);
    assert_int_equal(store_checkpoint_next(txn, UINT64_MAX, &c),
                     STORE_NOT_FOUND);
    store_read_free(txn);

    folder_whole(env);
    folder_drop(env, path);
}


static void
it_holds_over_a_cut(void **state)
{
    bool                again, matches;
    char                path[64];
    store_op_t          op, *ops[1] = { &op };
    store_env_t        *env;
    store_txn_t        *txn;
    store_checkpoint_t  c;
    uint64_t            trimmed;

    (void) state;
    env = folder_new(path, 0);
    assert_int_equal(folder_account(env, 1), STORE_OK);
    assert_int_equal(checkpoint(env, NULL, &again), STORE_OK);
    assert_int_equal(folder_account(env, 2), STORE_OK);
    assert_int_equal(checkpoint(env, NULL, &again), STORE_OK);
    assert_int_equal(folder_account(env, 3), STORE_OK);

    folder_op(&op, STORE_OP_TRIM);
    op.in.trim.log_before = UINT64_MAX;
    assert_int_equal(store_apply(env, ops, 1), STORE_OK);
    assert_int_equal(op.out.removed, 2);

    txn = folder_read(env);
    assert_int_equal(store_log_trimmed(txn, &trimmed), STORE_OK);
    assert_int_equal(trimmed, 2);
    assert_int_equal(store_checkpoint_next(txn, 0, &c), STORE_OK);
    assert_int_equal(store_log_matches(txn, c.seq, c.hash, &matches),
                     STORE_TRIMMED);
    assert_int_equal(store_checkpoint_next(txn, 1, &c), STORE_OK);
    assert_int_equal(store_log_matches(txn, c.seq, c.hash, &matches),
                     STORE_OK);
    assert_true(matches);
    store_read_free(txn);

    folder_whole(env);
    folder_drop(env, path);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(what_a_checkpoint_says),
        cmocka_unit_test(it_holds_over_a_cut)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
