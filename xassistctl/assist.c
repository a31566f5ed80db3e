/* assist ...: what agents did for users, and the history of users. */

#include <string.h>

#include <xassistctl/args.h>
#include <xassistctl/open.h>
#include <xassistctl/print.h>


typedef struct {
    ctl_store_t *store;
    ctl_print_t  out;
} assist_t;


static int assist_list(const ctl_options_t *options, int argc, char **argv);
static int assist_history(const ctl_options_t *options, int argc,
    char **argv);
static bool print_interaction(void *data, const void *record);
static bool print_task(void *data, const void *record);
static void print_person(assist_t *assist, const char *name,
    const store_id_t *id);


const ctl_command_t  ctl_assist_commands[] = {
    { "assist list", "ACCOUNT [--agent NAME]",
      "lists interactions of an account, or of one agent", assist_list },
    { "assist history", "ACCOUNT NAME",
      "lists the tasks of a user, with who acted", assist_history },
    { NULL, NULL, NULL, NULL }
};


static int
assist_list(const ctl_options_t *options, int argc, char **argv)
{
    int              rc;
    assist_t         assist;
    const char      *agent = NULL;
    ctl_store_t      store;
    store_user_t     user;
    store_status_t   status;
    store_account_t  account;

    const ctl_arg_t  args[] = {
        { "--agent", &agent, NULL },
        { NULL, NULL, NULL }
    };

    if (ctl_args(argc, argv, args, 1, 1) == -1) {
        return CTL_USAGE;
    }

    rc = ctl_store_open(options, true, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_find_account(&store, argv[0], &account);

    if (rc == CTL_OK && agent != NULL) {
        rc = ctl_find_user(&store, argv[0], agent, &user);
    }

    if (rc == CTL_OK) {
        assist.store = &store;
        ctl_print_begin(&assist.out, options->json, NULL);
        ctl_print_list(&assist.out, "interactions");
        status = agent != NULL
                 ? store_interactions_by(store.txn, &user.id, 0,
                                         print_interaction, &assist)
                 : store_interactions_in(store.txn, &account.id, 0,
                                         print_interaction, &assist);
        ctl_print_list_end(&assist.out);
        rc = ctl_print_end(&assist.out);
        rc = rc == CTL_OK ? ctl_found(status, "account", argv[0]) : rc;
    }

    ctl_store_close(&store);

    return rc;
}


static int
assist_history(const ctl_options_t *options, int argc, char **argv)
{
    int             rc;
    assist_t        assist;
    ctl_store_t     store;
    store_user_t    user;
    store_status_t  status;

    if (ctl_args(argc, argv, NULL, 2, 2) == -1) {
        return CTL_USAGE;
    }

    rc = ctl_store_open(options, true, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_find_user(&store, argv[0], argv[1], &user);

    if (rc == CTL_OK) {
        assist.store = &store;
        ctl_print_begin(&assist.out, options->json, NULL);
        ctl_print_list(&assist.out, "tasks");
        status = store_tasks_of(store.txn, &user.account, &user.id, 0,
                                print_task, &assist);
        ctl_print_list_end(&assist.out);
        rc = ctl_print_end(&assist.out);
        rc = rc == CTL_OK ? ctl_found(status, "user", argv[1]) : rc;
    }

    ctl_store_close(&store);

    return rc;
}


static bool
print_interaction(void *data, const void *record)
{
    assist_t                   *assist = data;
    const store_interaction_t  *one = record;

    ctl_print_item(&assist->out);
    ctl_print_id(&assist->out, "id", &one->id);
    print_person(assist, "agent", &one->agent);
    print_person(assist, "subject", &one->subject);
    ctl_print_word(&assist->out, "state",
                   store_interaction_state_names[one->state]);
    ctl_print_word(&assist->out, "channel",
                   store_channel_names[one->channel]);
    ctl_print_text(&assist->out, "service", one->service);
    ctl_print_text(&assist->out, "reason", one->reason);
    ctl_print_time(&assist->out, "started", one->started);
    ctl_print_time(&assist->out, "closed", one->closed);
    ctl_print_number(&assist->out, "spent", one->spent / 1000);
    ctl_print_word(&assist->out, "outcome",
                   store_outcome_names[one->outcome]);
    ctl_print_item_end(&assist->out);

    return true;
}


static bool
print_task(void *data, const void *record)
{
    assist_t            *assist = data;
    const store_task_t  *task = record;

    ctl_print_item(&assist->out);
    ctl_print_id(&assist->out, "id", &task->id);
    ctl_print_time(&assist->out, "time", task->time);
    print_person(assist, "actor", &task->actor);
    ctl_print_text(&assist->out, "name", task->name);
    ctl_print_text(&assist->out, "detail", task->detail);
    ctl_print_word(&assist->out, "kind", store_task_kind_names[task->kind]);
    ctl_print_id(&assist->out, "interaction", &task->interaction);
    ctl_print_item_end(&assist->out);

    return true;
}


/* By login name; who is gone, by id. */

static void
print_person(assist_t *assist, const char *name, const store_id_t *id)
{
    store_user_t  user;

    if (store_id_equal(id, &store_anonymous)) {
        ctl_print_word(&assist->out, name, "anonymous");

    } else if (store_user_get(assist->store->txn, id, &user) == STORE_OK) {
        ctl_print_text(&assist->out, name, user.name);

    } else {
        ctl_print_id(&assist->out, name, id);
    }
}
