/* store trim: retention, now. */

#include <stdlib.h>
#include <string.h>

#include <xassistctl/args.h>
#include <xassistctl/open.h>
#include <xassistctl/print.h>
#include <xassistctl/progress.h>
#include <xassistctl/store_command.h>


static bool parse_age(const char *text, uint64_t now, uint64_t *before);
static int trim_all(ctl_store_t *store, uint64_t log_before,
    uint64_t ended_before, uint64_t *removed);


int
ctl_store_trim(const ctl_options_t *options, int argc, char **argv)
{
    int           rc;
    uint64_t      log_before, ended_before, removed;
    const char   *log = NULL, *ended = NULL;
    ctl_print_t   out;
    ctl_store_t   store;

    const ctl_arg_t  args[] = {
        { "--log", &log, NULL },
        { "--ended", &ended, NULL },
        { NULL, NULL, NULL }
    };

    if (ctl_args(argc, argv, args, 0, 0) == -1) {
        return CTL_USAGE;
    }

    if (log == NULL && ended == NULL) {
        ctl_complain("say what is to go: --log AGE, --ended AGE, or both");
        return CTL_USAGE;
    }

    rc = ctl_store_open(options, false, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    log_before = ended_before = removed = 0;

    if ((log != NULL && !parse_age(log, store.now, &log_before))
        || (ended != NULL && !parse_age(ended, store.now, &ended_before)))
    {
        ctl_complain("an age is a number and s, m, h or d, as in 90d");
        ctl_store_close(&store);
        return CTL_USAGE;
    }

    rc = trim_all(&store, log_before, ended_before, &removed);
    ctl_store_close(&store);

    if (rc != CTL_OK) {
        return rc;
    }

    ctl_print_begin(&out, options->json, NULL);
    ctl_print_number(&out, "removed", removed);

    return ctl_print_end(&out);
}


/* Step by step: each gives the writer's lock up. */

static int
trim_all(ctl_store_t *store, uint64_t log_before, uint64_t ended_before,
    uint64_t *removed)
{
    int              rc;
    store_op_t       op;
    store_cursor_t   from;
    ctl_progress_t   progress;

    memset(&from, 0, sizeof(from));
    store_read_reset(store->txn);
    ctl_progress_begin(&progress, "removed", 0);

    do {
        rc = ctl_op(store, NULL, STORE_OP_TRIM, &op);

        if (rc != CTL_OK) {
            break;
        }

        op.in.trim.log_before = log_before;
        op.in.trim.ended_before = ended_before;
        op.in.trim.from = from;
        rc = ctl_apply(store, &op, "trim the store");

        *removed += op.out.removed;
        from = op.out.next;
        ctl_progress(&progress, *removed & ~UINT64_C(255));
    } while (rc == CTL_OK && op.out.more);

    ctl_progress_end(&progress);

    return rc;
}


static bool
parse_age(const char *text, uint64_t now, uint64_t *before)
{
    char      *end;
    size_t     i;
    uint64_t   n;

    static const struct {
        char      unit;
        uint64_t  ms;
    } units[] = {
        { 's', 1000 }, { 'm', 60000 }, { 'h', 3600000 }, { 'd', 86400000 }
    };

    if (text[0] < '0' || text[0] > '9' || strlen(text) > 9) {
        return false;
    }

    n = strtoull(text, &end, 10);

    for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (end[0] == units[i].unit && end[1] == '\0') {
            n *= units[i].ms;
            *before = n < now ? now - n : 1;
            return true;
        }
    }

    return false;
}
