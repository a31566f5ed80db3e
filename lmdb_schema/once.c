/* Idempotency keys: a request that is made again gets the first answer. */

#include <string.h>

#include <lmdb_schema/limits.h>
#include <lmdb_schema/op_int.h>


static store_status_t find(store_view_t *view, const store_op_t *op,
    uint8_t hash[STORE_HASH_LEN], store_answer_t *answer);
static const store_id_t *minted(const store_op_t *op);


bool
store_once_settled(store_view_t *view, store_op_t *op)
{
    uint8_t         hash[STORE_HASH_LEN];
    store_answer_t  answer;

    if (op->once.key.len == 0) {
        return false;
    }

    if (op->once.key.len > STORE_LIMIT_ONCE || store_id_none(&op->actor)) {
        op->status = STORE_INVALID;
        return true;
    }

    op->status = find(view, op, hash, &answer);

    if (op->status == STORE_NOT_FOUND) {
        return false;
    }

    if (op->status != STORE_OK) {
        return true;
    }

    if (answer.expires <= op->now) {
        return false;
    }

    if (answer.kind != (uint32_t) op->kind
        || answer.body.len != STORE_HASH_LEN
        || memcmp(answer.body.data, op->once.body, STORE_HASH_LEN) != 0)
    {
        op->status = store_refuse(op, STORE_REASON_KEY_REUSED);
        return true;
    }

    op->out.made = answer.made;
    op->out.session = answer.session;
    op->out.participant = answer.participant;
    op->out.call = answer.call;
    op->out.room = answer.room;
    op->out.expires = answer.until;
    op->out.again = true;

    return true;
}


void
store_once_keep(store_view_t *view, store_op_t *op)
{
    uint8_t            hash[STORE_HASH_LEN];
    store_answer_t     answer;
    const store_id_t  *made;

    made = minted(op);

    if (made != NULL) {
        op->out.made = *made;
    }

    if (op->once.key.len == 0) {
        return;
    }

    memset(&answer, 0, sizeof(answer));

    if (view->sha256(op->once.key.data, op->once.key.len, hash) != 0) {
        store_view_fail(view, STORE_IO);
        return;
    }

    answer.principal = op->actor;
    answer.key.data = hash;
    answer.key.len = sizeof(hash);
    answer.kind = (uint32_t) op->kind;
    answer.body.data = op->once.body;
    answer.body.len = STORE_HASH_LEN;
    answer.created = op->now;
    answer.expires = store_later(op->now, STORE_ONCE_KEPT);
    answer.made = op->out.made;
    answer.session = op->out.session;
    answer.participant = op->out.participant;
    answer.call = op->out.call;
    answer.room = op->out.room;
    answer.until = op->out.expires;
    answer.op = op->id;

    store_record_put(view, STORE_IS_answer, &answer);
}


static store_status_t
find(store_view_t *view, const store_op_t *op, uint8_t hash[STORE_HASH_LEN],
    store_answer_t *answer)
{
    store_key_t  key;

    if (view->sha256(op->once.key.data, op->once.key.len, hash) != 0) {
        return STORE_IO;
    }

    store_key(&key, STORE_KEY_ANSWER);
    store_key_id(&key, &op->actor);
    store_key_bytes(&key, hash, STORE_HASH_LEN);

    return store_record_at(view, STORE_IS_answer, &key, answer);
}


/* The id that the caller minted for the record that it asks for. */

static const store_id_t *
minted(const store_op_t *op)
{
    switch (op->kind) {
    case STORE_OP_ACCOUNT_CREATE:
        return &op->in.account_create.account;
    case STORE_OP_USER_CREATE:
        return &op->in.user_create.user;
    case STORE_OP_SESSION_CREATE:
        return &op->in.session_create.session;
    case STORE_OP_CALL_CREATE:
        return &op->in.call_create.call;
    case STORE_OP_INVITATION_CREATE:
        return &op->in.invitation_create.invitation;
    case STORE_OP_ASSIST_START:
        return &op->in.assist.interaction;
    case STORE_OP_TASK:
        return &op->in.task.task;
    case STORE_OP_TEAM_CREATE:
        return &op->in.team.team;
    case STORE_OP_GROUP_CREATE:
        return &op->in.group.group;
    case STORE_OP_PASS_CREATE:
        return &op->in.pass_create.pass;
    default:
        return NULL;
    }
}
