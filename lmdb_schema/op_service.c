/*
 * Services: sessions that were not signed in.  The token of an API key proves
 * itself by its MAC, a certificate by TLS; what is kept is who it stands for.
 */

#include <string.h>

#include <lmdb_schema/op_int.h>


static store_status_t service_create(store_view_t *view, store_op_t *op);
static store_status_t certificate_free(store_view_t *view,
    store_slice_t certificate);


const store_transition_t  store_service_ops[] = {
    { STORE_OP_SERVICE_CREATE, service_create },
    { 0, NULL }
};


static store_status_t
service_create(store_view_t *view, store_op_t *op)
{
    store_event_t     event;
    store_status_t    rc;
    store_account_t   account;
    store_session_t   session;
    const store_id_t *id = &op->in.service_create.service;

    if (store_id_none(id) || op->in.service_create.lifetime == 0
        || !store_text_good(op->in.service_create.name, 1, STORE_LIMIT_NAME)
        || !store_words_good(op->in.service_create.roles)
        || (op->in.service_create.certificate.len != 0
            && op->in.service_create.certificate.len != STORE_HASH_LEN))
    {
        return STORE_INVALID;
    }

    rc = store_record_get(view, STORE_IS_session, NULL, id, &session);

    if (rc == STORE_OK) {
        op->out.again = session.kind == STORE_KIND_SERVICE
                        && store_slice_equal(session.name,
                                             op->in.service_create.name);
        op->out.session = *id;
        op->out.expires = session.expires;
        return op->out.again ? STORE_OK : STORE_EXISTS;
    }

    if (rc != STORE_NOT_FOUND) {
        return rc;
    }

    rc = store_record_get(view, STORE_IS_account, NULL,
                          &op->in.service_create.account, &account);

    if (rc == STORE_OK) {
        rc = certificate_free(view, op->in.service_create.certificate);
    }

    if (rc != STORE_OK) {
        return rc;
    }

    memset(&session, 0, sizeof(session));
    session.id = *id;
    session.kind = STORE_KIND_SERVICE;
    session.account = account.id;
    session.name = op->in.service_create.name;
    session.roles = op->in.service_create.roles;
    session.certificate = op->in.service_create.certificate;
    session.created = op->now;
    session.expires = store_later(op->now, op->in.service_create.lifetime);
    session.touched = op->now;
    session.op = op->id;

    store_record_put(view, STORE_IS_session, &session);

    store_op_event(op, STORE_EVENT_SERVICE_CREATED, &account.id, &event);
    event.session = *id;
    event.detail = session.name;
    (void) store_log_add(view, &event);

    op->out.session = *id;
    op->out.expires = session.expires;

    return STORE_OK;
}


/* One certificate stands for one service, of whatever account. */

static store_status_t
certificate_free(store_view_t *view, store_slice_t certificate)
{
    store_key_t     key;
    store_slice_t   value;
    store_status_t  rc;

    if (certificate.len == 0) {
        return STORE_OK;
    }

    store_key(&key, STORE_KEY_SESSION_CERT);
    store_key_bytes(&key, certificate.data, certificate.len);
    rc = store_view_get(view, &key, &value);

    return rc == STORE_NOT_FOUND ? STORE_OK
           : rc == STORE_OK ? STORE_EXISTS : rc;
}
