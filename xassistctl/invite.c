/* invite ...: making links, withdrawing them, looking at them. */

#include <string.h>

#include <xassistctl/args.h>
#include <xassistctl/clock.h>
#include <xassistctl/invite.h>
#include <xassistctl/open.h>
#include <xassistctl/print.h>


#define BASE  "http://localhost"


/* What the command line says of a new invitation. */
typedef struct {
    const char *call;
    const char *account;               /* of a service request */
    const char *inviter;
    const char *kind;
    const char *name;
    const char *comment;
    const char *profile;
    const char *channel;
    const char *base;
} wishes_t;


static int invite_create(const ctl_options_t *options, int argc,
    char **argv);
static int terms_of(const policy_image_t *image, const wishes_t *wishes,
    store_op_t *op);
static int create(ctl_store_t *store, const wishes_t *wishes,
    store_op_t *op);
static int invite_withdraw(const ctl_options_t *options, int argc,
    char **argv);
static int which(const ctl_options_t *options, const char *word,
    store_id_t *id);
static int invite_list(const ctl_options_t *options, int argc, char **argv);
static bool print_item(void *data, const void *record);
static size_t word_index(const char *const *words, size_t n,
    const char *word);


const char *const  ctl_invite_kinds[] = {
    NULL, "conference", "service_request", "external", NULL
};

static const char *const  channels[] = { NULL, "mail", "sms", NULL, "link" };

#define KINDS          4
#define COUNT(words)  (sizeof(words) / sizeof((words)[0]))


const ctl_command_t  ctl_invite_commands[] = {
    { "invite create",
      "--call ID|--account ACCOUNT [--inviter USER] "
      "[--kind conference|external|service_request] [--name TEXT] "
      "[--comment TEXT] [--profile NAME] [--channel link|mail|sms] "
      "[--base URL]",
      "makes an invitation by the policy's terms and prints its link; that of "
      "a service request, made with --account, makes its call when used",
      invite_create },
    { "invite withdraw", "ID|TOKEN|LINK",
      "withdraws a link; who came by it stays", invite_withdraw },
    { "invite reapply", "ID|--call ID|--account ACCOUNT [--kind K]",
      "writes the policy's terms into invitations already sent, those of a "
      "call or of an account; what has ended stays so", ctl_invite_reapply },
    { "invite list", "--call ID", "lists the invitations of a call",
      invite_list },
    { NULL, NULL, NULL, NULL }
};


static int
invite_create(const ctl_options_t *options, int argc, char **argv)
{
    int              rc;
    char             token[POLICY_TOKEN_LEN + 1];
    wishes_t         wishes;
    store_op_t       op;
    ctl_store_t      store;
    ctl_print_t      out;
    policy_keys_t   *keys;
    policy_image_t   image;

    const ctl_arg_t  args[] = {
        { "--call", &wishes.call, NULL },
        { "--account", &wishes.account, NULL },
        { "--inviter", &wishes.inviter, NULL },
        { "--kind", &wishes.kind, NULL },
        { "--name", &wishes.name, NULL },
        { "--comment", &wishes.comment, NULL },
        { "--profile", &wishes.profile, NULL },
        { "--channel", &wishes.channel, NULL },
        { "--base", &wishes.base, NULL },
        { NULL, NULL, NULL }
    };

    memset(&wishes, 0, sizeof(wishes));
    memset(&op, 0, sizeof(op));

    if (ctl_args(argc, argv, args, 0, 0) == -1
        || (wishes.call != NULL) == (wishes.account != NULL))
    {
        return CTL_USAGE;
    }

    rc = ctl_policy_load(options, &image);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_keys_load(options, &keys);

    if (rc == CTL_OK) {
        rc = ctl_store_open(options, false, &store);

        if (rc == CTL_OK) {
            rc = ctl_op(&store, &image, STORE_OP_INVITATION_CREATE, &op);

            if (rc == CTL_OK) {
                rc = terms_of(&image, &wishes, &op);
            }

            if (rc == CTL_OK) {
                rc = create(&store, &wishes, &op);
            }

            ctl_store_close(&store);
        }

        if (rc == CTL_OK
            && policy_token_make(keys, POLICY_TOKEN_LINK, op.id.b, token)
               != POLICY_OK)
        {
            ctl_complain("the keys made no token");
            rc = CTL_FAILURE;
        }

        policy_keys_free(keys);
    }

    policy_image_free(&image);

    if (rc != CTL_OK) {
        return rc;
    }

    token[POLICY_TOKEN_LEN] = '\0';

    ctl_print_begin(&out, options->json, "link");
    ctl_print_id(&out, "id", &op.id);
    ctl_print_link(&out, "link", wishes.base != NULL ? wishes.base : BASE,
                   token);
    ctl_print_word(&out, "token", token);
    ctl_print_id(&out, "call", &op.in.invitation_create.call);
    ctl_print_word(&out, "state", store_inv_state_name(STORE_INV_UNUSED));
    ctl_print_time(&out, "expires", op.in.invitation_create.expires);

    return ctl_print_end(&out);
}


/* The policy's terms are written into the invitation now, for good. */

static int
terms_of(const policy_image_t *image, const wishes_t *wishes, store_op_t *op)
{
    size_t           kind, channel;
    policy_terms_t   terms;

    kind = wishes->kind != NULL ? ctl_invite_kind(wishes->kind)
                                : STORE_INV_CONFERENCE;
    channel = wishes->channel != NULL ? word_index(channels, COUNT(channels),
                                                   wishes->channel)
                                      : POLICY_CHANNEL_LINK;

    if (kind == 0) {
        ctl_complain("there is no kind \"%s\"", wishes->kind);
        return CTL_USAGE;
    }

    if ((kind == STORE_INV_SERVICE_REQUEST) != (wishes->account != NULL)) {
        ctl_complain("a service request needs --account and --inviter, any "
                     "other invitation --call");
        return CTL_USAGE;
    }

    if (channel == 0) {
        ctl_complain("there is no channel \"%s\"", wishes->channel);
        return CTL_USAGE;
    }

    if (policy_terms(image, (policy_invitation_t) kind, &terms) != POLICY_OK)
    {
        ctl_complain("the policy has no terms for invitations of the kind "
                     "\"%s\"", ctl_invite_kinds[kind]);
        return CTL_NO;
    }

    if ((terms.channels & channel) == 0) {
        ctl_complain("cannot make the invitation: channel_not_allowed");
        return CTL_NO;
    }

    op->in.invitation_create.kind = (store_inv_kind_t) kind;
    op->in.invitation_create.channel = (uint32_t) channel;
    op->in.invitation_create.expires = terms.valid_for
                                       ? op->now + terms.valid_for : 0;
    op->in.invitation_create.uses = terms.uses;
    op->in.invitation_create.bound_to = (uint8_t) terms.bound_to;
    op->in.invitation_create.opens_call = terms.opens_call;
    op->in.invitation_create.terms = terms.terms;
    op->in.invitation_create.idle_timeout =
        ctl_invite_idle(image, &terms, ctl_slice(wishes->profile));

    return CTL_OK;
}


size_t
ctl_invite_kind(const char *name)
{
    return word_index(ctl_invite_kinds, KINDS, name);
}


uint64_t
ctl_invite_idle(const policy_image_t *image, const policy_terms_t *terms,
    store_slice_t profile_name)
{
    uint32_t          i;
    policy_str_t      name;
    policy_profile_t  profile;

    if (profile_name.len == 0) {
        return terms->idle_timeout;
    }

    name.data = (const char *) profile_name.data;
    name.len = profile_name.len;
    i = policy_profile_find(image, name);

    if (i == POLICY_NONE
        || policy_profile_at(image, i, &profile) != POLICY_OK
        || profile.idle_timeout == 0
        || (terms->idle_timeout != 0
            && terms->idle_timeout < profile.idle_timeout))
    {
        return terms->idle_timeout;
    }

    return profile.idle_timeout;
}


static int
create(ctl_store_t *store, const wishes_t *wishes, store_op_t *op)
{
    int           rc;
    store_call_t  call;
    store_user_t  inviter;

    op->in.invitation_create.invitation = op->id;
    op->in.invitation_create.name = ctl_slice(wishes->name);
    op->in.invitation_create.comment = ctl_slice(wishes->comment);
    op->in.invitation_create.profile = ctl_slice(wishes->profile);

    if (wishes->account != NULL) {
        if (wishes->inviter == NULL) {
            return CTL_USAGE;
        }

        rc = ctl_find_user(store, wishes->account, wishes->inviter, &inviter);

        if (rc != CTL_OK) {
            return rc;
        }

        op->in.invitation_create.inviter = inviter.id;

        return ctl_apply(store, op, "make the request");
    }

    if (!ctl_id_parse(wishes->call, &op->in.invitation_create.call)) {
        ctl_complain("\"%s\" is no id of a call", wishes->call);
        return CTL_USAGE;
    }

    rc = ctl_found(store_call_get(store->txn, &op->in.invitation_create.call,
                                  &call),
                   "call", wishes->call);

    if (rc == CTL_OK && wishes->inviter != NULL) {
        rc = ctl_found(store_user_by_name(store->txn, &call.account,
                                          ctl_slice(wishes->inviter),
                                          &inviter),
                       "user", wishes->inviter);
    }

    if (rc != CTL_OK) {
        return rc;
    }

    op->in.invitation_create.inviter = wishes->inviter != NULL ? inviter.id
                                                               : call.owner;

    return ctl_apply(store, op, "make the invitation");
}


static int
invite_withdraw(const ctl_options_t *options, int argc, char **argv)
{
    int             rc;
    store_id_t      id;
    store_op_t      op;
    ctl_print_t     out;
    ctl_store_t     store;
    policy_image_t  image;

    if (ctl_args(argc, argv, NULL, 1, 1) == -1) {
        return CTL_USAGE;
    }

    rc = which(options, argv[0], &id);

    if (rc == CTL_OK) {
        rc = ctl_policy_load(options, &image);
    }

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_store_open(options, false, &store);

    if (rc == CTL_OK) {
        rc = ctl_op(&store, &image, STORE_OP_INVITATION_WITHDRAW, &op);

        if (rc == CTL_OK) {
            op.in.invitation_withdraw.invitation = id;
            rc = ctl_apply(&store, &op, "withdraw the invitation");
        }

        ctl_store_close(&store);
    }

    policy_image_free(&image);

    if (rc != CTL_OK) {
        return rc;
    }

    ctl_print_begin(&out, options->json, NULL);
    ctl_print_id(&out, "id", &id);
    ctl_print_word(&out, "state", store_inv_state_name(STORE_INV_WITHDRAWN));
    ctl_print_bool(&out, "again", op.out.again);

    return ctl_print_end(&out);
}


/* The invitation that a word names: its id, its token, or its link. */

static int
which(const ctl_options_t *options, const char *word, store_id_t *id)
{
    int                   rc;
    const char           *token;
    policy_keys_t        *keys;
    policy_status_t       status;
    policy_token_kind_t   kind;

    if (ctl_id_parse(word, id)) {
        return CTL_OK;
    }

    token = strrchr(word, '/');
    token = token != NULL ? token + 1 : word;

    rc = ctl_keys_load(options, &keys);

    if (rc != CTL_OK) {
        return rc;
    }

    status = policy_token_open(keys, NULL, token, strlen(token), &kind,
                               id->b);
    policy_keys_free(keys);

    if (status != POLICY_OK || kind != POLICY_TOKEN_LINK) {
        ctl_complain("cannot withdraw the invitation: unknown_link");
        return CTL_NO;
    }

    return CTL_OK;
}


static int
invite_list(const ctl_options_t *options, int argc, char **argv)
{
    int             rc;
    store_id_t      id;
    const char     *word = NULL;
    ctl_print_t     out;
    ctl_store_t     store;
    store_call_t    call;
    store_status_t  status;

    const ctl_arg_t  args[] = {
        { "--call", &word, NULL },
        { NULL, NULL, NULL }
    };

    if (ctl_args(argc, argv, args, 0, 0) == -1 || word == NULL) {
        return CTL_USAGE;
    }

    if (!ctl_id_parse(word, &id)) {
        ctl_complain("\"%s\" is no id of a call", word);
        return CTL_USAGE;
    }

    rc = ctl_store_open(options, true, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_found(store_call_get(store.txn, &id, &call), "call", word);

    if (rc == CTL_OK) {
        ctl_print_begin(&out, options->json, NULL);
        ctl_print_list(&out, "invitations");
        status = store_invitations(store.txn, &id, print_item, &out);
        ctl_print_list_end(&out);

        rc = ctl_print_end(&out);
        rc = rc == CTL_OK ? ctl_found(status, "call", word) : rc;
    }

    ctl_store_close(&store);

    return rc;
}


static bool
print_item(void *data, const void *record)
{
    uint64_t                   now = ctl_now();
    ctl_print_t               *out = data;
    store_inv_state_t          state;
    const store_invitation_t  *inv = record;

    state = (store_inv_state_t) inv->state;

    if ((state == STORE_INV_UNUSED || state == STORE_INV_REDEEMED)
        && inv->expires != 0 && inv->expires <= now && !inv->opens_call)
    {
        state = STORE_INV_EXPIRED;     /* though not swept yet */
    }

    ctl_print_item(out);
    ctl_print_id(out, "id", &inv->id);
    ctl_print_word(out, "kind", inv->kind < KINDS && inv->kind != 0
                                ? ctl_invite_kinds[inv->kind] : "unknown");
    ctl_print_word(out, "state", store_inv_state_name(state));
    ctl_print_id(out, "inviter", &inv->inviter);
    ctl_print_text(out, "name", inv->name);
    ctl_print_word(out, "channel", inv->channel < COUNT(channels)
                                   && channels[inv->channel] != NULL
                                   ? channels[inv->channel] : "unknown");
    ctl_print_number(out, "uses", inv->uses);
    ctl_print_number(out, "used", inv->used);
    ctl_print_time(out, "created", inv->created);
    ctl_print_time(out, "expires", inv->expires);
    ctl_print_time(out, "ended", inv->ended);
    ctl_print_item_end(out);

    return true;
}


static size_t
word_index(const char *const *words, size_t n, const char *word)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        if (words[i] != NULL && strcmp(words[i], word) == 0) {
            return i;
        }
    }

    return 0;
}
