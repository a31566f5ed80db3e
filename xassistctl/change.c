/* Commands that change something. */

#include <xassistctl/change.h>


static int make(ctl_store_t *store, const policy_image_t *image,
    const ctl_change_t *change, const ctl_given_t *given, store_op_t *op);


int
ctl_change(const ctl_options_t *options, const ctl_change_t *change,
    int argc, char **argv, const ctl_arg_t *args, void *data)
{
    int              i, rc;
    store_op_t       op;
    ctl_given_t      given = { argv, NULL, data };
    ctl_store_t      store;
    policy_image_t   loaded;
    policy_image_t  *image = change->by_policy ? &loaded : NULL;

    argc = ctl_args(argc, argv, args, change->min, change->max);

    if (argc == -1) {
        return CTL_USAGE;
    }

    rc = change->check != NULL ? change->check(options, &given) : CTL_OK;

    if (rc == CTL_OK && image != NULL) {
        rc = ctl_policy_load(options, image);
    }

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_store_open(options, false, &store);

    if (rc == CTL_OK) {
        i = change->many != 0 ? change->many : argc - 1;

        for ( ; rc == CTL_OK && i < argc; i++) {
            given.each = argv[i];
            rc = make(&store, image, change, &given, &op);
        }

        rc = rc == CTL_OK ? ctl_renew(options, &store) : rc;
        rc = rc == CTL_OK ? change->print(options, &store, &given, &op) : rc;

        ctl_store_close(&store);
    }

    if (image != NULL) {
        policy_image_free(image);
    }

    return rc;
}


static int
make(ctl_store_t *store, const policy_image_t *image,
    const ctl_change_t *change, const ctl_given_t *given, store_op_t *op)
{
    int  rc;

    do {
        rc = ctl_op(store, image, change->kind, op);
        rc = rc == CTL_OK ? change->fill(store, given, op) : rc;
        rc = rc == CTL_OK ? ctl_apply(store, op, change->what) : rc;
    } while (rc == CTL_OK && op->out.more);

    return rc;
}
