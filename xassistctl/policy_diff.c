/*
 * policy diff: what a new policy gives and takes, by role, by profile, and for
 * guests; which names come and go; and, with a store, for whom.
 */

#include <stdlib.h>
#include <string.h>

#include <xassistctl/args.h>
#include <xassistctl/policy_diff.h>
#include <xassistctl/policy_file.h>


#define INVITER_MOST  65536u
#define EXAMPLES      5
#define EXAMPLES_MOST 1000


static int diff_run(const ctl_options_t *options, ctl_policy_t *both,
    uint32_t examples);
static void diff_print(ctl_diff_t *diff);
static void diff_roles(ctl_diff_t *diff);
static void diff_role(ctl_diff_t *diff, policy_str_t name);
static void diff_guests(ctl_diff_t *diff);
static void diff_profiles(ctl_diff_t *diff);
static size_t diff_inviter(const ctl_diff_t *diff, char *roles);
static void diff_names(ctl_diff_t *diff);
static void diff_subject(ctl_diff_t *diff, const char *kind,
    policy_str_t name, const signed char *what);
static void diff_line(ctl_diff_t *diff, const char *kind,
    policy_str_t subject, const char *change, policy_str_t what,
    const char *place);
static policy_str_t word(const char *text);


int
ctl_policy_diff(const ctl_options_t *options, int argc, char **argv)
{
    int            rc;
    char          *end;
    long           examples;
    const char    *names;
    ctl_policy_t  *both;

    ctl_arg_t  args[] = {
        { "--names", &names, NULL }, { NULL, NULL, NULL }
    };

    names = NULL;
    argc = ctl_args(argc, argv, args, 2, 2);
    examples = EXAMPLES;

    if (argc != -1 && names != NULL) {
        examples = strtol(names, &end, 10);

        if (*names == '\0' || *end != '\0' || examples < 0
            || examples > EXAMPLES_MOST)
        {
            ctl_complain("--names is a number up to %d", EXAMPLES_MOST);
            return CTL_USAGE;
        }
    }

    if (argc == -1) {
        return CTL_USAGE;
    }

    both = calloc(2, sizeof(*both));

    if (both == NULL) {
        ctl_complain("out of memory");
        return CTL_FAILURE;
    }

    rc = ctl_policy_read_both(argv[0], argv[1], both);

    if (rc == CTL_OK) {
        rc = diff_run(options, both, (uint32_t) examples);
    }

    ctl_policy_done(&both[0]);
    ctl_policy_done(&both[1]);
    free(both);

    return rc;
}


/* CTL_NO, as of diff, when there are differences. */

static int
diff_run(const ctl_options_t *options, ctl_policy_t *both, uint32_t examples)
{
    int         rc;
    ctl_diff_t  diff;

    memset(&diff, 0, sizeof(diff));
    diff.json = options->json;
    diff.examples = examples;

    if (!ctl_changes_open(&diff.changes, &both[0].image, &both[1].image)) {
        ctl_complain("out of memory");
        return CTL_FAILURE;
    }

    diff_print(&diff);

    rc = options->store_given ? ctl_diff_store(options, &diff) : CTL_OK;

    ctl_changes_close(&diff.changes);

    if ((diff.json ? ctl_print_end(&diff.out) : fflush(stdout)) != 0) {
        return CTL_FAILURE;
    }

    return rc != CTL_OK ? rc : diff.count == 0 ? CTL_OK : CTL_NO;
}


static void
diff_print(ctl_diff_t *diff)
{
    if (diff->json) {
        ctl_print_begin(&diff->out, true, NULL);
        ctl_print_list(&diff->out, "changes");
    }

    diff_roles(diff);
    diff_guests(diff);
    diff_profiles(diff);
    diff_names(diff);

    if (diff->json) {
        ctl_print_list_end(&diff->out);
        ctl_print_number(&diff->out, "count", diff->count);
    }
}


static void
diff_roles(ctl_diff_t *diff)
{
    uint32_t       i;
    policy_role_t  role;

    for (i = 0; policy_role_at(diff->changes.old, i, &role) == POLICY_OK;
         i++)
    {
        if (policy_role_find(diff->changes.new, role.name) == POLICY_NONE) {
            diff_line(diff, "role", role.name, "gone", word(""), "");
        }

        diff_role(diff, role.name);
    }

    for (i = 0; policy_role_at(diff->changes.new, i, &role) == POLICY_OK;
         i++)
    {
        if (policy_role_find(diff->changes.old, role.name) == POLICY_NONE) {
            diff_line(diff, "role", role.name, "new", word(""), "");
            diff_role(diff, role.name);
        }
    }
}


/* What a licensed user, or a service, of this role alone may do. */

static void
diff_role(ctl_diff_t *diff, policy_str_t name)
{
    uint32_t            i;
    signed char        *users;
    ctl_subject_t       subject;
    const signed char  *what;

    memset(&subject, 0, sizeof(subject));
    subject.kind = POLICY_KIND_REGULAR;
    subject.device = POLICY_DEVICE_WEB;
    subject.licensed = true;
    subject.roles = name;
    subject.inviter_roles = subject.profile = subject.call_profile = word("");

    users = malloc(diff->changes.count + 1u);

    if (users == NULL) {
        return;
    }

    memcpy(users, ctl_changes_of(&diff->changes, &subject),
           diff->changes.count);

    subject.kind = POLICY_KIND_SERVICE;
    what = ctl_changes_of(&diff->changes, &subject);

    for (i = 0; i < diff->changes.count; i++) {
        users[i] = users[i] != 0 ? users[i] : what[i];
    }

    diff_subject(diff, "role", name, users);
    free(users);
}


static void
diff_guests(ctl_diff_t *diff)
{
    size_t         i;
    ctl_subject_t  subject;

    static const struct {
        const char       *name;
        policy_device_t   device;
    } columns[] = {
        { "guest_mobile", POLICY_DEVICE_MOBILE },
        { "guest_mobile_web", POLICY_DEVICE_MOBILE_WEB },
        { "guest_web", POLICY_DEVICE_WEB }
    };

    memset(&subject, 0, sizeof(subject));
    subject.kind = POLICY_KIND_GUEST;
    subject.roles = subject.inviter_roles = subject.profile
        = subject.call_profile = word("");

    for (i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
        subject.device = columns[i].device;
        diff_subject(diff, "guests", word(columns[i].name),
                     ctl_changes_of(&diff->changes, &subject));
    }
}


/* An external of this profile whose inviter has every role. */

static void
diff_profiles(ctl_diff_t *diff)
{
    char                  *roles;
    uint32_t               i, turn;
    ctl_subject_t          subject;
    policy_profile_t       profile;
    const policy_image_t  *image;

    roles = malloc(INVITER_MOST);

    if (roles == NULL) {
        return;
    }

    memset(&subject, 0, sizeof(subject));
    subject.kind = POLICY_KIND_EXTERNAL;
    subject.device = POLICY_DEVICE_WEB;
    subject.roles = subject.call_profile = word("");
    subject.inviter_roles.data = roles;
    subject.inviter_roles.len = diff_inviter(diff, roles);

    for (turn = 0; turn < 2; turn++) {
        image = turn == 0 ? diff->changes.old : diff->changes.new;

        for (i = 0; policy_profile_at(image, i, &profile) == POLICY_OK; i++) {

            if (turn == 1 && policy_profile_find(diff->changes.old,
                                                 profile.name)
                             != POLICY_NONE)
            {
                continue;
            }

            subject.profile = profile.name;
            diff_subject(diff, "profile", profile.name,
                         ctl_changes_of(&diff->changes, &subject));
        }
    }

    free(roles);
}


/* Names of the roles, as many as a question may bring. */

static size_t
diff_inviter(const ctl_diff_t *diff, char *roles)
{
    size_t         len;
    uint32_t       i;
    policy_role_t  role;

    len = 0;

    for (i = 0; i < 1024
         && policy_role_at(diff->changes.new, i, &role) == POLICY_OK; i++)
    {
        if (role.name.len >= INVITER_MOST - len) {
            break;
        }

        if (len != 0) {
            roles[len++] = ',';
        }

        memcpy(roles + len, role.name.data, role.name.len);
        len += role.name.len;
    }

    return len;
}


/* Names that a location may ask for. */

static void
diff_names(ctl_diff_t *diff)
{
    uint32_t           i;
    const ctl_name_t  *name;

    for (i = 0; i < diff->changes.count; i++) {
        name = &diff->changes.names[i];

        if (name->new == POLICY_NONE || name->old == POLICY_NONE) {
            diff_line(diff, "rule", name->name,
                      name->new == POLICY_NONE ? "gone" : "new", word(""),
                      "");
        }
    }
}


static void
diff_subject(ctl_diff_t *diff, const char *kind, policy_str_t name,
    const signed char *what)
{
    uint32_t  i;

    for (i = 0; i < diff->changes.count; i++) {
        if (what[i] != 0) {
            diff_line(diff, kind, name, what[i] > 0 ? "gains" : "loses",
                      diff->changes.names[i].name,
                      ctl_place_names[abs(what[i]) - 1]);
        }
    }
}


static void
diff_line(ctl_diff_t *diff, const char *kind, policy_str_t subject,
    const char *change, policy_str_t what, const char *place)
{
    diff->count++;

    if (!diff->json) {
        (void) printf("%s %.*s %s%s%.*s%s%s\n", kind, (int) subject.len,
                      subject.data, change, what.len != 0 ? " " : "",
                      (int) what.len, what.data,
                      place[0] != '\0' ? " " : "", place);
        return;
    }

    ctl_print_item(&diff->out);
    ctl_print_word(&diff->out, "of", kind);
    ctl_print_text(&diff->out, "name", ctl_diff_slice(subject));
    ctl_print_word(&diff->out, "change", change);
    ctl_print_text(&diff->out, "permission", ctl_diff_slice(what));
    ctl_print_word(&diff->out, "where", place);
    ctl_print_item_end(&diff->out);
}


store_slice_t
ctl_diff_slice(policy_str_t text)
{
    store_slice_t  s;

    s.data = (const void *) text.data;
    s.len = text.len;

    return s;
}


static policy_str_t
word(const char *text)
{
    policy_str_t  s = { text, strlen(text) };

    return s;
}
