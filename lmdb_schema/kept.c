/* What sessions lead to, kept while nobody writes. */

#include <stdlib.h>
#include <string.h>

#include <lmdb_schema/kept_int.h>


struct store_kept_s {
    uint64_t        snapshots[STORE_KEPT];  /* 0: nothing is there */
    store_signed_t  entries[STORE_KEPT];
};


static store_status_t read_signed(store_view_t *view, const store_id_t *id,
    store_signed_t *out);


store_status_t
store_signed(store_view_t *view, const store_id_t *id, store_signed_t *room,
    const store_signed_t **out)
{
    size_t           slot;
    uint64_t        *snapshot;
    store_status_t   rc;
    store_signed_t  *entry;

    *out = room;

    if (view->snapshot == 0) {
        return read_signed(view, id, room);
    }

    if (view->kept == NULL) {
        view->kept = calloc(1, sizeof(*view->kept));

        if (view->kept == NULL) {
            return read_signed(view, id, room);
        }
    }

    /* ids are random */

    slot = id->b[STORE_ID_LEN - 1] % STORE_KEPT;
    snapshot = &view->kept->snapshots[slot];
    entry = &view->kept->entries[slot];
    *out = entry;

    if (*snapshot == view->snapshot
        && memcmp(entry->id.b, id->b, STORE_ID_LEN) == 0)
    {
        return STORE_OK;
    }

    *snapshot = 0;
    rc = read_signed(view, id, entry);

    if (rc == STORE_OK) {
        *snapshot = view->snapshot;
    }

    return rc;
}


static store_status_t
read_signed(store_view_t *view, const store_id_t *id, store_signed_t *out)
{
    store_status_t  rc;

    out->id = *id;
    out->user_gone = false;

    rc = store_record_get(view, STORE_IS_session, NULL, id, &out->session);

    if (rc != STORE_OK) {
        return rc;
    }

    rc = store_record_get(view, STORE_IS_account, NULL, &out->session.account,
                          &out->account);

    if (rc == STORE_OK && out->session.kind == STORE_KIND_USER) {
        rc = store_record_get(view, STORE_IS_user, NULL, &out->session.user,
                              &out->user);

        if (rc == STORE_NOT_FOUND) {
            out->user_gone = true;
            return STORE_OK;
        }
    }

    return rc == STORE_NOT_FOUND ? STORE_CORRUPT : rc;
}


void
store_kept_forget(store_view_t *view)
{
    if (view->kept != NULL) {
        memset(view->kept->snapshots, 0, sizeof(view->kept->snapshots));
    }
}


void
store_kept_free(store_view_t *view)
{
    free(view->kept);
    view->kept = NULL;
}
