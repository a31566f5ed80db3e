/*
 * Tests of a policy: who may and who may not, asked and compared.
 */

#include <string.h>

#include <policy/index_int.h>
#include <policy/limits.h>
#include <policy/test_int.h>


typedef struct {
    policy_query_t      query;
    uint32_t            roles[POLICY_MAX_QUERY_ROLES];
    uint32_t            inviter_roles[POLICY_MAX_QUERY_ROLES];
    policy_attribute_t  attributes[POLICY_MAX_ATTRIBUTES];
} policy_asked_t;

typedef struct {
    const policy_image_t *image;
    policy_arena_t        arena;
    policy_errors_t      *errors;
    policy_tests_t        file;
    policy_index_t        principals;
    policy_case_pt        each;
    void                 *ctx;
    policy_asked_t       *asked;
} policy_tester_t;

typedef uint32_t (*policy_find_pt)(const policy_image_t *image,
    policy_str_t name);


static policy_status_t policy_tester_read(policy_tester_t *tester,
    const char *json, size_t len);
static void policy_tester_check(policy_tester_t *tester);
static void policy_tester_names(policy_tester_t *tester,
    const policy_refs_t *refs, const char *what, policy_find_pt find);
static void policy_tester_name(policy_tester_t *tester,
    const policy_ref_t *ref, const char *what, policy_find_pt find);
static void policy_tester_run(policy_tester_t *tester,
    const policy_question_t *question, uint8_t *listed);
static void policy_tester_list(policy_tester_t *tester,
    const policy_question_t *question, const policy_ref_t *rule,
    const policy_refs_t *principals, policy_verdict_t expected,
    uint8_t *listed);
static void policy_tester_ask(policy_tester_t *tester,
    const policy_question_t *question, const policy_ref_t *rule,
    const policy_tested_t *principal, policy_verdict_t expected);
static void policy_tester_query(policy_tester_t *tester,
    const policy_question_t *question, const policy_tested_t *principal);


policy_status_t
policy_test(const policy_image_t *image, const char *json, size_t len,
    policy_case_pt each, void *ctx, policy_errors_t *errors)
{
    uint8_t                  *listed;
    uint32_t                  i;
    policy_status_t           status;
    policy_tester_t           tester;
    const policy_question_t  *questions;

    memset(&tester, 0, sizeof(tester));
    tester.image = image;
    tester.errors = errors;
    tester.each = each;
    tester.ctx = ctx;
    errors->count = 0;
    policy_arena_init(&tester.arena);

    status = policy_tester_read(&tester, json, len);

    if (status == POLICY_OK) {
        tester.asked = policy_arena_take(&tester.arena, 1,
                                         sizeof(*tester.asked));
        listed = policy_arena_take(&tester.arena,
                                   tester.file.principals.count, 1);

        if (tester.asked == NULL || listed == NULL) {
            status = POLICY_NO_MEMORY;
        }
    }

    if (status == POLICY_OK) {
        questions = tester.file.tests.items;

        for (i = 0; i < tester.file.tests.count; i++) {
            policy_tester_run(&tester, &questions[i], listed);
        }
    }

    policy_arena_free(&tester.arena);
    policy_errors_sort(errors);

    return status;
}


static policy_status_t
policy_tester_read(policy_tester_t *tester, const char *json, size_t len)
{
    policy_node_t    *root;
    policy_reader_t   reader;
    policy_status_t   status;

    status = policy_json_parse(json, len, &tester->arena, &root,
                               tester->errors);
    if (root == NULL) {
        return status == POLICY_OK ? POLICY_INVALID : status;
    }

    if (root->type != POLICY_JSON_OBJECT) {
        policy_error_at(tester->errors, root->place, "a tests file is an "
                        "object, not %s", policy_json_type_name(root->type));
        return POLICY_INVALID;
    }

    reader.arena = &tester->arena;
    reader.errors = tester->errors;
    reader.no_memory = false;
    policy_shape_read(&reader, root, &policy_test_grammar, &tester->file);

    if (reader.no_memory
        || !policy_index_init(&tester->principals, &tester->arena,
                              tester->file.principals.count))
    {
        return POLICY_NO_MEMORY;
    }

    policy_tester_check(tester);

    return tester->errors->count == 0 ? POLICY_OK : POLICY_INVALID;
}


/* A test of a name that the policy lacks would pass for a wrong reason. */
static void
policy_tester_check(policy_tester_t *tester)
{
    uint32_t                  i, k, n;
    const policy_refs_t      *lists[3];
    const policy_tested_t    *p;
    const policy_question_t  *q;

    p = tester->file.principals.items;

    for (i = 0; i < tester->file.principals.count; i++) {
        (void) policy_index_add(&tester->principals, p[i].name, i);
        policy_tester_names(tester, &p[i].roles, "role", policy_role_find);
        policy_tester_names(tester, &p[i].inviter_roles, "role",
                            policy_role_find);
        policy_tester_name(tester, &p[i].profile, "profile",
                           policy_profile_find);
        policy_tester_name(tester, &p[i].call_profile, "profile",
                           policy_profile_find);
    }

    q = tester->file.tests.items;

    for (i = 0; i < tester->file.tests.count; i++) {
        policy_tester_names(tester, &q[i].rules, "rule or permission",
                            policy_rule_find);

        lists[0] = &q[i].allow;
        lists[1] = &q[i].deny;
        lists[2] = &q[i].error;

        for (k = 0; k < 3; k++) {
            for (n = 0; n < lists[k]->count; n++) {
                (void) policy_index_resolve(&tester->principals,
                                            &lists[k]->items[n], "principal",
                                            tester->errors);
            }
        }
    }
}


static void
policy_tester_names(policy_tester_t *tester, const policy_refs_t *refs,
    const char *what, policy_find_pt find)
{
    uint32_t  i;

    for (i = 0; i < refs->count; i++) {
        policy_tester_name(tester, &refs->items[i], what, find);
    }
}


static void
policy_tester_name(policy_tester_t *tester, const policy_ref_t *ref,
    const char *what, policy_find_pt find)
{
    if (ref->name.len != 0 && find(tester->image, ref->name) == POLICY_NONE) {
        policy_error_at(tester->errors, ref->place, "the policy has no %s "
                        "\"%.*s\"", what, POLICY_SHOWN(ref->name));
    }
}


static void
policy_tester_run(policy_tester_t *tester, const policy_question_t *question,
    uint8_t *listed)
{
    uint32_t                i, k;
    const policy_ref_t     *rule;
    const policy_tested_t  *all;

    all = tester->file.principals.items;

    for (i = 0; i < question->rules.count; i++) {
        rule = &question->rules.items[i];
        memset(listed, 0, tester->file.principals.count);

        policy_tester_list(tester, question, rule, &question->allow,
                           POLICY_ALLOW, listed);
        policy_tester_list(tester, question, rule, &question->deny,
                           POLICY_DENY, listed);
        policy_tester_list(tester, question, rule, &question->error,
                           POLICY_ERROR, listed);

        for (k = 0; question->others != 0
                    && k < tester->file.principals.count; k++)
        {
            if (listed[k] == 0) {
                policy_tester_ask(tester, question, rule, &all[k],
                                  POLICY_DENY);
            }
        }
    }
}


static void
policy_tester_list(policy_tester_t *tester, const policy_question_t *question,
    const policy_ref_t *rule, const policy_refs_t *principals,
    policy_verdict_t expected, uint8_t *listed)
{
    uint32_t                i, k;
    const policy_tested_t  *all;

    all = tester->file.principals.items;

    for (i = 0; i < principals->count; i++) {
        k = policy_index_find(&tester->principals,
                              principals->items[i].name)->target;
        listed[k] = 1;
        policy_tester_ask(tester, question, rule, &all[k], expected);
    }
}


static void
policy_tester_ask(policy_tester_t *tester, const policy_question_t *question,
    const policy_ref_t *rule, const policy_tested_t *principal,
    policy_verdict_t expected)
{
    policy_str_t   reason;
    policy_case_t  which;

    policy_tester_query(tester, question, principal);

    which.title = question->title;
    which.rule = rule->name;
    which.principal = principal->name.name;
    which.line = rule->place.line;
    which.expected = expected;
    which.reason.data = "";
    which.reason.len = 0;

    if (expected != POLICY_ALLOW) {
        which.reason = question->reason;
    }

    policy_decide(tester->image, policy_rule_find(tester->image, rule->name),
                  &tester->asked->query, &which.decision);

    reason = policy_text(policy_reason_name(which.decision.reason));

    which.passed = which.decision.verdict == expected
                   && (which.reason.len == 0
                       || (which.reason.len == reason.len
                           && memcmp(which.reason.data, reason.data,
                                     reason.len) == 0));

    tester->each(tester->ctx, &which);
}


static void
policy_tester_query(policy_tester_t *tester,
    const policy_question_t *question, const policy_tested_t *principal)
{
    uint32_t               i;
    policy_query_t        *query;
    policy_asked_t        *asked;
    const policy_given_t  *given;

    asked = tester->asked;
    query = &asked->query;
    given = question->attributes.items;

    query->kind = (policy_kind_t) principal->kind;
    query->device = (policy_device_t) principal->device;
    query->facts = (uint32_t) principal->facts;
    query->roles = asked->roles;
    query->nroles = principal->roles.count;
    query->inviter_roles = asked->inviter_roles;
    query->ninviter_roles = principal->inviter_roles.count;
    query->profiles[0] = policy_profile_find(tester->image,
                                             principal->profile.name);
    query->profiles[1] = policy_profile_find(tester->image,
                                             principal->call_profile.name);
    query->attributes = asked->attributes;
    query->nattributes = question->attributes.count;

    for (i = 0; i < query->nroles; i++) {
        asked->roles[i] = policy_role_find(tester->image,
                                           principal->roles.items[i].name);
    }

    for (i = 0; i < query->ninviter_roles; i++) {
        asked->inviter_roles[i] = policy_role_find(tester->image,
                                     principal->inviter_roles.items[i].name);
    }

    for (i = 0; i < query->nattributes; i++) {
        asked->attributes[i].name = given[i].name.name;
        asked->attributes[i].value = given[i].value;
    }
}
