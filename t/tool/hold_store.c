/*
 * A disk that stands still, as the other writers of a store see it: takes the
 * writer lock, says "held", and gives it back when its input ends:
 *
 *     hold_store STORE
 */

#include <stdio.h>

#include <lmdb.h>


int
main(int argc, char **argv)
{
    int       rc;
    MDB_env  *env = NULL;
    MDB_txn  *txn;

    if (argc != 2) {
        (void) fprintf(stderr, "usage: hold_store STORE\n");
        return 2;
    }

    rc = mdb_env_create(&env);

    if (rc == 0) {
        rc = mdb_env_open(env, argv[1], 0, 0600);
    }

    if (rc == 0) {
        rc = mdb_txn_begin(env, NULL, 0, &txn);
    }

    if (rc != 0) {
        (void) fprintf(stderr, "%s: %s\n", argv[1], mdb_strerror(rc));
        mdb_env_close(env);
        return 3;
    }

    (void) puts("held");
    (void) fflush(stdout);

    while (getchar() != EOF) {
        /* until whoever started it has had enough */
    }

    mdb_txn_abort(txn);
    mdb_env_close(env);

    return 0;
}
