/* media ...: media servers, the calls on them, taking one out of service. */

#include <xassistctl/change.h>
#include <xassistctl/print.h>


static int media_list(const ctl_options_t *options, int argc, char **argv);
static bool print_server(void *data, const void *record);
static int media_drain(const ctl_options_t *options, int argc, char **argv);
static int media_undrain(const ctl_options_t *options, int argc,
    char **argv);
static int fill_drain(const ctl_given_t *given, store_op_t *op);
static int print_drained(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op);


const ctl_command_t  ctl_media_commands[] = {
    { "media list", "",
      "prints how many calls each media server has, and which are drained",
      media_list },
    { "media drain", "NAME",
      "gives the server (address:port) no new calls; it keeps its own",
      media_drain },
    { "media undrain", "NAME", "gives the server new calls again",
      media_undrain },
    { NULL, NULL, NULL, NULL }
};


static const ctl_change_t  drain = {
    .kind = STORE_OP_MEDIA_DRAIN, .what = "drain",
    .min = 1, .max = 1,
    .fill = fill_drain, .print = print_drained
};

static const ctl_change_t  undrain = {
    .kind = STORE_OP_MEDIA_DRAIN, .what = "undrain",
    .min = 1, .max = 1,
    .fill = fill_drain, .print = print_drained
};


static int
media_list(const ctl_options_t *options, int argc, char **argv)
{
    int             rc;
    ctl_print_t     out;
    ctl_store_t     store;
    store_status_t  status;

    if (ctl_args(argc, argv, NULL, 0, 0) == -1) {
        return CTL_USAGE;
    }

    rc = ctl_store_open(options, true, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    ctl_print_begin(&out, options->json, NULL);
    ctl_print_list(&out, "servers");
    status = store_media(store.txn, print_server, &out);
    ctl_print_list_end(&out);
    ctl_store_close(&store);

    rc = ctl_found(status, "media servers", "the store");

    return rc == CTL_OK ? ctl_print_end(&out) : rc;
}


static bool
print_server(void *data, const void *record)
{
    ctl_print_t          *out = data;
    const store_media_t  *media = record;

    ctl_print_item(out);
    ctl_print_text(out, "name", media->name);
    ctl_print_number(out, "calls", media->calls);
    ctl_print_bool(out, "drained", media->drained != 0);
    ctl_print_time(out, "changed", media->changed);
    ctl_print_item_end(out);

    return true;
}


static int
media_drain(const ctl_options_t *options, int argc, char **argv)
{
    bool  drained = true;

    return ctl_change(options, &drain, argc, argv, NULL, &drained);
}


static int
media_undrain(const ctl_options_t *options, int argc, char **argv)
{
    bool  drained = false;

    return ctl_change(options, &undrain, argc, argv, NULL, &drained);
}


static int
fill_drain(const ctl_given_t *given, store_op_t *op)
{
    const bool  *drained = given->data;

    op->in.media_drain.name = ctl_slice(given->argv[0]);
    op->in.media_drain.drained = *drained;

    return CTL_OK;
}


static int
print_drained(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op)
{
    int            rc;
    store_media_t  media;

    rc = ctl_found(store_media_get(given->store->txn, op->in.media_drain.name,
                                   &media),
                   "media server", given->argv[0]);

    if (rc != CTL_OK) {
        return rc;
    }

    ctl_print_text(out, "name", media.name);
    ctl_print_number(out, "calls", media.calls);
    ctl_print_bool(out, "drained", media.drained != 0);

    return CTL_OK;
}
