/* media ...: media servers, the calls on them, taking one out of service. */

#include <xassistctl/args.h>
#include <xassistctl/open.h>
#include <xassistctl/print.h>


static int media_list(const ctl_options_t *options, int argc, char **argv);
static bool print_server(void *data, const void *record);
static int media_drain(const ctl_options_t *options, int argc, char **argv);
static int media_undrain(const ctl_options_t *options, int argc,
    char **argv);
static int drain(const ctl_options_t *options, int argc, char **argv,
    bool drained);


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
    return drain(options, argc, argv, true);
}


static int
media_undrain(const ctl_options_t *options, int argc, char **argv)
{
    return drain(options, argc, argv, false);
}


static int
drain(const ctl_options_t *options, int argc, char **argv, bool drained)
{
    int             rc;
    store_op_t      op;
    ctl_print_t     out;
    ctl_store_t     store;
    store_media_t   media;
    store_status_t  status;

    if (ctl_args(argc, argv, NULL, 1, 1) == -1) {
        return CTL_USAGE;
    }

    rc = ctl_store_open(options, false, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_op(&store, NULL, STORE_OP_MEDIA_DRAIN, &op);

    if (rc == CTL_OK) {
        op.in.media_drain.name = ctl_slice(argv[0]);
        op.in.media_drain.drained = drained;
        rc = ctl_apply(&store, &op, drained ? "drain" : "undrain");
    }

    if (rc == CTL_OK) {
        store_read_reset(store.txn);
        status = store_read_renew(store.txn);

        if (status == STORE_OK) {
            status = store_media_get(store.txn, ctl_slice(argv[0]), &media);
        }

        rc = ctl_found(status, "media server", argv[0]);
    }

    if (rc == CTL_OK) {
        ctl_print_begin(&out, options->json, NULL);
        ctl_print_text(&out, "name", media.name);
        ctl_print_number(&out, "calls", media.calls);
        ctl_print_bool(&out, "drained", media.drained != 0);
        rc = ctl_print_end(&out);
    }

    ctl_store_close(&store);

    return rc;
}
