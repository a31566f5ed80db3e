/*
 * Changes of one principal.  Ten thousand users hold a few dozen sets of
 * roles: answers are kept by what was asked.
 */

#include <stdlib.h>
#include <string.h>

#include <xassistctl/policy_change.h>


#define MEMO        1024u              /* a power of two */
#define KEY_MOST    1024u              /* a longer question is not kept */
#define ROLES_MOST  1024u              /* as many as a query may bring */


struct ctl_memo_s {
    char        *key;
    signed char *what;
};

typedef struct {
    policy_query_t  query;
    uint32_t        roles[ROLES_MOST];
    uint32_t        inviter_roles[ROLES_MOST];
} asked_t;


static uint32_t names_of(const policy_image_t *image);
static void compute(const ctl_changes_t *changes,
    const ctl_subject_t *subject, signed char *what);
static void ask(const policy_image_t *image, const ctl_subject_t *subject,
    asked_t *asked);
static uint32_t roles_of(const policy_image_t *image, policy_str_t list,
    uint32_t *roles);
static uint32_t profile_of(const policy_image_t *image, policy_str_t name);
static bool allowed(const policy_image_t *image, uint32_t rule,
    asked_t *asked, const ctl_subject_t *subject, ctl_place_t place);
static bool key_of(const ctl_subject_t *subject, char *key);
static ctl_memo_t *memo_of(ctl_changes_t *changes, const char *key);


const char *const  ctl_place_names[CTL_PLACES] = {
    "", "in a call", "in an own call"
};


bool
ctl_changes_open(ctl_changes_t *changes, const policy_image_t *old,
    const policy_image_t *new)
{
    uint32_t     i, most;
    ctl_name_t  *name;

    memset(changes, 0, sizeof(*changes));
    changes->old = old;
    changes->new = new;

    most = names_of(old) + names_of(new);
    changes->names = calloc(most + 1u, sizeof(*changes->names));
    changes->spare = malloc(most + 1u);
    changes->memo = calloc(MEMO, sizeof(*changes->memo));

    if (changes->names == NULL || changes->spare == NULL
        || changes->memo == NULL)
    {
        ctl_changes_close(changes);
        return false;
    }

    for (i = 0; i < names_of(old); i++) {
        name = &changes->names[changes->count++];
        name->name = policy_rule_name(old, i);
        name->old = i;
        name->new = policy_rule_find(new, name->name);
    }

    for (i = 0; i < names_of(new); i++) {
        name = &changes->names[changes->count];
        name->name = policy_rule_name(new, i);
        name->old = policy_rule_find(old, name->name);
        name->new = i;
        changes->count += name->old == POLICY_NONE;
    }

    return true;
}


void
ctl_changes_close(ctl_changes_t *changes)
{
    uint32_t  i;

    for (i = 0; changes->memo != NULL && i < MEMO; i++) {
        free(changes->memo[i].key);
        free(changes->memo[i].what);
    }

    free(changes->memo);
    free(changes->spare);
    free(changes->names);
    memset(changes, 0, sizeof(*changes));
}


static uint32_t
names_of(const policy_image_t *image)
{
    uint32_t  low, high, middle;

    low = 0;
    high = 1u << 20;

    while (low < high) {
        middle = low + (high - low) / 2;

        if (policy_rule_name(image, middle).len != 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }

    return low;
}


const signed char *
ctl_changes_of(ctl_changes_t *changes, const ctl_subject_t *subject)
{
    char         key[KEY_MOST];
    ctl_memo_t  *memo;

    memo = key_of(subject, key) ? memo_of(changes, key) : NULL;

    if (memo != NULL && memo->what != NULL) {
        return memo->what;
    }

    compute(changes, subject, changes->spare);

    if (memo != NULL) {
        memo->key = strdup(key);
        memo->what = malloc(changes->count + 1u);

        if (memo->key != NULL && memo->what != NULL) {
            memcpy(memo->what, changes->spare, changes->count);

        } else {
            free(memo->key);
            free(memo->what);
            memo->key = NULL;
            memo->what = NULL;
        }
    }

    return changes->spare;
}


static void
compute(const ctl_changes_t *changes, const ctl_subject_t *subject,
    signed char *what)
{
    int                place;
    bool               before, after;
    asked_t            old, new;
    uint32_t           i;
    const ctl_name_t  *name;

    ask(changes->old, subject, &old);
    ask(changes->new, subject, &new);

    for (i = 0; i < changes->count; i++) {
        name = &changes->names[i];
        what[i] = 0;

        for (place = 0; place < CTL_PLACES && what[i] == 0; place++) {
            before = allowed(changes->old, name->old, &old, subject,
                             (ctl_place_t) place);
            after = allowed(changes->new, name->new, &new, subject,
                            (ctl_place_t) place);

            what[i] = (signed char) (before == after ? 0
                                     : after ? 1 + place : -1 - place);
        }
    }
}


static void
ask(const policy_image_t *image, const ctl_subject_t *subject,
    asked_t *asked)
{
    memset(&asked->query, 0, sizeof(asked->query));

    asked->query.kind = subject->kind;
    asked->query.device = subject->device;
    asked->query.roles = asked->roles;
    asked->query.nroles = roles_of(image, subject->roles, asked->roles);
    asked->query.inviter_roles = asked->inviter_roles;
    asked->query.ninviter_roles = roles_of(image, subject->inviter_roles,
                                           asked->inviter_roles);
    asked->query.profiles[0] = profile_of(image, subject->profile);
    asked->query.profiles[1] = profile_of(image, subject->call_profile);
}


static uint32_t
roles_of(const policy_image_t *image, policy_str_t list, uint32_t *roles)
{
    uint32_t      n;
    const char   *comma;
    policy_str_t  name;

    for (n = 0; list.len != 0 && n < ROLES_MOST; n++) {
        comma = memchr(list.data, ',', list.len);

        name.data = list.data;
        name.len = comma != NULL ? (size_t) (comma - list.data) : list.len;
        roles[n] = policy_role_find(image, name);

        list.data += name.len + (comma != NULL);
        list.len -= name.len + (comma != NULL);
    }

    return n;
}


/* A profile that is gone is an error, which never allows. */

static uint32_t
profile_of(const policy_image_t *image, policy_str_t name)
{
    uint32_t  profile;

    profile = name.len != 0 ? policy_profile_find(image, name) : 0;

    return name.len == 0 ? POLICY_NONE
           : profile == POLICY_NONE ? POLICY_NONE - 1 : profile;
}


static bool
allowed(const policy_image_t *image, uint32_t rule, asked_t *asked,
    const ctl_subject_t *subject, ctl_place_t place)
{
    policy_decision_t  decision;

    static const uint32_t  facts[CTL_PLACES] = {
        [CTL_IN_CALL] = POLICY_FACT_GUEST_IN_CALL | POLICY_FACT_CALL_MEMBER
                        | POLICY_FACT_SAME_ACCOUNT
                        | POLICY_FACT_INVITER_HOLDS,
        [CTL_IN_OWN_CALL] = POLICY_FACT_GUEST_IN_CALL
                            | POLICY_FACT_CALL_MEMBER
                            | POLICY_FACT_CALL_OWNER
                            | POLICY_FACT_SAME_ACCOUNT
                            | POLICY_FACT_INVITER_HOLDS
    };

    if (rule == POLICY_NONE) {
        return false;
    }

    asked->query.facts = facts[place]
                         | (subject->licensed ? POLICY_FACT_LICENSED : 0)
                         | (subject->single_user ? POLICY_FACT_SINGLE_USER
                                                 : 0);

    policy_decide(image, rule, &asked->query, &decision);

    return decision.verdict == POLICY_ALLOW;
}


/* Names have no line ends, so that no two questions have one key. */

static bool
key_of(const ctl_subject_t *subject, char *key)
{
    size_t               i, len;
    const policy_str_t  *texts[4];

    texts[0] = &subject->roles;
    texts[1] = &subject->inviter_roles;
    texts[2] = &subject->profile;
    texts[3] = &subject->call_profile;

    key[0] = (char) ('0' + (int) subject->kind);
    key[1] = (char) ('0' + (int) subject->device);
    key[2] = subject->licensed ? 'l' : '-';
    key[3] = subject->single_user ? 's' : '-';
    len = 4;

    for (i = 0; i < 4; i++) {

        if (texts[i]->len >= KEY_MOST - len - 1
            || memchr(texts[i]->data, '\0', texts[i]->len) != NULL)
        {
            return false;
        }

        memcpy(key + len, texts[i]->data, texts[i]->len);
        len += texts[i]->len;
        key[len++] = '\n';
    }

    if (len == KEY_MOST) {
        return false;
    }

    key[len] = '\0';

    return true;
}


/* The entry of the key, or the free one for it; NULL when there is none. */

static ctl_memo_t *
memo_of(ctl_changes_t *changes, const char *key)
{
    uint32_t     i, hash;
    const char  *p;
    ctl_memo_t  *memo;

    hash = 2166136261u;

    for (p = key; *p != '\0'; p++) {
        hash = (hash ^ (unsigned char) *p) * 16777619u;
    }

    for (i = 0; i < MEMO; i++) {
        memo = &changes->memo[(hash + i) & (MEMO - 1)];

        if (memo->key == NULL || strcmp(memo->key, key) == 0) {
            return memo;
        }
    }

    return NULL;
}
