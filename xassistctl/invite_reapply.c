/* invite reapply: the policy's terms for invitations already sent. */

#include <stdlib.h>
#include <string.h>

#include <xassistctl/args.h>
#include <xassistctl/invite.h>
#include <xassistctl/open.h>
#include <xassistctl/print.h>


/* Which are meant, and those that were found. */
typedef struct {
    const char           *call;
    const char           *account;
    const char           *kind_name;
    size_t                kind;        /* 0: any */
    ctl_store_t          *store;
    const policy_image_t *image;
    store_op_t           *ops;
    size_t                n;
    size_t                room;
    bool                  failed;
} reapply_t;


static int collect(reapply_t *reapply, const char *word);
static bool of_user(void *data, const void *record);
static bool take(void *data, const void *record);
static int apply_all(const ctl_options_t *options, reapply_t *reapply,
    bool one);


int
ctl_invite_reapply(const ctl_options_t *options, int argc, char **argv)
{
    int             n, rc;
    reapply_t       reapply;
    ctl_store_t     store;
    policy_image_t  image;

    const ctl_arg_t  args[] = {
        { "--call", &reapply.call, NULL },
        { "--account", &reapply.account, NULL },
        { "--kind", &reapply.kind_name, NULL },
        { NULL, NULL, NULL }
    };

    memset(&reapply, 0, sizeof(reapply));
    n = ctl_args(argc, argv, args, 0, 1);

    if (n == -1
        || n + (reapply.call != NULL) + (reapply.account != NULL) != 1)
    {
        return CTL_USAGE;
    }

    if (reapply.kind_name != NULL) {
        reapply.kind = ctl_invite_kind(reapply.kind_name);

        if (reapply.kind == 0) {
            ctl_complain("there is no kind \"%s\"", reapply.kind_name);
            return CTL_USAGE;
        }
    }

    rc = ctl_policy_load(options, &image);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_store_open(options, false, &store);

    if (rc == CTL_OK) {
        reapply.store = &store;
        reapply.image = &image;
        rc = collect(&reapply, n == 1 ? argv[0] : NULL);

        if (rc == CTL_OK) {
            rc = apply_all(options, &reapply, n == 1);
        }

        free(reapply.ops);
        ctl_store_close(&store);
    }

    policy_image_free(&image);

    return rc;
}


static int
collect(reapply_t *reapply, const char *word)
{
    int                 rc;
    store_id_t          id;
    store_txn_t        *txn = reapply->store->txn;
    store_call_t        call;
    store_status_t      status;
    store_account_t     account;
    store_invitation_t  inv;

    if (reapply->account != NULL) {
        rc = ctl_find_account(reapply->store, reapply->account, &account);

        if (rc != CTL_OK) {
            return rc;
        }

        status = store_users(txn, &account.id, of_user, reapply);
        rc = ctl_found(status, "account", reapply->account);

    } else {
        word = word != NULL ? word : reapply->call;

        if (!ctl_id_parse(word, &id)) {
            ctl_complain("\"%s\" is no id", word);
            return CTL_USAGE;
        }

        if (reapply->call != NULL) {
            rc = ctl_found(store_call_get(txn, &id, &call), "call", word);

            if (rc == CTL_OK) {
                rc = ctl_found(store_invitations(txn, &id, take, reapply),
                               "call", word);
            }

        } else {
            rc = ctl_found(store_invitation_get(txn, &id, &inv),
                           "invitation", word);

            if (rc == CTL_OK) {
                (void) take(reapply, &inv);
            }
        }
    }

    return rc == CTL_OK && reapply->failed ? CTL_FAILURE : rc;
}


static bool
of_user(void *data, const void *record)
{
    reapply_t           *reapply = data;
    store_status_t       status;
    const store_user_t  *user = record;

    status = store_invitations_by(reapply->store->txn, &user->id, 0, take,
                                  reapply);

    if (status != STORE_OK && !reapply->failed) {
        ctl_complain("cannot read invitations: %s",
                     store_status_text(status));
        reapply->failed = true;
    }

    return !reapply->failed;
}


/* Those that have ended stay as they are. */

static bool
take(void *data, const void *record)
{
    size_t                     room;
    reapply_t                 *reapply = data;
    store_op_t                *op;
    policy_terms_t             terms;
    const store_invitation_t  *inv = record;

    if (inv->state > STORE_INV_USED
        || (reapply->kind != 0 && reapply->kind != inv->kind))
    {
        return true;
    }

    if (reapply->n == reapply->room) {
        room = reapply->room != 0 ? 2 * reapply->room : 16;
        op = realloc(reapply->ops, room * sizeof(store_op_t));

        if (op == NULL) {
            ctl_complain("out of memory");
            reapply->failed = true;
            return false;
        }

        reapply->ops = op;
        reapply->room = room;
    }

    op = &reapply->ops[reapply->n];

    if (policy_terms(reapply->image, (policy_invitation_t) inv->kind, &terms)
        != POLICY_OK
        || ctl_op(reapply->store, reapply->image,
                  STORE_OP_INVITATION_REAPPLY, op)
           != CTL_OK)
    {
        ctl_complain("the policy has no terms for an invitation of this kind");
        reapply->failed = true;
        return false;
    }

    op->in.invitation_reapply.invitation = inv->id;
    op->in.invitation_reapply.valid_for = terms.valid_for;
    op->in.invitation_reapply.uses = terms.uses;
    op->in.invitation_reapply.bound_to = (uint8_t) terms.bound_to;
    op->in.invitation_reapply.terms = terms.terms;
    op->in.invitation_reapply.idle_timeout =
        ctl_invite_idle(reapply->image, &terms, inv->profile);
    reapply->n++;

    return true;
}


/* One that ends meanwhile is left as it is, unless it is the one named. */

static int
apply_all(const ctl_options_t *options, reapply_t *reapply, bool one)
{
    int            rc;
    size_t         i;
    uint64_t       changed = 0, same = 0;
    store_op_t    *op;
    ctl_print_t    out;

    if (one && reapply->n == 0) {
        ctl_complain("the invitation has ended");
        return CTL_NO;
    }

    for (i = 0; i < reapply->n; i++) {
        op = &reapply->ops[i];
        rc = ctl_apply(reapply->store, op, "reapply the terms");

        if (rc != CTL_OK && (one || op->status != STORE_NOT_FOUND)) {
            return rc;
        }

        changed += rc == CTL_OK && !op->out.again;
        same += rc == CTL_OK && op->out.again;
    }

    ctl_print_begin(&out, options->json, NULL);
    ctl_print_number(&out, "changed", changed);
    ctl_print_number(&out, "unchanged", same);

    return ctl_print_end(&out);
}
