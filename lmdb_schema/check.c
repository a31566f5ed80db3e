/* Everything in the store, looked at: records, index keys, counters, log. */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <lmdb_schema/op_int.h>


#define INCARNATION_LEN  8
#define ROW_LEN          (4 + STORE_ID_LEN)


typedef struct {
    store_view_t     *view;
    store_finding_pt  finding;
    void             *data;
    uint64_t          findings;
} check_t;


static store_status_t check_key(check_t *check, store_slice_t key,
    store_slice_t value);
static store_status_t check_record(check_t *check, store_record_t record,
    store_slice_t key, store_slice_t value);
static store_status_t check_derived(check_t *check, store_record_t record,
    const store_any_t *any);
static store_status_t check_index(check_t *check, store_slice_t key,
    store_slice_t value);
static bool index_target(store_slice_t key, store_slice_t value,
    store_record_t *record, store_key_t *primary);
static store_status_t check_attach(check_t *check, store_slice_t key,
    store_slice_t value);
static store_status_t check_part(check_t *check,
    const store_participant_t *part);
static store_status_t check_call(check_t *check, const store_call_t *call);
static store_status_t check_account(check_t *check,
    const store_account_t *account);
static store_status_t check_media(check_t *check,
    const store_media_t *media);
static store_status_t add_call(check_t *check, const store_id_t *call,
    uint32_t *here, uint32_t *joining, uint32_t *seats);
static void found(check_t *check, store_slice_t key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));


store_status_t
store_check(store_txn_t *txn, store_finding_pt finding, void *data,
    uint64_t *findings)
{
    return store_view_check(store_txn_view(txn), finding, data, findings);
}


store_status_t
store_view_check(store_view_t *view, store_finding_pt finding, void *data,
    uint64_t *findings)
{
    uint64_t        bad;
    check_t         check = { view, finding, data, 0 };
    store_walk_t    walk;
    store_slice_t   key, value, none = { NULL, 0 };
    store_status_t  rc;

    memset(&walk, 0, sizeof(walk));    /* every key has the empty prefix */
    walk.from.len = 1;

    while ((rc = store_walk_next(view, &walk, &key, &value)) == STORE_OK) {
        rc = check_key(&check, key, value);

        if (rc != STORE_OK) {
            return rc;
        }
    }

    if (rc == STORE_NOT_FOUND) {
        rc = store_log_chain(view, view->sha256, NULL, NULL, &bad);

        if (rc == STORE_OK && bad != 0) {
            found(&check, none, "the log's chain is broken at event %llu",
                  (unsigned long long) bad);
        }
    }

    *findings = check.findings;

    return rc;
}


static store_status_t
check_key(check_t *check, store_slice_t key, store_slice_t value)
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
check_record(check_t *check, store_record_t record, store_slice_t key,
    store_slice_t value)
{
    store_any_t     any;
    store_key_t     primary;
    store_status_t  rc;

    rc = store_decode(record, value, &any);

    if (rc != STORE_OK) {
        found(check, key, "this %s does not decode: %s",
              store_schema(record)->name, store_status_text(rc));
        return STORE_OK;
    }

    store_primary(record, &any, &primary);

    if (!store_slice_equal(store_key_slice(&primary), key)) {
        found(check, key, "this %s stands under the key of another",
              store_schema(record)->name);
        return STORE_OK;
    }

    rc = check_derived(check, record, &any);

    if (rc != STORE_OK) {
        return rc;
    }

    switch (record) {
    case STORE_IS_participant:
        return check_part(check, &any.participant);
    case STORE_IS_call:
        return check_call(check, &any.call);
    case STORE_IS_account:
        return check_account(check, &any.account);
    case STORE_IS_media:
        return check_media(check, &any.media);
    default:
        return STORE_OK;
    }
}


static store_status_t
check_derived(check_t *check, store_record_t record, const store_any_t *any)
{
    size_t           i, n;
    store_slice_t    value;
    store_status_t   rc;
    store_derived_t  derived[STORE_DERIVED_MAX];

    n = store_derive(record, any, check->view->sha256, derived);

    for (i = 0; i < n; i++) {
        rc = store_view_get(check->view, &derived[i].key, &value);

        if (rc == STORE_NOT_FOUND) {
            found(check, store_key_slice(&derived[i].key),
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
            found(check, store_key_slice(&derived[i].key),
                  "this index key leads to another %s",
                  store_schema(record)->name);
        }
    }

    return STORE_OK;
}


static store_status_t
check_index(check_t *check, store_slice_t key, store_slice_t value)
{
    size_t           i, n;
    store_any_t      any;
    store_key_t      primary;
    store_record_t   record;
    store_status_t   rc;
    store_derived_t  derived[STORE_DERIVED_MAX];

    if (!index_target(key, value, &record, &primary)) {
        found(check, key, "this key is of no known kind");
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

    found(check, key, "this index key belongs to no record");

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
        { STORE_KEY_INTERACTION_NOW, STORE_IS_interaction,
          STORE_KEY_INTERACTION, true },
        { STORE_KEY_INTERACTION_BY, STORE_IS_interaction,
          STORE_KEY_INTERACTION, false },
        { STORE_KEY_INTERACTION_IN, STORE_IS_interaction,
          STORE_KEY_INTERACTION, false },
        { STORE_KEY_TASK_OF, STORE_IS_task, STORE_KEY_TASK, false },
        { STORE_KEY_TASK_BY, STORE_IS_task, STORE_KEY_TASK, false },
        { STORE_KEY_TASK_IN, STORE_IS_task, STORE_KEY_TASK, false },
        { STORE_KEY_DUE, STORE_IS_session, STORE_KEY_SESSION, false },
        { STORE_KEY_DUE, STORE_IS_call, STORE_KEY_CALL, false },
        { STORE_KEY_DUE, STORE_IS_participant, STORE_KEY_PARTICIPANT, false },
        { STORE_KEY_DUE, STORE_IS_invitation, STORE_KEY_INVITATION, false },
        { STORE_KEY_DUE, STORE_IS_answer, STORE_KEY_ANSWER, false }
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
            if (key.len != 1 + 2 * STORE_ID_LEN) {
                return false;
            }
            store_key_bytes(primary, key.data + 1, STORE_ID_LEN);
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


static store_status_t
check_attach(check_t *check, store_slice_t key, store_slice_t value)
{
    size_t          first;
    store_key_t     twin;
    store_slice_t   other;
    store_status_t  rc;

    if (key.len != 1 + INCARNATION_LEN + 2 * STORE_ID_LEN
        || value.len != (key.data[0] == STORE_KEY_ATTACH ? ROW_LEN : 0))
    {
        found(check, key, "this row of connections is not well-formed");
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
        found(check, key, "this row of connections lacks its twin");
        return STORE_OK;
    }

    return rc;
}


static store_status_t
check_part(check_t *check, const store_participant_t *part)
{
    uint64_t        sum;
    store_key_t     prefix, primary;
    store_walk_t    walk;
    store_slice_t   key, value;
    store_status_t  rc;

    store_primary(STORE_IS_participant, part, &primary);

    store_key(&prefix, STORE_KEY_ATTACH);
    store_key_id(&prefix, &part->call);
    store_key_id(&prefix, &part->id);
    store_walk(&walk, &prefix);

    sum = 0;

    while ((rc = store_walk_next(check->view, &walk, &key, &value))
           == STORE_OK)
    {
        sum += value.len == ROW_LEN ? store_get_u32(value.data) : 0;
    }

    if (sum != part->attached) {
        found(check, store_key_slice(&primary),
              "this participant counts %u connections, its rows %llu",
              (unsigned) part->attached, (unsigned long long) sum);
    }

    if ((part->state == STORE_PART_PRESENT) != (part->attached != 0)) {
        found(check, store_key_slice(&primary),
              "this participant is %s with %u connections",
              store_part_state_name((store_part_state_t) part->state),
              (unsigned) part->attached);
    }

    if ((part->due != 0) != (part->state == STORE_PART_JOINING
                             || part->state == STORE_PART_AWAY))
    {
        found(check, store_key_slice(&primary),
              "this participant is %s and %s due",
              store_part_state_name((store_part_state_t) part->state),
              part->due ? "is" : "never");
    }

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}


static store_status_t
check_call(check_t *check, const store_call_t *call)
{
    uint32_t        here, joining, seats;
    store_key_t     primary;
    store_media_t   media;
    store_status_t  rc;

    here = joining = seats = 0;
    rc = add_call(check, &call->id, &here, &joining, &seats);

    if (rc == STORE_OK && (here != call->here || joining != call->joining)) {
        store_primary(STORE_IS_call, call, &primary);
        found(check, store_key_slice(&primary),
              "this call counts %u here and %u joining, there are %u and %u",
              (unsigned) call->here, (unsigned) call->joining,
              (unsigned) here, (unsigned) joining);
    }

    if (rc == STORE_OK && call->media.len != 0
        && call->state != STORE_CALL_ENDED)
    {
        rc = store_media_find(check->view, call->media, &media);

        if (rc == STORE_OK && media.calls == 0) {
            store_primary(STORE_IS_call, call, &primary);
            found(check, store_key_slice(&primary),
                  "this call is on a media server that counts none");
        }
    }

    return rc;
}


static store_status_t
check_media(check_t *check, const store_media_t *media)
{
    uint32_t        calls;
    store_key_t     prefix, primary;
    store_call_t    call;
    store_walk_t    walk;
    store_slice_t   key, value;
    store_status_t  rc;

    calls = 0;
    store_key(&prefix, STORE_KEY_CALL);
    store_walk(&walk, &prefix);

    while ((rc = store_walk_next(check->view, &walk, &key, &value))
           == STORE_OK)
    {
        if (store_decode(STORE_IS_call, value, &call) == STORE_OK
            && call.state != STORE_CALL_ENDED
            && store_slice_equal(call.media, media->name))
        {
            calls++;
        }
    }

    if (calls != media->calls) {
        store_primary(STORE_IS_media, media, &primary);
        found(check, store_key_slice(&primary),
              "this media server counts %u calls, there are %u",
              (unsigned) media->calls, (unsigned) calls);
    }

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}


static store_status_t
check_account(check_t *check, const store_account_t *account)
{
    uint32_t        users, here, joining, seats;
    store_id_t      call;
    store_key_t     prefix, primary;
    store_walk_t    walk;
    store_slice_t   key, value;
    store_status_t  rc;

    users = here = joining = seats = 0;

    store_key(&prefix, STORE_KEY_USER_NAME);
    store_key_id(&prefix, &account->id);
    store_walk(&walk, &prefix);

    while ((rc = store_walk_next(check->view, &walk, &key, &value))
           == STORE_OK)
    {
        users++;
    }

    store_key(&prefix, STORE_KEY_CALL_STATE);
    store_key_id(&prefix, &account->id);
    store_walk(&walk, &prefix);

    while (rc == STORE_NOT_FOUND) {
        rc = store_walk_next(check->view, &walk, &key, &value);

        if (rc != STORE_OK) {
            break;
        }

        (void) store_key_tail(key, &call);
        rc = add_call(check, &call, &here, &joining, &seats);
        rc = rc == STORE_OK ? STORE_NOT_FOUND : rc;
    }

    if (users != account->users || seats != account->seats) {
        store_primary(STORE_IS_account, account, &primary);
        found(check, store_key_slice(&primary),
              "this account counts %u users and %u seats, there are %u and "
              "%u", (unsigned) account->users, (unsigned) account->seats,
              (unsigned) users, (unsigned) seats);
    }

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}


static store_status_t
add_call(check_t *check, const store_id_t *call, uint32_t *here,
    uint32_t *joining, uint32_t *seats)
{
    store_key_t          prefix;
    store_walk_t         walk;
    store_slice_t        key, value;
    store_status_t       rc;
    store_participant_t  part;

    store_key(&prefix, STORE_KEY_PARTICIPANT);
    store_key_id(&prefix, call);
    store_walk(&walk, &prefix);

    while ((rc = store_walk_next(check->view, &walk, &key, &value))
           == STORE_OK)
    {
        if (store_decode(STORE_IS_participant, value, &part) != STORE_OK) {
            continue;
        }

        *joining += part.state == STORE_PART_JOINING;
        *here += part.state == STORE_PART_PRESENT
                 || part.state == STORE_PART_AWAY;
        *seats += part.kind != STORE_KIND_USER && part.seat;
    }

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}


static void
found(check_t *check, store_slice_t key, const char *format, ...)
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
