/* Keys of records, and the index keys derived from a record's state. */

#include <string.h>

#include <lmdb_schema/search_int.h>


_Static_assert(2 + STORE_SEARCH_KEYS <= STORE_DERIVED_MAX,
               "a user has more index keys than there is room for");


typedef struct {
    store_derived_t *out;
    size_t           n;
    store_sha256_pt  sha256;
} derive_t;


static store_key_t *add(derive_t *d, store_key_class_t key_class,
    const store_id_t *id);
static void add_due(derive_t *d, uint64_t when, const store_key_t *primary);
static void derive_session(derive_t *d, const store_session_t *s,
    const store_key_t *primary);
static void derive_invitation(derive_t *d, const store_invitation_t *i,
    const store_key_t *primary);
static void derive_interaction(derive_t *d, const store_interaction_t *i);
static void derive_task(derive_t *d, const store_task_t *t);
static void add_timed(derive_t *d, store_key_class_t key_class,
    const store_id_t *of, uint64_t time, const store_id_t *id);


void
store_primary(store_record_t record, const void *in, store_key_t *key)
{
    const store_any_t  *any = in;

    switch (record) {

    case STORE_IS_account:
        store_key(key, STORE_KEY_ACCOUNT);
        store_key_id(key, &((const store_account_t *) in)->id);
        return;

    case STORE_IS_user:
        store_key(key, STORE_KEY_USER);
        store_key_id(key, &((const store_user_t *) in)->id);
        return;

    case STORE_IS_session:
        store_key(key, STORE_KEY_SESSION);
        store_key_id(key, &((const store_session_t *) in)->id);
        return;

    case STORE_IS_call:
        store_key(key, STORE_KEY_CALL);
        store_key_id(key, &((const store_call_t *) in)->id);
        return;

    case STORE_IS_participant:
        store_key(key, STORE_KEY_PARTICIPANT);
        store_key_id(key, &((const store_participant_t *) in)->call);
        store_key_id(key, &((const store_participant_t *) in)->id);
        return;

    case STORE_IS_invitation:
        store_key(key, STORE_KEY_INVITATION);
        store_key_id(key, &((const store_invitation_t *) in)->id);
        return;

    case STORE_IS_event:
        store_key(key, STORE_KEY_EVENT);
        store_key_u64(key, any->event.seq);
        return;

    case STORE_IS_told:
        store_key(key, STORE_KEY_TOLD);
        store_key_bytes(key, any->told.name.data, any->told.name.len);
        return;

    case STORE_IS_media:
        store_key(key, STORE_KEY_MEDIA);
        store_key_bytes(key, any->media.name.data, any->media.name.len);
        return;

    case STORE_IS_answer:
        store_key(key, STORE_KEY_ANSWER);
        store_key_id(key, &any->answer.principal);
        store_key_bytes(key, any->answer.key.data, any->answer.key.len);
        return;

    case STORE_IS_checkpoint:
        store_key(key, STORE_KEY_CHECKPOINT);
        store_key_u64(key, any->checkpoint.seq);
        return;

    case STORE_IS_interaction:
        store_key(key, STORE_KEY_INTERACTION);
        store_key_id(key, &any->interaction.id);
        return;

    case STORE_IS_entry:
        store_key(key, STORE_KEY_ENTRY);
        store_key_id(key, &any->entry.interaction);
        store_key_u64(key, any->entry.seq);
        return;

    case STORE_IS_task:
        store_key(key, STORE_KEY_TASK);
        store_key_id(key, &any->task.id);
        return;

    case STORE_IS_pass:
        store_key(key, STORE_KEY_PASS);
        store_key_id(key, &any->pass.id);
        return;

    case STORE_IS_team:
        store_key(key, STORE_KEY_TEAM);
        store_key_id(key, &any->team.id);
        return;

    case STORE_IS_group:
        store_key(key, STORE_KEY_GROUP);
        store_key_id(key, &any->group.id);
        return;

    case STORE_IS_member:
        store_key(key, STORE_KEY_MEMBER);
        store_key_id(key, &any->member.of);
        store_key_id(key, &any->member.object);
        return;

    case STORE_IS_manager:
        store_key(key, STORE_KEY_MANAGER);
        store_key_id(key, &any->manager.group);
        store_key_id(key, &any->manager.user);
        return;

    case STORE_IS_end:
        break;
    }

    key->len = STORE_LIMIT_KEY + 1;
}


store_record_t
store_record_of(uint8_t key_class)
{
    static const uint8_t  records[256] = {
        [STORE_KEY_ACCOUNT] = STORE_IS_account,
        [STORE_KEY_USER] = STORE_IS_user,
        [STORE_KEY_SESSION] = STORE_IS_session,
        [STORE_KEY_CALL] = STORE_IS_call,
        [STORE_KEY_PARTICIPANT] = STORE_IS_participant,
        [STORE_KEY_INVITATION] = STORE_IS_invitation,
        [STORE_KEY_MEDIA] = STORE_IS_media,
        [STORE_KEY_TOLD] = STORE_IS_told,
        [STORE_KEY_INTERACTION] = STORE_IS_interaction,
        [STORE_KEY_ENTRY] = STORE_IS_entry,
        [STORE_KEY_TASK] = STORE_IS_task,
        [STORE_KEY_TEAM] = STORE_IS_team,
        [STORE_KEY_GROUP] = STORE_IS_group,
        [STORE_KEY_MEMBER] = STORE_IS_member,
        [STORE_KEY_MANAGER] = STORE_IS_manager,
        [STORE_KEY_CHECKPOINT] = STORE_IS_checkpoint,
        [STORE_KEY_ANSWER] = STORE_IS_answer,
        [STORE_KEY_PASS] = STORE_IS_pass,
        [STORE_KEY_EVENT] = STORE_IS_event
    };

    return records[key_class] ? (store_record_t) records[key_class]
                              : STORE_IS_end;
}


bool
store_key_derived(uint8_t key_class)
{
    return key_class >= STORE_KEY_ACCOUNT_NAME
           && key_class < STORE_KEY_ATTACH;
}


size_t
store_derive(store_record_t record, const void *in, store_sha256_pt sha256,
    store_derived_t out[STORE_DERIVED_MAX])
{
    derive_t      d = { out, 0, sha256 };
    store_key_t   primary, *key;

    const store_any_t          *any = in;
    const store_user_t         *user = in;
    const store_call_t         *call = in;
    const store_pass_t         *pass = in;
    const store_account_t      *account = in;
    const store_participant_t  *part = in;

    store_primary(record, in, &primary);

    switch (record) {

    case STORE_IS_account:
        key = add(&d, STORE_KEY_ACCOUNT_NAME, &account->id);
        store_key_name(key, account->name, sha256);
        break;

    case STORE_IS_user:
        key = add(&d, STORE_KEY_USER_NAME, &user->id);
        store_key_id(key, &user->account);
        store_key_name(key, user->name, sha256);

        if (user->subject.len != 0) {
            key = add(&d, STORE_KEY_USER_SUBJECT, &user->id);
            store_key_name(key, user->subject, sha256);
        }

        d.n += store_search_keys(user, d.out + d.n);
        break;

    case STORE_IS_session:
        derive_session(&d, in, &primary);
        break;

    case STORE_IS_call:
        key = add(&d, STORE_KEY_CALL_STATE, NULL);
        store_key_id(key, &call->account);
        store_key_u8(key, call->state);
        store_key_u64(key, call->created);
        store_key_id(key, &call->id);

        if (call->state != STORE_CALL_ENDED) {
            key = add(&d, STORE_KEY_CALL_OWNER, NULL);
            store_key_id(key, &call->owner);
            store_key_id(key, &call->id);
        }

        add_due(&d, call->state != STORE_CALL_ENDED ? call->due : 0,
                &primary);
        add_due(&d, call->state != STORE_CALL_ENDED ? call->ring : 0,
                &primary);
        break;

    case STORE_IS_participant:
        if (!store_id_none(&part->user)) {
            key = add(&d, STORE_KEY_PARTICIPANT_OF, &part->id);
            store_key_id(key, &part->call);
            store_key_id(key, &part->user);
        }

        if (!store_id_none(&part->user) && part->state != STORE_PART_LEFT
            && part->state != STORE_PART_REMOVED)
        {
            key = add(&d, STORE_KEY_PARTICIPANT_BY, NULL);
            store_key_id(key, &part->user);
            store_key_id(key, &part->call);
            store_key_id(key, &part->id);
        }

        add_due(&d, part->due, &primary);
        add_due(&d, part->ring, &primary);
        add_due(&d, part->alone, &primary);
        break;

    case STORE_IS_invitation:
        derive_invitation(&d, in, &primary);
        break;

    case STORE_IS_answer:
        add_due(&d, ((const store_answer_t *) in)->expires, &primary);
        break;

    case STORE_IS_interaction:
        derive_interaction(&d, in);
        break;

    case STORE_IS_task:
        derive_task(&d, in);
        break;

    case STORE_IS_pass:
        key = add(&d, STORE_KEY_PASS_SESSION, &pass->id);
        store_key_id(key, &pass->session);
        add_due(&d, pass->expires, &primary);
        break;

    case STORE_IS_team:
        key = add(&d, STORE_KEY_TEAM_NAME, &any->team.id);
        store_key_id(key, &any->team.account);
        store_key_name(key, any->team.name, sha256);
        break;

    case STORE_IS_group:
        key = add(&d, STORE_KEY_GROUP_NAME, &any->group.id);
        store_key_id(key, &any->group.account);
        store_key_name(key, any->group.name, sha256);
        break;

    case STORE_IS_member:
        key = add(&d, STORE_KEY_MEMBER_OF, NULL);
        store_key_id(key, &any->member.object);
        store_key_u8(key, any->member.kind);
        store_key_id(key, &any->member.of);
        break;

    case STORE_IS_manager:
        key = add(&d, STORE_KEY_MANAGES, NULL);
        store_key_id(key, &any->manager.user);
        store_key_id(key, &any->manager.group);
        break;

    case STORE_IS_event:
    case STORE_IS_entry:
    case STORE_IS_media:
    case STORE_IS_told:
    case STORE_IS_checkpoint:
    case STORE_IS_end:
        break;
    }

    return d.n;
}


static store_key_t *
add(derive_t *d, store_key_class_t key_class, const store_id_t *id)
{
    store_derived_t  *one = &d->out[d->n++];

    memset(one, 0, sizeof(*one));
    store_key(&one->key, key_class);

    if (id != NULL) {
        one->id = *id;
        one->valued = true;
    }

    return &one->key;
}


static void
add_due(derive_t *d, uint64_t when, const store_key_t *primary)
{
    store_key_t  *key;

    if (when == 0) {
        return;
    }

    key = add(d, STORE_KEY_DUE, NULL);
    store_key_u64(key, when);
    store_key_bytes(key, primary->data, primary->len);
}


static void
derive_session(derive_t *d, const store_session_t *s,
    const store_key_t *primary)
{
    uint64_t      due;
    store_key_t  *key;

    /* services are the account's, as sessions are a user's */

    if (!store_id_none(&s->user) || s->kind == STORE_KIND_SERVICE) {
        key = add(d, STORE_KEY_SESSION_USER, NULL);
        store_key_id(key, s->kind == STORE_KIND_SERVICE ? &s->account
                                                        : &s->user);
        store_key_u8(key, s->ended != 0);
        store_key_u64(key, s->created);
        store_key_id(key, &s->id);
    }

    if (!store_id_none(&s->invitation) && s->browser.len == STORE_HASH_LEN) {
        key = add(d, STORE_KEY_SESSION_BROWSER, &s->id);
        store_key_id(key, &s->invitation);
        store_key_bytes(key, s->browser.data, s->browser.len);
    }

    if (s->certificate.len == STORE_HASH_LEN && s->ended == 0) {
        key = add(d, STORE_KEY_SESSION_CERT, &s->id);
        store_key_bytes(key, s->certificate.data, s->certificate.len);
    }

    if (s->ended == 0) {
        due = s->expires;

        if (s->idle != 0 && s->touched <= UINT64_MAX - s->idle
            && s->touched + s->idle < due)
        {
            due = s->touched + s->idle;
        }

        add_due(d, due, primary);

        if (s->assist_until < due) {
            add_due(d, s->assist_until, primary);
        }
    }
}


static void
derive_interaction(derive_t *d, const store_interaction_t *i)
{
    store_key_t  *key;

    if (i->state == STORE_INTERACTION_ACTIVE) {
        key = add(d, STORE_KEY_INTERACTION_NOW, &i->id);
        store_key_id(key, &i->agent);

    } else if (i->state == STORE_INTERACTION_PAUSED) {
        add_timed(d, STORE_KEY_INTERACTION_PAUSED, &i->agent, i->started,
                  &i->id);
    }

    add_timed(d, STORE_KEY_INTERACTION_BY, &i->agent, i->started, &i->id);
    add_timed(d, STORE_KEY_INTERACTION_IN, &i->account, i->started, &i->id);
}


static void
derive_task(derive_t *d, const store_task_t *t)
{
    store_key_t  *key;

    key = add(d, STORE_KEY_TASK_OF, NULL);
    store_key_id(key, &t->account);
    store_key_id(key, &t->subject);
    store_key_u64(key, t->time);
    store_key_id(key, &t->id);

    add_timed(d, STORE_KEY_TASK_BY, &t->actor, t->time, &t->id);
    add_timed(d, STORE_KEY_TASK_IN, &t->account, t->time, &t->id);
}


static void
add_timed(derive_t *d, store_key_class_t key_class, const store_id_t *of,
    uint64_t time, const store_id_t *id)
{
    store_key_t  *key;

    key = add(d, key_class, NULL);
    store_key_id(key, of);
    store_key_u64(key, time);
    store_key_id(key, id);
}


static void
derive_invitation(derive_t *d, const store_invitation_t *i,
    const store_key_t *primary)
{
    store_key_t  *key;

    if (!store_id_none(&i->call)) {
        key = add(d, STORE_KEY_INVITATION_CALL, NULL);
        store_key_id(key, &i->call);
        store_key_u64(key, i->created);
        store_key_id(key, &i->id);
    }

    if (!store_id_none(&i->inviter)) {
        key = add(d, STORE_KEY_INVITATION_BY, NULL);
        store_key_id(key, &i->inviter);
        store_key_u64(key, i->created);
        store_key_id(key, &i->id);
    }

    if (i->delivery == STORE_DELIVERY_QUEUED) {
        key = add(d, STORE_KEY_INVITATION_SEND, NULL);
        store_key_u64(key, i->retry);
        store_key_id(key, &i->id);
    }

    /* a request whose call is made leads to it for as long as it lasts */

    if (i->state == STORE_INV_UNUSED
        || (i->state == STORE_INV_REDEEMED && !i->opens_call))
    {
        add_due(d, i->expires, primary);
    }
}
