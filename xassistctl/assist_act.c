/*
 * assist start, pause, resume, stop: the transitions of assistance, for the
 * session of an agent.
 */

#include <string.h>

#include <lmdb_schema/limits.h>

#include <xassistctl/args.h>
#include <xassistctl/assist_may.h>
#include <xassistctl/open.h>
#include <xassistctl/print.h>


typedef struct {
    const char *channel;
    const char *service;
    const char *reason;
    const char *session;
    const char *outcome;
    const char *note;
    bool        anonymous;
} words_t;

typedef struct {
    ctl_store_t         store;
    const words_t      *words;
    store_session_t     session;       /* the agent's */
    bool                found;
    store_interaction_t interaction;
    char                groups[STORE_LIMIT_VALUE];
} act_t;


static int assist_start(const ctl_options_t *options, int argc, char **argv);
static int assist_pause(const ctl_options_t *options, int argc, char **argv);
static int assist_resume(const ctl_options_t *options, int argc, char **argv);
static int assist_stop(const ctl_options_t *options, int argc, char **argv);
static int start(act_t *act, const policy_image_t *image, int argc,
    char **argv, store_op_t *op);
static int change(const ctl_options_t *options, int argc, char **argv,
    const ctl_arg_t *args, const words_t *words, store_op_kind_t kind);
static int change_op(act_t *act, const policy_image_t *image,
    store_op_kind_t kind, store_op_t *op);
static int find_session(act_t *act, const store_id_t *agent);
static bool take_newest(void *data, const void *record);
static bool word_of(const char *text, const char *const *words, uint8_t first,
    uint8_t *out);
static int print_after(const ctl_options_t *options, act_t *act,
    const store_op_t *op);


const ctl_command_t  ctl_assist_act_commands[] = {
    { "assist start",
      "ACCOUNT AGENT USER|--anonymous --channel WORD [--service TEXT] "
      "[--reason TEXT] [--session ID]",
      "has an agent assist a user, in the newest session unless told otherwise",
      assist_start },
    { "assist pause", "ID", "pauses an interaction", assist_pause },
    { "assist resume", "ID [--session ID]",
      "goes on with one, for the agent whose it is", assist_resume },
    { "assist stop",
      "ID [--outcome resolved|unresolved|unknown] [--note TEXT]",
      "closes one for good", assist_stop },
    { NULL, NULL, NULL, NULL }
};


static int
assist_start(const ctl_options_t *options, int argc, char **argv)
{
    int             n, rc;
    act_t           act;
    words_t         words;
    store_op_t      op;
    policy_image_t  image;

    memset(&words, 0, sizeof(words));
    memset(&act, 0, sizeof(act));
    act.words = &words;

    const ctl_arg_t  args[] = {
        { "--anonymous", NULL, &words.anonymous },
        { "--channel", &words.channel, NULL },
        { "--service", &words.service, NULL },
        { "--reason", &words.reason, NULL },
        { "--session", &words.session, NULL },
        { NULL, NULL, NULL }
    };

    n = ctl_args(argc, argv, args, 2, 3);

    if (n == -1) {
        return CTL_USAGE;
    }

    if ((n == 3) == words.anonymous) {
        ctl_complain("either a user or --anonymous must be given");
        return CTL_USAGE;
    }

    rc = ctl_policy_load(options, &image);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_store_open(options, false, &act.store);

    if (rc == CTL_OK) {
        rc = ctl_op(&act.store, &image, STORE_OP_ASSIST_START, &op);

        if (rc == CTL_OK) {
            rc = start(&act, &image, n, argv, &op);
        }

        if (rc == CTL_OK) {
            rc = ctl_apply(&act.store, &op, "assist");
        }

        rc = rc == CTL_OK ? print_after(options, &act, &op) : rc;
        ctl_store_close(&act.store);
    }

    policy_image_free(&image);

    return rc;
}


static int
start(act_t *act, const policy_image_t *image, int argc, char **argv,
    store_op_t *op)
{
    int           rc;
    store_user_t  agent, user;

    if (act->words->channel == NULL
        || !word_of(act->words->channel, store_channel_names, 1,
                    &op->in.assist.channel))
    {
        ctl_complain("--channel must be phone, email, face, letter, social, "
                     "chat or other");
        return CTL_USAGE;
    }

    rc = ctl_find_user(&act->store, argv[0], argv[1], &agent);

    if (rc != CTL_OK) {
        return rc;
    }

    op->in.assist.subject = store_anonymous;

    if (argc == 3) {
        rc = ctl_find_user(&act->store, argv[0], argv[2], &user);

        if (rc != CTL_OK) {
            return rc;
        }

        op->in.assist.subject = user.id;
    }

    rc = find_session(act, &agent.id);

    if (rc != CTL_OK) {
        return rc;
    }

    op->actor = agent.id;
    op->in.assist.session = act->session.id;
    op->in.assist.interaction = op->id;
    op->in.assist.service = ctl_slice(act->words->service);
    op->in.assist.reason = ctl_slice(act->words->reason);

    return ctl_assist_terms(&act->store, image, &act->session,
                            act->words->reason != NULL, act->groups, op);
}


static int
assist_pause(const ctl_options_t *options, int argc, char **argv)
{
    words_t  words;

    memset(&words, 0, sizeof(words));

    return change(options, argc, argv, NULL, &words, STORE_OP_ASSIST_PAUSE);
}


static int
assist_resume(const ctl_options_t *options, int argc, char **argv)
{
    words_t  words;

    memset(&words, 0, sizeof(words));

    const ctl_arg_t  args[] = {
        { "--session", &words.session, NULL },
        { NULL, NULL, NULL }
    };

    return change(options, argc, argv, args, &words, STORE_OP_ASSIST_RESUME);
}


static int
assist_stop(const ctl_options_t *options, int argc, char **argv)
{
    words_t  words;

    memset(&words, 0, sizeof(words));

    const ctl_arg_t  args[] = {
        { "--outcome", &words.outcome, NULL },
        { "--note", &words.note, NULL },
        { NULL, NULL, NULL }
    };

    return change(options, argc, argv, args, &words, STORE_OP_ASSIST_STOP);
}


static int
change(const ctl_options_t *options, int argc, char **argv,
    const ctl_arg_t *args, const words_t *words, store_op_kind_t kind)
{
    int             rc;
    act_t           act;
    store_id_t      id;
    store_op_t      op;
    policy_image_t  image;

    memset(&act, 0, sizeof(act));
    act.words = words;

    if (ctl_args(argc, argv, args, 1, 1) == -1) {
        return CTL_USAGE;
    }

    if (!ctl_id_parse(argv[0], &id)) {
        ctl_complain("\"%s\" is no id of an interaction", argv[0]);
        return CTL_USAGE;
    }

    rc = ctl_policy_load(options, &image);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_store_open(options, false, &act.store);

    if (rc == CTL_OK) {
        rc = ctl_found(store_interaction_get(act.store.txn, &id,
                                             &act.interaction),
                       "interaction", argv[0]);

        if (rc == CTL_OK) {
            rc = ctl_op(&act.store, &image, kind, &op);
        }

        if (rc == CTL_OK) {
            rc = change_op(&act, &image, kind, &op);
        }

        if (rc == CTL_OK) {
            rc = ctl_apply(&act.store, &op, "change the interaction");
        }

        rc = rc == CTL_OK ? print_after(options, &act, &op) : rc;
        ctl_store_close(&act.store);
    }

    policy_image_free(&image);

    return rc;
}


static int
change_op(act_t *act, const policy_image_t *image, store_op_kind_t kind,
    store_op_t *op)
{
    int  rc;

    rc = find_session(act, &act->interaction.agent);

    if (rc != CTL_OK) {
        return rc;
    }

    if (act->words->outcome != NULL
        && !word_of(act->words->outcome, store_outcome_names, 0,
                    &op->in.assist.outcome))
    {
        ctl_complain("--outcome must be resolved, unresolved or unknown");
        return CTL_USAGE;
    }

    op->actor = act->interaction.agent;
    op->in.assist.interaction = act->interaction.id;
    op->in.assist.session = act->session.id;
    op->in.assist.note = ctl_slice(act->words->note);

    if (kind != STORE_OP_ASSIST_RESUME) {
        return CTL_OK;
    }

    op->in.assist.subject = act->interaction.subject;

    return ctl_assist_terms(&act->store, image, &act->session, true,
                            act->groups, op);
}


/* The one that was named, the one that it is active in, or the newest. */

static int
find_session(act_t *act, const store_id_t *agent)
{
    store_id_t      id;
    store_status_t  status;

    id = act->interaction.session;

    if (act->words->session != NULL
        && !ctl_id_parse(act->words->session, &id))
    {
        ctl_complain("\"%s\" is no id of a session", act->words->session);
        return CTL_USAGE;
    }

    if (act->words->session != NULL
        || act->interaction.state == STORE_INTERACTION_ACTIVE)
    {
        status = store_session_get(act->store.txn, &id, &act->session);

        if (status == STORE_OK
            && !store_id_equal(&act->session.user, agent))
        {
            status = STORE_NOT_FOUND;
        }

        return ctl_found(status, "session of the agent",
                         act->words->session != NULL ? act->words->session
                                                     : "");
    }

    status = store_sessions(act->store.txn, agent, take_newest, act);

    if (status == STORE_OK && !act->found) {
        ctl_complain("the agent is not signed in: assistance lies in a "
                     "session");
        return CTL_NO;
    }

    return ctl_found(status, "agent", "");
}


static bool
take_newest(void *data, const void *record)
{
    act_t                  *act = data;
    const store_session_t  *session = record;

    /* ended ones come after all others in a walk */

    if (session->ended != 0) {
        return false;
    }

    if (session->expires > act->store.now
        && (!act->found || session->created >= act->session.created))
    {
        act->session = *session;
        act->found = true;
    }

    return true;
}


static bool
word_of(const char *text, const char *const *words, uint8_t first,
    uint8_t *out)
{
    uint8_t  i;

    for (i = first; words[i] != NULL; i++) {
        if (strcmp(words[i], text) == 0) {
            *out = i;
            return true;
        }
    }

    return false;
}


static int
print_after(const ctl_options_t *options, act_t *act, const store_op_t *op)
{
    int             rc;
    ctl_print_t     out;
    store_status_t  status;

    store_read_reset(act->store.txn);
    status = store_read_renew(act->store.txn);

    if (status == STORE_OK) {
        status = store_interaction_get(act->store.txn,
                                       &op->in.assist.interaction,
                                       &act->interaction);
    }

    rc = ctl_found(status, "interaction", "");

    if (rc != CTL_OK) {
        return rc;
    }

    ctl_print_begin(&out, options->json, NULL);
    ctl_print_id(&out, "id", &act->interaction.id);
    ctl_print_word(&out, "state",
                   store_interaction_state_names[act->interaction.state]);
    ctl_print_id(&out, "session", &op->in.assist.session);
    ctl_print_number(&out, "spent", act->interaction.spent / 1000);
    ctl_print_word(&out, "outcome",
                   store_outcome_names[act->interaction.outcome]);
    ctl_print_time(&out, "until", op->out.expires);
    ctl_print_bool(&out, "again", op->out.again);

    return ctl_print_end(&out);
}
