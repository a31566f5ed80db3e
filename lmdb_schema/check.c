/* Everything in the store, looked at: records, index keys, counters, log. */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <lmdb_schema/check_int.h>
#include <lmdb_schema/presence_int.h>
#include <lmdb_schema/lmdb_int.h>
#include <lmdb_schema/op_int.h>


#define INCARNATION_LEN  8


static store_status_t check_all(store_view_t *view, uint64_t keys,
    store_finding_pt finding, void *data, uint64_t *findings);
static store_status_t check_key(store_check_t *check, store_slice_t key,
    store_slice_t value);
static store_status_t check_record(store_check_t *check, store_record_t record,
    store_slice_t key, store_slice_t value);
static store_status_t check_derived(store_check_t *check, store_record_t record,
    const store_any_t *any);
static store_status_t check_index(store_check_t *check, store_slice_t key,
    store_slice_t value);
static bool index_target(store_slice_t key, store_slice_t value,
    store_record_t *record, store_key_t *primary);
static bool turned(store_slice_t key, store_key_t *primary);
static store_status_t check_attach(store_check_t *check, store_slice_t key,
    store_slice_t value);


store_status_t
store_check(store_txn_t *txn, store_finding_pt finding, void *data,
    uint64_t *findings)
{
    uint64_t        keys;
    store_status_t  rc;

    rc = store_table_entries(txn, &keys);

    return rc == STORE_OK
           ? check_all(store_txn_view(txn), keys, finding, data, findings)
           : rc;
}


store_status_t
store_view_check(store_view_t *view, store_finding_pt finding, void *data,
    uint64_t *findings)
{
    return check_all(view, UINT64_MAX, finding, data, findings);
}


/* `keys` is how many there should be, when somebody knows. */

static store_status_t
check_all(store_view_t *view, uint64_t keys, store_finding_pt finding,
    void *data, uint64_t *findings)
{
    uint64_t        bad, n;
    store_check_t         check = { view, finding, data, 0 };
    store_walk_t    walk;
    store_slice_t   key, value, none = { NULL, 0 };
    store_status_t  rc;

    store_walk_all(&walk);
    n = 0;

    while ((rc = store_walk_next(view, &walk, &key, &value)) == STORE_OK) {
        n++;
        rc = check_key(&check, key, value);

        if (rc != STORE_OK) {
            return rc;
        }
    }

    if (rc == STORE_NOT_FOUND && keys != UINT64_MAX && keys != n) {
        store_check_found(&check, none, "%llu keys are there, %llu were put",
              (unsigned long long) n, (unsigned long long) keys);
    }

    if (rc == STORE_NOT_FOUND) {
        rc = store_log_chain(view, view->sha256, NULL, NULL, &bad);

        if (rc == STORE_OK && bad != 0) {
            store_check_found(&check, none, "the log's chain is broken at "
                              "event %llu", (unsigned long long) bad);
        }
    }

    *findings = check.findings;

    return rc;
}


static store_status_t
check_key(store_check_t *check, store_slice_t key, store_slice_t value)
{
    store_record_t  record;

    switch (key.data[0]) {

    case STORE_KEY_META:
        return STORE_OK;

    case STORE_KEY_ATTACH:
    case STORE_KEY_ATTACH_OF:
        return check_attach(check, key, value);

    default:
        record = store_record_of(key.data[0]);

        return record != STORE_IS_end
               ? check_record(check, record, key, value)
               : check_index(check, key, value);
    }
}


static store_status_t
check_record(store_check_t *check, store_record_t record, store_slice_t key,
    store_slice_t value)
{
    store_any_t     any;
    store_key_t     primary;
    store_status_t  rc;

    rc = store_decode(record, value, &any);

    if (rc != STORE_OK) {
        store_check_found(check, key, "this %s does not decode: %s",
              store_schema(record)->name, store_status_text(rc));
        return STORE_OK;
    }

    store_primary(record, &any, &primary);

    if (!store_slice_equal(store_key_slice(&primary), key)) {
        store_check_found(check, key, "this %s stands under the key of another",
              store_schema(record)->name);
        return STORE_OK;
    }

    rc = check_derived(check, record, &any);

    if (rc != STORE_OK) {
        return rc;
    }

    switch (record) {
    case STORE_IS_participant:
        return store_check_part(check, &any.participant);
    case STORE_IS_call:
        return store_check_call(check, &any.call);
    case STORE_IS_account:
        return store_check_account(check, &any.account);
    case STORE_IS_media:
        return store_check_media(check, &any.media);
    case STORE_IS_user:
        return store_check_user(check, &any.user);
    case STORE_IS_team:
    case STORE_IS_group:
        return store_check_members(check, record, &any);
    default:
        return STORE_OK;
    }
}


static store_status_t
check_derived(store_check_t *check, store_record_t record,
    const store_any_t *any)
{
    size_t           i, n;
    store_slice_t    value;
    store_status_t   rc;
    store_derived_t  derived[STORE_DERIVED_MAX];

    n = store_derive(record, any, check->view->sha256, derived);

    for (i = 0; i < n; i++) {
        rc = store_view_get(check->view, &derived[i].key, &value);

        if (rc == STORE_NOT_FOUND) {
            store_check_found(check, store_key_slice(&derived[i].key),
                  "this index key of a %s is missing",
                  store_schema(record)->name);
            continue;
        }

        if (rc != STORE_OK) {
            return rc;
        }

        /* a browser's key goes to the newer session once one has ended */

        if (record == STORE_IS_session && any->session.ended != 0) {
            continue;
        }

        if (value.len != (derived[i].valued ? STORE_ID_LEN : 0)
            || (derived[i].valued
                && memcmp(value.data, derived[i].id.b, STORE_ID_LEN) != 0))
        {
            store_check_found(check, store_key_slice(&derived[i].key),
                  "this index key leads to another %s",
                  store_schema(record)->name);
        }
    }

    return STORE_OK;
}


static store_status_t
check_index(store_check_t *check, store_slice_t key, store_slice_t value)
{
    size_t           i, n;
    store_any_t      any;
    store_key_t      primary;
    store_record_t   record;
    store_status_t   rc;
    store_derived_t  derived[STORE_DERIVED_MAX];

    if (!index_target(key, value, &record, &primary)) {
        store_check_found(check, key, "this key is of no known kind");
        return STORE_OK;
    }

    rc = store_record_at(check->view, record, &primary, &any);

    if (rc != STORE_OK && rc != STORE_NOT_FOUND && rc != STORE_CORRUPT
        && rc != STORE_INVALID)
    {
        return rc;
    }

    n = rc == STORE_OK ? store_derive(record, &any, check->view->sha256,
                                      derived)
                       : 0;

    for (i = 0; i < n; i++) {
        if (store_slice_equal(store_key_slice(&derived[i].key), key)) {
            return STORE_OK;
        }
    }

    store_check_found(check, key, "this index key belongs to no record");

    return STORE_OK;
}


/* The record that an index key speaks of. */

static bool
index_target(store_slice_t key, store_slice_t value, store_record_t *record,
    store_key_t *primary)
{
    store_id_t         id;
    store_slice_t      part;

    static const struct {
        uint8_t            index;
        uint8_t            record;
        store_key_class_t  primary;
        bool               valued;
    } kinds[] = {
        { STORE_KEY_ACCOUNT_NAME, STORE_IS_account, STORE_KEY_ACCOUNT, true },
        { STORE_KEY_USER_NAME, STORE_IS_user, STORE_KEY_USER, true },
        { STORE_KEY_USER_SUBJECT, STORE_IS_user, STORE_KEY_USER, true },
        { STORE_KEY_USER_WORDS, STORE_IS_user, STORE_KEY_USER, false },
        { STORE_KEY_USER_BACK, STORE_IS_user, STORE_KEY_USER, false },
        { STORE_KEY_USER_TERM, STORE_IS_user, STORE_KEY_USER, false },
        { STORE_KEY_CALL_OWNER, STORE_IS_call, STORE_KEY_CALL, false },
        { STORE_KEY_PARTICIPANT_BY, STORE_IS_participant,
          STORE_KEY_PARTICIPANT, false },
        { STORE_KEY_SESSION_USER, STORE_IS_session, STORE_KEY_SESSION,
          false },
        { STORE_KEY_SESSION_BROWSER, STORE_IS_session, STORE_KEY_SESSION,
          true },
        { STORE_KEY_CALL_STATE, STORE_IS_call, STORE_KEY_CALL, false },
        { STORE_KEY_PARTICIPANT_OF, STORE_IS_participant,
          STORE_KEY_PARTICIPANT, true },
        { STORE_KEY_INVITATION_CALL, STORE_IS_invitation,
          STORE_KEY_INVITATION, false },
        { STORE_KEY_INVITATION_BY, STORE_IS_invitation, STORE_KEY_INVITATION,
          false },
        { STORE_KEY_INVITATION_SEND, STORE_IS_invitation,
          STORE_KEY_INVITATION, false },
        { STORE_KEY_INTERACTION_NOW, STORE_IS_interaction,
          STORE_KEY_INTERACTION, true },
        { STORE_KEY_INTERACTION_BY, STORE_IS_interaction,
          STORE_KEY_INTERACTION, false },
        { STORE_KEY_INTERACTION_IN, STORE_IS_interaction,
          STORE_KEY_INTERACTION, false },
        { STORE_KEY_INTERACTION_PAUSED, STORE_IS_interaction,
          STORE_KEY_INTERACTION, false },
        { STORE_KEY_TASK_OF, STORE_IS_task, STORE_KEY_TASK, false },
        { STORE_KEY_TASK_BY, STORE_IS_task, STORE_KEY_TASK, false },
        { STORE_KEY_TASK_IN, STORE_IS_task, STORE_KEY_TASK, false },
        { STORE_KEY_SESSION_CERT, STORE_IS_session, STORE_KEY_SESSION, true },
        { STORE_KEY_PASS_SESSION, STORE_IS_pass, STORE_KEY_PASS, true },
        { STORE_KEY_TEAM_NAME, STORE_IS_team, STORE_KEY_TEAM, true },
        { STORE_KEY_GROUP_NAME, STORE_IS_group, STORE_KEY_GROUP, true },
        { STORE_KEY_MEMBER_OF, STORE_IS_member, STORE_KEY_MEMBER, false },
        { STORE_KEY_MANAGES, STORE_IS_manager, STORE_KEY_MANAGER, false },
        { STORE_KEY_DUE, STORE_IS_session, STORE_KEY_SESSION, false },
        { STORE_KEY_DUE, STORE_IS_call, STORE_KEY_CALL, false },
        { STORE_KEY_DUE, STORE_IS_participant, STORE_KEY_PARTICIPANT, false },
        { STORE_KEY_DUE, STORE_IS_invitation, STORE_KEY_INVITATION, false },
        { STORE_KEY_DUE, STORE_IS_answer, STORE_KEY_ANSWER, false },
        { STORE_KEY_DUE, STORE_IS_pass, STORE_KEY_PASS, false }
    };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {

        if (kinds[i].index != key.data[0]
            || (kinds[i].index == STORE_KEY_DUE
                && (key.len < 10 || key.data[9] != kinds[i].primary)))
        {
            continue;
        }

        *record = (store_record_t) kinds[i].record;
        store_key(primary, kinds[i].primary);

        if (kinds[i].index == STORE_KEY_DUE) {
            store_key_bytes(primary, key.data + 10, key.len - 10);
            return true;
        }

        if (*record == STORE_IS_participant) {
            if (key.len < 1 + 2 * STORE_ID_LEN) {
                return false;
            }
            store_key_bytes(primary, key.data
                            + (kinds[i].valued ? 1 : 1 + STORE_ID_LEN),
                            STORE_ID_LEN);
        }

        /* who it is comes first there, and what it is of last */

        if (*record == STORE_IS_member || *record == STORE_IS_manager) {
            return turned(key, primary);
        }

        part = kinds[i].valued ? value : key;

        if (!store_key_tail(part, &id)) {
            return false;
        }

        store_key_id(primary, &id);

        return true;
    }

    return false;
}


/* OBJECT [kind] OF, as OF OBJECT. */

static bool
turned(store_slice_t key, store_key_t *primary)
{
    store_id_t  of;

    if (key.len < 1 + 2 * STORE_ID_LEN || !store_key_tail(key, &of)) {
        return false;
    }

    store_key_id(primary, &of);
    store_key_bytes(primary, key.data + 1, STORE_ID_LEN);

    return true;
}


static store_status_t
check_attach(store_check_t *check, store_slice_t key, store_slice_t value)
{
    size_t          first;
    store_key_t     twin;
    store_slice_t   other;
    store_status_t  rc;

    if (key.len != 1 + INCARNATION_LEN + 2 * STORE_ID_LEN
        || (key.data[0] == STORE_KEY_ATTACH ? !store_attach_row(value)
                                            : value.len != 0))
    {
        store_check_found(check, key, "this row of connections is not "
                          "well-formed");
        return STORE_OK;
    }

    first = key.data[0] == STORE_KEY_ATTACH ? 2 * STORE_ID_LEN
                                            : INCARNATION_LEN;

    store_key(&twin, key.data[0] == STORE_KEY_ATTACH ? STORE_KEY_ATTACH_OF
                                                     : STORE_KEY_ATTACH);
    store_key_bytes(&twin, key.data + 1 + first, key.len - 1 - first);
    store_key_bytes(&twin, key.data + 1, first);

    rc = store_view_get(check->view, &twin, &other);

    if (rc == STORE_NOT_FOUND) {
        store_check_found(check, key, "this row of connections lacks its twin");
        return STORE_OK;
    }

    return rc;
}


void
store_check_found(store_check_t *check, store_slice_t key,
    const char *format, ...)
{
    int      n;
    char     text[512];
    size_t   i;
    va_list  args;

    check->findings++;

    if (check->finding == NULL) {
        return;
    }

    n = 0;

    for (i = 0; i < key.len && i < STORE_LIMIT_KEY; i++) {
        n += snprintf(text + n, sizeof(text) - (size_t) n, "%02x",
                      key.data[i]);
    }

    if (n != 0) {
        n += snprintf(text + n, sizeof(text) - (size_t) n, ": ");
    }

    va_start(args, format);
    (void) vsnprintf(text + n, sizeof(text) - (size_t) n, format, args);
    va_end(args);

    check->finding(check->data, text);
}
