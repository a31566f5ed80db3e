/* Commands that change something. */

#include <xassistctl/change.h>


static int run(const ctl_change_t *change, const policy_image_t *image,
    int argc, ctl_given_t *given);
static int make(const ctl_change_t *change, const policy_image_t *image,
    const ctl_given_t *given, store_op_t *op);


int
ctl_change(const ctl_options_t *options, const ctl_change_t *change,
    int argc, char **argv, const ctl_arg_t *args, void *data)
{
    int              rc;
    ctl_given_t      given = { options, NULL, argv, NULL, data };
    ctl_store_t      store;
    policy_image_t   image;

    argc = ctl_args(argc, argv, args, change->min, change->max);

    if (argc == -1) {
        return CTL_USAGE;
    }

    rc = change->check != NULL ? change->check(&given) : CTL_OK;

    if (rc == CTL_OK && change->by_policy) {
        rc = ctl_policy_load(options, &image);
    }

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_store_open(options, change->fill == NULL, &store);

    if (rc == CTL_OK) {
        given.store = &store;
        rc = run(change, change->by_policy ? &image : NULL, argc, &given);
        ctl_store_close(&store);
    }

    if (change->by_policy) {
        policy_image_free(&image);
    }

    return rc;
}


static int
run(const ctl_change_t *change, const policy_image_t *image, int argc,
    ctl_given_t *given)
{
    int          i, rc = CTL_OK;
    store_op_t   op;
    ctl_print_t  out;

    i = change->many != 0 ? change->many : argc - 1;

    for ( ; change->fill != NULL && rc == CTL_OK && i < argc; i++) {
        given->each = given->argv[i];
        rc = make(change, image, given, &op);
    }

    if (change->fill != NULL && rc == CTL_OK) {
        rc = ctl_renew(given->options, given->store);
    }

    if (rc == CTL_OK) {
        ctl_print_begin(&out, given->options->json, NULL);
        rc = change->print(&out, given, change->fill != NULL ? &op : NULL);
    }

    return rc == CTL_OK ? ctl_print_end(&out) : rc;
}


static int
make(const ctl_change_t *change, const policy_image_t *image,
    const ctl_given_t *given, store_op_t *op)
{
    int  rc;

    do {
        rc = ctl_op(given->store, image, change->kind, op);
        rc = rc == CTL_OK ? change->fill(given, op) : rc;
        rc = rc == CTL_OK ? ctl_apply(given->store, op, change->what) : rc;
    } while (rc == CTL_OK && op->out.more);

    return rc;
}
