/*
 * Transitions over a view that records: what one wrote (records, rows and
 * events, no index key) is replayed on a second store, which then is the
 * same, byte for byte.  So a fleet may run them elsewhere.
 */

#include "store_world.h"


#define WRITES  4096


typedef struct {
    uint8_t        key[STORE_LIMIT_KEY];
    size_t         len;
    store_slice_t  value;
    bool           removed;
} write_t;

static struct {
    const store_place_t *under;
    write_t              writes[WRITES];
    size_t               n;
} recording;


static bool
is_index(uint8_t kind)
{
    return kind >= STORE_KEY_ACCOUNT_NAME && kind < STORE_KEY_ATTACH;
}


static void
record(store_slice_t key, store_slice_t value, bool removed)
{
    write_t  *write;

    if (is_index(key.data[0])) {
        return;
    }

    assert_true(recording.n < WRITES);
    write = &recording.writes[recording.n++];
    memcpy(write->key, key.data, key.len);
    write->len = key.len;
    write->value = value;
    write->removed = removed;
}


static store_status_t
recording_put(store_view_t *view, store_slice_t key, store_slice_t value)
{
    bool             equal;
    size_t           at;
    store_slice_t    k, kept;
    store_status_t   rc = recording.under->put(view, key, value);
    store_memory_t  *m = (store_memory_t *) (void *) view;

    /* as kept by the table: the value given may not live on */

    at = store_memory_find(m, key, &equal);
    assert_true(equal);
    store_memory_pair(&m->pairs[at], &k, &kept);
    record(key, kept, false);

    return rc;
}


static store_status_t
recording_remove(store_view_t *view, store_slice_t key)
{
    store_slice_t  none = { NULL, 0 };

    record(key, none, true);

    return recording.under->remove(view, key);
}


/* The write set applied: index keys come from the records alone. */

static void
replay(store_memory_t *to)
{
    size_t          i;
    store_any_t     any;
    store_key_t     key;
    store_slice_t   value;
    store_record_t  kind;

    static const uint8_t  records[256] = {
        [STORE_KEY_ACCOUNT] = STORE_IS_account,
        [STORE_KEY_USER] = STORE_IS_user,
        [STORE_KEY_SESSION] = STORE_IS_session,
        [STORE_KEY_CALL] = STORE_IS_call,
        [STORE_KEY_PARTICIPANT] = STORE_IS_participant,
        [STORE_KEY_INVITATION] = STORE_IS_invitation
    };

    for (i = 0; i < recording.n; i++) {
        value = recording.writes[i].value;
        kind = (store_record_t) records[recording.writes[i].key[0]];

        if (kind != 0) {
            assert_false(recording.writes[i].removed);
            assert_int_equal(store_decode(kind, value, &any), STORE_OK);
            store_record_put(&to->view, kind, &any);
            continue;
        }

        key.len = 0;
        store_key_bytes(&key, recording.writes[i].key,
                        recording.writes[i].len);

        if (recording.writes[i].removed) {
            store_view_remove(&to->view, &key);
        } else {
            store_view_put(&to->view, &key, value);
        }
    }

    assert_int_equal(to->view.status, STORE_OK);
    recording.n = 0;
}


static void
same_stores(const store_memory_t *a, const store_memory_t *b)
{
    size_t  i;

    assert_int_equal(a->n, b->n);

    for (i = 0; i < a->n; i++) {
        assert_int_equal(a->pairs[i].key, b->pairs[i].key);
        assert_int_equal(a->pairs[i].value, b->pairs[i].value);
        assert_memory_equal(a->pairs[i].bytes, b->pairs[i].bytes,
                            a->pairs[i].key + a->pairs[i].value);
    }
}


static void
a_day_of_calls(world_t *w, store_memory_t *second)
{
    uint32_t  turn, call, inv, user;

    for (turn = 0; turn < 20; turn++) {
        call = 2000 + turn;
        inv = 3000 + turn;
        user = 4000 + 10 * turn;

        a_call(w, call, turn % 2 ? STORE_CALL_SERVICE
                                 : STORE_CALL_CONFERENCE);
        arrive(w, OLGAS, call, user);
        invitation(w, inv, call, turn % 3 ? STORE_INV_CONFERENCE
                                          : STORE_INV_EXTERNAL);
        w->op.in.invitation_create.expires = w->now + HOUR;
        done(w);
        press(w, inv, 500 + turn);
        done(w);
        arrive(w, 5001 + 10 * turn, call, 5002 + 10 * turn);
        replay(second);
        same_stores(&w->memory, second);

        attach(w, STORE_OP_DETACH, call, user);
        done(w);
        w->now += 20 * MINUTE;
        sweep(w);

        if (turn % 4 == 1) {
            leave(w, STORE_OP_REMOVE, call, 5002 + 10 * turn);
            (void) run(w);
        }

        if (turn % 5 == 0) {
            ask(w, STORE_OP_CALL_END);
            w->op.in.call_end.call = id(call);
            done(w);
        }

        sweep(w);
        replay(second);
        same_stores(&w->memory, second);
    }
}


static void
a_replayed_write_set_gives_the_same_store(void **state)
{
    world_t         w;
    store_place_t   place;
    store_memory_t  second;

    (void) state;
    memset(&recording, 0, sizeof(recording));
    world(&w);

    /* the second store begins with what the first one has */

    store_memory_init(&second);

    for (size_t i = 0; i < w.memory.n; i++) {
        store_slice_t  key, value;

        store_memory_pair(&w.memory.pairs[i], &key, &value);
        assert_int_equal(second.view.place->put(&second.view, key, value),
                         STORE_OK);
    }

    recording.under = w.memory.view.place;
    place = *recording.under;
    place.put = recording_put;
    place.remove = recording_remove;
    w.memory.view.place = &place;

    a_day_of_calls(&w, &second);
    assert_true(w.memory.n > 300);

    store_memory_free(&second);
    end_of_world(&w);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_replayed_write_set_gives_the_same_store)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
