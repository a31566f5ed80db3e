/* Accounts and their users. */

#include <string.h>

#include <lmdb_schema/assist_int.h>
#include <lmdb_schema/team_int.h>


static store_status_t account_create(store_view_t *view, store_op_t *op);
static store_status_t account_set(store_view_t *view, store_op_t *op);
static store_status_t user_create(store_view_t *view, store_op_t *op);
static store_status_t user_set(store_view_t *view, store_op_t *op);
static void registered(store_view_t *view, const store_op_t *op,
    const store_session_t *session, const store_user_t *user);
static store_status_t new_roles(store_view_t *view, store_op_t *op,
    store_slice_t *direct);
static store_status_t set_roles(store_view_t *view, store_op_t *op,
    store_slice_t direct, store_user_t *user);
static void user_event(store_view_t *view, const store_op_t *op,
    store_event_kind_t kind, const store_user_t *user, store_slice_t detail);
static bool subject_free(store_view_t *view, store_slice_t subject,
    store_status_t *rc);
static bool name_free(store_view_t *view, const store_key_t *key,
    store_status_t *rc);


const store_transition_t  store_account_ops[] = {
    { STORE_OP_ACCOUNT_CREATE, account_create },
    { STORE_OP_ACCOUNT_SET, account_set },
    { STORE_OP_USER_CREATE, user_create },
    { STORE_OP_USER_SET, user_set },
    { 0, NULL }
};


static store_status_t
account_create(store_view_t *view, store_op_t *op)
{
    store_key_t       key;
    store_event_t     event;
    store_status_t    rc;
    store_account_t   account;
    const store_id_t *id = &op->in.account_create.account;

    if (store_id_none(id)
        || !store_text_good(op->in.account_create.name, 1, STORE_LIMIT_NAME))
    {
        return STORE_INVALID;
    }

    rc = store_record_get(view, STORE_IS_account, NULL, id, &account);

    if (rc == STORE_OK) {
        op->out.again = store_slice_equal(account.name,
                                          op->in.account_create.name);
        return op->out.again ? STORE_OK : STORE_EXISTS;
    }

    if (rc != STORE_NOT_FOUND) {
        return rc;
    }

    store_key(&key, STORE_KEY_ACCOUNT_NAME);
    store_key_name(&key, op->in.account_create.name, view->sha256);

    if (!name_free(view, &key, &rc)) {
        return rc;
    }

    memset(&account, 0, sizeof(account));
    account.id = *id;
    account.name = op->in.account_create.name;
    account.created = op->now;
    account.op = op->id;

    store_seats_begin(view, op);
    store_record_put(view, STORE_IS_account, &account);

    store_op_event(op, STORE_EVENT_ACCOUNT_CREATED, id, &event);
    event.detail = account.name;
    (void) store_log_add(view, &event);

    return view->status;
}


static store_status_t
account_set(store_view_t *view, store_op_t *op)
{
    store_event_t    event;
    store_status_t   rc;
    store_account_t  account;

    rc = store_record_get(view, STORE_IS_account, NULL,
                          &op->in.account_set.account, &account);

    if (rc != STORE_OK) {
        return rc;
    }

    if ((account.suspended != 0) == op->in.account_set.suspended) {
        op->out.again = true;
        return STORE_OK;
    }

    account.suspended = op->in.account_set.suspended;
    account.op = op->id;
    store_record_put(view, STORE_IS_account, &account);

    store_op_event(op, account.suspended ? STORE_EVENT_ACCOUNT_SUSPENDED
                                         : STORE_EVENT_ACCOUNT_RESUMED,
                   &account.id, &event);
    (void) store_log_add(view, &event);

    return STORE_OK;
}


static store_status_t
user_create(store_view_t *view, store_op_t *op)
{
    store_key_t       key;
    store_user_t      user;
    store_status_t    rc;
    store_account_t   account;
    store_session_t   session;
    const store_id_t *id = &op->in.user_create.user;

    if (store_id_none(id)
        || !store_text_good(op->in.user_create.name, 1, STORE_LIMIT_LOGIN)
        || !store_text_good(op->in.user_create.display, 0,
                            STORE_LIMIT_DISPLAY)
        || !store_text_good(op->in.user_create.mail, 0, STORE_LIMIT_MAIL)
        || !store_text_good(op->in.user_create.first, 0, STORE_LIMIT_NAME)
        || !store_text_good(op->in.user_create.last, 0, STORE_LIMIT_NAME)
        || !store_text_good(op->in.user_create.phone, 0, STORE_LIMIT_PHONE)
        || !store_words_good(op->in.user_create.roles))
    {
        return STORE_INVALID;
    }

    rc = store_record_get(view, STORE_IS_user, NULL, id, &user);

    if (rc == STORE_OK) {
        op->out.again = store_slice_equal(user.name, op->in.user_create.name)
                        && store_id_equal(&user.account,
                                          &op->in.user_create.account);
        return op->out.again ? STORE_OK : STORE_EXISTS;
    }

    if (rc != STORE_NOT_FOUND) {
        return rc;
    }

    rc = store_record_get(view, STORE_IS_account, NULL,
                          &op->in.user_create.account, &account);

    if (rc != STORE_OK) {
        return rc;
    }

    store_key(&key, STORE_KEY_USER_NAME);
    store_key_id(&key, &account.id);
    store_key_name(&key, op->in.user_create.name, view->sha256);

    if (!name_free(view, &key, &rc)
        || !subject_free(view, op->in.user_create.subject, &rc))
    {
        return rc;
    }

    memset(&session, 0, sizeof(session));

    if (!store_id_none(&op->in.user_create.session)) {
        rc = store_assist_session(view, op, &op->in.user_create.session,
                                  &session);

        if (rc != STORE_OK) {
            return rc;
        }

        if (!store_id_equal(&session.account, &account.id)) {
            return STORE_NOT_FOUND;
        }
    }

    memset(&user, 0, sizeof(user));
    user.id = *id;
    user.account = account.id;
    user.name = op->in.user_create.name;
    user.display = op->in.user_create.display;
    user.mail = op->in.user_create.mail;
    user.first = op->in.user_create.first;
    user.last = op->in.user_create.last;
    user.phone = op->in.user_create.phone;
    user.subject = op->in.user_create.subject;
    user.direct = op->in.user_create.roles;
    user.licensed = op->in.user_create.licensed;
    user.created = op->now;
    user.op = op->id;

    rc = store_user_first(view, op, &account, &user);

    if (rc != STORE_OK) {
        return rc;
    }

    account.users++;

    store_record_put(view, STORE_IS_account, &account);
    store_seat_count(view, op, &user);
    store_record_put(view, STORE_IS_user, &user);
    user_event(view, op, STORE_EVENT_USER_CREATED, &user, user.name);

    if (user.subject.len != 0) {
        user_event(view, op, STORE_EVENT_USER_SUBJECT, &user, user.subject);
    }

    if (!store_id_none(&session.id)) {
        registered(view, op, &session, &user);
    }

    return STORE_OK;
}


/* The first line of the user's own history, whoever wrote it. */

static void
registered(store_view_t *view, const store_op_t *op,
    const store_session_t *session, const store_user_t *user)
{
    store_task_t  task;

    static const uint8_t  name[] = "registration";

    memset(&task, 0, sizeof(task));
    task.id = op->in.user_create.task;
    task.account = user->account;
    task.subject = user->id;
    task.interaction = session->assistance;
    task.name.data = name;
    task.name.len = sizeof(name) - 1;
    task.kind = STORE_TASK_SUBMITTED;

    store_task_put(view, op, session, &task);
}


static store_status_t
user_set(store_view_t *view, store_op_t *op)
{
    bool            roles, suspended, licensed, subject;
    store_user_t    user;
    store_slice_t   direct, detail = { NULL, 0 };
    store_status_t  rc;

    if (op->in.user_set.set_roles && !store_words_good(op->in.user_set.roles))
    {
        return STORE_INVALID;
    }

    rc = store_record_get(view, STORE_IS_user, NULL, &op->in.user_set.user,
                          &user);

    if (rc != STORE_OK) {
        return rc;
    }

    if (store_id_equal(&user.op, &op->id)) {
        op->out.again = true;
        return STORE_OK;
    }

    direct = user.direct;

    if (op->in.user_set.set_roles) {
        rc = new_roles(view, op, &direct);

        if (rc != STORE_OK) {
            return rc;
        }
    }

    roles = !store_slice_equal(user.direct, direct);
    suspended = op->in.user_set.set_suspended
                && (user.suspended != 0) != op->in.user_set.suspended;
    licensed = op->in.user_set.set_licensed
               && (user.licensed != 0) != op->in.user_set.licensed;

    subject = op->in.user_set.set_subject
              && !store_slice_equal(user.subject, op->in.user_set.subject);

    if (subject && !subject_free(view, op->in.user_set.subject, &rc)) {
        return rc;
    }

    if (!roles && !suspended && !licensed && !subject) {
        return STORE_OK;
    }

    if (roles) {
        rc = set_roles(view, op, direct, &user);

        if (rc != STORE_OK) {
            return rc;
        }
    }

    user.subject = subject ? op->in.user_set.subject : user.subject;
    user.suspended = suspended ? !user.suspended : user.suspended;
    user.licensed = licensed ? !user.licensed : user.licensed;
    user.op = op->id;

    if (roles) {
        store_seat_count(view, op, &user);
    }

    store_record_put(view, STORE_IS_user, &user);

    if (roles) {
        user_event(view, op, STORE_EVENT_USER_ROLES, &user, user.roles);
    }

    if (subject) {
        user_event(view, op, STORE_EVENT_USER_SUBJECT, &user, user.subject);
    }

    if (suspended) {
        user_event(view, op, user.suspended ? STORE_EVENT_USER_SUSPENDED
                                            : STORE_EVENT_USER_RESUMED,
                   &user, detail);
    }

    if (licensed) {
        detail.data = (const uint8_t *) (user.licensed ? "given" : "taken");
        detail.len = 5;
        user_event(view, op, STORE_EVENT_USER_LICENCE, &user, detail);
    }

    return STORE_OK;
}


/* From the direct roles that there are, so that of two who give a role at the
   same time neither takes back what the other gave. */

static store_status_t
new_roles(store_view_t *view, store_op_t *op, store_slice_t *direct)
{
    uint8_t  buffer[STORE_LIMIT_ROLES], *bytes;

    if (!store_words_change(*direct, op->in.user_set.how,
                            op->in.user_set.roles, buffer, sizeof(buffer),
                            direct))
    {
        return store_refuse(op, STORE_REASON_LIMIT_REACHED);
    }

    bytes = store_arena_take(view->arena, direct->len + 1);

    if (bytes == NULL) {
        return STORE_NO_MEMORY;
    }

    memcpy(bytes, buffer, direct->len);
    direct->data = bytes;

    return STORE_OK;
}


/* The direct roles are others; those of the teams stay. */

static store_status_t
set_roles(store_view_t *view, store_op_t *op, store_slice_t direct,
    store_user_t *user)
{
    uint32_t        taken = 0;
    store_teams_t   teams;
    store_status_t  rc;

    if (store_roles_billing(op, direct)) {
        return store_refuse(op, STORE_REASON_ONE_BILLING_CONTACT);
    }

    rc = store_teams_read(view, &user->id, &teams);

    if (rc == STORE_OK) {
        user->direct = direct;
        rc = store_roles_of(view, op, user, &teams, &taken, &user->roles);
    }

    return rc;
}


static void
user_event(store_view_t *view, const store_op_t *op, store_event_kind_t kind,
    const store_user_t *user, store_slice_t detail)
{
    store_event_t  event;

    store_op_event(op, kind, &user->account, &event);
    event.user = user->id;
    event.detail = detail;
    (void) store_log_add(view, &event);
}


/* One subject of a provider is one user, of whatever account. */

static bool
subject_free(store_view_t *view, store_slice_t subject, store_status_t *rc)
{
    store_key_t  key;

    if (subject.len == 0) {
        return true;
    }

    if (!store_text_good(subject, 3, STORE_LIMIT_SUBJECT)) {
        *rc = STORE_INVALID;
        return false;
    }

    store_key(&key, STORE_KEY_USER_SUBJECT);
    store_key_name(&key, subject, view->sha256);

    return name_free(view, &key, rc);
}


/* Whether no record has that index key; else *rc is the answer. */

static bool
name_free(store_view_t *view, const store_key_t *key, store_status_t *rc)
{
    store_slice_t  value;

    *rc = store_view_get(view, key, &value);

    if (*rc == STORE_NOT_FOUND) {
        return true;
    }

    if (*rc == STORE_OK) {
        *rc = STORE_EXISTS;
    }

    return false;
}
