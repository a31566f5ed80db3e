/*
 * Changes of a keys file: a key is added, then promoted, then retired.
 */

#include <stdio.h>
#include <string.h>

#include <policy/base64_int.h>
#include <policy/keys_int.h>


typedef struct {
    policy_keys_change_t  change;
    policy_key_use_t      use;
    uint32_t              id;
    policy_key_state_t    states[POLICY_MAX_KEY_ID + 1];
    char                 *out;
    size_t                size;
    size_t                len;
} policy_keys_edit_t;


static policy_status_t policy_keys_choose(policy_keys_edit_t *edit,
    policy_error_t *error);
static policy_status_t policy_keys_refused(policy_error_t *error,
    policy_status_t status, const char *text);
static bool policy_keys_read(policy_str_t line, policy_key_use_t use,
    policy_str_t *words, uint32_t *id, policy_key_state_t *state);
static void policy_keys_rewrite(policy_keys_edit_t *edit, policy_str_t line);
static policy_status_t policy_keys_append(policy_keys_edit_t *edit);
static void policy_keys_put(policy_keys_edit_t *edit, const char *data,
    size_t len);
static bool policy_keys_next(policy_str_t *rest, policy_str_t *line);


policy_status_t
policy_keys_change(const char *text, size_t len, policy_keys_change_t change,
    policy_key_use_t use, uint32_t *id, char *out, size_t size,
    size_t *out_len, policy_error_t *error)
{
    uint32_t             i;
    policy_str_t         rest, line, words[POLICY_KEYS_WORDS + 1];
    policy_keys_t       *keys;
    policy_status_t      status;
    policy_key_state_t   state;
    policy_keys_edit_t   edit = { change, use, *id, { 0 }, out, size, 0 };

    status = policy_keys_parse(text, len, &keys, error);
    if (status != POLICY_OK) {
        return status;
    }
    policy_keys_free(keys);

    for (i = 0; i <= POLICY_MAX_KEY_ID; i++) {
        edit.states[i] = POLICY_KEY_STATES;
    }

    rest = (policy_str_t) { text, len };

    while (policy_keys_next(&rest, &line)) {
        if (policy_keys_read(line, use, words, &i, &state)) {
            edit.states[i] = state;
        }
    }

    status = policy_keys_choose(&edit, error);
    if (status != POLICY_OK) {
        return status;
    }

    rest = (policy_str_t) { text, len };

    while (policy_keys_next(&rest, &line)) {
        policy_keys_rewrite(&edit, line);
    }

    if (change == POLICY_KEYS_ADD) {
        status = policy_keys_append(&edit);
    }

    if (status == POLICY_OK && edit.len > size) {
        status = POLICY_TOO_BIG;
    }

    if (status != POLICY_OK) {
        policy_cleanse(out, size);
        return status;
    }

    *id = edit.id;
    *out_len = edit.len;

    return POLICY_OK;
}


/* Which key it is about, and whether it may be. */

static policy_status_t
policy_keys_choose(policy_keys_edit_t *edit, policy_error_t *error)
{
    uint32_t            i;
    policy_key_state_t  wanted;

    switch (edit->change) {

    case POLICY_KEYS_RETIRE:

        if (edit->id > POLICY_MAX_KEY_ID
            || edit->states[edit->id] == POLICY_KEY_STATES
            || edit->states[edit->id] == POLICY_KEY_RETIRED)
        {
            return policy_keys_refused(error, POLICY_NOT_FOUND,
                                       "there is no such key");
        }

        if (edit->states[edit->id] == POLICY_KEY_SIGN) {
            return policy_keys_refused(error, POLICY_NOT_FOUND,
                                       "this key signs; promote another "
                                       "before");
        }

        return POLICY_OK;

    case POLICY_KEYS_PROMOTE:

        wanted = POLICY_KEY_NEW;
        break;

    default:

        wanted = POLICY_KEY_STATES;
        edit->id = POLICY_NONE;
        break;
    }

    for (i = 0; i <= POLICY_MAX_KEY_ID && edit->id == POLICY_NONE; i++) {
        if (edit->states[i] == wanted) {
            edit->id = i;
        }
    }

    /* The id of a key that was erased is free when no other is. */

    for (i = 0; i <= POLICY_MAX_KEY_ID && edit->id == POLICY_NONE
                && edit->change == POLICY_KEYS_ADD; i++)
    {
        if (edit->states[i] == POLICY_KEY_RETIRED) {
            edit->id = i;
        }
    }

    if (edit->id == POLICY_NONE && edit->change == POLICY_KEYS_ADD) {
        return policy_keys_refused(error, POLICY_TOO_BIG,
                                   "all 16 ids are in use; retire a key");
    }

    if (edit->change == POLICY_KEYS_PROMOTE
        && (edit->id > POLICY_MAX_KEY_ID
            || edit->states[edit->id] != POLICY_KEY_NEW))
    {
        return policy_keys_refused(error, POLICY_NOT_FOUND,
                                   "there is no new key to promote");
    }

    return POLICY_OK;
}


static policy_status_t
policy_keys_refused(policy_error_t *error, policy_status_t status,
    const char *text)
{
    memset(error, 0, sizeof(*error));
    snprintf(error->text, sizeof(error->text), "%s", text);

    return status;
}


/* Whether the line holds a key of that use. */

static bool
policy_keys_read(policy_str_t line, policy_key_use_t use, policy_str_t *words,
    uint32_t *id, policy_key_state_t *state)
{
    if (policy_keys_split(line.data, line.len, words) != POLICY_KEYS_WORDS
        || policy_keys_word(words[1], policy_key_use_names) != use)
    {
        return false;
    }

    *id = policy_keys_id(words[0]);
    *state = (policy_key_state_t) policy_keys_word(words[2],
                                                   policy_key_state_names);

    return true;
}


static void
policy_keys_rewrite(policy_keys_edit_t *edit, policy_str_t line)
{
    uint32_t             id;
    const char          *name;
    policy_str_t         words[POLICY_KEYS_WORDS + 1];
    policy_key_state_t   state;

    if (!policy_keys_read(line, edit->use, words, &id, &state)) {
        policy_keys_put(edit, line.data, line.len);
        policy_keys_put(edit, "\n", 1);
        return;
    }

    if (edit->change == POLICY_KEYS_ADD && id == edit->id) {
        return;
    }

    if (edit->change == POLICY_KEYS_RETIRE && id == edit->id) {
        state = POLICY_KEY_RETIRED;
        words[3] = (policy_str_t) { "-", 1 };

    } else if (edit->change == POLICY_KEYS_PROMOTE && id == edit->id) {
        state = POLICY_KEY_SIGN;

    } else if (edit->change == POLICY_KEYS_PROMOTE
               && state == POLICY_KEY_SIGN)
    {
        state = POLICY_KEY_VERIFY;
    }

    name = policy_key_state_names[state];

    policy_keys_put(edit, words[0].data, words[0].len);
    policy_keys_put(edit, " ", 1);
    policy_keys_put(edit, words[1].data, words[1].len);
    policy_keys_put(edit, " ", 1);
    policy_keys_put(edit, name, strlen(name));
    policy_keys_put(edit, " ", 1);
    policy_keys_put(edit, words[3].data, words[3].len);
    policy_keys_put(edit, "\n", 1);
}


static policy_status_t
policy_keys_append(policy_keys_edit_t *edit)
{
    int       n;
    bool      signs;
    char      line[POLICY_BASE64_LEN(POLICY_HMAC_KEY_LEN) + 32];
    char      base64[POLICY_BASE64_LEN(POLICY_HMAC_KEY_LEN) + 1];
    uint8_t   key[POLICY_HMAC_KEY_LEN];
    uint32_t  i;

    if (policy_random(key, sizeof(key)) != POLICY_OK) {
        return POLICY_CRYPTO;
    }

    base64[policy_base64_encode(key, sizeof(key), base64)] = '\0';

    /* The first of its use signs at once: nobody signs before it. */

    signs = false;
    for (i = 0; i <= POLICY_MAX_KEY_ID; i++) {
        signs |= edit->states[i] == POLICY_KEY_SIGN;
    }

    n = snprintf(line, sizeof(line), "%u %s %s %s\n", (unsigned) edit->id,
                 policy_key_use_names[edit->use], signs ? "new" : "sign",
                 base64);

    policy_keys_put(edit, line, n > 0 ? (size_t) n : 0);

    policy_cleanse(key, sizeof(key));
    policy_cleanse(base64, sizeof(base64));
    policy_cleanse(line, sizeof(line));

    return POLICY_OK;
}


/* Past the end only the length grows. */

static void
policy_keys_put(policy_keys_edit_t *edit, const char *data, size_t len)
{
    if (len <= edit->size && edit->len <= edit->size - len) {
        memcpy(edit->out + edit->len, data, len);
        edit->len += len;
        return;
    }

    edit->len = edit->size + 1;
}


static bool
policy_keys_next(policy_str_t *rest, policy_str_t *line)
{
    const char  *end;

    if (rest->len == 0) {
        return false;
    }

    end = memchr(rest->data, '\n', rest->len);

    line->data = rest->data;
    line->len = end != NULL ? (size_t) (end - rest->data) : rest->len;

    rest->len -= end != NULL ? line->len + 1 : line->len;
    rest->data += end != NULL ? line->len + 1 : line->len;

    return true;
}
