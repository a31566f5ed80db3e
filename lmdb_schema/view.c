/* Records, walks and sticky writes over any place. */

#include <string.h>

#include <lmdb_schema/view_int.h>


static bool foreign(const store_view_t *view, store_record_t record,
    const void *in);
static bool next_class(store_walk_t *walk);
static bool key_before(store_slice_t a, store_slice_t b);
static void apply_derived(store_view_t *view, const store_derived_t *old,
    size_t nold, const store_derived_t *new, size_t nnew);
static bool has_derived(const store_derived_t *set, size_t n,
    const store_derived_t *one);
static void remove_derived(store_view_t *view, const store_derived_t *one);


store_status_t
store_view_get(store_view_t *view, const store_key_t *key,
    store_slice_t *value)
{
    if (!store_key_good(key)) {
        return STORE_INVALID;
    }

    return view->place->get(view, store_key_slice(key), value);
}


void
store_view_put(store_view_t *view, const store_key_t *key,
    store_slice_t value)
{
    if (view->status != STORE_OK) {
        return;
    }

    view->writes++;

    if (!store_key_good(key)) {
        view->status = STORE_INVALID;
        return;
    }

    view->status = view->place->put(view, store_key_slice(key), value);
}


void
store_view_remove(store_view_t *view, const store_key_t *key)
{
    store_status_t  rc;

    if (view->status != STORE_OK) {
        return;
    }

    view->writes++;

    if (!store_key_good(key)) {
        view->status = STORE_INVALID;
        return;
    }

    rc = view->place->remove(view, store_key_slice(key));

    if (rc != STORE_NOT_FOUND) {
        view->status = rc;
    }
}


void
store_view_fail(store_view_t *view, store_status_t status)
{
    if (view->status == STORE_OK) {
        view->status = status;
    }
}


void
store_walk(store_walk_t *walk, const store_key_t *prefix)
{
    walk->prefix = *prefix;
    walk->from = *prefix;
}


void
store_walk_all(store_walk_t *walk)
{
    memset(walk, 0, sizeof(*walk));
    walk->from.len = 1;
}


store_status_t
store_walk_next(store_view_t *view, store_walk_t *walk, store_slice_t *key,
    store_slice_t *value)
{
    store_status_t  rc;

    if (!store_key_good(&walk->prefix)) {
        return STORE_INVALID;
    }

    do {
        rc = view->place->next(view, store_key_slice(&walk->from), key,
                               value);

    } while (rc == STORE_NOT_FOUND && next_class(walk));

    if (rc != STORE_OK) {
        return rc;
    }

    /* a damaged page may lead back, and the walk would never end */

    if (key_before(*key, store_key_slice(&walk->from))) {
        return STORE_CORRUPT;
    }

    if (!store_key_prefix(&walk->prefix, *key)) {
        return STORE_NOT_FOUND;
    }

    if (key->len > STORE_LIMIT_KEY) {
        return STORE_CORRUPT;
    }

    /* the next key after K is K with a zero byte appended */

    memcpy(walk->from.data, key->data, key->len);
    walk->from.data[key->len] = 0;
    walk->from.len = key->len + 1;

    return STORE_OK;
}


/* Of a walk of everything: on to the next class of keys. */

static bool
next_class(store_walk_t *walk)
{
    if (walk->prefix.len != 0 || walk->from.data[0] == UINT8_MAX) {
        return false;
    }

    walk->from.data[0]++;
    walk->from.len = 1;

    return true;
}


static bool
key_before(store_slice_t a, store_slice_t b)
{
    int  c;

    c = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len);

    return c < 0 || (c == 0 && a.len < b.len);
}


store_status_t
store_record_at(store_view_t *view, store_record_t record,
    const store_key_t *key, void *out)
{
    store_slice_t   value;
    store_status_t  rc;

    rc = store_view_get(view, key, &value);

    if (rc != STORE_OK) {
        memset(out, 0, store_schema(record)->size);
        return rc;
    }

    rc = store_decode(record, value, out);

    if (rc == STORE_OK && foreign(view, record, out)) {
        memset(out, 0, store_schema(record)->size);
        return STORE_NOT_FOUND;
    }

    return rc;
}


/* Whether a record belongs to another account than the view is for. */

static bool
foreign(const store_view_t *view, store_record_t record, const void *in)
{
    const store_any_t  *any = in;
    const store_id_t   *account;

    if (store_id_none(&view->account)) {
        return false;
    }

    switch (record) {
    case STORE_IS_account:
        account = &any->account.id;
        break;
    case STORE_IS_user:
        account = &any->user.account;
        break;
    case STORE_IS_session:
        account = &any->session.account;
        break;
    case STORE_IS_call:
        account = &any->call.account;
        break;
    case STORE_IS_participant:
        account = &any->participant.account;
        break;
    case STORE_IS_invitation:
        account = &any->invitation.account;
        break;
    case STORE_IS_pass:
        account = &any->pass.account;
        break;
    case STORE_IS_team:
        account = &any->team.account;
        break;
    case STORE_IS_group:
        account = &any->group.account;
        break;
    case STORE_IS_member:
        account = &any->member.account;
        break;
    case STORE_IS_manager:
        account = &any->manager.account;
        break;
    case STORE_IS_interaction:
        account = &any->interaction.account;
        break;
    case STORE_IS_task:
        account = &any->task.account;
        break;
    default:
        return false;
    }

    return !store_id_equal(account, &view->account);
}


store_status_t
store_record_get(store_view_t *view, store_record_t record,
    const store_id_t *call, const store_id_t *id, void *out)
{
    store_key_t  key;

    static const uint8_t  classes[STORE_IS_end] = {
        [STORE_IS_account] = STORE_KEY_ACCOUNT,
        [STORE_IS_user] = STORE_KEY_USER,
        [STORE_IS_session] = STORE_KEY_SESSION,
        [STORE_IS_call] = STORE_KEY_CALL,
        [STORE_IS_participant] = STORE_KEY_PARTICIPANT,
        [STORE_IS_invitation] = STORE_KEY_INVITATION,
        [STORE_IS_interaction] = STORE_KEY_INTERACTION,
        [STORE_IS_task] = STORE_KEY_TASK,
        [STORE_IS_pass] = STORE_KEY_PASS,
        [STORE_IS_team] = STORE_KEY_TEAM,
        [STORE_IS_group] = STORE_KEY_GROUP,
        [STORE_IS_member] = STORE_KEY_MEMBER,
        [STORE_IS_manager] = STORE_KEY_MANAGER
    };

    store_key(&key, classes[record]);

    if (call != NULL) {
        store_key_id(&key, call);
    }

    store_key_id(&key, id);

    return store_record_at(view, record, &key, out);
}


store_status_t
store_record_by(store_view_t *view, store_record_t record,
    const store_id_t *call, const store_key_t *index, void *out)
{
    store_id_t      id;
    store_slice_t   value;
    store_status_t  rc;

    memset(out, 0, store_schema(record)->size);

    rc = store_view_get(view, index, &value);

    if (rc != STORE_OK) {
        return rc;
    }

    if (value.len != STORE_ID_LEN) {
        return STORE_CORRUPT;
    }

    memcpy(id.b, value.data, STORE_ID_LEN);
    rc = store_record_get(view, record, call, &id, out);

    return rc == STORE_NOT_FOUND ? STORE_CORRUPT : rc;
}


void
store_record_put(store_view_t *view, store_record_t record, const void *in)
{
    size_t           size, nold, nnew;
    uint8_t         *bytes;
    store_any_t      before;
    store_key_t      key;
    store_slice_t    value;
    store_status_t   rc;
    store_derived_t  old[STORE_DERIVED_MAX], new[STORE_DERIVED_MAX];

    if (view->status != STORE_OK) {
        return;
    }

    size = store_encoded_size(record, in);

    if (size == 0) {
        store_view_fail(view, STORE_INVALID);
        return;
    }

    bytes = store_arena_take(view->arena, size);

    if (bytes == NULL) {
        store_view_fail(view, STORE_NO_MEMORY);
        return;
    }

    store_primary(record, in, &key);
    rc = store_view_get(view, &key, &value);

    if (rc == STORE_OK) {
        rc = store_decode(record, value, &before);
    }

    /* an id that is taken elsewhere, or a record put elsewhere */

    if (foreign(view, record, in)
        || (rc == STORE_OK && foreign(view, record, &before)))
    {
        rc = STORE_INVALID;
    }

    if (rc != STORE_OK && rc != STORE_NOT_FOUND) {
        store_view_fail(view, rc);
        return;
    }

    nold = rc == STORE_OK ? store_derive(record, &before, view->sha256, old)
                          : 0;
    nnew = store_derive(record, in, view->sha256, new);

    value.data = bytes;
    value.len = store_encode(record, in, bytes);

    store_view_put(view, &key, value);
    apply_derived(view, old, nold, new, nnew);

    if (record == STORE_IS_call) {
        store_media_count(view, rc == STORE_OK ? &before.call : NULL, in);
    }
}


void
store_record_remove(store_view_t *view, store_record_t record,
    const void *in)
{
    size_t           i, n;
    store_key_t      key;
    store_derived_t  old[STORE_DERIVED_MAX];

    n = store_derive(record, in, view->sha256, old);

    for (i = 0; i < n; i++) {
        remove_derived(view, &old[i]);
    }

    store_primary(record, in, &key);
    store_view_remove(view, &key);

    if (record == STORE_IS_call) {
        store_media_count(view, in, NULL);
    }
}


static void
apply_derived(store_view_t *view, const store_derived_t *old, size_t nold,
    const store_derived_t *new, size_t nnew)
{
    size_t         i;
    store_slice_t  value;

    for (i = 0; i < nold; i++) {
        if (!has_derived(new, nnew, &old[i])) {
            remove_derived(view, &old[i]);
        }
    }

    for (i = 0; i < nnew; i++) {
        if (!has_derived(old, nold, &new[i])) {
            value.data = new[i].id.b;
            value.len = new[i].valued ? STORE_ID_LEN : 0;
            store_view_put(view, &new[i].key, value);
        }
    }
}


static bool
has_derived(const store_derived_t *set, size_t n, const store_derived_t *one)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        if (set[i].key.len == one->key.len
            && memcmp(set[i].key.data, one->key.data, one->key.len) == 0
            && set[i].valued == one->valued
            && (!one->valued || store_id_equal(&set[i].id, &one->id)))
        {
            return true;
        }
    }

    return false;
}


static void
remove_derived(store_view_t *view, const store_derived_t *one)
{
    store_slice_t   value;
    store_status_t  rc;

    if (!one->valued) {
        store_view_remove(view, &one->key);
        return;
    }

    /* a later record may have taken the key over */

    rc = store_view_get(view, &one->key, &value);

    if (rc == STORE_OK && value.len == STORE_ID_LEN
        && memcmp(value.data, one->id.b, STORE_ID_LEN) == 0)
    {
        store_view_remove(view, &one->key);

    } else if (rc != STORE_OK && rc != STORE_NOT_FOUND) {
        store_view_fail(view, rc);
    }
}
