/*
 * The same transitions three ways: over a table in memory, over LMDB, and
 * over a view of LMDB that records what is read, with its version, and what
 * is written, and commits nothing.  What it wrote is put into another store
 * while all that it read is unchanged there, as a fleet would; the stores
 * end up the same.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <lmdb_schema/lmdb_int.h>

#include "store_theirs.h"
#include "store_folder.h"


#define MOST  2048


typedef struct {
    uint8_t  key[STORE_LIMIT_KEY];
    size_t   len;
    uint8_t  version[32];              /* of what was read: its hash */
    bool     absent;
} read_t;

typedef struct {
    uint8_t   key[STORE_LIMIT_KEY];
    size_t    len;
    uint8_t  *value;
    size_t    size;
    bool      removed;
} write_t;

static struct {
    read_t   reads[MOST];
    size_t   nreads;
    write_t  writes[MOST];
    size_t   nwrites;
} record;


static store_status_t
recording_get(store_view_t *view, store_slice_t key, store_slice_t *value)
{
    size_t          i;
    read_t         *read;
    store_status_t  rc = store_place_lmdb.get(view, key, value);

    /* what the transition itself wrote is no read */

    for (i = 0; i < record.nwrites; i++) {
        if (record.writes[i].len == key.len
            && memcmp(record.writes[i].key, key.data, key.len) == 0)
        {
            return rc;
        }
    }

    if (rc == STORE_OK || rc == STORE_NOT_FOUND) {
        assert_true(record.nreads < MOST);
        read = &record.reads[record.nreads++];
        memcpy(read->key, key.data, key.len);
        read->len = key.len;
        read->absent = rc == STORE_NOT_FOUND;

        if (rc == STORE_OK) {
            assert_int_equal(policy_sha256(value->data, value->len,
                                           read->version), 0);
        }
    }

    return rc;
}


static void
keep(store_slice_t key, store_slice_t value, bool removed)
{
    write_t  *write;

    if (store_key_derived(key.data[0])) {
        return;
    }

    assert_true(record.nwrites < MOST);
    write = &record.writes[record.nwrites++];
    memcpy(write->key, key.data, key.len);
    write->len = key.len;
    write->size = value.len;
    write->value = malloc(value.len + 1);
    write->removed = removed;
    assert_non_null(write->value);

    if (value.len != 0) {
        memcpy(write->value, value.data, value.len);
    }
}


static store_status_t
recording_put(store_view_t *view, store_slice_t key, store_slice_t value)
{
    keep(key, value, false);

    return store_place_lmdb.put(view, key, value);
}


static store_status_t
recording_remove(store_view_t *view, store_slice_t key)
{
    store_slice_t  none = { NULL, 0 };

    keep(key, none, true);

    return store_place_lmdb.remove(view, key);
}


/* Runs the operation, records, and throws away what it did. */

static void
run_recording(store_env_t *env, store_op_t *op)
{
    store_place_t   place = store_place_lmdb;
    store_view_t   *view;

    place.get = recording_get;
    place.put = recording_put;
    place.remove = recording_remove;

    record.nreads = record.nwrites = 0;
    assert_int_equal(store_write_begin(env, &view), STORE_OK);
    view->place = &place;
    assert_false(store_op_run(view, op));
    store_write_abort(env);
}


/* Whether everything that was read is there in the same version. */

static bool
unchanged(store_view_t *view)
{
    size_t          i;
    uint8_t         version[32];
    store_slice_t   key, value;
    store_status_t  rc;

    for (i = 0; i < record.nreads; i++) {
        key.data = record.reads[i].key;
        key.len = record.reads[i].len;
        rc = view->place->get(view, key, &value);

        if ((rc == STORE_NOT_FOUND) != record.reads[i].absent) {
            return false;
        }

        if (rc == STORE_OK
            && (policy_sha256(value.data, value.len, version) != 0
                || memcmp(version, record.reads[i].version, 32) != 0))
        {
            return false;
        }
    }

    return true;
}


/* The write set, by records: index keys are derived where it is applied. */

static bool
replay(store_env_t *env)
{
    size_t           i;
    bool             good;
    write_t         *write;
    store_any_t      any;
    store_key_t      key;
    store_view_t    *view;
    store_slice_t    value;
    store_record_t   kind;

    assert_int_equal(store_write_begin(env, &view), STORE_OK);
    good = unchanged(view);

    for (i = 0; i < record.nwrites; i++) {
        write = &record.writes[i];
        value.data = write->value;
        value.len = write->size;
        kind = store_record_of(write->key[0]);

        key.len = 0;
        store_key_bytes(&key, write->key, write->len);

        if (good && kind != STORE_IS_end && write->removed) {
            assert_int_equal(store_record_at(view, kind, &key, &any),
                             STORE_OK);
            store_record_remove(view, kind, &any);

        } else if (good && kind != STORE_IS_end) {
            assert_int_equal(store_decode(kind, value, &any), STORE_OK);
            store_record_put(view, kind, &any);

        } else if (good) {

            if (write->removed) {
                store_view_remove(view, &key);
            } else {
                store_view_put(view, &key, value);
            }
        }
    }

    if (good) {
        assert_int_equal(store_write_commit(env), STORE_OK);
    } else {
        store_write_abort(env);
    }

    for (i = 0; i < record.nwrites; i++) {
        free(record.writes[i].value);
    }

    return good;
}


/* Byte for byte; the version of the schema is LMDB's alone. */

static void
same(store_memory_t *m, store_env_t *env)
{
    size_t         at = 0;
    store_txn_t   *txn = folder_read(env);
    store_key_t    schema;
    store_walk_t   walk;
    store_slice_t  k, v, mk, mv;

    store_key(&schema, STORE_KEY_META);
    store_key_bytes(&schema, STORE_META_SCHEMA, strlen(STORE_META_SCHEMA));
    store_walk_all(&walk);

    while (store_walk_next(store_txn_view(txn), &walk, &k, &v) == STORE_OK) {

        if (store_slice_equal(k, store_key_slice(&schema))) {
            continue;
        }

        assert_true(at < m->n);
        store_memory_pair(&m->pairs[at++], &mk, &mv);
        assert_int_equal(k.len, mk.len);
        assert_memory_equal(k.data, mk.data, k.len);
        assert_int_equal(v.len, mv.len);
        assert_memory_equal(v.data, mv.data, v.len);
    }

    assert_int_equal(at, m->n);
    store_read_free(txn);
}


typedef struct {
    world_t       w;
    store_env_t  *direct;
    store_env_t  *recorded;
} three_t;


/* The newest operation of the world, over the two stores as well. */

static void
also(three_t *t)
{
    store_op_t       direct = t->w.op, recorded = t->w.op;
    store_op_t      *ops[1] = { &direct };

    (void) run(&t->w);
    assert_int_equal(store_apply(t->direct, ops, 1), STORE_OK);
    run_recording(t->recorded, &recorded);
    assert_int_equal(direct.status, t->w.op.status);
    assert_int_equal(recorded.status, t->w.op.status);
    assert_int_equal(direct.reason, t->w.op.reason);
    assert_memory_equal(&direct.out, &t->w.op.out, sizeof(direct.out));
    assert_memory_equal(&recorded.out, &t->w.op.out, sizeof(direct.out));
    assert_true(recorded.status == STORE_OK || record.nwrites == 0);
    assert_true(replay(t->recorded));
    same(&t->w.memory, t->direct);
    same(&t->w.memory, t->recorded);
}


static void
put_all(store_view_t *view, store_memory_t *m)
{
    size_t         i;
    store_key_t    key;
    store_slice_t  k, v;

    for (i = 0; i < m->n; i++) {
        store_memory_pair(&m->pairs[i], &k, &v);
        key.len = 0;
        store_key_bytes(&key, k.data, k.len);
        store_view_put(view, &key, v);
    }
}


static void
fill_from(store_env_t *env, store_memory_t *m)
{
    store_view_t  *view;

    assert_int_equal(store_write_begin(env, &view), STORE_OK);
    put_all(view, m);
    assert_int_equal(store_write_commit(env), STORE_OK);
}


static void
three_ways(void **state)
{
    char      path[2][64];
    three_t   t;
    uint32_t  turn, call;

    (void) state;
    world(&t.w);
    t.direct = folder_new(path[0], 0);
    t.recorded = folder_new(path[1], 0);
    fill_from(t.direct, &t.w.memory);
    fill_from(t.recorded, &t.w.memory);

    for (turn = 0; turn < 12; turn++) {
        call = 2000 + turn;

        ask(&t.w, STORE_OP_CALL_CREATE);
        t.w.op.in.call_create.call = id(call);
        t.w.op.in.call_create.account = id(ACME);
        t.w.op.in.call_create.owner = id(OLGA);
        t.w.op.in.call_create.kind = STORE_CALL_CONFERENCE;
        t.w.op.in.call_create.room = call;
        also(&t);
        also(&t);                      /* again: nothing is written */

        join(&t.w, OLGAS, call, 4000 + turn);
        also(&t);
        attach(&t.w, STORE_OP_ATTACH, call, 4000 + turn);
        also(&t);
        invitation(&t.w, 3000 + turn, call, turn % 2 ? STORE_INV_EXTERNAL
                                                     : STORE_INV_CONFERENCE);
        t.w.op.in.invitation_create.expires = t.w.now + HOUR;
        also(&t);
        press(&t.w, 3000 + turn, 500 + turn);
        also(&t);
        press(&t.w, 3000 + turn, 600 + turn);
        also(&t);                      /* refused, or a second guest */
        attach(&t.w, STORE_OP_DETACH, call, 4000 + turn);
        also(&t);
        t.w.now += turn % 3 * HOUR;
        ask(&t.w, STORE_OP_SWEEP);
        also(&t);
    }

    folder_whole(t.direct);
    folder_whole(t.recorded);
    folder_drop(t.direct, path[0]);
    folder_drop(t.recorded, path[1]);
    end_of_world(&t.w);
}


/* The same as in memory, in place of what was there. */

static void
fill_again(store_env_t *env, store_memory_t *m)
{
    size_t         i;
    store_key_t    key;
    store_view_t  *view;
    store_slice_t  k, v;

    assert_int_equal(store_write_begin(env, &view), STORE_OK);

    for (i = 0; i < STORE_TABLES; i++) {

        /* the first one holds the names of the others */

        if (i != STORE_TABLE_MAIN) {
            assert_int_equal(mdb_drop(env->write.txn, env->dbi[i], 0), 0);
        }
    }

    for (;;) {
        store_walk_t  walk;

        store_walk_all(&walk);

        if (store_walk_next(view, &walk, &k, &v) != STORE_OK) {
            break;
        }

        key.len = 0;
        store_key_bytes(&key, k.data, k.len);
        store_view_remove(view, &key);
    }

    put_all(view, m);

    assert_int_equal(store_write_commit(env), STORE_OK);
}


/* One of an ended call, so that there is something to trim. */

static void
a_full_world(world_t *w)
{
    world(w);
    their_world(w);
    arrive(w, OLGAS, CALL, 8);
    invitation(w, 7, CALL, STORE_INV_CONFERENCE);
    done(w);
    guest(w, 7, 2);
    ask(w, STORE_OP_CALL_END);
    w->op.in.call_end.call = id(CALL);
    done(w);
}


static void
each_operation_three_ways(void **state)
{
    char             path[2][64];
    bool             tried[STORE_OPS] = { false };
    size_t           i, attempted = sizeof(attempts) / sizeof(attempts[0]);
    three_t          t;
    store_op_kind_t  kind;

    (void) state;
    t.direct = folder_new(path[0], 0);
    t.recorded = folder_new(path[1], 0);
    assert_int_equal(store_env_hurry(t.direct, true), STORE_OK);
    assert_int_equal(store_env_hurry(t.recorded, true), STORE_OK);

    for (i = 0; i < attempted + STORE_OPS; i++) {
        kind = i < attempted ? attempts[i].kind
                             : (store_op_kind_t) (i - attempted);

        if (i >= attempted && (kind == 0 || tried[kind])) {
            continue;
        }

        a_full_world(&t.w);
        fill_again(t.direct, &t.w.memory);
        fill_again(t.recorded, &t.w.memory);
        ask(&t.w, kind);

        if (i < attempted) {
            attempts[i].fill(&t.w.op);
            all_theirs(&t.w.op);
            t.w.op.actor = id(NINA);
            t.w.op.account = id(THEIRS);

        } else {
            systems_own(&t.w.op);
        }

        also(&t);
        assert_int_equal(t.w.op.status, STORE_OK);

        if (!t.w.op.out.again && record.nwrites == 0) {
            fail_msg("operation %d wrote nothing", (int) kind);
        }

        tried[kind] = true;
        store_memory_free(&t.w.memory);
    }

    folder_drop(t.direct, path[0]);
    folder_drop(t.recorded, path[1]);
}


/* Two recorded before either was applied: the later one conflicts. */

static void
a_conflict_is_seen(void **state)
{
    char         path[64];
    world_t      w;
    store_op_t   first;
    store_env_t *env;
    store_op_t  *ops[1] = { &first };

    (void) state;
    world(&w);
    invitation(&w, 71, CALL, STORE_INV_CONFERENCE);
    w.op.in.invitation_create.uses = 1;
    done(&w);
    env = folder_new(path, 0);
    fill_from(env, &w.memory);

    press(&w, 71, 501);
    first = w.op;
    press(&w, 71, 502);
    run_recording(env, &w.op);
    assert_int_equal(w.op.status, STORE_OK);

    assert_int_equal(store_apply(env, ops, 1), STORE_OK);
    assert_int_equal(first.status, STORE_OK);
    assert_false(replay(env));

    /* tried again it is refused */

    run_recording(env, &w.op);
    assert_int_equal(w.op.status, STORE_REFUSED);
    assert_int_equal(w.op.reason, STORE_REASON_USED);

    folder_whole(env);
    folder_drop(env, path);
    store_memory_free(&w.memory);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(three_ways),
        cmocka_unit_test(each_operation_three_ways),
        cmocka_unit_test(a_conflict_is_seen)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
