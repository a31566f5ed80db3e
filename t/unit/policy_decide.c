/* Decisions: kinds, ceilings, roles, requires, licence, profiles, rules. */

#include "policy_test.h"


#define ALL_COLUMNS  "{'regular':true,'guest_mobile':true," \
                     "'guest_mobile_web':true,'guest_web':true," \
                     "'external':true,'service':true}"

static const char  text[] =
    "{'version':1,'permissions':["
    "{'name':'xa_xassist','columns':{'regular':true}},"
    "{'name':'dash','columns':{'regular':true},'requires':['outside']},"
    "{'name':'outside','columns':{'regular':true},'requires':['xa_xassist']},"
    "{'name':'free','columns':{'regular':true}},"
    "{'name':'chat','columns':" ALL_COLUMNS "},"
    "{'name':'phone','columns':{'guest_mobile':true}},"
    "{'name':'phoneweb','columns':{'guest_mobile_web':true}},"
    "{'name':'desk','columns':{'guest_web':true}},"
    "{'name':'draw','columns':" ALL_COLUMNS "},"
    "{'name':'machine','columns':{'service':true}},"
    "{'name':'lone','columns':" ALL_COLUMNS "},"
    "{'name':'visit','columns':{'external':true}},"
    "{'name':'mixed','columns':" ALL_COLUMNS ",'requires':['free']}],"
    "'roles':{'agent':{'includes':['base'],'grants':['dash','chat']},"
    "'base':{'grants':['xa_xassist','outside','free']},"
    "'half':{'grants':['dash','outside']},"
    "'all':{'grants':['xa_xassist','dash','outside','free','chat','phone',"
    "'phoneweb','desk','draw','machine','lone','mixed','visit']},"
    "'solo':{'grants':['draw'],'single_user':true},"
    "'none':{}},"
    "'guests':{'grants':['chat','phone','phoneweb','desk','dash','mixed']},"
    "'profiles':{'open':{'permissions':{'chat':'allow'}},"
    "'shut':{'permissions':{'chat':'deny'}},"
    "'silent':{},"
    "'base':{'permissions':{'draw':'allow','free':'allow','lone':'deny',"
    "'visit':'allow'}}},"
    "'defaults':{'profile':'base'},"
    "'rules':{'call.join':{'all':['licensed',"
    "{'any':['call_member','call_owner','free']}]},"
    "'call.end':'call_owner','call.decline':'nobody',"
    "'both':{'all':['chat','free']},"
    "'either':{'any':['free','chat']},"
    "'neither':{'not':{'any':['free','chat']}},"
    "'group':'in_group','mine':'same_account',"
    "'dept':{'equal':['$dept','sales']},"
    "'notdept':{'not':'dept'},"
    "'depts':{'in':['$dept',['sales','$$cash']]},"
    "'same':{'equal':['$a','$b']},"
    "'chat-or-dept':{'any':['dept','chat']},"
    "'chat-and-dept':{'all':['dept','chat']}"
    "}}";


static test_policy_t  policy;


static int
setup(void **state)
{
    (void) state;

    test_good(&policy, text);

    return 0;
}


static int
teardown(void **state)
{
    (void) state;

    test_done(&policy);

    return 0;
}


/* Asks for `rule` with the roles named, comma-separated. */
static policy_decision_t
ask(const char *rule, policy_kind_t kind, policy_device_t device,
    uint32_t facts, const char *roles)
{
    size_t          len;
    uint32_t        n, indexes[64];
    policy_str_t    name;
    policy_query_t  query;

    n = 0;

    while (*roles != '\0') {
        len = strcspn(roles, ",");
        name.data = roles;
        name.len = len;
        assert_true(n < sizeof(indexes) / sizeof(indexes[0]));
        indexes[n++] = policy_role_find(&policy.image, name);
        roles += len + (roles[len] == ',');
    }

    query = test_query(kind, device, facts);
    query.roles = indexes;
    query.nroles = n;

    return test_decide(&policy.image, rule, &query);
}


static policy_decision_t
regular(const char *rule, uint32_t facts, const char *roles)
{
    return ask(rule, POLICY_KIND_REGULAR, POLICY_DEVICE_WEB, facts, roles);
}


static void
assert_says(policy_decision_t decision, policy_verdict_t verdict,
    policy_reason_t reason, const char *permission)
{
    assert_int_equal(decision.verdict, verdict);
    assert_int_equal(decision.reason, reason);
    assert_int_equal(decision.permission,
                     permission == NULL ? POLICY_NONE
                     : policy_permission_find(&policy.image,
                                              str(permission)));
}


static void
assert_allows(policy_decision_t decision)
{
    assert_says(decision, POLICY_ALLOW, POLICY_REASON_NONE, NULL);
}


#define LICENSED  POLICY_FACT_LICENSED
#define MISSING   POLICY_REASON_PERMISSION_MISSING


static void
regular_holds_the_union_of_roles(void **state)
{
    (void) state;

    assert_allows(regular("dash", LICENSED, "agent"));
    assert_allows(regular("free", LICENSED, "agent"));
    assert_allows(regular("dash", LICENSED, "none,half,base"));
    assert_says(regular("draw", LICENSED, "agent"), POLICY_DENY, MISSING,
                "draw");
    assert_says(regular("dash", LICENSED, ""), POLICY_DENY, MISSING, "dash");
    assert_says(regular("dash", LICENSED, "unknown"), POLICY_DENY, MISSING,
                "dash");
    assert_allows(regular("dash", LICENSED, "unknown,agent"));
}


static void
a_role_counts_wherever_it_stands(void **state)
{
    char      roles[64 * 8 + 8];
    size_t    len;
    uint32_t  i, k;

    static const char *const  others[] = { "none,", "unknown," };

    (void) state;

    for (k = 0; k < 2; k++) {
        for (i = 0, len = 0; i < 63; i++) {
            memcpy(roles + len, "agent", sizeof("agent"));
            assert_allows(regular("dash", LICENSED, roles));
            memcpy(roles + len, "half", sizeof("half"));
            assert_says(regular("dash", LICENSED, roles), POLICY_DENY,
                        MISSING, "xa_xassist");
            memcpy(roles + len, others[k], strlen(others[k]));
            len += strlen(others[k]);
        }
    }
}


static void
what_is_required_must_be_held(void **state)
{
    (void) state;

    assert_says(regular("dash", LICENSED, "half"), POLICY_DENY, MISSING,
                "xa_xassist");
    assert_says(regular("outside", LICENSED, "half"), POLICY_DENY, MISSING,
                "xa_xassist");
}


static void
no_licence_no_xassist(void **state)
{
    (void) state;

    assert_says(regular("xa_xassist", 0, "agent"), POLICY_DENY,
                POLICY_REASON_NO_LICENCE, "xa_xassist");
    assert_says(regular("dash", 0, "agent"), POLICY_DENY,
                POLICY_REASON_NO_LICENCE, "dash");
    assert_says(regular("dash", 0, "half"), POLICY_DENY, MISSING,
                "xa_xassist");
    assert_allows(regular("free", 0, "agent"));
    assert_says(regular("in-call", POLICY_FACT_CALL_OWNER, "agent"),
                POLICY_DENY, POLICY_REASON_NO_LICENCE, NULL);
}


static void
the_single_user_holds_marked_roles(void **state)
{
    (void) state;

    assert_allows(regular("draw", POLICY_FACT_SINGLE_USER, ""));
    assert_says(regular("chat", POLICY_FACT_SINGLE_USER, ""), POLICY_DENY,
                MISSING, "chat");
    assert_says(regular("draw", 0, ""), POLICY_DENY, MISSING, "draw");
    assert_says(ask("draw", POLICY_KIND_GUEST, POLICY_DEVICE_WEB,
                    POLICY_FACT_SINGLE_USER, ""),
                POLICY_DENY, MISSING, "draw");
}


static void
guests_hold_their_set_under_their_column(void **state)
{
    size_t  i;

    static const struct {
        policy_device_t device;
        const char     *only;
    } devices[] = {
        { POLICY_DEVICE_NONE, "desk" },
        { POLICY_DEVICE_WEB, "desk" },
        { POLICY_DEVICE_MOBILE, "phone" },
        { POLICY_DEVICE_MOBILE_WEB, "phoneweb" },
        { POLICY_DEVICE_GLASSES, "desk" },
        { (policy_device_t) 99, "desk" }
    };

    static const char *const  each[] = { "desk", "phone", "phoneweb" };

    (void) state;

    for (i = 0; i < sizeof(devices) / sizeof(devices[0]) * 3; i++) {
        policy_decision_t  d;

        d = ask(each[i % 3], POLICY_KIND_GUEST, devices[i / 3].device, 0,
                "all");

        if (strcmp(each[i % 3], devices[i / 3].only) == 0) {
            assert_allows(d);
        } else {
            assert_says(d, POLICY_DENY, POLICY_REASON_NOT_FOR_GUESTS,
                        each[i % 3]);
        }
    }
}


static void
a_guest_s_roles_say_nothing(void **state)
{
    (void) state;

    assert_says(ask("dash", POLICY_KIND_GUEST, POLICY_DEVICE_WEB, ~0u, "all"),
                POLICY_DENY, POLICY_REASON_NOT_FOR_GUESTS, "dash");
    assert_says(ask("lone", POLICY_KIND_GUEST, POLICY_DEVICE_WEB, ~0u, "all"),
                POLICY_DENY, MISSING, "lone");
    /* Required: outside of a guest's ceiling, and so is what requires it. */
    assert_says(ask("mixed", POLICY_KIND_GUEST, POLICY_DEVICE_WEB, ~0u, ""),
                POLICY_DENY, POLICY_REASON_NOT_FOR_GUESTS, "mixed");
}


static void
anonymous_holds_nothing(void **state)
{
    (void) state;

    assert_says(ask("chat", POLICY_KIND_ANONYMOUS, POLICY_DEVICE_WEB, ~0u,
                    "all"), POLICY_DENY, POLICY_REASON_SIGNED_OUT, "chat");
    assert_says(ask("authenticated", POLICY_KIND_ANONYMOUS,
                    POLICY_DEVICE_WEB, 0, ""),
                POLICY_DENY, POLICY_REASON_SIGNED_OUT, NULL);
    assert_says(ask("in-call", POLICY_KIND_ANONYMOUS, POLICY_DEVICE_WEB, ~0u,
                    "all"), POLICY_DENY, POLICY_REASON_SIGNED_OUT, NULL);
    assert_says(ask("nobody", POLICY_KIND_ANONYMOUS, POLICY_DEVICE_WEB, 0,
                    ""), POLICY_DENY, MISSING, NULL);
    assert_allows(ask("everybody", POLICY_KIND_ANONYMOUS, POLICY_DEVICE_WEB,
                      0, ""));
}


static void
service_holds_its_roles(void **state)
{
    (void) state;

    assert_allows(ask("machine", POLICY_KIND_SERVICE, POLICY_DEVICE_NONE, 0,
                      "all"));
    assert_says(ask("dash", POLICY_KIND_SERVICE, POLICY_DEVICE_NONE, ~0u,
                    "all"), POLICY_DENY, MISSING, "dash");
    assert_says(regular("machine", LICENSED, "all"), POLICY_DENY, MISSING,
                "machine");
}


static policy_decision_t
external(const char *rule, const char *first, const char *second,
    uint32_t facts, const char *inviter)
{
    uint32_t        role;
    policy_query_t  query;

    query = test_query(POLICY_KIND_EXTERNAL, POLICY_DEVICE_WEB, facts);
    query.profiles[0] = policy_profile_find(&policy.image, str(first));
    query.profiles[1] = policy_profile_find(&policy.image, str(second));
    role = policy_role_find(&policy.image, str(inviter));
    query.inviter_roles = &role;
    query.ninviter_roles = 1;
    /* Its own roles, if a record had any, say nothing. */
    query.roles = &role;
    query.nroles = 1;

    return test_decide(&policy.image, rule, &query);
}


static void
external_layers_first_that_says_wins(void **state)
{
    uint32_t  holds = POLICY_FACT_INVITER_HOLDS;

    (void) state;

    assert_allows(external("chat", "open", "shut", holds, "all"));
    assert_says(external("chat", "shut", "open", holds, "all"), POLICY_DENY,
                MISSING, "chat");
    assert_allows(external("chat", "silent", "open", holds, "all"));
    assert_allows(external("chat", "open", "", holds, "all"));
    assert_says(external("chat", "silent", "", holds, "all"), POLICY_DENY,
                MISSING, "chat");
    assert_allows(external("draw", "silent", "shut", holds, "all"));
    assert_says(external("lone", "silent", "", holds, "all"), POLICY_DENY,
                MISSING, "lone");
}


static void
external_is_capped_by_the_inviter(void **state)
{
    uint32_t  holds = POLICY_FACT_INVITER_HOLDS;

    (void) state;

    assert_allows(external("chat", "open", "", holds, "agent"));
    assert_says(external("chat", "open", "", holds, "none"), POLICY_DENY,
                MISSING, "chat");
    assert_says(external("chat", "open", "", 0, "agent"), POLICY_DENY,
                MISSING, "chat");
    /* No role of that name: the cap is empty. */
    assert_says(external("chat", "open", "", holds, "gone"), POLICY_DENY,
                MISSING, "chat");
    /* Outside of the column of externals. */
    assert_says(external("free", "base", "", holds, "all"), POLICY_DENY,
                POLICY_REASON_NOT_FOR_GUESTS, "free");
    /* Outside of the column of the inviter, whose role says otherwise. */
    assert_says(external("visit", "base", "", holds, "all"), POLICY_DENY,
                MISSING, "visit");
}


static void
external_without_its_profile_holds_nothing(void **state)
{
    (void) state;

    assert_says(external("draw", "gone", "", POLICY_FACT_INVITER_HOLDS,
                         "all"), POLICY_DENY, MISSING, "draw");
    assert_says(external("draw", "gone", "open", POLICY_FACT_INVITER_HOLDS,
                         "all"), POLICY_DENY, MISSING, "draw");
}


static void
external_never_owns(void **state)
{
    (void) state;

    assert_says(external("call.end", "open", "", ~0u, "all"), POLICY_DENY,
                MISSING, NULL);
    assert_allows(regular("call.end", POLICY_FACT_CALL_OWNER, ""));
}


static void
in_call(void **state)
{
    uint32_t  here = POLICY_FACT_GUEST_IN_CALL;

    (void) state;

    assert_allows(ask("in-call", POLICY_KIND_GUEST, POLICY_DEVICE_WEB, here,
                      ""));
    assert_says(ask("in-call", POLICY_KIND_GUEST, POLICY_DEVICE_WEB, ~here,
                    "all"), POLICY_DENY, MISSING, NULL);
    assert_allows(external("in-call", "silent", "", here, "none"));
    assert_says(external("in-call", "silent", "", ~here, "none"),
                POLICY_DENY, MISSING, NULL);

    assert_allows(regular("in-call", LICENSED | POLICY_FACT_CALL_MEMBER,
                          ""));
    assert_allows(regular("in-call", LICENSED | POLICY_FACT_CALL_OWNER, ""));
    assert_allows(regular("in-call", LICENSED, "agent"));
    assert_says(regular("in-call", LICENSED, "none"), POLICY_DENY, MISSING,
                "free");
    /* A guest's fact is not a regular user's. */
    assert_says(regular("in-call", LICENSED | here, "none"), POLICY_DENY,
                MISSING, "free");
    assert_says(ask("in-call", POLICY_KIND_SERVICE, POLICY_DEVICE_NONE, ~0u,
                    "all"), POLICY_DENY, MISSING, NULL);
}


static void
built_in_kinds(void **state)
{
    int  kind;

    (void) state;

    for (kind = POLICY_KIND_ANONYMOUS; kind <= POLICY_KIND_SERVICE; kind++) {
        policy_kind_t  k = (policy_kind_t) kind;

        assert_int_equal(ask("authenticated", k, 0, 0, "").verdict,
                         kind == POLICY_KIND_ANONYMOUS ? POLICY_DENY
                                                       : POLICY_ALLOW);
        assert_int_equal(ask("regular", k, 0, 0, "").verdict,
                         kind == POLICY_KIND_REGULAR ? POLICY_ALLOW
                                                     : POLICY_DENY);
        assert_int_equal(ask("guest", k, 0, 0, "").verdict,
                         kind == POLICY_KIND_GUEST ? POLICY_ALLOW
                                                   : POLICY_DENY);
        assert_int_equal(ask("nobody", k, 0, ~0u, "all").verdict,
                         POLICY_DENY);
        assert_int_equal(ask("everybody", k, 0, 0, "").verdict,
                         POLICY_ALLOW);
    }

    assert_says(ask("regular", POLICY_KIND_GUEST, 0, 0, ""), POLICY_DENY,
                POLICY_REASON_NOT_FOR_GUESTS, NULL);
}


static void
rules_combine(void **state)
{
    (void) state;

    assert_allows(regular("both", LICENSED, "agent"));
    assert_says(regular("both", LICENSED, "base"), POLICY_DENY, MISSING,
                "chat");
    assert_allows(regular("either", LICENSED, "base"));
    assert_says(regular("either", LICENSED, "none"), POLICY_DENY, MISSING,
                "free");
    assert_allows(regular("neither", LICENSED, "none"));
    assert_says(regular("neither", LICENSED, "base"), POLICY_DENY, MISSING,
                NULL);
    assert_allows(regular("group", POLICY_FACT_IN_GROUP, ""));
    assert_says(regular("group", ~POLICY_FACT_IN_GROUP, ""), POLICY_DENY,
                MISSING, NULL);
    assert_allows(regular("mine", POLICY_FACT_SAME_ACCOUNT, ""));
    assert_says(regular("mine", ~POLICY_FACT_SAME_ACCOUNT, ""), POLICY_DENY,
                MISSING, NULL);
}


static policy_verdict_t
with_attributes(const char *rule, const char *name, const char *value,
    const char *role)
{
    uint32_t            index;
    policy_query_t      query;
    policy_attribute_t  attribute;

    index = policy_role_find(&policy.image, str(role));
    query = test_query(POLICY_KIND_REGULAR, POLICY_DEVICE_WEB, LICENSED);
    query.roles = &index;
    query.nroles = 1;
    attribute.name = str(name);
    attribute.value = str(value);
    query.attributes = &attribute;
    query.nattributes = 1;

    return test_decide(&policy.image, rule, &query).verdict;
}


static void
attributes_are_compared(void **state)
{
    (void) state;

    assert_int_equal(with_attributes("dept", "dept", "sales", ""),
                     POLICY_ALLOW);
    assert_int_equal(with_attributes("dept", "dept", "sale", ""),
                     POLICY_DENY);
    assert_int_equal(with_attributes("dept", "dept", "", ""), POLICY_DENY);
    assert_int_equal(with_attributes("depts", "dept", "$cash", ""),
                     POLICY_ALLOW);
    assert_int_equal(with_attributes("depts", "dept", "cash", ""),
                     POLICY_DENY);
    assert_int_equal(with_attributes("notdept", "dept", "hr", ""),
                     POLICY_ALLOW);
}


static void
an_error_never_allows(void **state)
{
    (void) state;

    /* The attribute is not given in. */
    assert_int_equal(with_attributes("dept", "Dept", "sales", "all"),
                     POLICY_ERROR);
    assert_int_equal(with_attributes("notdept", "x", "sales", "all"),
                     POLICY_ERROR);
    assert_int_equal(with_attributes("same", "a", "", "all"), POLICY_ERROR);
    assert_int_equal(with_attributes("chat-and-dept", "x", "", "all"),
                     POLICY_ERROR);

    /* Settled without it. */
    assert_int_equal(with_attributes("chat-or-dept", "x", "", "all"),
                     POLICY_ALLOW);
    assert_int_equal(with_attributes("chat-and-dept", "x", "", "none"),
                     POLICY_DENY);
    assert_int_equal(with_attributes("chat-or-dept", "x", "", "none"),
                     POLICY_ERROR);

    assert_says(regular("dept", LICENSED, "all"), POLICY_ERROR,
                POLICY_REASON_ATTRIBUTE_MISSING, NULL);
    assert_string_equal(policy_reason_name(POLICY_REASON_ATTRIBUTE_MISSING),
                        "attribute_missing");
}


static void
wrong_indexes_are_errors(void **state)
{
    uint32_t           bad = 1000;
    policy_query_t     query;
    policy_decision_t  decision;

    (void) state;

    query = test_query(POLICY_KIND_REGULAR, POLICY_DEVICE_WEB, ~0u);
    policy_decide(&policy.image, POLICY_NONE, &query, &decision);
    assert_int_equal(decision.verdict, POLICY_ERROR);
    assert_int_equal(decision.reason, POLICY_REASON_UNKNOWN_RULE);

    query.roles = &bad;
    query.nroles = 1;
    assert_int_equal(test_decide(&policy.image, "everybody", &query).verdict,
                     POLICY_ERROR);

    query = test_query(POLICY_KIND_EXTERNAL, POLICY_DEVICE_WEB, ~0u);
    query.profiles[1] = 1000;
    assert_int_equal(test_decide(&policy.image, "everybody", &query).verdict,
                     POLICY_ERROR);

    query = test_query((policy_kind_t) 77, POLICY_DEVICE_WEB, ~0u);
    assert_int_equal(test_decide(&policy.image, "everybody", &query).verdict,
                     POLICY_ERROR);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(regular_holds_the_union_of_roles),
        cmocka_unit_test(a_role_counts_wherever_it_stands),
        cmocka_unit_test(what_is_required_must_be_held),
        cmocka_unit_test(no_licence_no_xassist),
        cmocka_unit_test(the_single_user_holds_marked_roles),
        cmocka_unit_test(guests_hold_their_set_under_their_column),
        cmocka_unit_test(a_guest_s_roles_say_nothing),
        cmocka_unit_test(anonymous_holds_nothing),
        cmocka_unit_test(service_holds_its_roles),
        cmocka_unit_test(external_layers_first_that_says_wins),
        cmocka_unit_test(external_is_capped_by_the_inviter),
        cmocka_unit_test(external_without_its_profile_holds_nothing),
        cmocka_unit_test(external_never_owns),
        cmocka_unit_test(in_call),
        cmocka_unit_test(built_in_kinds),
        cmocka_unit_test(rules_combine),
        cmocka_unit_test(attributes_are_compared),
        cmocka_unit_test(an_error_never_allows),
        cmocka_unit_test(wrong_indexes_are_errors)
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
