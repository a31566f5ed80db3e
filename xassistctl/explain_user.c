/* A user of the store: the roles and where they come from, and what else a
   decision would know. */

#include <string.h>

#include <lmdb_schema/team.h>
#include <xassistctl/args.h>
#include <xassistctl/explain_user.h>


static int explain_group(ctl_explain_user_t *user,
    const policy_query_t *query, bool *in);
static bool explain_object(ctl_explain_user_t *user,
    const policy_attribute_t *attribute, bool *named, store_id_t *object);
static bool explain_is(const policy_attribute_t *attribute, const char *name);
static bool explain_in_team(void *data, const void *record);


int
ctl_explain_user(const ctl_options_t *options, const char *who,
    ctl_explain_user_t *user)
{
    int          rc;
    char         account[4 * STORE_LIMIT_NAME + 1];
    const char  *slash;

    slash = strchr(who, '/');

    if (slash == NULL || (size_t) (slash - who) >= sizeof(account)) {
        ctl_complain("a user is ACCOUNT/NAME");
        return CTL_USAGE;
    }

    memcpy(account, who, (size_t) (slash - who));
    account[slash - who] = '\0';

    rc = ctl_store_open(options, true, &user->store);

    if (rc != CTL_OK) {
        return rc;
    }

    user->open = true;
    rc = ctl_find_user(&user->store, account, slash + 1, &user->user);

    if (rc != CTL_OK) {
        return rc;
    }

    if (user->user.roles.len > STORE_LIMIT_ROLES
        || store_principal_user(user->store.txn, &user->user.id,
                                &user->principal)
           != STORE_OK)
    {
        ctl_complain("the user cannot be read");
        return CTL_FAILURE;
    }

    if (user->user.roles.len != 0) {
        memcpy(user->roles, user->user.roles.data, user->user.roles.len);
    }

    user->roles[user->user.roles.len] = '\0';

    return CTL_OK;
}


int
ctl_explain_facts(ctl_explain_user_t *user, const policy_query_t *query,
    uint32_t wanted, uint32_t *facts)
{
    int   rc;
    bool  in;

    *facts |= user->principal.licensed ? POLICY_FACT_LICENSED : 0;
    *facts |= user->principal.single_user ? POLICY_FACT_SINGLE_USER : 0;

    if (!(wanted & POLICY_FACT_IN_GROUP)) {
        return CTL_OK;
    }

    rc = explain_group(user, query, &in);

    if (rc == CTL_OK && in) {
        *facts |= POLICY_FACT_IN_GROUP;
    }

    return rc;
}


/* One that is of no managed group decides for all. */

static int
explain_group(ctl_explain_user_t *user, const policy_query_t *query,
    bool *in)
{
    bool        named;
    size_t      i;
    store_id_t  object;

    *in = false;

    for (i = 0; i < query->nattributes; i++) {

        if (!explain_object(user, &query->attributes[i], &named, &object)) {

            if (named) {
                *in = false;
                return CTL_OK;
            }

            continue;
        }

        if (store_in_group(user->store.txn, &user->user.id, &object, in)
            != STORE_OK)
        {
            ctl_complain("the groups cannot be read");
            return CTL_FAILURE;
        }

        if (!*in) {
            return CTL_OK;
        }
    }

    return CTL_OK;
}


/* Whom or what an attribute names; false with `named`: nobody. */

static bool
explain_object(ctl_explain_user_t *user, const policy_attribute_t *attribute,
    bool *named, store_id_t *object)
{
    char           text[64];
    store_slice_t  device;

    *named = explain_is(attribute, "user") || explain_is(attribute, "device");

    if (explain_is(attribute, "device")) {
        device.data = (const uint8_t *) attribute->value.data;
        device.len = attribute->value.len;

        return store_device_object(user->store.txn, &user->user.account,
                                   device, object);
    }

    if (!*named || attribute->value.len >= sizeof(text)) {
        return false;
    }

    memcpy(text, attribute->value.data, attribute->value.len);
    text[attribute->value.len] = '\0';

    return ctl_id_parse(text, object);
}


static bool
explain_is(const policy_attribute_t *attribute, const char *name)
{
    return attribute->name.len == strlen(name)
           && memcmp(attribute->name.data, name, attribute->name.len) == 0;
}


const char *
ctl_explain_team(ctl_explain_user_t *user, policy_str_t role)
{
    user->role = role;
    user->team[0] = '\0';

    if (ctl_words_have(user->user.direct, role.data, role.len)
        || store_teams_of(user->store.txn, &user->user.id, explain_in_team,
                          user)
           != STORE_OK
        || user->team[0] == '\0')
    {
        return NULL;
    }

    return user->team;
}


static bool
explain_in_team(void *data, const void *record)
{
    ctl_explain_user_t  *user = data;
    const store_team_t  *team = record;

    if (!ctl_words_have(team->roles, user->role.data, user->role.len)
        || team->name.len >= sizeof(user->team))
    {
        return true;
    }

    memcpy(user->team, team->name.data, team->name.len);
    user->team[team->name.len] = '\0';

    return false;
}
