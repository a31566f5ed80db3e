/* policy live: which policy the workers of the edge decide by. */

#include <stdlib.h>
#include <string.h>

#include <xassistctl/args.h>
#include <xassistctl/policy_file.h>
#include <xassistctl/print.h>


typedef struct {
    ctl_print_t         out;
    uint64_t            workers;
    uint64_t            others;        /* that decide by another generation */
    unsigned long long  generation;    /* of the first */
} live_t;


static bool live_worker(void *data, const void *record);


/* CTL_NO when the workers do not agree, or none lives. */

int
ctl_policy_live(const ctl_options_t *options, int argc, char **argv)
{
    int             rc;
    live_t          live;
    store_status_t  status;

    argc = ctl_args(argc, argv, NULL, 0, 0);

    if (argc == -1) {
        return CTL_USAGE;
    }

    memset(&live, 0, sizeof(live));
    ctl_print_begin(&live.out, options->json, NULL);
    ctl_print_list(&live.out, "workers");

    status = store_incarnations(options->store, live_worker, &live);

    ctl_print_list_end(&live.out);
    ctl_print_bool(&live.out, "agree", live.workers != 0 && live.others == 0);
    rc = ctl_print_end(&live.out);

    if (status != STORE_OK) {
        ctl_complain("cannot see which workers live in \"%s\": %s; name the "
                     "store with --store", options->store,
                     store_status_text(status));
        return CTL_FAILURE;
    }

    return rc != CTL_OK ? CTL_FAILURE
           : live.workers != 0 && live.others == 0 ? CTL_OK : CTL_NO;
}


/* "policy PID GENERATION SHA-256 LOADED" among the lines. */

static bool
live_worker(void *data, const void *record)
{
    char                hex[65];
    live_t             *live = data;
    const char         *line;
    unsigned long       pid;
    unsigned long long  generation, loaded;

    line = strstr(record, "policy ");

    if (line == NULL || (line != record && line[-1] != '\n')
        || sscanf(line, "policy %lu %llu %64[0-9a-f] %llu", &pid, &generation,
                  hex, &loaded)
           != 4)
    {
        return true;
    }

    if (live->workers++ == 0) {
        live->generation = generation;
    }

    live->others += generation != live->generation;

    ctl_print_item(&live->out);
    ctl_print_number(&live->out, "pid", pid);
    ctl_print_number(&live->out, "generation", generation);
    ctl_print_word(&live->out, "sha256", hex);
    ctl_print_time(&live->out, "loaded", loaded);
    ctl_print_item_end(&live->out);

    return true;
}
