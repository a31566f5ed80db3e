/*
 * policy diff: what a new policy gives and takes, by role, by profile, and for
 * guests; and which names come and go.
 */

#include <stdlib.h>
#include <string.h>

#include <xassistctl/args.h>
#include <xassistctl/policy_file.h>
#include <xassistctl/print.h>


typedef struct {
    ctl_print_t           out;
    bool                  json;
    uint64_t              count;
    const policy_image_t *old;
    const policy_image_t *new;
} diff_t;

typedef bool (*holds_pt)(const policy_image_t *image, uint32_t subject,
    uint32_t permission);


static int diff_print(const ctl_options_t *options, const policy_image_t *old,
    const policy_image_t *new);
static void diff_roles(diff_t *diff);
static void diff_guests(diff_t *diff);
static void diff_names(diff_t *diff);
static void diff_subject(diff_t *diff, const char *kind, policy_str_t name,
    uint32_t old, uint32_t new, holds_pt holds);
static void diff_permission(diff_t *diff, const char *kind,
    policy_str_t subject, policy_str_t permission, bool before, bool after);
static void diff_line(diff_t *diff, const char *kind, policy_str_t subject,
    const char *change, policy_str_t what);
static bool role_holds(const policy_image_t *image, uint32_t role,
    uint32_t permission);
static bool guest_holds(const policy_image_t *image, uint32_t device,
    uint32_t permission);
static policy_str_t word(const char *text);


int
ctl_policy_diff(const ctl_options_t *options, int argc, char **argv)
{
    int            i, rc;
    ctl_policy_t  *both;

    argc = ctl_args(argc, argv, NULL, 2, 2);

    if (argc == -1) {
        return CTL_USAGE;
    }

    both = calloc(2, sizeof(*both));

    if (both == NULL) {
        ctl_complain("out of memory");
        return CTL_FAILURE;
    }

    for (i = 0, rc = CTL_OK; i < 2 && rc == CTL_OK; i++) {
        rc = ctl_policy_read(argv[i], &both[i]);

        if (rc == CTL_OK && both[i].status != POLICY_OK) {
            ctl_policy_errors(stderr, &both[i]);
            rc = CTL_FAILURE;
        }
    }

    if (rc == CTL_OK) {
        rc = diff_print(options, &both[0].image, &both[1].image);
    }

    ctl_policy_done(&both[0]);
    ctl_policy_done(&both[1]);
    free(both);

    return rc;
}


/* CTL_NO, as of diff, when there are differences. */

static int
diff_print(const ctl_options_t *options, const policy_image_t *old,
    const policy_image_t *new)
{
    diff_t  diff;

    memset(&diff, 0, sizeof(diff));
    diff.json = options->json;
    diff.old = old;
    diff.new = new;

    if (diff.json) {
        ctl_print_begin(&diff.out, true, NULL);
        ctl_print_list(&diff.out, "changes");
    }

    diff_roles(&diff);
    diff_guests(&diff);
    diff_names(&diff);

    if (diff.json) {
        ctl_print_list_end(&diff.out);
        ctl_print_number(&diff.out, "count", diff.count);

        if (ctl_print_end(&diff.out) != CTL_OK) {
            return CTL_FAILURE;
        }

    } else if (fflush(stdout) != 0) {
        return CTL_FAILURE;
    }

    return diff.count == 0 ? CTL_OK : CTL_NO;
}


static void
diff_roles(diff_t *diff)
{
    uint32_t       i, other;
    policy_role_t  role;

    for (i = 0; policy_role_at(diff->old, i, &role) == POLICY_OK; i++) {
        other = policy_role_find(diff->new, role.name);

        if (other == POLICY_NONE) {
            diff_line(diff, "role", role.name, "gone", word(""));
        }

        diff_subject(diff, "role", role.name, i, other, role_holds);
    }

    for (i = 0; policy_role_at(diff->new, i, &role) == POLICY_OK; i++) {

        if (policy_role_find(diff->old, role.name) == POLICY_NONE) {
            diff_line(diff, "role", role.name, "new", word(""));
            diff_subject(diff, "role", role.name, POLICY_NONE, i, role_holds);
        }
    }
}


static void
diff_guests(diff_t *diff)
{
    diff_subject(diff, "guests", word("guest_mobile"), POLICY_DEVICE_MOBILE,
                 POLICY_DEVICE_MOBILE, guest_holds);
    diff_subject(diff, "guests", word("guest_mobile_web"),
                 POLICY_DEVICE_MOBILE_WEB, POLICY_DEVICE_MOBILE_WEB,
                 guest_holds);
    diff_subject(diff, "guests", word("guest_web"), POLICY_DEVICE_WEB,
                 POLICY_DEVICE_WEB, guest_holds);
}


/* Names that a location may ask for. */

static void
diff_names(diff_t *diff)
{
    uint32_t      i;
    policy_str_t  name;

    for (i = 0; (name = policy_rule_name(diff->old, i)).len != 0; i++) {
        if (policy_rule_find(diff->new, name) == POLICY_NONE) {
            diff_line(diff, "rule", name, "gone", word(""));
        }
    }

    for (i = 0; (name = policy_rule_name(diff->new, i)).len != 0; i++) {
        if (policy_rule_find(diff->old, name) == POLICY_NONE) {
            diff_line(diff, "rule", name, "new", word(""));
        }
    }
}


/* Permissions of both policies, each once. */

static void
diff_subject(diff_t *diff, const char *kind, policy_str_t name, uint32_t old,
    uint32_t new, holds_pt holds)
{
    uint32_t             i, other;
    policy_permission_t  permission;

    for (i = 0; policy_permission_at(diff->old, i, &permission) == POLICY_OK;
         i++)
    {
        other = policy_permission_find(diff->new, permission.name);
        diff_permission(diff, kind, name, permission.name,
                        holds(diff->old, old, i),
                        holds(diff->new, new, other));
    }

    for (i = 0; policy_permission_at(diff->new, i, &permission) == POLICY_OK;
         i++)
    {
        if (policy_permission_find(diff->old, permission.name)
            == POLICY_NONE)
        {
            diff_permission(diff, kind, name, permission.name, false,
                            holds(diff->new, new, i));
        }
    }
}


static void
diff_permission(diff_t *diff, const char *kind, policy_str_t subject,
    policy_str_t permission, bool before, bool after)
{
    if (before != after) {
        diff_line(diff, kind, subject, after ? "gains" : "loses", permission);
    }
}


static void
diff_line(diff_t *diff, const char *kind, policy_str_t subject,
    const char *change, policy_str_t what)
{
    store_slice_t  text;

    diff->count++;

    if (!diff->json) {
        (void) printf("%s %.*s %s%s%.*s\n", kind, (int) subject.len,
                      subject.data, change, what.len != 0 ? " " : "",
                      (int) what.len, what.data);
        return;
    }

    ctl_print_item(&diff->out);
    ctl_print_word(&diff->out, "of", kind);

    text.data = (const void *) subject.data;
    text.len = subject.len;
    ctl_print_text(&diff->out, "name", text);
    ctl_print_word(&diff->out, "change", change);

    text.data = (const void *) what.data;
    text.len = what.len;
    ctl_print_text(&diff->out, "permission", text);
    ctl_print_item_end(&diff->out);
}


/* What a licensed user of this role alone may do: ceiling and what is
   required count. */

static bool
role_holds(const policy_image_t *image, uint32_t role, uint32_t permission)
{
    policy_str_t         rule;
    policy_query_t       query;
    policy_decision_t    decision;
    policy_permission_t  found;

    if (role == POLICY_NONE
        || policy_permission_at(image, permission, &found) != POLICY_OK)
    {
        return false;
    }

    memset(&query, 0, sizeof(query));
    query.device = POLICY_DEVICE_WEB;
    query.facts = POLICY_FACT_LICENSED;
    query.roles = &role;
    query.nroles = 1;
    rule = found.name;

    query.kind = POLICY_KIND_REGULAR;
    policy_decide(image, policy_rule_find(image, rule), &query, &decision);

    if (decision.verdict == POLICY_ALLOW) {
        return true;
    }

    query.kind = POLICY_KIND_SERVICE;
    policy_decide(image, policy_rule_find(image, rule), &query, &decision);

    return decision.verdict == POLICY_ALLOW;
}


static bool
guest_holds(const policy_image_t *image, uint32_t device, uint32_t permission)
{
    policy_query_t       query;
    policy_decision_t    decision;
    policy_permission_t  found;

    if (policy_permission_at(image, permission, &found) != POLICY_OK) {
        return false;
    }

    memset(&query, 0, sizeof(query));
    query.kind = POLICY_KIND_GUEST;
    query.device = (policy_device_t) device;
    policy_decide(image, policy_rule_find(image, found.name), &query,
                  &decision);

    return decision.verdict == POLICY_ALLOW;
}


static policy_str_t
word(const char *text)
{
    policy_str_t  s = { text, strlen(text) };

    return s;
}
