/* policy check: what is wrong with a policy, all of it. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <xassistctl/args.h>
#include <xassistctl/policy_file.h>
#include <xassistctl/print.h>


/* More than the library takes, so that it is the library that refuses. */
#define FILE_MOST  (64u << 20)


static int policy_check(const ctl_options_t *options, int argc, char **argv);
static int check_answer(const ctl_options_t *options, ctl_policy_t *policy);
static uint32_t rules_of(const policy_image_t *image);


const ctl_command_t  ctl_policy_commands[] = {
    { "policy check", "[FILE]", "tells every error of a policy",
      policy_check },
    { "policy table", "[FILE] [--markdown]",
      "prints the permissions and who may hold them", ctl_policy_table },
    { "policy explain",
      "RULE|--rule RULE [--kind K] [--device D] [--facts F,...] "
      "[--roles R,...|--principal ACCOUNT/NAME] [--profile P] "
      "[--call-profile P] "
      "[--inviter-roles R,...] [--attributes NAME=VALUE,...]",
      "decides, and tells every test that led to it", ctl_policy_explain },
    { "policy test", "TESTS", "asks the questions of a tests file (TAP)",
      ctl_policy_test },
    { "policy diff", "OLD NEW [--names N]",
      "tells who gains and who loses what: roles and guests, and with "
      "--store users, teams, open invitations and open sessions",
      ctl_policy_diff },
    { "policy live", "",
      "tells which policy each worker decides by: generation, SHA-256, when "
      "it was loaded", ctl_policy_live },
    { "policy replay", "OLD NEW --log FILE",
      "decides the requests of an access log again, and tells what changes",
      ctl_policy_replay },
    { NULL, NULL, NULL, NULL }
};


int
ctl_policy_read(const char *path, ctl_policy_t *policy)
{
    char    *text;
    size_t   len;

    memset(policy, 0, sizeof(*policy));
    policy->path = path;
    policy->errors.items = policy->items;
    policy->errors.capacity = CTL_POLICY_ERRORS;

    text = ctl_policy_slurp(path, &len);

    if (text == NULL) {
        ctl_complain("policy \"%s\": %s", path, strerror(errno));
        return CTL_FAILURE;
    }

    policy->status = policy_compile(text, len, &policy->image,
                                    &policy->errors);
    free(text);

    return CTL_OK;
}


int
ctl_policy_read_both(const char *old, const char *new, ctl_policy_t both[2])
{
    int  i, rc;

    for (i = 0; i < 2; i++) {
        rc = ctl_policy_read(i == 0 ? old : new, &both[i]);

        if (rc != CTL_OK) {
            return rc;
        }

        if (both[i].status != POLICY_OK) {
            ctl_policy_errors(stderr, &both[i]);
            return CTL_FAILURE;
        }
    }

    return CTL_OK;
}


void
ctl_policy_done(ctl_policy_t *policy)
{
    policy_image_free(&policy->image);
}


void
ctl_policy_errors(FILE *to, const ctl_policy_t *policy)
{
    uint32_t               i;
    const policy_error_t  *error;

    for (i = 0; i < policy->errors.count && i < CTL_POLICY_ERRORS; i++) {
        error = &policy->items[i];

        (void) fprintf(to, "%s:%u:%u: %s\n", policy->path,
                       (unsigned) error->line, (unsigned) error->column,
                       error->text);
    }

    if (policy->errors.count > CTL_POLICY_ERRORS) {
        (void) fprintf(to, "%s: %u more errors\n", policy->path,
                       (unsigned) (policy->errors.count - CTL_POLICY_ERRORS));
    }

    if (policy->errors.count == 0 && policy->status != POLICY_OK) {
        (void) fprintf(to, "%s: %s\n", policy->path,
                       policy_status_text(policy->status));
    }
}


static int
policy_check(const ctl_options_t *options, int argc, char **argv)
{
    int            rc;
    ctl_policy_t  *policy;

    argc = ctl_args(argc, argv, NULL, 0, 1);

    if (argc == -1) {
        return CTL_USAGE;
    }

    policy = malloc(sizeof(*policy));

    if (policy == NULL) {
        ctl_complain("out of memory");
        return CTL_FAILURE;
    }

    rc = ctl_policy_read(argc == 1 ? argv[0] : options->policy, policy);

    if (rc == CTL_OK) {
        rc = check_answer(options, policy);
        ctl_policy_done(policy);
    }

    free(policy);

    return rc;
}


static int
check_answer(const ctl_options_t *options, ctl_policy_t *policy)
{
    bool           good;
    char           hex[65];
    size_t         k;
    uint8_t        digest[32];
    uint32_t       i;
    ctl_print_t    out;
    policy_role_t  role;

    good = policy->status == POLICY_OK;

    if (!good && !options->json) {
        ctl_policy_errors(stdout, policy);
        return fflush(stdout) == 0 ? CTL_NO : CTL_FAILURE;
    }

    ctl_print_begin(&out, options->json, NULL);
    ctl_print_word(&out, "file", policy->path);
    ctl_print_bool(&out, "ok", good);

    if (good) {
        for (i = 0; policy_role_at(&policy->image, i, &role) == POLICY_OK;
             i++)
        { /* void */ }

        policy_image_digest(&policy->image, digest);

        for (k = 0; k < sizeof(digest); k++) {
            (void) snprintf(hex + 2 * k, 3, "%02x", digest[k]);
        }

        ctl_print_word(&out, "sha256", hex);
        ctl_print_number(&out, "roles", i);
        ctl_print_number(&out, "rules", rules_of(&policy->image));
        ctl_print_number(&out, "bytes", policy->image.size);

    } else {
        ctl_print_word(&out, "status", policy_status_text(policy->status));
        ctl_print_number(&out, "count", policy->errors.count);
        ctl_print_list(&out, "errors");

        for (i = 0; i < policy->errors.count && i < CTL_POLICY_ERRORS; i++) {
            ctl_print_item(&out);
            ctl_print_number(&out, "line", policy->items[i].line);
            ctl_print_number(&out, "column", policy->items[i].column);
            ctl_print_word(&out, "text", policy->items[i].text);
            ctl_print_item_end(&out);
        }

        ctl_print_list_end(&out);
    }

    return ctl_print_end(&out) != CTL_OK ? CTL_FAILURE
           : good ? CTL_OK : CTL_NO;
}


store_slice_t
ctl_policy_text(policy_str_t text)
{
    store_slice_t  s;

    s.data = (const void *) text.data;
    s.len = text.len;

    return s;
}


char *
ctl_policy_slurp(const char *path, size_t *len)
{
    char         *text;
    FILE         *file;
    struct stat   st;

    text = NULL;
    file = fopen(path, "re");

    if (file == NULL) {
        return NULL;
    }

    if (fstat(fileno(file), &st) != 0) {
        goto done;
    }

    if (!S_ISREG(st.st_mode)) {
        errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
        goto done;
    }

    if (st.st_size > (off_t) FILE_MOST) {
        errno = EFBIG;
        goto done;
    }

    text = malloc((size_t) st.st_size + 1);

    if (text == NULL) {
        goto done;
    }

    *len = fread(text, 1, (size_t) st.st_size, file);

    if (ferror(file)) {
        free(text);
        text = NULL;
    }

done:

    (void) fclose(file);

    return text;
}


static uint32_t
rules_of(const policy_image_t *image)
{
    uint32_t  n;

    for (n = 0; policy_rule_name(image, n).len != 0; n++) { /* void */ }

    return n;
}
