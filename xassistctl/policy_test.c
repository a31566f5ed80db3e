/* policy test: the questions of a tests file, asked of a policy. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <xassistctl/args.h>
#include <xassistctl/policy_file.h>
#include <xassistctl/print.h>


typedef struct {
    ctl_print_t  out;
    const char  *path;
    bool         json;
    uint64_t     asked;
    uint64_t     failed;
} test_run_t;


static int test_policy(const ctl_options_t *options, const char *path,
    const policy_image_t *image);
static void test_case(void *ctx, const policy_case_t *which);
static void test_tap(const test_run_t *run, const policy_case_t *which);
static void test_json(test_run_t *run, const policy_case_t *which);
static const char *verdict_name(policy_verdict_t verdict);


#define SHOWN(text)  (int) (text).len, (text).data


int
ctl_policy_test(const ctl_options_t *options, int argc, char **argv)
{
    int            rc;
    ctl_policy_t  *policy;

    argc = ctl_args(argc, argv, NULL, 1, 1);

    if (argc == -1) {
        return CTL_USAGE;
    }

    policy = malloc(sizeof(*policy));

    if (policy == NULL) {
        ctl_complain("out of memory");
        return CTL_FAILURE;
    }

    rc = ctl_policy_read(options->policy, policy);

    if (rc == CTL_OK && policy->status != POLICY_OK) {
        ctl_policy_errors(stderr, policy);
        rc = CTL_FAILURE;
    }

    if (rc == CTL_OK) {
        rc = test_policy(options, argv[0], &policy->image);
        ctl_policy_done(policy);
    }

    free(policy);

    return rc;
}


static int
test_policy(const ctl_options_t *options, const char *path,
    const policy_image_t *image)
{
    char             *text;
    size_t            len;
    uint32_t          i;
    test_run_t        run;
    policy_error_t    items[CTL_POLICY_ERRORS];
    policy_errors_t   errors = { items, CTL_POLICY_ERRORS, 0 };
    policy_status_t   status;

    text = ctl_policy_slurp(path, &len);

    if (text == NULL) {
        ctl_complain("tests \"%s\": %s", path, strerror(errno));
        return CTL_FAILURE;
    }

    memset(&run, 0, sizeof(run));
    run.path = path;
    run.json = options->json;

    if (run.json) {
        ctl_print_begin(&run.out, true, NULL);
        ctl_print_list(&run.out, "failures");
    }

    status = policy_test(image, text, len, test_case, &run, &errors);
    free(text);

    for (i = 0; i < errors.count && i < CTL_POLICY_ERRORS; i++) {
        (void) fprintf(stderr, "%s:%u:%u: %s\n", path,
                       (unsigned) items[i].line, (unsigned) items[i].column,
                       items[i].text);
    }

    if (status != POLICY_OK) {
        ctl_complain("tests \"%s\": %s", path, policy_status_text(status));
        return CTL_FAILURE;
    }

    if (run.json) {
        ctl_print_list_end(&run.out);
        ctl_print_number(&run.out, "asked", run.asked);
        ctl_print_number(&run.out, "failed", run.failed);

        if (ctl_print_end(&run.out) != CTL_OK) {
            return CTL_FAILURE;
        }

    } else {
        (void) printf("1..%llu\n", (unsigned long long) run.asked);

        if (fflush(stdout) != 0) {
            return CTL_FAILURE;
        }
    }

    return run.failed == 0 ? CTL_OK : CTL_NO;
}


static void
test_case(void *ctx, const policy_case_t *which)
{
    test_run_t  *run;

    run = ctx;
    run->asked++;
    run->failed += !which->passed;

    if (!run->json) {
        test_tap(run, which);

    } else if (!which->passed) {
        test_json(run, which);
    }
}


static void
test_tap(const test_run_t *run, const policy_case_t *which)
{
    (void) printf("%sok %llu - %.*s%s%.*s: %s %.*s\n",
                  which->passed ? "" : "not ",
                  (unsigned long long) run->asked, SHOWN(which->title),
                  which->title.len != 0 ? ": " : "", SHOWN(which->principal),
                  verdict_name(which->expected), SHOWN(which->rule));

    if (which->passed) {
        return;
    }

    (void) printf("# %s:%u: %s %s, expected %s %.*s\n", run->path,
                  (unsigned) which->line,
                  verdict_name(which->decision.verdict),
                  policy_reason_name(which->decision.reason),
                  verdict_name(which->expected), SHOWN(which->reason));
}


static void
test_json(test_run_t *run, const policy_case_t *which)
{
    ctl_print_item(&run->out);
    ctl_print_text(&run->out, "title", ctl_policy_text(which->title));
    ctl_print_number(&run->out, "line", which->line);
    ctl_print_text(&run->out, "principal", ctl_policy_text(which->principal));
    ctl_print_text(&run->out, "rule", ctl_policy_text(which->rule));
    ctl_print_word(&run->out, "expected", verdict_name(which->expected));
    ctl_print_word(&run->out, "got",
                   verdict_name(which->decision.verdict));
    ctl_print_word(&run->out, "reason",
                   policy_reason_name(which->decision.reason));
    ctl_print_item_end(&run->out);
}


static const char *
verdict_name(policy_verdict_t verdict)
{
    return verdict == POLICY_ALLOW ? "allow"
           : verdict == POLICY_DENY ? "deny" : "error";
}
