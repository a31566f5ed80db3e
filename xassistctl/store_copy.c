/* store backup, restore and compact: copies of pages. */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <lmdb_schema/tools.h>

#include <xassistctl/args.h>
#include <xassistctl/open.h>
#include <xassistctl/print.h>
#include <xassistctl/progress.h>
#include <xassistctl/store_command.h>


#define PATH_LEN  4096


static int copy_into(ctl_store_t *store, const char *folder);
static int look_at(const ctl_options_t *options);
static void tell(void *data, const char *text);


int
ctl_store_backup(const ctl_options_t *options, int argc, char **argv)
{
    int           rc;
    ctl_print_t   out;
    ctl_store_t   store;

    if (ctl_args(argc, argv, NULL, 1, 1) == -1) {
        return CTL_USAGE;
    }

    rc = ctl_folder_make(options, argv[0]);

    if (rc == CTL_OK) {
        rc = ctl_store_open(options, true, &store);
    }

    if (rc != CTL_OK) {
        return rc;
    }

    rc = copy_into(&store, argv[0]);
    ctl_store_close(&store);

    if (rc != CTL_OK) {
        return rc;
    }

    ctl_print_begin(&out, options->json, "backup");
    ctl_print_word(&out, "backup", argv[0]);

    return ctl_print_end(&out);
}


/* The other way round: the backup is opened, the store is made. */

int
ctl_store_restore(const ctl_options_t *options, int argc, char **argv)
{
    int            rc;
    const char    *owner = NULL;
    ctl_print_t    out;
    ctl_store_t    backup;
    ctl_options_t  from;

    const ctl_arg_t  args[] = {
        { "--owner", &owner, NULL },
        { NULL, NULL, NULL }
    };

    if (ctl_args(argc, argv, args, 1, 1) == -1) {
        return CTL_USAGE;
    }

    from = *options;
    from.store = argv[0];

    rc = owner != NULL ? ctl_folder_give(options->store, owner)
                       : ctl_folder_make(&from, options->store);

    if (rc == CTL_OK) {
        rc = ctl_store_open(&from, true, &backup);
    }

    if (rc != CTL_OK) {
        return rc;
    }

    rc = copy_into(&backup, options->store);
    ctl_store_close(&backup);

    if (rc == CTL_OK) {
        rc = look_at(options);
    }

    if (rc != CTL_OK) {
        return rc;
    }

    ctl_print_begin(&out, options->json, "store");
    ctl_print_word(&out, "store", options->store);

    return ctl_print_end(&out);
}


int
ctl_store_compact(const ctl_options_t *options, int argc, char **argv)
{
    int             rc;
    ctl_print_t     out;
    ctl_store_t     store;
    store_stat_t    before, after;
    store_status_t  status;

    if (ctl_args(argc, argv, NULL, 0, 0) == -1) {
        return CTL_USAGE;
    }

    rc = ctl_store_open(options, true, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    status = store_stat(store.env, &before);
    ctl_store_close(&store);

    if (status == STORE_OK) {
        status = store_compact(options->store);
    }

    if (status == STORE_REFUSED) {
        ctl_complain("store \"%s\" is in use: stop nginx first, or take a "
                     "backup, which is compact, too", options->store);
        return CTL_NO;
    }

    rc = ctl_found(status, "store", options->store);

    if (rc == CTL_OK) {
        rc = ctl_store_open(options, true, &store);
    }

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_found(store_stat(store.env, &after), "store", options->store);
    ctl_store_close(&store);

    if (rc != CTL_OK) {
        return rc;
    }

    ctl_print_begin(&out, options->json, NULL);
    ctl_print_number(&out, "used_bytes_before", before.used_bytes);
    ctl_print_number(&out, "used_bytes", after.used_bytes);

    return ctl_print_end(&out);
}


static int
copy_into(ctl_store_t *store, const char *folder)
{
    int             n;
    char            path[PATH_LEN];
    store_stat_t    stat;
    store_status_t  status;

    /* a copy has a transaction of its own: ours would only pin pages */

    store_read_reset(store->txn);

    n = snprintf(path, sizeof(path), "%s/data.mdb.new", folder);
    status = store_stat(store->env, &stat);

    if (status == STORE_OK && n > 0 && (size_t) n < sizeof(path)) {
        ctl_progress_watch(path, stat.used_bytes);
    }

    if (status == STORE_OK) {
        status = store_backup(store->env, folder);
    }

    ctl_progress_unwatch();

    if (status == STORE_EXISTS) {
        ctl_complain("\"%s\" holds a store already; it is not written over",
                     folder);
        return CTL_NO;
    }

    return ctl_found(status, "folder", folder);
}


static int
look_at(const ctl_options_t *options)
{
    int             rc;
    uint64_t        findings;
    ctl_store_t     store;
    store_status_t  status;

    rc = ctl_store_open(options, true, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    status = store_check(store.txn, tell, NULL, &findings);
    ctl_store_close(&store);
    rc = ctl_found(status, "store", options->store);

    if (rc == CTL_OK && findings != 0) {
        ctl_complain("the store is restored, but it is not whole");
        rc = CTL_NO;
    }

    return rc;
}


static void
tell(void *data, const char *text)
{
    (void) data;
    (void) fprintf(stderr, "%s\n", text);
}
