/* Counters of records against what they count. */

#include <lmdb_schema/check_int.h>
#include <lmdb_schema/presence_int.h>
#include <lmdb_schema/op_int.h>


static store_status_t add_user(store_check_t *check, store_slice_t value,
    uint32_t *agents, uint32_t *contacts);
static store_status_t add_call(store_check_t *check, const store_id_t *call,
    uint32_t *here, uint32_t *joining, uint32_t *seats);


store_status_t
store_check_part(store_check_t *check, const store_participant_t *part)
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
        sum += store_attach_row(value) ? store_get_u32(value.data) : 0;
    }

    if (sum != part->attached) {
        store_check_found(check, store_key_slice(&primary),
              "this participant counts %u connections, its rows %llu",
              (unsigned) part->attached, (unsigned long long) sum);
    }

    if ((part->state == STORE_PART_PRESENT) != (part->attached != 0)) {
        store_check_found(check, store_key_slice(&primary),
              "this participant is %s with %u connections",
              store_part_state_name((store_part_state_t) part->state),
              (unsigned) part->attached);
    }

    if ((part->due != 0) != (part->state == STORE_PART_JOINING
                             || part->state == STORE_PART_AWAY))
    {
        store_check_found(check, store_key_slice(&primary),
              "this participant is %s and %s due",
              store_part_state_name((store_part_state_t) part->state),
              part->due ? "is" : "never");
    }

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}


store_status_t
store_check_call(store_check_t *check, const store_call_t *call)
{
    uint32_t        here, joining, seats;
    store_key_t     primary;
    store_media_t   media;
    store_status_t  rc;

    here = joining = seats = 0;
    rc = add_call(check, &call->id, &here, &joining, &seats);

    if (rc == STORE_OK && (here != call->here || joining != call->joining)) {
        store_primary(STORE_IS_call, call, &primary);
        store_check_found(check, store_key_slice(&primary),
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
            store_check_found(check, store_key_slice(&primary),
                  "this call is on a media server that counts none");
        }
    }

    return rc;
}


store_status_t
store_check_media(store_check_t *check, const store_media_t *media)
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
        store_check_found(check, store_key_slice(&primary),
              "this media server counts %u calls, there are %u",
              (unsigned) media->calls, (unsigned) calls);
    }

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}


store_status_t
store_check_account(store_check_t *check, const store_account_t *account)
{
    uint32_t        users, here, joining, seats, agents, contacts;
    store_id_t      call;
    store_key_t     prefix, primary;
    store_walk_t    walk;
    store_slice_t   key, value;
    store_status_t  rc;

    users = here = joining = seats = agents = contacts = 0;

    store_key(&prefix, STORE_KEY_USER_NAME);
    store_key_id(&prefix, &account->id);
    store_walk(&walk, &prefix);

    while ((rc = store_walk_next(check->view, &walk, &key, &value))
           == STORE_OK)
    {
        users++;
        rc = add_user(check, value, &agents, &contacts);

        if (rc != STORE_OK) {
            return rc;
        }
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
        store_check_found(check, store_key_slice(&primary),
              "this account counts %u users and %u seats, there are %u and "
              "%u", (unsigned) account->users, (unsigned) account->seats,
              (unsigned) users, (unsigned) seats);
    }

    if (agents != account->agents
        || contacts > (store_id_none(&account->billing) ? 0u : 1u))
    {
        store_primary(STORE_IS_account, account, &primary);
        store_check_found(check, store_key_slice(&primary),
              "this account counts %u agent seats, there are %u, and it has "
              "%u billing contacts", (unsigned) account->agents,
              (unsigned) agents, (unsigned) contacts);
    }

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}


static store_status_t
add_user(store_check_t *check, store_slice_t value, uint32_t *agents,
    uint32_t *contacts)
{
    store_id_t      id;
    store_user_t    user;
    store_status_t  rc;

    if (!store_key_tail(value, &id)) {
        return STORE_OK;
    }

    rc = store_record_get(check->view, STORE_IS_user, NULL, &id, &user);

    if (rc == STORE_OK) {
        *agents += user.seat != 0;
        *contacts += user.billing.len != 0;
    }

    /* what is wrong with the user is found at the user */

    return rc == STORE_NOT_FOUND || rc == STORE_CORRUPT ? STORE_OK : rc;
}


static store_status_t
add_call(store_check_t *check, const store_id_t *call, uint32_t *here,
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
