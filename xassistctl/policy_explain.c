/* policy explain: a decision, and every test that led to it. */

#include <stdlib.h>
#include <string.h>

#include <xassistctl/args.h>
#include <xassistctl/explain_user.h>
#include <xassistctl/policy_file.h>
#include <xassistctl/print.h>


#define MOST  64


typedef struct {
    const char *kind;
    const char *device;
    const char *facts;
    const char *roles;
    const char *profile;
    const char *call_profile;
    const char *inviter_roles;
    const char *attributes;
    const char *user;                  /* ACCOUNT/NAME, of the store */
} explain_words_t;

typedef struct {
    policy_query_t      query;
    uint32_t            roles[MOST];
    uint32_t            inviter_roles[MOST];
    policy_attribute_t  attributes[MOST];
} explain_query_t;

typedef struct {
    ctl_print_t      out;
    bool             json;
    ctl_explain_user_t  *user;             /* NULL: roles were given */
} explain_t;

typedef uint32_t (*find_pt)(const policy_image_t *image, policy_str_t name);


static int explain_rule(const ctl_options_t *options,
    const policy_image_t *image, const char *rule,
    const explain_words_t *words, ctl_explain_user_t *user);
static int explain_query(const policy_image_t *image,
    const explain_words_t *words, bool stored, explain_query_t *q);
static int take_word(const char *what, policy_str_t word,
    const char *const *names, uint32_t *value);
static int take_names(const policy_image_t *image, const char *what,
    const char *list, find_pt find, bool any, uint32_t *indexes, uint32_t *n);
static bool next_word(const char **list, policy_str_t *word);
static void explain_step(void *ctx, const policy_explained_t *step);
static void explain_answer(explain_t *e, const policy_image_t *image,
    const policy_decision_t *decision, const char *reason);


int
ctl_policy_explain(const ctl_options_t *options, int argc, char **argv)
{
    int              rc;
    const char      *rule = NULL;
    ctl_policy_t    *policy;
    ctl_explain_user_t   user;
    explain_words_t  words;

    ctl_arg_t  args[] = {
        { "--rule", &rule, NULL },
        { "--kind", &words.kind, NULL },
        { "--device", &words.device, NULL },
        { "--facts", &words.facts, NULL },
        { "--roles", &words.roles, NULL },
        { "--profile", &words.profile, NULL },
        { "--call-profile", &words.call_profile, NULL },
        { "--inviter-roles", &words.inviter_roles, NULL },
        { "--attributes", &words.attributes, NULL },
        { "--user", &words.user, NULL },
        { "--principal", &words.user, NULL },
        { NULL, NULL, NULL }
    };

    memset(&words, 0, sizeof(words));
    argc = ctl_args(argc, argv, args, 0, 1);

    if (argc == -1 || (argc == 0) == (rule == NULL)) {
        return CTL_USAGE;
    }

    rule = rule != NULL ? rule : argv[0];

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
        user.open = false;
        if (words.user != NULL && words.roles != NULL) {
            ctl_complain("a user stands without --roles");
            rc = CTL_USAGE;

        } else if (words.user != NULL) {
            rc = ctl_explain_user(options, words.user, &user);
            words.roles = user.roles;
        }

        if (rc == CTL_OK) {
            rc = explain_rule(options, &policy->image, rule, &words, &user);
        }

        if (user.open) {
            ctl_store_close(&user.store);
        }

        ctl_policy_done(policy);
    }

    free(policy);

    return rc;
}


static int
explain_rule(const ctl_options_t *options, const policy_image_t *image,
    const char *rule, const explain_words_t *words, ctl_explain_user_t *user)
{
    int                rc;
    uint32_t           index;
    explain_t          e;
    policy_str_t       name = { rule, strlen(rule) };
    explain_query_t    q;
    policy_decision_t  decision;

    index = policy_rule_find(image, name);

    if (index == POLICY_NONE) {
        ctl_complain("the policy has no rule or permission \"%s\"", rule);
        return CTL_USAGE;
    }

    e.json = options->json;
    e.user = user->open ? user : NULL;

    rc = explain_query(image, words, e.user != NULL, &q);

    if (rc == CTL_OK && e.user != NULL) {
        rc = ctl_explain_facts(user, &q.query,
                               policy_rule_facts(image, index),
                               &q.query.facts);
    }

    if (rc != CTL_OK) {
        return rc;
    }

    if (e.json) {
        ctl_print_begin(&e.out, true, NULL);
        ctl_print_list(&e.out, "steps");
    }

    if (e.user != NULL && user->principal.reason != STORE_REASON_NONE) {
        memset(&decision, 0, sizeof(decision));
        decision.verdict = POLICY_DENY;
        decision.permission = POLICY_NONE;
        explain_answer(&e, image, &decision,
                       store_reason_name(user->principal.reason));

    } else {
        policy_explain(image, index, &q.query, explain_step, &e, &decision);
        explain_answer(&e, image, &decision,
                       policy_reason_name(decision.reason));
    }

    if ((e.json ? ctl_print_end(&e.out) : fflush(stdout)) != 0) {
        return CTL_FAILURE;
    }

    return decision.verdict == POLICY_ALLOW ? CTL_OK : CTL_NO;
}


/* `stored`: the roles are a user's, and one that the policy does not have
   gives nothing, as when it is decided. */

static int
explain_query(const policy_image_t *image, const explain_words_t *words,
    bool stored, explain_query_t *q)
{
    uint32_t      kind, device, fact, profile[1], n;
    const char   *list, *sign;
    policy_str_t  word;

    memset(q, 0, sizeof(*q));
    kind = POLICY_KIND_REGULAR;
    device = POLICY_DEVICE_WEB;
    q->query.profiles[0] = POLICY_NONE;
    q->query.profiles[1] = POLICY_NONE;

    list = words->kind;
    while (next_word(&list, &word)) {
        if (take_word("kind", word, policy_kind_names, &kind) != CTL_OK) {
            return CTL_USAGE;
        }
    }

    list = words->device;
    while (next_word(&list, &word)) {
        if (take_word("device", word, policy_device_names, &device)
            != CTL_OK)
        {
            return CTL_USAGE;
        }
    }

    list = words->facts;
    while (next_word(&list, &word)) {
        if (take_word("fact", word, policy_fact_names, &fact) != CTL_OK) {
            return CTL_USAGE;
        }
        q->query.facts |= 1u << fact;
    }

    list = words->attributes;
    while (next_word(&list, &word)) {
        sign = memchr(word.data, '=', word.len);

        if (q->query.nattributes == MOST / 2) {
            ctl_complain("more than %d attributes", MOST / 2);
            return CTL_USAGE;
        }

        if (sign == NULL) {
            ctl_complain("an attribute is name=value");
            return CTL_USAGE;
        }

        n = q->query.nattributes++;
        q->attributes[n].name.data = word.data;
        q->attributes[n].name.len = (size_t) (sign - word.data);
        q->attributes[n].value.data = sign + 1;
        q->attributes[n].value.len = word.len
                                     - q->attributes[n].name.len - 1;
    }

    q->query.kind = (policy_kind_t) kind;
    q->query.device = (policy_device_t) device;
    q->query.roles = q->roles;
    q->query.inviter_roles = q->inviter_roles;
    q->query.attributes = q->attributes;

    if (take_names(image, "role", words->roles, policy_role_find, stored,
                   q->roles, &q->query.nroles) != CTL_OK
        || take_names(image, "role", words->inviter_roles, policy_role_find,
                      false, q->inviter_roles, &q->query.ninviter_roles)
           != CTL_OK
        || take_names(image, "profile", words->profile, policy_profile_find,
                      false, profile, &n) != CTL_OK)
    {
        return CTL_USAGE;
    }

    if (n != 0) {
        q->query.profiles[0] = profile[0];
    }

    if (take_names(image, "profile", words->call_profile,
                   policy_profile_find, false, profile, &n) != CTL_OK)
    {
        return CTL_USAGE;
    }

    if (n != 0) {
        q->query.profiles[1] = profile[0];
    }

    return CTL_OK;
}


static int
take_word(const char *what, policy_str_t word, const char *const *names,
    uint32_t *value)
{
    uint32_t  i;

    for (i = 0; names[i] != NULL; i++) {
        if (strlen(names[i]) == word.len
            && memcmp(names[i], word.data, word.len) == 0)
        {
            *value = i;
            return CTL_OK;
        }
    }

    ctl_complain("there is no %s \"%.*s\"", what, (int) word.len, word.data);

    return CTL_USAGE;
}


static int
take_names(const policy_image_t *image, const char *what, const char *list,
    find_pt find, bool any, uint32_t *indexes, uint32_t *n)
{
    uint32_t      most;
    policy_str_t  word;

    most = find == policy_profile_find ? 1 : MOST;

    for (*n = 0; next_word(&list, &word); (*n)++) {

        if (*n == most) {
            ctl_complain("too many names of a %s", what);
            return CTL_USAGE;
        }

        indexes[*n] = find(image, word);

        if (indexes[*n] == POLICY_NONE && !any) {
            ctl_complain("the policy has no %s \"%.*s\"", what,
                         (int) word.len, word.data);
            return CTL_USAGE;
        }
    }

    return CTL_OK;
}


/* The next of comma-separated words; none in NULL. */

static bool
next_word(const char **list, policy_str_t *word)
{
    if (*list == NULL || **list == '\0') {
        return false;
    }

    word->data = *list;
    word->len = strcspn(*list, ",");
    *list += word->len + ((*list)[word->len] == ',');

    return true;
}


static void
explain_step(void *ctx, const policy_explained_t *step)
{
    explain_t   *e;
    const char  *team, *value;

    e = ctx;
    value = step->value == POLICY_ALLOW ? "yes"
            : step->value == POLICY_DENY ? "no" : "error";

    team = e->user != NULL && strcmp(step->by, "role") == 0
           ? ctl_explain_team(e->user, step->source) : NULL;

    if (!e->json) {
        (void) printf("%-10s %.*s: %s%s%s%s%.*s%s%s\n", step->test,
                      (int) step->name.len, step->name.data, value,
                      step->by[0] != '\0' ? ", by " : "", step->by,
                      step->source.len != 0 ? " " : "",
                      (int) step->source.len, step->source.data,
                      team != NULL ? ", through team " : "",
                      team != NULL ? team : "");
        return;
    }

    ctl_print_item(&e->out);
    ctl_print_word(&e->out, "test", step->test);
    ctl_print_text(&e->out, "name", ctl_policy_text(step->name));
    ctl_print_word(&e->out, "value", value);
    ctl_print_word(&e->out, "by", step->by);
    ctl_print_text(&e->out, "source", ctl_policy_text(step->source));

    if (team != NULL) {
        ctl_print_word(&e->out, "team", team);
    }

    ctl_print_item_end(&e->out);
}


static void
explain_answer(explain_t *e, const policy_image_t *image,
    const policy_decision_t *decision, const char *reason)
{
    const char           *verdict;
    policy_permission_t   missing;

    memset(&missing, 0, sizeof(missing));
    missing.name.data = "";

    if (decision->permission != POLICY_NONE
        && policy_permission_at(image, decision->permission, &missing)
           != POLICY_OK)
    {
        missing.name.len = 0;
    }

    verdict = decision->verdict == POLICY_ALLOW ? "allow"
              : decision->verdict == POLICY_DENY ? "deny" : "error";

    if (!e->json) {
        (void) printf("%s%s%s%s%.*s\n", verdict,
                      decision->verdict != POLICY_ALLOW ? ": " : "", reason,
                      missing.name.len != 0 ? ", " : "",
                      (int) missing.name.len, missing.name.data);
        return;
    }

    ctl_print_list_end(&e->out);
    ctl_print_word(&e->out, "verdict", verdict);
    ctl_print_word(&e->out, "reason", reason);
    ctl_print_text(&e->out, "missing", ctl_policy_text(missing.name));
}
