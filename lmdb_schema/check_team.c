/* Teams and groups against their members, users against their teams. */

#include <lmdb_schema/check_int.h>
#include <lmdb_schema/team_int.h>


static store_status_t rows(store_check_t *check, store_key_class_t key_class,
    const store_id_t *of, uint32_t *n);
static bool same_words(store_slice_t a, store_slice_t b);


store_status_t
store_check_user(store_check_t *check, const store_user_t *user)
{
    uint8_t         buffer[STORE_LIMIT_ROLES];
    store_key_t     primary;
    store_slice_t   roles;
    store_teams_t   teams;
    store_status_t  rc;

    rc = store_teams_read(check->view, &user->id, &teams);
    store_primary(STORE_IS_user, user, &primary);

    if (rc == STORE_CORRUPT) {
        store_check_found(check, store_key_slice(&primary),
                          "this user is in a team that is not there, or in "
                          "too many");
        return STORE_OK;
    }

    if (rc != STORE_OK) {
        return rc;
    }

    if (teams.n != user->teams) {
        store_check_found(check, store_key_slice(&primary),
                          "this user counts %u teams, there are %u",
                          (unsigned) user->teams, (unsigned) teams.n);
    }

    if (!store_roles_union(user, &teams, buffer, &roles)
        || !same_words(roles, user->roles)
        || !same_words(user->roles, roles))
    {
        store_check_found(check, store_key_slice(&primary),
                          "this user's roles are not those held directly and "
                          "through teams");
    }

    return STORE_OK;
}


store_status_t
store_check_members(store_check_t *check, store_record_t record,
    const store_any_t *any)
{
    uint32_t        members, managers, counted;
    store_key_t     primary;
    store_status_t  rc;

    store_primary(record, any, &primary);
    managers = 0;

    if (record == STORE_IS_team) {
        rc = rows(check, STORE_KEY_MEMBER, &any->team.id, &members);
        counted = any->team.members;

    } else {
        rc = rows(check, STORE_KEY_MEMBER, &any->group.id, &members);
        counted = any->group.members;

        if (rc == STORE_OK) {
            rc = rows(check, STORE_KEY_MANAGER, &any->group.id, &managers);
        }

        if (rc == STORE_OK && managers != any->group.managers) {
            store_check_found(check, store_key_slice(&primary),
                              "this group counts %u managers, there are %u",
                              (unsigned) any->group.managers,
                              (unsigned) managers);
        }
    }

    if (rc == STORE_OK && members != counted) {
        store_check_found(check, store_key_slice(&primary),
                          "this counts %u members, there are %u",
                          (unsigned) counted, (unsigned) members);
    }

    return rc;
}


static store_status_t
rows(store_check_t *check, store_key_class_t key_class, const store_id_t *of,
    uint32_t *n)
{
    store_key_t     prefix;
    store_walk_t    walk;
    store_slice_t   key, value;
    store_status_t  rc;

    *n = 0;
    store_key(&prefix, key_class);
    store_key_id(&prefix, of);
    store_walk(&walk, &prefix);

    while ((rc = store_walk_next(check->view, &walk, &key, &value))
           == STORE_OK)
    {
        (*n)++;
    }

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}


/* Whether every word of `a` is one of `b`. */

static bool
same_words(store_slice_t a, store_slice_t b)
{
    store_slice_t  word;

    while (store_word_next(&a, &word)) {
        if (!store_words_have(b, word)) {
            return false;
        }
    }

    return true;
}
