/* Opening the store as its owner; finding things in it. */

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xassistctl/args.h>
#include <xassistctl/clock.h>
#include <xassistctl/open.h>
#include <xassistctl/terms.h>


#define DATA  "/data.mdb"


static int become_owner(const char *folder);
static bool roots(const char *folder);
static const char *advice(store_reason_t reason);
static int open_store(const store_options_t *options, ctl_store_t *store);
static int digest(const void *data, size_t len,
    uint8_t out[STORE_HASH_LEN]);
static int exit_status(store_status_t status);


int
ctl_store_create(const ctl_options_t *options, const char *owner,
    ctl_store_t *store)
{
    int              rc;
    store_options_t  how;

    rc = ctl_folder_give(options->store, owner);

    if (rc == CTL_OK) {
        rc = become_owner(options->store);
    }

    if (rc != CTL_OK) {
        return rc;
    }

    memset(&how, 0, sizeof(how));
    how.path = options->store;
    how.sha256 = digest;
    how.create = true;

    return open_store(&how, store);
}


int
ctl_store_open(const ctl_options_t *options, bool read_only,
    ctl_store_t *store)
{
    int              rc;
    ctl_store_t      terms;
    store_options_t  how;

    memset(&terms, 0, sizeof(terms));

    if (!read_only) {
        ctl_terms_load(options, &terms);
    }

    rc = become_owner(options->store);

    if (rc == CTL_OK) {
        memset(&how, 0, sizeof(how));
        how.path = options->store;
        how.sha256 = digest;
        how.read_only = read_only;

        rc = open_store(&how, store);
    }

    if (rc != CTL_OK) {
        ctl_terms_free(&terms);
        return rc;
    }

    store->known = terms.known;
    memcpy(store->terms, terms.terms, sizeof(store->terms));

    return CTL_OK;
}


static int
open_store(const store_options_t *options, ctl_store_t *store)
{
    store_error_t   error;
    store_status_t  status;

    memset(store, 0, sizeof(*store));
    store->now = ctl_now();

    status = store_open(options, &store->env, &error);

    if (status != STORE_OK) {
        ctl_complain("store %s", error.text);
        return CTL_FAILURE;
    }

    status = store_read_new(store->env, &store->txn);

    if (status == STORE_OK) {
        status = store_read_renew(store->txn);
    }

    if (status != STORE_OK) {
        ctl_complain("store \"%s\": %s", options->path,
                     store_status_text(status));
        ctl_store_close(store);
        return CTL_FAILURE;
    }

    return CTL_OK;
}


void
ctl_store_close(ctl_store_t *store)
{
    store_read_free(store->txn);
    store_close(store->env);
    store->txn = NULL;
    store->env = NULL;
    ctl_terms_free(store);
}


int
ctl_folder_give(const char *folder, const char *owner)
{
    struct passwd  *pw;

    pw = NULL;

    if (owner != NULL) {
        pw = getpwnam(owner);

        if (pw == NULL) {
            ctl_complain("there is no user \"%s\"", owner);
            return CTL_USAGE;
        }
    }

    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        ctl_complain("store \"%s\" cannot be made: %s", folder,
                     strerror(errno));
        return CTL_FAILURE;
    }

    if (pw != NULL && chown(folder, pw->pw_uid, pw->pw_gid) != 0) {
        ctl_complain("store \"%s\" cannot be given to %s: %s", folder, owner,
                     strerror(errno));
        return CTL_FAILURE;
    }

    return CTL_OK;
}


int
ctl_folder_make(const ctl_options_t *options, const char *folder)
{
    struct stat  st;

    if (mkdir(folder, 0700) != 0) {
        if (errno == EEXIST) {
            return CTL_OK;
        }

        ctl_complain("\"%s\" cannot be made: %s", folder, strerror(errno));
        return CTL_FAILURE;
    }

    if (geteuid() == 0 && stat(options->store, &st) == 0
        && chown(folder, st.st_uid, st.st_gid) != 0)
    {
        ctl_complain("\"%s\" cannot be given to the store's owner: %s",
                     folder, strerror(errno));
        return CTL_FAILURE;
    }

    return CTL_OK;
}


static int
become_owner(const char *folder)
{
    struct stat  st;

    if (geteuid() != 0 || roots(folder)) {
        return CTL_OK;
    }

    if (stat(folder, &st) != 0) {
        ctl_complain("store \"%s\": %s; name it with --store, or make it "
                     "with: xassistctl --store DIR store init", folder,
                     strerror(errno));
        return CTL_FAILURE;
    }

    if (st.st_uid == 0) {
        return CTL_OK;
    }

    if (setgroups(0, NULL) != 0 || setgid(st.st_gid) != 0
        || setuid(st.st_uid) != 0)
    {
        ctl_complain("cannot become the owner of \"%s\": %s", folder,
                     strerror(errno));
        return CTL_FAILURE;
    }

    return CTL_OK;
}


/*
 * Whether root made the store, in a folder that nginx has given to its workers
 * since: then only root can open it until nginx starts again.  A link is what
 * the folder's owner may have put there.
 */

static bool
roots(const char *folder)
{
    char         path[4096];
    size_t       len;
    struct stat  st;

    len = strlen(folder);

    if (len + sizeof(DATA) > sizeof(path)) {
        return false;
    }

    memcpy(path, folder, len);
    memcpy(path + len, DATA, sizeof(DATA));

    return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == 0
           && st.st_nlink == 1;
}


int
ctl_op(const ctl_store_t *store, const policy_image_t *image,
    store_op_kind_t kind, store_op_t *op)
{
    policy_settings_t  settings;

    memset(op, 0, sizeof(*op));

    op->kind = kind;
    op->now = store->now;
    op->presence.guest_seats = UINT32_MAX;

    op->terms.known = store->known;
    op->terms.seated = ctl_slice(store->terms[0]);
    op->terms.administrators = ctl_slice(store->terms[1]);
    op->terms.billing = ctl_slice(store->terms[2]);

    if (store->now == 0 || !ctl_mint(&op->id)) {
        ctl_complain("this system gives no time or no random numbers");
        return CTL_FAILURE;
    }

    if (image == NULL) {
        return CTL_OK;
    }

    if (policy_settings(image, &settings) != POLICY_OK) {
        ctl_complain("the policy's settings cannot be read");
        return CTL_FAILURE;
    }

    op->presence.grace = settings.presence_grace;
    op->presence.request_grace = settings.request_grace;
    op->presence.never_joined = settings.never_joined;
    op->presence.ring = settings.ring;
    op->presence.end_when_empty = settings.end_when_empty;
    op->presence.end_when_owner_left = settings.end_when_owner_left;
    op->presence.participants_per_call = settings.participants_per_call;
    op->presence.sockets_per_guest = settings.sockets_per_guest;
    op->presence.sockets_per_user = settings.sockets_per_user;
    op->presence.replace_oldest = settings.replace_oldest;
    op->presence.guest_seats = settings.guest_seats;

    return CTL_OK;
}


int
ctl_apply(ctl_store_t *store, store_op_t *op, const char *what)
{
    store_op_t     *ops[1];
    store_status_t  status;

    ops[0] = op;
    status = store_apply(store->env, ops, 1);

    if (status == STORE_OK) {
        status = op->status;
    }

    if (status == STORE_OK) {
        return CTL_OK;
    }

    if (status == STORE_REFUSED) {
        ctl_complain("cannot %s: %s%s", what, store_reason_name(op->reason),
                     advice(op->reason));

    } else {
        ctl_complain("cannot %s: %s", what, store_status_text(status));
    }

    return exit_status(status);
}


/* What to do about a reason that its name alone does not tell. */

static const char *
advice(store_reason_t reason)
{
    size_t  i;

    static const struct {
        store_reason_t  reason;
        const char     *text;
    } known[] = {
        { STORE_REASON_ADMINISTRATOR_REQUIRED,
          ": of an account's first two users one needs a role with "
          "\"administrator\" in the policy, by --roles or "
          "--administrator NAME" },
        { STORE_REASON_INVITER_LEFT,
          ": who invites an external has to be in the call" },
        { STORE_REASON_CHANNEL_NOT_ALLOWED,
          ": see \"channels\" of the kind in the policy" },
        { STORE_REASON_NO_SEAT,
          ": see account seats" }
    };

    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (known[i].reason == reason) {
            return known[i].text;
        }
    }

    return "";
}


int
ctl_renew(const ctl_options_t *options, ctl_store_t *store)
{
    store_read_reset(store->txn);

    return ctl_found(store_read_renew(store->txn), "store", options->store);
}


int
ctl_found(store_status_t status, const char *what, const char *name)
{
    if (status == STORE_OK) {
        return CTL_OK;
    }

    if (status == STORE_NOT_FOUND) {
        ctl_complain("there is no %s \"%s\"", what, name);
        return CTL_NO;
    }

    ctl_complain("%s \"%s\": %s", what, name, store_status_text(status));

    return CTL_FAILURE;
}


int
ctl_find_account(ctl_store_t *store, const char *name,
    store_account_t *account)
{
    return ctl_found(store_account_by_name(store->txn, ctl_slice(name),
                                           account),
                     "account", name);
}


int
ctl_find_user(ctl_store_t *store, const char *account_name, const char *name,
    store_user_t *user)
{
    int              rc;
    store_account_t  account;

    rc = ctl_find_account(store, account_name, &account);

    if (rc != CTL_OK) {
        return rc;
    }

    return ctl_found(store_user_by_name(store->txn, &account.id,
                                        ctl_slice(name), user),
                     "user", name);
}


bool
ctl_mint(store_id_t *id)
{
    /* byte 0 is the cell: the first, and only one so far */

    id->b[0] = 0;

    return policy_random(id->b + 1, STORE_ID_LEN - 1) == POLICY_OK;
}


bool
ctl_id_parse(const char *text, store_id_t *id)
{
    return policy_base64url_decode(text, strlen(text), id->b, STORE_ID_LEN);
}


store_slice_t
ctl_slice(const char *text)
{
    store_slice_t  slice;

    slice.data = (const uint8_t *) text;
    slice.len = text != NULL ? strlen(text) : 0;

    return slice;
}


static int
digest(const void *data, size_t len, uint8_t out[STORE_HASH_LEN])
{
    return policy_sha256(data, len, out);
}


static int
exit_status(store_status_t status)
{
    switch (status) {

    case STORE_REFUSED:
    case STORE_NOT_FOUND:
    case STORE_EXISTS:
        return CTL_NO;

    case STORE_INVALID:
        return CTL_USAGE;

    default:
        return CTL_FAILURE;
    }
}
