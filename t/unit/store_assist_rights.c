/*
 * Assistance opens nothing and closes nothing: in random stores every user
 * assists every other, and every rule of random policies is decided before
 * and meanwhile.  Where the two users' rights differ, mixing them would show.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "store_folder.h"


#define STORES       34
#define POLICIES     30                /* for each store */
#define USERS        5
#define ROLES        6
#define PERMISSIONS  12
#define RULES        6

enum { ACME = 1, USER = 10, SESSION = 20 };

typedef struct {
    policy_image_t  image;
    uint32_t        rules[PERMISSIONS + RULES];
} compiled_t;

typedef struct {
    char          path[64];
    store_env_t  *env;
    store_txn_t  *txn;
    uint64_t      now;
    uint32_t      interaction;
    compiled_t    policies[POLICIES];
    uint64_t      decided;
    uint64_t      differ;              /* between actor and subject */
} place_t;


static uint64_t  seed = 20261122;


static uint32_t
below(uint32_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);

    return (uint32_t) (seed >> 33) % n;
}


static void
apply(place_t *p, store_op_t *op)
{
    store_op_t  *ops[1] = { op };

    op->now = p->now;
    assert_int_equal(store_apply(p->env, ops, 1), STORE_OK);
    assert_int_equal(op->status, STORE_OK);
    store_read_reset(p->txn);
    assert_int_equal(store_read_renew(p->txn), STORE_OK);
}


static void
person(place_t *p, uint32_t n)
{
    char        name[8], roles[64];
    size_t      len = 0;
    uint32_t    i;
    store_op_t  op;

    (void) snprintf(name, sizeof(name), "u%u", n);

    roles[0] = '\0';

    for (i = 0; i < ROLES; i++) {
        if (below(3) == 0) {
            len += (size_t) snprintf(roles + len, sizeof(roles) - len,
                                     "%sr%u", len ? "," : "", i);
        }
    }

    folder_op(&op, STORE_OP_USER_CREATE);
    op.in.user_create.user = folder_id(USER + n);
    op.in.user_create.account = folder_id(ACME);
    op.in.user_create.name = folder_text(name);
    op.in.user_create.roles = folder_text(roles);
    op.in.user_create.licensed = below(4) != 0;
    apply(p, &op);

    folder_op(&op, STORE_OP_SESSION_CREATE);
    op.in.session_create.session = folder_id(SESSION + n);
    op.in.session_create.user = folder_id(USER + n);
    op.in.session_create.lifetime = UINT64_C(3600000);
    op.in.session_create.device = (uint8_t) (1 + below(3));
    apply(p, &op);
}


static size_t
grants(char *text, size_t size)
{
    size_t    len = 0;
    uint32_t  i;

    for (i = 0; i < PERMISSIONS; i++) {
        if (below(3) == 0) {
            len += (size_t) snprintf(text + len, size - len, "%s\"p%u\"",
                                     len ? "," : "", i);
        }
    }

    return len;
}


/* A rule over permissions and facts; `not` makes holding less matter. */

static size_t
rule(char *text, size_t size)
{
    static const char *const  shapes[] = {
        "{\"all\":[\"p%u\",\"p%u\"]}",
        "{\"any\":[\"p%u\",\"p%u\"]}",
        "{\"any\":[{\"not\":\"p%u\"},\"p%u\"]}",
        "{\"all\":[{\"not\":\"p%u\"},\"p%u\"]}",
        "{\"any\":[{\"all\":[\"p%u\",\"licensed\"]},\"p%u\"]}"
    };

    /* two that differ: of one alone some shapes can never hold */

    uint32_t  a = below(PERMISSIONS), b = (a + 1 + below(3)) % PERMISSIONS;

    switch (below(5)) {
    case 0: return (size_t) snprintf(text, size, shapes[0], a, b);
    case 1: return (size_t) snprintf(text, size, shapes[1], a, b);
    case 2: return (size_t) snprintf(text, size, shapes[2], a, b);
    case 3: return (size_t) snprintf(text, size, shapes[3], a, b);
    default: return (size_t) snprintf(text, size, shapes[4], a, b);
    }
}


static void
compile(compiled_t *c)
{
    char             text[8192], one[512], name[16];
    size_t           len = 0;
    uint32_t         i, n;
    policy_error_t   error;
    policy_errors_t  errors = { &error, 1, 0 };
    policy_str_t     word = { name, 0 };

#define ADD(...)  len += (size_t) snprintf(text + len, sizeof(text) - len, \
                                           __VA_ARGS__)

    ADD("{\"version\":1,\"permissions\":[");

    for (i = 0; i < PERMISSIONS; i++) {
        ADD("%s{\"name\":\"p%u\",\"columns\":{\"regular\":true}", i ? "," : "",
            i);
        if (i != 0 && below(4) == 0) {
            ADD(",\"requires\":[\"p%u\"]", below(i));
        }
        ADD("}");
    }

    ADD("],\"roles\":{");

    for (i = 0; i < ROLES; i++) {
        n = (uint32_t) grants(one, sizeof(one));
        one[n] = '\0';
        ADD("%s\"r%u\":{\"grants\":[%s]", i ? "," : "", i, one);
        if (i != 0 && below(3) == 0) {
            ADD(",\"includes\":[\"r%u\"]", below(i));
        }
        ADD("%s}", below(5) == 0 ? ",\"single_user\":true" : "");
    }

    ADD("},\"rules\":{\"call.join\":\"call_owner\",\"call.end\":"
        "\"call_owner\",\"call.decline\":\"nobody\"");

    for (i = 0; i < RULES; i++) {
        (void) rule(one, sizeof(one));
        ADD(",\"x%u\":%s", i, one);
    }

    ADD("},\"assistance\":{\"requires\":\"p%u\"},\"licences\":{\"regular\":"
        "\"p%u\"}}", below(PERMISSIONS), below(PERMISSIONS));

#undef ADD

    assert_true(len < sizeof(text));

    if (policy_compile(text, len, &c->image, &errors) != POLICY_OK) {
        print_error("%s\n%s\n", error.text, text);
        abort();
    }

    for (i = 0; i < PERMISSIONS + RULES; i++) {
        word.len = (size_t) snprintf(name, sizeof(name), "%s%u",
                                     i < PERMISSIONS ? "p" : "x",
                                     i < PERMISSIONS ? i : i - PERMISSIONS);
        c->rules[i] = policy_rule_find(&c->image, word);
        assert_int_not_equal(c->rules[i], POLICY_NONE);
    }
}


static store_principal_t
principal(place_t *p, uint32_t n)
{
    store_id_t         session = folder_id(SESSION + n);
    store_principal_t  out;

    assert_int_equal(store_principal(p->txn, &session, p->now, &out),
                     STORE_OK);
    assert_int_equal(out.reason, STORE_REASON_NONE);

    return out;
}


static bool
decide(const compiled_t *c, uint32_t i, const store_principal_t *sp)
{
    uint32_t           roles[ROLES], n = 0;
    const char        *from, *end, *comma;
    policy_query_t     query;
    policy_decision_t  decision;

    memset(&query, 0, sizeof(query));
    query.kind = POLICY_KIND_REGULAR;
    query.device = sp->device;
    query.facts = (sp->licensed ? POLICY_FACT_LICENSED : 0)
                  | (sp->single_user ? POLICY_FACT_SINGLE_USER : 0);
    query.profiles[0] = POLICY_NONE;
    query.profiles[1] = POLICY_NONE;

    from = (const char *) sp->roles.data;
    end = from + sp->roles.len;

    for ( /* void */ ; from < end; from = comma + 1) {
        comma = memchr(from, ',', (size_t) (end - from));
        comma = comma ? comma : end;
        roles[n++] = policy_role_find(&c->image,
                         (policy_str_t) { from, (size_t) (comma - from) });
    }

    query.roles = roles;
    query.nroles = n;
    policy_decide(&c->image, c->rules[i], &query, &decision);
    assert_int_not_equal(decision.verdict, POLICY_ERROR);

    return decision.verdict == POLICY_ALLOW;
}


static void
begin(place_t *p, uint32_t actor, uint32_t subject)
{
    store_op_t  op;

    folder_op(&op, STORE_OP_ASSIST_START);
    op.actor = folder_id(USER + actor);
    op.in.assist.session = folder_id(SESSION + actor);
    op.in.assist.interaction = folder_id(1000 + p->interaction++);
    op.in.assist.subject = subject < USERS ? folder_id(USER + subject)
                                           : store_anonymous;
    op.in.assist.channel = STORE_CHANNEL_PHONE;
    apply(p, &op);
}


/* Everything of a principal but whom it assists. */

static void
same(const store_principal_t *before, const store_principal_t *during)
{
    assert_int_equal(before->roles.len, during->roles.len);
    assert_memory_equal(before->roles.data, during->roles.data,
                        before->roles.len);
    assert_int_equal(before->name.len, during->name.len);
    assert_memory_equal(before->name.data, during->name.data,
                        before->name.len);
    assert_memory_equal(&before->user, &during->user, sizeof(store_id_t));
    assert_memory_equal(&before->account, &during->account,
                        sizeof(store_id_t));
    assert_int_equal(before->kind, during->kind);
    assert_int_equal(before->device, during->device);
    assert_int_equal(before->licensed, during->licensed);
    assert_int_equal(before->single_user, during->single_user);
    assert_int_equal(before->expires, during->expires);
}


static void
pair(place_t *p, uint32_t actor, uint32_t subject)
{
    bool               other, was[POLICIES][PERMISSIONS + RULES];
    char               roles[64], name[64];
    uint32_t           i, k;
    store_id_t         whom;
    store_principal_t  sp, before, them;

    sp = principal(p, actor);
    assert_true(store_id_none(&sp.subject));

    for (k = 0; k < POLICIES; k++) {
        for (i = 0; i < PERMISSIONS + RULES; i++) {
            was[k][i] = decide(&p->policies[k], i, &sp);
        }
    }

    before = sp;
    memcpy(roles, sp.roles.data, sp.roles.len);
    memcpy(name, sp.name.data, sp.name.len);
    before.roles.data = (const uint8_t *) roles;
    before.name.data = (const uint8_t *) name;

    begin(p, actor, subject);
    sp = principal(p, actor);
    same(&before, &sp);

    whom = subject < USERS ? folder_id(USER + subject) : store_anonymous;
    assert_memory_equal(&sp.subject, &whom, sizeof(whom));

    for (k = 0; k < POLICIES; k++) {
        for (i = 0; i < PERMISSIONS + RULES; i++) {
            assert_int_equal(decide(&p->policies[k], i, &sp), was[k][i]);
            p->decided++;

            if (subject < USERS) {
                them = principal(p, subject);
                other = decide(&p->policies[k], i, &them);
                p->differ += other != was[k][i];
            }
        }
    }
}


static void
stop(place_t *p, uint32_t actor)
{
    store_op_t  op;

    folder_op(&op, STORE_OP_ASSIST_STOP);
    op.actor = folder_id(USER + actor);
    op.in.assist.session = folder_id(SESSION + actor);
    op.in.assist.interaction = folder_id(1000 + p->interaction - 1);
    apply(p, &op);
}


static void
test_opens_and_closes_nothing(void **state)
{
    uint32_t    n, i, k;
    place_t    *p;
    store_op_t  op;

    (void) state;

    p = calloc(1, sizeof(place_t));
    assert_non_null(p);
    p->now = UINT64_C(1700000000000);

    for (n = 0; n < STORES; n++) {

        p->env = folder_new(p->path, 0);
        assert_int_equal(store_read_new(p->env, &p->txn), STORE_OK);
        assert_int_equal(store_read_renew(p->txn), STORE_OK);

        folder_op(&op, STORE_OP_ACCOUNT_CREATE);
        op.in.account_create.account = folder_id(ACME);
        op.in.account_create.name = folder_text("acme");
        apply(p, &op);

        for (i = 0; i < USERS; i++) {
            person(p, i);
        }

        for (k = 0; k < POLICIES; k++) {
            compile(&p->policies[k]);
        }

        for (i = 0; i < USERS; i++) {
            for (k = 0; k <= USERS; k++) {
                if (k != i) {
                    pair(p, i, k);
                    stop(p, i);
                }
            }
        }

        for (k = 0; k < POLICIES; k++) {
            policy_image_free(&p->policies[k].image);
        }

        store_read_free(p->txn);
        folder_drop(p->env, p->path);
    }

    print_message("# %u policies, %llu decisions in assistance, in %llu the "
                  "subject's would have been another\n", STORES * POLICIES,
                  (unsigned long long) p->decided,
                  (unsigned long long) p->differ);

    assert_true(STORES * POLICIES >= 1000);
    assert_true(p->differ > p->decided / 20);

    free(p);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_opens_and_closes_nothing)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
