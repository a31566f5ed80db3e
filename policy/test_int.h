/*
 * A tests file as read; see conf/policy-tests.json for what it may say.
 */

#ifndef POLICY_TEST_INT_H
#define POLICY_TEST_INT_H

#include <policy/schema_int.h>

#pragma GCC visibility push(hidden)

typedef struct {
    policy_ref_t  name;
    uint64_t      kind;                /* policy_kind_t */
    uint64_t      device;              /* policy_device_t */
    uint64_t      facts;               /* POLICY_FACT_* */
    policy_refs_t roles;
    policy_ref_t  profile;
    policy_ref_t  call_profile;
    policy_refs_t inviter_roles;
} policy_tested_t;

typedef struct {
    policy_ref_t name;
    policy_str_t value;
} policy_given_t;

typedef struct {
    policy_ref_t   name;               /* unused: elements begin with one */
    policy_str_t   title;
    policy_refs_t  rules;
    policy_items_t attributes;         /* policy_given_t */
    policy_refs_t  allow;
    policy_refs_t  deny;
    policy_refs_t  error;
    uint64_t       others;             /* 0 not asked, 1 deny */
    policy_str_t   reason;
} policy_question_t;

typedef struct {
    policy_items_t principals;         /* policy_tested_t */
    policy_items_t tests;              /* policy_question_t */
} policy_tests_t;

extern const policy_shape_t policy_test_grammar;

#pragma GCC visibility pop

#endif /* POLICY_TEST_INT_H */
