/* Commands that list the records of an account. */

#include <xassistctl/args.h>
#include <xassistctl/listing.h>
#include <xassistctl/open.h>


typedef struct {
    ctl_print_t   *out;
    ctl_members_pt members;
} listed_t;


static bool print_item(void *data, const void *record);


int
ctl_list(const ctl_options_t *options, int argc, char **argv,
    const char *what, ctl_walk_pt walk, ctl_members_pt members)
{
    int              rc;
    listed_t         listed;
    ctl_print_t      out;
    ctl_store_t      store;
    store_status_t   status;
    store_account_t  account;

    if (ctl_args(argc, argv, NULL, 1, 1) == -1) {
        return CTL_USAGE;
    }

    rc = ctl_store_open(options, true, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_find_account(&store, argv[0], &account);

    if (rc == CTL_OK) {
        ctl_print_begin(&out, options->json, NULL);
        ctl_print_list(&out, what);
        listed.out = &out;
        listed.members = members;
        status = walk(store.txn, &account.id, print_item, &listed);
        ctl_print_list_end(&out);

        rc = ctl_print_end(&out);
        rc = rc == CTL_OK ? ctl_found(status, "account", argv[0]) : rc;
    }

    ctl_store_close(&store);

    return rc;
}


static bool
print_item(void *data, const void *record)
{
    listed_t  *listed = data;

    ctl_print_item(listed->out);
    listed->members(listed->out, record);
    ctl_print_item_end(listed->out);

    return true;
}
