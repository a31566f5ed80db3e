/* store ...: making the store, its figures, looking at all of it. */

#include <stdio.h>

#include <xassistctl/args.h>
#include <xassistctl/open.h>
#include <xassistctl/print.h>
#include <xassistctl/store_command.h>

#include <lmdb_schema/tools.h>


static int store_init(const ctl_options_t *options, int argc, char **argv);
static int store_figures(const ctl_options_t *options, int argc,
    char **argv);
static int store_whole(const ctl_options_t *options, int argc, char **argv);
static int place(const ctl_options_t *options, int words, char **argv,
    ctl_options_t *own);
static void tell(void *data, const char *text);


const ctl_command_t  ctl_store_commands[] = {
    { "store init", "[--owner USER] [DIR]",
      "makes an empty store, for the user that nginx's workers run as",
      store_init },
    { "store stat", "[DIR]", "prints sizes, readers and the newest event",
      store_figures },
    { "store backup", "DIR",
      "copies the store, in use or not, into a folder that holds none",
      ctl_store_backup },
    { "store restore", "[--owner USER] DIR",
      "makes the store out of a backup, where there is none",
      ctl_store_restore },
    { "store dump", "",
      "writes the store as text to stdout, a line per record",
      ctl_store_dump },
    { "store load", "[--owner USER] [FILE]",
      "makes the store out of such text, where there is none",
      ctl_store_load },
    { "store compact", "",
      "gives room back to the disk; nothing else may have the store open",
      ctl_store_compact },
    { "store trim", "[--log AGE] [--ended AGE]",
      "takes out events, and what ended, older than that: 90d, 12h",
      ctl_store_trim },
    { "store check", "[DIR]",
      "looks at every record, index key and count, and at the log's chain",
      store_whole },
    { NULL, NULL, NULL, NULL }
};


static int
store_init(const ctl_options_t *options, int argc, char **argv)
{
    int            rc;
    const char    *owner = NULL;
    ctl_print_t    out;
    ctl_store_t    store;
    ctl_options_t  own;

    const ctl_arg_t  args[] = {
        { "--owner", &owner, NULL },
        { NULL, NULL, NULL }
    };

    rc = place(options, ctl_args(argc, argv, args, 0, 1), argv, &own);

    if (rc == CTL_OK) {
        rc = ctl_store_create(&own, owner, &store);
    }

    if (rc != CTL_OK) {
        return rc;
    }

    ctl_store_close(&store);

    ctl_print_begin(&out, own.json, "store");
    ctl_print_word(&out, "store", own.store);

    return ctl_print_end(&out);
}


static int
store_figures(const ctl_options_t *options, int argc, char **argv)
{
    int             rc;
    ctl_print_t     out;
    ctl_store_t     store;
    store_stat_t    stat;
    ctl_options_t   own;
    store_status_t  status;

    rc = place(options, ctl_args(argc, argv, NULL, 0, 1), argv, &own);

    if (rc == CTL_OK) {
        rc = ctl_store_open(&own, true, &store);
    }

    if (rc != CTL_OK) {
        return rc;
    }

    status = store_stat(store.env, &stat);
    ctl_store_close(&store);

    rc = ctl_found(status, "store", own.store);

    if (rc != CTL_OK) {
        return rc;
    }

    ctl_print_begin(&out, own.json, NULL);
    ctl_print_word(&out, "store", own.store);
    ctl_print_number(&out, "txnid", stat.txnid);
    ctl_print_number(&out, "map_bytes", stat.map_bytes);
    ctl_print_number(&out, "used_bytes", stat.used_bytes);
    ctl_print_number(&out, "entries", stat.entries);
    ctl_print_number(&out, "log_last", stat.log_last);
    ctl_print_number(&out, "readers", stat.readers);
    ctl_print_number(&out, "readers_max", stat.readers_max);

    return ctl_print_end(&out);
}


static int
store_whole(const ctl_options_t *options, int argc, char **argv)
{
    int             rc;
    uint64_t        findings;
    ctl_print_t     out;
    ctl_store_t     store;
    ctl_options_t   own;
    store_status_t  status;

    rc = place(options, ctl_args(argc, argv, NULL, 0, 1), argv, &own);

    if (rc == CTL_OK) {
        rc = ctl_store_open(&own, true, &store);
    }

    if (rc != CTL_OK) {
        return rc;
    }

    findings = 0;
    status = store_check(store.txn, tell, NULL, &findings);
    ctl_store_close(&store);

    rc = ctl_found(status, "store", own.store);

    if (rc != CTL_OK) {
        return rc;
    }

    ctl_print_begin(&out, own.json, NULL);
    ctl_print_bool(&out, "whole", findings == 0);
    ctl_print_number(&out, "findings", findings);
    rc = ctl_print_end(&out);

    return rc == CTL_OK && findings != 0 ? CTL_NO : rc;
}


/* The options, with the store named by the one word that may be left. */

static int
place(const ctl_options_t *options, int words, char **argv,
    ctl_options_t *own)
{
    *own = *options;

    if (words == -1) {
        return CTL_USAGE;
    }

    if (words == 1 && options->store_given) {
        ctl_complain("the store is named twice, by --store and as \"%s\"",
                     argv[0]);
        return CTL_USAGE;
    }

    if (words == 1) {
        own->store = argv[0];
    }

    return CTL_OK;
}


static void
tell(void *data, const char *text)
{
    (void) data;
    (void) fprintf(stderr, "%s\n", text);
}
