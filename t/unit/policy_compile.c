/* Files: each slip is an error with its place; good ones mean what they say. */

#include "policy_test.h"


typedef struct {
    const char *text;
    uint32_t    line;
    uint32_t    column;
    const char *says;
} slip_t;


#define TOP(permissions, roles, rules, rest) \
    "{'version':1,\n'permissions':[" permissions "],\n'roles':{" roles \
    "},\n'rules':{" TEST_RULES "," rules "}" rest "}"
#define OF(member)  "{'version':1,'permissions':[],'rules':{" TEST_RULES \
                    "},\n" member "}"
#define P(name)     "{'name':'" name "','columns':{'regular':true}}"


static void
each_slip_is_told_with_its_place(void **state)
{
    size_t         i, wrong;
    test_policy_t  t;

    static const slip_t  slips[] = {
        /* JSON */
        { "", 1, 1, "" },
        { "{", 1, 2, "EOF" },
        { "{\n  'a' 1}", 2, 7, "" },
        { "{'version':1,}", 1, 14, "" },
        { "[]", 1, 1, "an object" },
        { "1", 1, 1, "an object" },
        { OF("'guests':{'grants':[]},'guests':{'grants':[]}"), 2, 24,
          "given before, in line 2" },
        { OF("'a\\u0000b':1"), 2, 3, "u0000" },
        { OF("'\xc3\xa4':'\\ud800'"), 2, 6, "surrogate" },
        { OF("'x':'\\ud800\\u0041'"), 2, 6, "surrogate" },
        { OF("'x':'\\udc00'"), 2, 6, "surrogate" },
        { OF("'x':'\xff'"), 2, 6, "" },
        { OF("'guests':{'grants':[]}} {"), 2, 25, "garbage" },
        { OF("'x':1e400"), 2, 1, "unknown member" },
        { OF("'x':111111111111111111111111111111111111111"), 2, 5,
          "32 digits" },

        /* Members */
        { OF("'rolse':{}"), 2, 1, "did you mean \"roles\"" },
        { OF("'zzz':{}"), 2, 1, "unknown member \"zzz\"" },
        { OF("'roles':[]"), 2, 9, "an object, not a list" },
        { OF("'presence':{'grace':60}"), 2, 21, "\"60s\"" },
        { OF("'presence':{'grace':'60'}"), 2, 21, "s, m, h or d" },
        { OF("'presence':{'grace':'s'}"), 2, 21, "s, m, h or d" },
        { OF("'presence':{'grace':'06s'}"), 2, 21, "s, m, h or d" },
        { OF("'presence':{'grace':'-1s'}"), 2, 21, "s, m, h or d" },
        { OF("'presence':{'grace':'99999999999s'}"), 2, 21, "s, m, h or d" },
        { OF("'presence':{'grace':'9999999999d'}"), 2, 21, "seconds" },
        { OF("'presence':{'grace':'0s'}"), 2, 21, "1 to 86400" },
        { OF("'presence':{'end_when_empty':1}"), 2, 30, "true or false" },
        { OF("'licences':{'guest_seats':-1}"), 2, 27, "whole number" },
        { OF("'licences':{'guest_seats':1.5}"), 2, 27, "whole number" },
        { OF("'licences':{'guest_seats':1000001}"), 2, 27, "1000000" },
        { OF("'licences':{'guest_seats':'many'}"), 2, 27, "a number" },
        { OF("'licences':{'regular':'nix'}"), 2, 23, "no permission" },
        { OF("'invitations':{'extern':{}}"), 2, 16, "\"external\"" },
        { OF("'invitations':{'external':{'bound_to':'me'}}"), 2, 39,
          "\"call\", \"inviter\" or \"owner\"" },
        { OF("'invitations':{'external':{'channels':['fax']}}"), 2, 40,
          "\"mail\", \"sms\" or \"link\"" },
        { OF("'defaults':{'profile':'x'}"), 2, 23, "no profile \"x\"" },
        { OF("'assistance':{'requires':'x'}"), 2, 26, "no rule" },
        { OF("'guests':{}"), 2, 10, "\"grants\" is missing" },
        { OF("'guests':{'grants':['x']}"), 2, 21, "no permission" },
        { OF("'profiles':{'p':{'permissions':{'x':'allow'}}}"), 2, 33,
          "no permission" },
        { "{'version':2,'permissions':[],'rules':{" TEST_RULES "}}", 1, 12,
          "is 1" },
        { "{'permissions':[],'rules':{" TEST_RULES "}}", 1, 1, "version" },
        { "{'version':1,'rules':{" TEST_RULES "}}", 1, 1, "permissions" },
        { "{'version':1,'permissions':[]}", 1, 1, "rules" },

        /* Names */
        { TOP(P("a") "," P("a"), "", "'r':'a'", ""), 2, 64, "in line 2" },
        { TOP(P("a b"), "", "'r':'guest'", ""), 2, 24, "character" },
        { TOP(P(""), "", "'r':'guest'", ""), 2, 24, "1 to 100" },
        { TOP(P("guest"), "", "'r':'guest'", ""), 2, 24, "built-in" },
        { TOP(P("a"), "", "'a':'guest'", ""), 4, 80, "given before" },
        { TOP("{'name':'a','columns':{},'aliases':['in-call']}", "",
              "'r':'guest'", ""), 2, 52, "built-in" },
        { TOP("{'name':'a','columns':{},'requires':['a']}", "",
              "'r':'guest'", ""), 2, 24, "in a circle: a -> a" },
        { TOP(P("alpha"), "'r':{'grants':['alhpa']}", "'r':'guest'", ""),
          3, 25, "did you mean \"alpha\"" },
        { TOP(P("a"), "'one':{'includes':['two']},'two':{'includes':['one']}",
              "'r':'guest'", ""), 3, 10, "one -> two -> one" },
        { TOP(P("a"), "'one':{'includes':['tow']},'two':{}",
              "'r':'guest'", ""), 3, 29, "did you mean \"two\"" },
        { TOP(P("a"), "'one':{'scope':'group'}", "'r':'guest'", ""), 3, 25,
          "\"account\" or \"groups\"" },

        /* Rules */
        { TOP(P("alpha"), "", "'r':'alpah'", ""), 4, 84,
          "did you mean \"alpha\"" },
        { TOP(P("a"), "", "'r':'cal_owner'", ""), 4, 84, "\"call_owner\"" },
        { TOP(P("a"), "", "'r':{'all':[]}", ""), 4, 91, "at least one" },
        { TOP(P("a"), "", "'r':{'or':['a']}", ""), 4, 85, "none of all" },
        { TOP(P("a"), "", "'r':{'all':['a'],'any':['a']}", ""), 4, 84,
          "one member" },
        { TOP(P("a"), "", "'r':['a']", ""), 4, 84, "one member" },
        { TOP(P("a"), "", "'r':{'equal':['a','b']}", ""), 4, 93,
          "attribute" },
        { TOP(P("a"), "", "'r':{'equal':['$a']}", ""), 4, 93, "two" },
        { TOP(P("a"), "", "'r':{'in':['a',['b']]}", ""), 4, 91,
          "attribute" },
        { TOP(P("a"), "", "'r':{'in':['$a',[]]}", ""), 4, 90, "1 to 64" },
        { TOP(P("a"), "", "'r':{'equal':['$a b','c']}", ""), 4, 94,
          "character" },
        { TOP(P("a"), "", "'r':'s','s':{'not':'r'}", ""), 4, 80,
          "r -> s -> r" },
        { TOP(P("a"), "", "'r':{'all':['regular','guest']}", ""), 4, 80,
          "can never hold" },
        { TOP(P("a"), "", "'r':{'all':['a','guest']}", ""), 4, 80,
          "can never hold" },
        { TOP(P("a"), "", "'r':{'not':'everybody'}", ""), 4, 80,
          "can never hold" },
        { "{'version':1,'permissions':[],\n'rules':{'call.join':'in-call',"
          "'call.end':'nobody','call.decline':'nobody'}}", 2, 10,
          "call.join" },
        { "{'version':1,'permissions':[],\n'rules':{'call.join':'regular',"
          "'call.end':'nobody'}}", 2, 9, "call.decline" }
    };

    (void) state;

    wrong = 0;

    for (i = 0; i < sizeof(slips) / sizeof(slips[0]); i++) {
        test_quoted(&t, slips[i].text);
        if (t.status != POLICY_INVALID) {
            print_error("taken: %s\n", slips[i].text);
        }
        assert_int_equal(t.status, POLICY_INVALID);
        assert_null(t.image.base);
        assert_int_not_equal(t.errors.count, 0);

        if (!test_has_error(&t, slips[i].line, slips[i].column,
                            slips[i].says))
        {
            print_error("in %s\n", slips[i].text);
            wrong++;
        }
    }

    assert_int_equal(wrong, 0);
}


static void
one_look_tells_all_errors(void **state)
{
    test_policy_t  t;

    (void) state;

    test_quoted(&t,
        "{'version':3,\n"
        "'permissions':[" P("a") ",\n"
        "{'name':'b','columns':{'regular':1}}],\n"
        "'roles':{'r':{'grants':['c']},\n"
        "'s':{'includes':['s']}},\n"
        "'rules':{" TEST_RULES ",'x':'y',\n"
        "'z':{'all':['guest','regular']}},\n"
        "'sessions':{'idle':'1x'}}");

    assert_int_equal(t.errors.count, 7);
    assert_true(test_has_error(&t, 1, 12, "is 1"));
    assert_true(test_has_error(&t, 3, 34, "true or false"));
    assert_true(test_has_error(&t, 4, 25, "no permission"));
    assert_true(test_has_error(&t, 5, 1, "s -> s"));
    assert_true(test_has_error(&t, 6, 84, "no rule"));
    assert_true(test_has_error(&t, 7, 1, "can never hold"));
    assert_true(test_has_error(&t, 8, 20, "s, m, h or d"));

    /* In their order, however they were found. */
    assert_int_equal(t.items[0].line, 1);
    assert_int_equal(t.items[6].line, 8);
}


static void
more_errors_than_room_are_counted(void **state)
{
    char            *text;
    size_t           i, len;
    test_policy_t    t;
    policy_image_t   image;
    policy_errors_t  none = { NULL, 0, 0 };

    (void) state;

    text = malloc(200 * 16 + 64);
    assert_non_null(text);
    len = (size_t) sprintf(text, "{\"version\":1,");
    for (i = 0; i < 200; i++) {
        len += (size_t) sprintf(text + len, "\"x%zu\":1,", i);
    }
    len += (size_t) sprintf(text + len, "\"permissions\":[],\"rules\":{}}");

    test_compile(&t, text, len);
    assert_int_equal(t.errors.count, 203);

    assert_int_equal(policy_compile(text, len, &image, &none),
                     POLICY_INVALID);
    assert_int_equal(none.count, 203);
    free(text);
}


static void
comments_blanks_and_escapes(void **state)
{
    test_policy_t        t;
    policy_permission_t  p;

    (void) state;

    test_good(&t,
        "/* a 'b' { */ { // [\n"
        "  'version' /**/ : 1 , 'permissions' : [ {'name':'\\u0061b',\n"
        "\t'area':'\\ud83d\\ude00 \\u2014 /* no comment */',"
        "'columns':{'regular':true}} ],\r\n"
        "'rules':{" TEST_RULES "} } // end");

    assert_int_equal(policy_permission_at(&t.image, 0, &p), POLICY_OK);
    assert_int_equal(p.name.len, 2);
    assert_memory_equal(p.name.data, "ab", 2);
    assert_int_equal(p.area.len, 4 + 1 + 3 + 1 + 16);
    assert_memory_equal(p.area.data, "\xf0\x9f\x98\x80 \xe2\x80\x94 /*", 11);
    test_done(&t);
}


static void
no_break_spaces_are_ignored(void **state)
{
    test_policy_t  t;

    (void) state;

    test_good(&t, TOP("{'name':'a\xc2\xa0','columns':{'regular':true},"
                      "'aliases':['b\xc2\xa0\xc2\xa0','a']}",
                      "'r':{'grants':['b\xc2\xa0']}",
                      "'x':'a\xc2\xa0'", ""));

    assert_int_equal(policy_permission_find(&t.image, str("a")), 0);
    assert_int_equal(policy_permission_find(&t.image, str("a\xc2\xa0")), 0);
    assert_int_equal(policy_permission_find(&t.image, str("b")), 0);
    assert_int_equal(policy_permission_find(&t.image,
                                            str("b\xc2\xa0\xc2\xa0")), 0);
    assert_int_equal(policy_permission_find(&t.image, str("b ")),
                     POLICY_NONE);
    assert_true(policy_role_grants(&t.image, 0, 0));
    test_done(&t);
}


static void
names_resolve_and_describe(void **state)
{
    uint32_t          rule;
    test_policy_t     t;
    policy_role_t     role;
    policy_profile_t  profile;

    (void) state;

    test_good(&t, TOP("{'name':'a','columns':{'regular':true,"
                      "'service':true},'requires':['b']},"
                      "{'name':'b','columns':{'regular':true},"
                      "'requires':['c']}," P("c"),
                      "'r':{'title':'R','grants':['a'],'scope':'groups'},"
                      "'s':{'includes':['r'],'single_user':true}",
                      "'x':{'rule':{'all':['a',{'equal':['$k','v']}]},"
                      "'aliases':['y','z']}",
                      ",'profiles':{'p':{'title':'P','invite':true,"
                      "'mode':'control','idle_timeout':'5m'}}"));

    rule = policy_rule_find(&t.image, str("x"));
    assert_int_not_equal(rule, POLICY_NONE);
    assert_int_equal(policy_rule_find(&t.image, str("z")), rule);
    assert_int_equal(policy_rule_alias(&t.image, rule, 0).len, 1);
    assert_memory_equal(policy_rule_alias(&t.image, rule, 1).data, "z", 1);
    assert_int_equal(policy_rule_alias(&t.image, rule, 2).len, 0);
    assert_memory_equal(policy_rule_attribute(&t.image, rule, 0).data, "k",
                        1);
    assert_int_equal(policy_rule_attribute(&t.image, rule, 1).len, 0);
    assert_memory_equal(policy_rule_name(&t.image, rule).data, "x", 1);

    assert_int_not_equal(policy_rule_find(&t.image, str("a")), POLICY_NONE);
    assert_int_equal(policy_permission_find(&t.image, str("a")), 0);
    assert_int_equal(policy_permission_find(&t.image, str("x")),
                     POLICY_NONE);
    assert_int_equal(policy_permission_find(&t.image, str("guest")),
                     POLICY_NONE);
    assert_int_equal(policy_permission_requires(&t.image, 0, 0), 1);
    assert_int_equal(policy_permission_requires(&t.image, 0, 1), 2);
    assert_int_equal(policy_permission_requires(&t.image, 0, 2),
                     POLICY_NONE);

    assert_int_equal(policy_role_at(&t.image, 0, &role), POLICY_OK);
    assert_true(role.groups);
    assert_false(role.single_user);
    assert_int_equal(policy_role_at(&t.image, 1, &role), POLICY_OK);
    assert_false(role.groups);
    assert_true(role.single_user);
    assert_int_equal(policy_role_at(&t.image, 2, &role), POLICY_NOT_FOUND);
    assert_true(policy_role_grants(&t.image, 1, 0));
    assert_false(policy_role_grants(&t.image, 1, 1));

    assert_int_equal(policy_profile_at(&t.image, 0, &profile), POLICY_OK);
    assert_true(profile.invite);
    assert_true(profile.control);
    assert_int_equal(profile.idle_timeout, 300000);
    assert_int_equal(policy_profile_at(&t.image, 1, &profile),
                     POLICY_NOT_FOUND);

    test_done(&t);
}


static void
settings_and_terms(void **state)
{
    test_policy_t      t;
    policy_terms_t     terms;
    policy_settings_t  s;

    (void) state;

    test_good(&t, OF("'presence':{'grace':'5s','ring':'1m'},"
                     "'licences':{'guest_seats':7},"
                     "'sessions':{'lifetime':'2d','per_user':'unlimited'},"
                     "'limits':{'max_age':'3h','replace_oldest':true},"
                     "'invitations':{'external':{'valid_for':'2h','uses':1,"
                     "'bound_to':'owner','channels':['sms','link'],"
                     "'opens_call':true,'terms':false,"
                     "'idle_timeout':'10m'},"
                     "'conference':{'valid_for':'while_call'}}"));

    assert_int_equal(policy_settings(&t.image, &s), POLICY_OK);
    assert_int_equal(s.presence_grace, 5000);
    assert_int_equal(s.ring, 60000);
    assert_true(s.end_when_empty);
    assert_int_equal(s.never_joined, 3600000);
    assert_int_equal(s.guest_seats, 7);
    assert_int_equal(s.session_lifetime, 172800000);
    assert_int_equal(s.sessions_per_user, 0);
    assert_int_equal(s.max_age, 10800000);
    assert_true(s.replace_oldest);

    assert_int_equal(policy_terms(&t.image, POLICY_INVITATION_EXTERNAL,
                                  &terms), POLICY_OK);
    assert_int_equal(terms.valid_for, 7200000);
    assert_int_equal(terms.uses, 1);
    assert_int_equal(terms.bound_to, POLICY_BOUND_OWNER);
    assert_int_equal(terms.channels,
                     POLICY_CHANNEL_SMS | POLICY_CHANNEL_LINK);
    assert_true(terms.opens_call);
    assert_false(terms.terms);
    assert_int_equal(terms.idle_timeout, 600000);

    assert_int_equal(policy_terms(&t.image, POLICY_INVITATION_CONFERENCE,
                                  &terms), POLICY_OK);
    assert_int_equal(terms.valid_for, 0);
    assert_int_equal(terms.uses, 0);
    assert_int_equal(terms.bound_to, POLICY_BOUND_CALL);
    assert_true(terms.terms);

    assert_int_equal(policy_terms(&t.image,
                                  POLICY_INVITATION_SERVICE_REQUEST, &terms),
                     POLICY_NOT_FOUND);
    assert_int_equal(policy_terms(&t.image, (policy_invitation_t) 9, &terms),
                     POLICY_NOT_FOUND);
    test_done(&t);
}


/* What an operator leaves out is what the page of the design says. */

static void
left_out(void **state)
{
    test_policy_t      t;
    policy_terms_t     terms;
    policy_settings_t  s;

    (void) state;

    test_good(&t, OF("'invitations':{'conference':{},'service_request':{},"
                     "'external':{}}"));

    assert_int_equal(policy_settings(&t.image, &s), POLICY_OK);
    assert_int_equal(s.presence_grace, 60000);
    assert_int_equal(s.request_grace, 900000);
    assert_int_equal(s.never_joined, 3600000);
    assert_int_equal(s.ring, 45000);
    assert_true(s.end_when_empty);
    assert_false(s.end_when_owner_left);
    assert_int_equal(s.guest_seats, 1000000);

    assert_int_equal(policy_terms(&t.image, POLICY_INVITATION_CONFERENCE,
                                  &terms), POLICY_OK);
    assert_int_equal(terms.valid_for, 0);
    assert_int_equal(terms.uses, 0);
    assert_int_equal(terms.bound_to, POLICY_BOUND_CALL);
    assert_false(terms.opens_call);

    assert_int_equal(policy_terms(&t.image,
                                  POLICY_INVITATION_SERVICE_REQUEST, &terms),
                     POLICY_OK);
    assert_int_equal(terms.valid_for, 86400000);
    assert_int_equal(terms.uses, 0);
    assert_true(terms.opens_call);

    assert_int_equal(policy_terms(&t.image, POLICY_INVITATION_EXTERNAL,
                                  &terms), POLICY_OK);
    assert_int_equal(terms.valid_for, 7200000);
    assert_int_equal(terms.uses, 1);
    assert_int_equal(terms.bound_to, POLICY_BOUND_INVITER);
    assert_false(terms.opens_call);
    test_done(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(each_slip_is_told_with_its_place),
        cmocka_unit_test(one_look_tells_all_errors),
        cmocka_unit_test(more_errors_than_room_are_counted),
        cmocka_unit_test(comments_blanks_and_escapes),
        cmocka_unit_test(no_break_spaces_are_ignored),
        cmocka_unit_test(names_resolve_and_describe),
        cmocka_unit_test(settings_and_terms),
        cmocka_unit_test(left_out)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
