/* Reading records and walking through them. */

#include <lmdb_schema/op_int.h>


store_status_t
store_account_get(store_txn_t *txn, const store_id_t *id,
    store_account_t *out)
{
    return store_record_get(store_txn_view(txn), STORE_IS_account, NULL, id,
                            out);
}


store_status_t
store_account_by_name(store_txn_t *txn, store_slice_t name,
    store_account_t *out)
{
    return store_by_name(store_txn_view(txn), STORE_IS_account,
                         STORE_KEY_ACCOUNT_NAME, NULL, name, out);
}


store_status_t
store_user_get(store_txn_t *txn, const store_id_t *id, store_user_t *out)
{
    return store_record_get(store_txn_view(txn), STORE_IS_user, NULL, id,
                            out);
}


store_status_t
store_user_by_subject(store_txn_t *txn, store_slice_t subject,
    store_user_t *out)
{
    return store_by_name(store_txn_view(txn), STORE_IS_user,
                         STORE_KEY_USER_SUBJECT, NULL, subject, out);
}


store_status_t
store_user_by_name(store_txn_t *txn, const store_id_t *account,
    store_slice_t name, store_user_t *out)
{
    return store_by_name(store_txn_view(txn), STORE_IS_user,
                         STORE_KEY_USER_NAME, account, name, out);
}


store_status_t
store_session_get(store_txn_t *txn, const store_id_t *id,
    store_session_t *out)
{
    return store_record_get(store_txn_view(txn), STORE_IS_session, NULL, id,
                            out);
}


store_status_t
store_call_get(store_txn_t *txn, const store_id_t *id, store_call_t *out)
{
    return store_record_get(store_txn_view(txn), STORE_IS_call, NULL, id,
                            out);
}


store_status_t
store_participant_get(store_txn_t *txn, const store_id_t *call,
    const store_id_t *participant, store_participant_t *out)
{
    return store_record_get(store_txn_view(txn), STORE_IS_participant, call,
                            participant, out);
}


store_status_t
store_invitation_get(store_txn_t *txn, const store_id_t *id,
    store_invitation_t *out)
{
    store_call_t    call;
    store_view_t   *view = store_txn_view(txn);
    store_status_t  rc;

    rc = store_record_get(view, STORE_IS_invitation, NULL, id, out);

    if (rc != STORE_OK || store_id_none(&out->call)) {
        return rc;
    }

    rc = store_record_get(view, STORE_IS_call, NULL, &out->call, &call);

    if (rc == STORE_OK) {
        out->state = (uint8_t) store_invitation_state(out, &call, 0);
    }

    return rc == STORE_NOT_FOUND ? STORE_CORRUPT : rc;
}


store_status_t
store_calls(store_txn_t *txn, const store_id_t *account,
    store_call_state_t state, store_visit_pt visit, void *data)
{
    return store_calls_from(txn, account, state, 0, visit, data);
}


store_status_t
store_calls_from(store_txn_t *txn, const store_id_t *account,
    store_call_state_t state, uint64_t from, store_visit_pt visit, void *data)
{
    store_key_t  prefix;

    store_key(&prefix, STORE_KEY_CALL_STATE);
    store_key_id(&prefix, account);
    store_key_u8(&prefix, (uint8_t) state);

    return store_walk_ids(store_txn_view(txn), STORE_IS_call, &prefix, from,
                          visit, data);
}


store_status_t
store_participants(store_txn_t *txn, const store_id_t *call,
    store_visit_pt visit, void *data)
{
    return store_rows_of(txn, STORE_IS_participant, STORE_KEY_PARTICIPANT,
                         call, visit, data);
}


store_status_t
store_invitations(store_txn_t *txn, const store_id_t *call,
    store_visit_pt visit, void *data)
{
    return store_walk_of(txn, STORE_IS_invitation, STORE_KEY_INVITATION_CALL,
                         call, 0, visit, data);
}


store_status_t
store_invitations_by(store_txn_t *txn, const store_id_t *inviter,
    uint64_t from, store_visit_pt visit, void *data)
{
    return store_walk_of(txn, STORE_IS_invitation, STORE_KEY_INVITATION_BY,
                         inviter, from, visit, data);
}


store_status_t
store_sessions(store_txn_t *txn, const store_id_t *user,
    store_visit_pt visit, void *data)
{
    return store_walk_of(txn, STORE_IS_session, STORE_KEY_SESSION_USER, user,
                         0, visit, data);
}


store_status_t
store_services(store_txn_t *txn, const store_id_t *account,
    store_visit_pt visit, void *data)
{
    return store_sessions(txn, account, visit, data);
}


store_status_t
store_service_by_certificate(store_txn_t *txn,
    const uint8_t certificate[STORE_HASH_LEN], store_session_t *out)
{
    store_key_t  key;

    store_key(&key, STORE_KEY_SESSION_CERT);
    store_key_bytes(&key, certificate, STORE_HASH_LEN);

    return store_record_by(store_txn_view(txn), STORE_IS_session, NULL, &key,
                           out);
}


store_status_t
store_users(store_txn_t *txn, const store_id_t *account,
    store_visit_pt visit, void *data)
{
    return store_walk_of(txn, STORE_IS_user, STORE_KEY_USER_NAME, account, 0,
                         visit, data);
}


store_status_t
store_accounts(store_txn_t *txn, store_visit_pt visit, void *data)
{
    store_key_t  prefix;

    store_key(&prefix, STORE_KEY_ACCOUNT_NAME);

    return store_walk_ids(store_txn_view(txn), STORE_IS_account, &prefix, 0,
                          visit, data);
}


store_status_t
store_due_next(store_txn_t *txn, uint64_t *when)
{
    store_key_t     prefix;
    store_walk_t    walk;
    store_slice_t   key, value;
    store_status_t  rc;

    *when = UINT64_MAX;

    store_key(&prefix, STORE_KEY_DUE);
    store_walk(&walk, &prefix);

    rc = store_walk_next(store_txn_view(txn), &walk, &key, &value);

    if (rc == STORE_OK) {
        if (key.len < 9) {
            return STORE_CORRUPT;
        }

        *when = store_get_u64(key.data + 1);
    }

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}
