/*
 * Images that were damaged: each is refused, or decides within its bounds.
 * The copies are exact in size, so that a sanitizer sees one byte too far.
 */

#include "policy_test.h"

#include <policy/image_int.h>


static const char  text[] =
    "{'version':1,'permissions':["
    "{'name':'a','columns':{'regular':true,'guest_web':true}},"
    "{'name':'b','columns':{'regular':true},'requires':['a'],"
    "'aliases':['bb']},"
    "{'name':'c','columns':{'regular':true,'external':true}}],"
    "'roles':{'r':{'grants':['a','b']},'s':{'includes':['r'],"
    "'grants':['c'],'single_user':true}},"
    "'guests':{'grants':['a']},"
    "'profiles':{'p':{'permissions':{'c':'allow','a':'deny'}}},"
    "'defaults':{'profile':'p'},"
    "'invitations':{'conference':{}},"
    "'rules':{'call.join':{'any':['call_member','b']},'call.end':'nobody',"
    "'call.decline':'nobody',"
    "'x':{'all':['in-call',{'not':{'in':['$k',['v','w']]}}]}}}";


/* Asks everything there is to ask. */
static void
use_image(const uint8_t *base, size_t size)
{
    int                  kind;
    uint32_t             i, k, roles[2] = { 0, 1 };
    uint8_t              digest[32];
    policy_role_t        role;
    policy_image_t       image = { base, size, 1 };
    policy_query_t       query;
    policy_terms_t       terms;
    policy_profile_t     profile;
    policy_settings_t    settings;
    policy_decision_t    decision;
    policy_attribute_t   attribute;
    policy_permission_t  permission;

    attribute.name = str("k");
    attribute.value = str("v");

    for (i = 0; i < 16; i++) {
        for (kind = POLICY_KIND_ANONYMOUS; kind <= POLICY_KIND_SERVICE;
             kind++)
        {
            query = test_query((policy_kind_t) kind, POLICY_DEVICE_WEB, ~0u);
            query.roles = roles;
            query.nroles = 2;
            query.inviter_roles = roles;
            query.ninviter_roles = 2;
            query.profiles[0] = 0;
            query.attributes = &attribute;
            query.nattributes = 1;
            policy_decide(&image, i, &query, &decision);
        }

        for (k = 0; k < 3; k++) {
            (void) policy_rule_alias(&image, i, k);
            (void) policy_rule_attribute(&image, i, k);
            (void) policy_permission_alias(&image, i, k);
            (void) policy_permission_requires(&image, i, k);
            (void) policy_role_grants(&image, i, k);
        }

        (void) policy_rule_name(&image, i);
        (void) policy_role_name(&image, i);
        (void) (policy_permission_at(&image, i, &permission) == POLICY_OK);
        (void) (policy_role_at(&image, i, &role) == POLICY_OK);
        (void) (policy_profile_at(&image, i, &profile) == POLICY_OK);
        (void) (policy_terms(&image, (policy_invitation_t) i, &terms)
                == POLICY_OK);
    }

    (void) policy_rule_find(&image, str("call.join"));
    (void) policy_rule_find(&image, str("nowhere"));
    (void) policy_role_find(&image, str("r"));
    (void) policy_profile_find(&image, str("p"));
    (void) policy_permission_find(&image, str("bb"));
    (void) (policy_settings(&image, &settings) == POLICY_OK);
    policy_image_digest(&image, digest);
}


static void
a_good_image_verifies(void **state)
{
    uint8_t        digest[32];
    test_policy_t  t;

    (void) state;

    test_good(&t, text);
    assert_int_equal(policy_image_verify(t.image.base, t.image.size),
                     POLICY_OK);
    assert_int_equal(t.image.generation, 0);
    use_image(t.image.base, t.image.size);

    policy_image_digest(&t.image, digest);
    assert_int_not_equal(digest[0] | digest[1] | digest[2], 0);
    test_done(&t);
    policy_image_free(NULL);
}


static void
truncated_at_every_length(void **state)
{
    size_t         size;
    uint8_t       *copy;
    test_policy_t  t;

    (void) state;

    test_good(&t, text);

    for (size = 0; size < t.image.size; size++) {
        copy = malloc(size + (size == 0));
        assert_non_null(copy);
        memcpy(copy, t.image.base, size);
        assert_int_equal(policy_image_verify(copy, size), POLICY_CORRUPT);
        use_image(copy, size);
        free(copy);
    }

    test_done(&t);
}


static void
every_byte_changed(void **state)
{
    size_t         i, k, refused;
    uint8_t       *copy;
    test_policy_t  t;

    static const uint8_t  changes[] = { 0x01, 0x80, 0xff, 0x04 };

    (void) state;

    test_good(&t, text);
    copy = malloc(t.image.size);
    assert_non_null(copy);
    refused = 0;

    for (i = 0; i < t.image.size; i++) {
        for (k = 0; k < sizeof(changes); k++) {
            memcpy(copy, t.image.base, t.image.size);
            copy[i] ^= changes[k];
            refused += policy_image_verify(copy, t.image.size) != POLICY_OK;
            use_image(copy, t.image.size);
        }
    }

    assert_true(refused > t.image.size / 8);
    free(copy);
    test_done(&t);
}


static void
sections_that_lie(void **state)
{
    size_t         section, k;
    uint8_t       *copy;
    uint32_t      *words;
    test_policy_t  t;

    static const uint32_t  values[] = {
        0, 1, 4, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff
    };

    (void) state;

    test_good(&t, text);
    copy = malloc(t.image.size);
    assert_non_null(copy);
    words = (uint32_t *) (void *) copy;

    for (section = 0; section < 2 * POLICY_SECTIONS; section++) {
        for (k = 0; k < sizeof(values) / sizeof(values[0]); k++) {
            memcpy(copy, t.image.base, t.image.size);
            words[POLICY_IMAGE_TABLE + section] = values[k];
            (void) (policy_image_verify(copy, t.image.size) == POLICY_OK);
            use_image(copy, t.image.size);
        }
    }

    free(copy);
    test_done(&t);
}


static void
programs_that_lie(void **state)
{
    uint32_t        i, w, k;
    uint8_t        *copy;
    uint32_t       *words;
    test_policy_t   t;
    policy_image_t  image;
    policy_array_t  code;

    static const uint32_t  values[] = {
        POLICY_OP_TRUE, POLICY_OP_AND, POLICY_OP_NOT, POLICY_OP_JF,
        POLICY_OP_JT, POLICY_OP_IN | 0xffffff00, POLICY_OP_EQUAL, POLICY_OPS,
        0xff, 0xffffffff, 0x7fffffff
    };

    (void) state;

    test_good(&t, text);
    copy = malloc(t.image.size);
    assert_non_null(copy);
    image = t.image;
    image.base = copy;
    memcpy(copy, t.image.base, t.image.size);
    assert_true(policy_array_open(&image, POLICY_CODE, &code));
    words = (uint32_t *) (uintptr_t) code.words;

    for (i = 0; i < code.count; i++) {
        for (w = 0; w < 2; w++) {
            for (k = 0; k < sizeof(values) / sizeof(values[0]); k++) {
                memcpy(copy, t.image.base, t.image.size);
                words[2 * i + w] = values[k];
                (void) (policy_image_verify(copy, t.image.size) == POLICY_OK);
                use_image(copy, t.image.size);
            }
        }
    }

    /* A program of nothing but one more value overflows no stack. */
    memcpy(copy, t.image.base, t.image.size);
    for (i = 0; i < code.count; i++) {
        words[2 * i] = POLICY_OP_TRUE;
    }
    assert_int_equal(policy_image_verify(copy, t.image.size),
                     POLICY_CORRUPT);
    use_image(copy, t.image.size);

    free(copy);
    test_done(&t);
}


static void
an_image_is_position_independent(void **state)
{
    uint8_t           *copy;
    test_policy_t      t;
    policy_image_t     image;
    policy_query_t     query;

    (void) state;

    test_good(&t, text);
    copy = malloc(t.image.size);
    assert_non_null(copy);
    memcpy(copy, t.image.base, t.image.size);
    image = t.image;
    image.base = copy;
    test_done(&t);

    query = test_query(POLICY_KIND_GUEST, POLICY_DEVICE_WEB, 0);
    assert_int_equal(test_decide(&image, "a", &query).verdict, POLICY_ALLOW);
    assert_int_equal(test_decide(&image, "bb", &query).reason,
                     POLICY_REASON_NOT_FOR_GUESTS);
    free(copy);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_good_image_verifies),
        cmocka_unit_test(truncated_at_every_length),
        cmocka_unit_test(every_byte_changed),
        cmocka_unit_test(sections_that_lie),
        cmocka_unit_test(programs_that_lie),
        cmocka_unit_test(an_image_is_position_independent)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
