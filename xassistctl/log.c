/* log ...: what changed, and whether the log is whole. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <xassistctl/args.h>
#include <xassistctl/open.h>
#include <xassistctl/print.h>
#include <xassistctl/store_command.h>


#define TAIL  20
#define POLL  100000000              /* nanoseconds */


static int log_tail(const ctl_options_t *options, int argc, char **argv);
static int log_export(const ctl_options_t *options, int argc, char **argv);
static bool parse_count(const char *text, uint64_t *count);
static store_status_t print_from(store_txn_t *txn, uint64_t after,
    ctl_print_t *out);
static void print_event(ctl_print_t *out, const store_event_t *event);
static void print_members(ctl_print_t *out, const store_event_t *event);
static void print_before(ctl_print_t *out, const store_slice_t *before);
static int mark_exported(ctl_store_t *store, uint64_t seq);
static int follow(ctl_store_t *store, bool json, uint64_t after);


const ctl_command_t  ctl_log_commands[] = {
    { "log tail", "[-n N] [-f]",
      "prints the newest events, 20 of them; -f: and those that come",
      log_tail },
    { "log export", "[--after N] [--mark]",
      "prints every event, or those after number N, one JSON object a line; "
      "--mark: notes in the store how far, once all is written",
      log_export },
    { "log verify", "[--signed] [--checkpoint FILE]",
      "checks that no event was changed or taken out, and holds the log "
      "against checkpoints",
      ctl_log_verify },
    { "log checkpoint", "",
      "signs the newest event, and prints what to keep elsewhere",
      ctl_log_checkpoint },
    { NULL, NULL, NULL, NULL }
};


static int
log_tail(const ctl_options_t *options, int argc, char **argv)
{
    int             rc;
    bool            f = false;
    uint64_t        last, count;
    const char     *n = NULL;
    ctl_print_t     out;
    ctl_store_t     store;
    store_status_t  status;

    const ctl_arg_t  args[] = {
        { "-n", &n, NULL },
        { "-f", NULL, &f },
        { NULL, NULL, NULL }
    };

    if (ctl_args(argc, argv, args, 0, 0) == -1) {
        return CTL_USAGE;
    }

    count = TAIL;

    if (n != NULL && !parse_count(n, &count)) {
        ctl_complain("\"%s\" is no number of events", n);
        return CTL_USAGE;
    }

    rc = ctl_store_open(options, true, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_found(store_log_last(store.txn, &last), "store",
                   options->store);

    if (rc == CTL_OK && f) {
        rc = follow(&store, options->json, last > count ? last - count : 0);

    } else if (rc == CTL_OK) {
        ctl_print_begin(&out, options->json, NULL);
        ctl_print_list(&out, "events");
        status = print_from(store.txn, last > count ? last - count : 0, &out);
        ctl_print_list_end(&out);

        rc = ctl_print_end(&out);
        rc = rc == CTL_OK ? ctl_found(status, "store", options->store) : rc;
    }

    ctl_store_close(&store);

    return rc;
}


static int
log_export(const ctl_options_t *options, int argc, char **argv)
{
    int             rc;
    uint64_t        after;
    bool            mark = false;
    const char     *n = NULL;
    ctl_print_t     out;
    ctl_store_t     store;
    store_event_t   event;
    store_status_t  status;

    const ctl_arg_t  args[] = {
        { "--after", &n, NULL },
        { "--mark", NULL, &mark },
        { NULL, NULL, NULL }
    };

    if (ctl_args(argc, argv, args, 0, 0) == -1) {
        return CTL_USAGE;
    }

    after = 0;

    if (n != NULL && !parse_count(n, &after)) {
        ctl_complain("\"%s\" is no number of an event", n);
        return CTL_USAGE;
    }

    rc = ctl_store_open(options, !mark, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    for ( ;; ) {
        status = store_log_next(store.txn, after, &event);

        if (status != STORE_OK && status != STORE_TRIMMED) {
            break;
        }

        ctl_print_begin(&out, true, NULL);
        print_members(&out, &event);
        after = event.seq;

        rc = ctl_print_end(&out);

        if (rc != CTL_OK) {
            break;
        }
    }

    if (rc == CTL_OK && status != STORE_NOT_FOUND) {
        rc = ctl_found(status, "store", options->store);
    }

    if (rc == CTL_OK && mark && after != 0) {
        rc = mark_exported(&store, after);
    }

    ctl_store_close(&store);

    return rc;
}


/* Not before it is where it went to. */

static int
mark_exported(ctl_store_t *store, uint64_t seq)
{
    int         rc;
    store_op_t  op;

    if (fflush(stdout) != 0 || ferror(stdout)
        || (fsync(STDOUT_FILENO) != 0 && errno != EINVAL && errno != EROFS))
    {
        ctl_complain("stdout cannot be written");
        return CTL_FAILURE;
    }

    store_read_reset(store->txn);
    rc = ctl_op(store, NULL, STORE_OP_EXPORTED, &op);

    if (rc == CTL_OK) {
        op.in.exported.seq = seq;
        rc = ctl_apply(store, &op, "note how far the log is exported");
    }

    return rc;
}


/* Until stdout goes, or a signal comes: a line an event. */

static int
follow(ctl_store_t *store, bool json, uint64_t after)
{
    int              rc;
    uint64_t         seen;
    ctl_print_t      out;
    store_event_t    event;
    store_status_t   status;
    struct timespec  pause = { 0, POLL };

    for ( ;; ) {
        seen = store_read_txnid(store->txn);

        while ((status = store_log_next(store->txn, after, &event))
               == STORE_OK || status == STORE_TRIMMED)
        {
            ctl_print_begin(&out, json, NULL);

            if (json) {
                print_members(&out, &event);
            } else {
                ctl_print_list(&out, "events");
                print_event(&out, &event);
            }

            after = event.seq;
            rc = ctl_print_end(&out);

            if (rc != CTL_OK) {
                return rc;
            }
        }

        if (status != STORE_NOT_FOUND) {
            return ctl_found(status, "log", "");
        }

        store_read_reset(store->txn);

        while (store_txnid(store->env) == seen) {
            (void) nanosleep(&pause, NULL);
        }

        status = store_read_renew(store->txn);

        if (status != STORE_OK) {
            return ctl_found(status, "log", "");
        }
    }
}


static bool
parse_count(const char *text, uint64_t *count)
{
    char  *end;

    if (text[0] < '0' || text[0] > '9') {
        return false;
    }

    *count = strtoull(text, &end, 10);

    return *end == '\0';
}


static store_status_t
print_from(store_txn_t *txn, uint64_t after, ctl_print_t *out)
{
    store_event_t   event;
    store_status_t  status;

    for ( ;; ) {
        status = store_log_next(txn, after, &event);

        if (status != STORE_OK && status != STORE_TRIMMED) {
            return status == STORE_NOT_FOUND ? STORE_OK : status;
        }

        print_event(out, &event);
        after = event.seq;
    }
}


static void
print_event(ctl_print_t *out, const store_event_t *event)
{
    ctl_print_item(out);
    print_members(out, event);
    ctl_print_item_end(out);
}


static void
print_members(ctl_print_t *out, const store_event_t *event)
{
    ctl_print_number(out, "seq", event->seq);
    ctl_print_time(out, "time", event->time);
    ctl_print_word(out, "kind", store_event_name(event->kind));
    ctl_print_id(out, "account", &event->account);
    ctl_print_id(out, "actor", &event->actor);

    if (store_id_equal(&event->subject, &store_anonymous)) {
        ctl_print_word(out, "subject", "anonymous");
    } else {
        ctl_print_id(out, "subject", &event->subject);
    }

    ctl_print_id(out, "user", &event->user);
    ctl_print_id(out, "session", &event->session);
    ctl_print_id(out, "call", &event->call);
    ctl_print_id(out, "participant", &event->participant);
    ctl_print_id(out, "invitation", &event->invitation);
    ctl_print_id(out, "interaction", &event->interaction);

    if (event->cause != 0) {
        ctl_print_number(out, "cause", event->cause);
    }

    ctl_print_text(out, "detail", event->detail);
    print_before(out, &event->before);
}


/* The chain, for programs; to people it says nothing. */

static void
print_before(ctl_print_t *out, const store_slice_t *before)
{
    char    hex[2 * STORE_HASH_LEN + 1];
    size_t  i;

    if (!out->json || before->len != STORE_HASH_LEN) {
        return;
    }

    for (i = 0; i < before->len; i++) {
        (void) snprintf(hex + 2 * i, 3, "%02x", before->data[i]);
    }

    ctl_print_word(out, "before", hex);
}
