/*
 * The keys file: "id use state base64" a line (DESIGN: section 12).
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <policy/base64_int.h>
#include <policy/keys_int.h>


typedef struct {
    policy_keys_t  *keys;
    policy_error_t *error;
    uint32_t        line;
    bool            seen[POLICY_USES][POLICY_MAX_KEY_ID + 1];
} policy_keys_reader_t;


static policy_status_t policy_keys_line(policy_keys_reader_t *reader,
    const char *text, size_t len);
static policy_status_t policy_keys_add(policy_keys_reader_t *reader,
    const policy_str_t *words, const char *line);
static policy_status_t policy_keys_take(policy_keys_reader_t *reader,
    policy_key_use_t use, policy_key_state_t state, unsigned id,
    const uint8_t *key, size_t len, size_t column);
static policy_status_t policy_keys_refuse(policy_keys_reader_t *reader,
    size_t column, const char *text);


const char *const  policy_key_use_names[] = {
    "hmac", "assert", "checkpoint", NULL
};

const char *const  policy_key_state_names[] = {
    "new", "sign", "verify", "retired", NULL
};


policy_status_t
policy_keys_parse(const char *text, size_t len, policy_keys_t **keys,
    policy_error_t *error)
{
    size_t                start, end;
    policy_status_t       status;
    policy_keys_reader_t  reader;

    *keys = NULL;

    memset(&reader, 0, sizeof(reader));
    memset(error, 0, sizeof(*error));
    reader.error = error;

    if (len > POLICY_MAX_KEYS_TEXT) {
        return policy_keys_refuse(&reader, 0, "the keys file is too large");
    }

    reader.keys = calloc(1, sizeof(*reader.keys));
    if (reader.keys == NULL) {
        return POLICY_NO_MEMORY;
    }

    status = policy_random((uint8_t *) &reader.keys->tag,
                           sizeof(reader.keys->tag));

    for (start = 0; status == POLICY_OK && start < len; start = end + 1) {
        end = start;
        while (end < len && text[end] != '\n') {
            end++;
        }

        reader.line++;
        status = policy_keys_line(&reader, text + start, end - start);
    }

    if (status == POLICY_OK && !reader.keys->signs[POLICY_USE_HMAC]) {
        reader.line = 0;
        status = policy_keys_refuse(&reader, 0, "no hmac key has the state "
                                    "\"sign\"; exactly one must");
    }

    if (status != POLICY_OK) {
        policy_keys_free(reader.keys);
        return status;
    }

    *keys = reader.keys;

    return POLICY_OK;
}


void
policy_keys_free(policy_keys_t *keys)
{
    size_t  i, use;

    if (keys == NULL) {
        return;
    }

    for (i = 0; i <= POLICY_MAX_KEY_ID; i++) {
        policy_mac_free(keys->verify[i]);

        for (use = 0; use < POLICY_USES; use++) {
            policy_pkey_free(keys->pairs[use][i]);
        }
    }

    policy_cleanse(keys, sizeof(*keys));
    free(keys);
}


size_t
policy_keys_generate(char *text, size_t size)
{
    int      n;
    char     base64[2][POLICY_BASE64_LEN(POLICY_HMAC_KEY_LEN) + 1];
    size_t   i;
    uint8_t  key[POLICY_HMAC_KEY_LEN];

    for (i = 0; i < 2; i++) {
        if (policy_random(key, sizeof(key)) != POLICY_OK) {
            return 0;
        }

        base64[i][policy_base64_encode(key, sizeof(key), base64[i])] = '\0';
    }

    n = snprintf(text, size,
                 "# Keys of xassist: id use state base64.  Secret.\n"
                 "0 hmac sign %s\n"
                 "0 checkpoint sign %s\n", base64[0], base64[1]);

    policy_cleanse(key, sizeof(key));
    policy_cleanse(base64, sizeof(base64));

    if (n < 0 || (size_t) n >= size) {
        policy_cleanse(text, size);
        return 0;
    }

    return (size_t) n;
}


static policy_status_t
policy_keys_line(policy_keys_reader_t *reader, const char *text, size_t len)
{
    size_t        n;
    policy_str_t  words[POLICY_KEYS_WORDS + 1];

    if (memchr(text, '\0', len) != NULL) {
        return policy_keys_refuse(reader, 1, "a NUL byte");
    }

    n = policy_keys_split(text, len, words);

    if (n == 0) {
        return POLICY_OK;
    }

    if (n != POLICY_KEYS_WORDS) {
        return policy_keys_refuse(reader, 1, "a line is \"id use state "
                                  "base64\"");
    }

    return policy_keys_add(reader, words, text);
}


static policy_status_t
policy_keys_add(policy_keys_reader_t *reader, const policy_str_t *words,
    const char *line)
{
    size_t           len, column[POLICY_KEYS_WORDS];
    uint8_t          key[POLICY_MAX_KEY_LEN];
    unsigned         i, id, use, state;
    policy_status_t  status;

    for (i = 0; i < POLICY_KEYS_WORDS; i++) {
        column[i] = (size_t) (words[i].data - line) + 1;
    }

    id = policy_keys_id(words[0]);
    if (id > POLICY_MAX_KEY_ID) {
        return policy_keys_refuse(reader, column[0], "a key id is a number "
                                  "from 0 to 15");
    }

    use = policy_keys_word(words[1], policy_key_use_names);
    if (use == POLICY_USES) {
        return policy_keys_refuse(reader, column[1], "the use of a key is "
                                  "hmac, assert or checkpoint");
    }

    state = policy_keys_word(words[2], policy_key_state_names);
    if (state == POLICY_KEY_STATES) {
        return policy_keys_refuse(reader, column[2], "the state of a key is "
                                  "new, sign, verify or retired");
    }

    if (reader->seen[use][id]) {
        return policy_keys_refuse(reader, column[0], "this id was given to "
                                  "another key of the same use");
    }
    reader->seen[use][id] = true;

    if (state == POLICY_KEY_SIGN && reader->keys->signs[use]) {
        return policy_keys_refuse(reader, column[2], "another key of this "
                                  "use signs already");
    }
    if (state == POLICY_KEY_RETIRED && words[3].len == 1
        && words[3].data[0] == '-')
    {
        return POLICY_OK;
    }

    if (!policy_base64_decode(words[3].data, words[3].len, key, sizeof(key),
                              &len))
    {
        policy_cleanse(key, sizeof(key));
        return policy_keys_refuse(reader, column[3], "the key is not padded "
                                  "base64 of at most 256 bytes");
    }

    status = state == POLICY_KEY_RETIRED
             ? POLICY_OK
             : policy_keys_take(reader, (policy_key_use_t) use,
                                (policy_key_state_t) state, id, key, len,
                                column[3]);
    policy_cleanse(key, sizeof(key));

    return status;
}


static policy_status_t
policy_keys_take(policy_keys_reader_t *reader, policy_key_use_t use,
    policy_key_state_t state, unsigned id, const uint8_t *key, size_t len,
    size_t column)
{
    uint8_t         hash[POLICY_SHA256_LEN];
    policy_keys_t  *keys = reader->keys;

    if (len != POLICY_HMAC_KEY_LEN) {
        return policy_keys_refuse(reader, column, use == POLICY_USE_HMAC
                                  ? "an hmac key has 32 bytes"
                                  : "the seed of an Ed25519 key has 32 "
                                    "bytes");
    }

    if (state == POLICY_KEY_SIGN) {
        keys->signs[use] = true;
        keys->signers[use] = (uint8_t) id;
    }

    if (policy_sha256(key, len, hash) != 0) {
        return POLICY_CRYPTO;
    }

    memcpy(keys->marks[use][id], hash, sizeof(keys->marks[use][id]));

    if (use != POLICY_USE_HMAC) {
        keys->pairs[use][id] = policy_pkey_ed25519_seed(key);
        return keys->pairs[use][id] != NULL ? POLICY_OK : POLICY_CRYPTO;
    }

    keys->verify[id] = policy_mac_new(key, len);
    if (keys->verify[id] == NULL) {
        return POLICY_CRYPTO;
    }

    if (state == POLICY_KEY_SIGN) {
        keys->signer = (uint8_t) id;
    }

    return POLICY_OK;
}


policy_status_t
policy_keys_name(const policy_keys_t *keys, policy_key_use_t use, uint32_t id,
    char out[POLICY_KEY_NAME_LEN], bool *signs)
{
    const uint8_t  *mark;

    static const uint8_t  none[4];

    if (id > POLICY_MAX_KEY_ID
        || memcmp(keys->marks[use][id], none, sizeof(none)) == 0)
    {
        return POLICY_NOT_FOUND;
    }

    mark = keys->marks[use][id];
    snprintf(out, POLICY_KEY_NAME_LEN, "%s-%u-%02x%02x%02x%02x",
             policy_key_use_names[use], (unsigned) id, mark[0], mark[1],
             mark[2], mark[3]);
    *signs = keys->signs[use] && keys->signers[use] == id;

    return POLICY_OK;
}


size_t
policy_keys_split(const char *text, size_t len, policy_str_t *words)
{
    size_t  i, n;

    n = 0;
    i = 0;

    while (n <= POLICY_KEYS_WORDS) {

        while (i < len && strchr(" \t\r", text[i]) != NULL) {
            i++;
        }

        if (i == len || text[i] == '#') {
            break;
        }

        words[n].data = text + i;
        while (i < len && strchr(" \t\r", text[i]) == NULL) {
            i++;
        }
        words[n].len = (size_t) (text + i - words[n].data);
        n++;
    }

    return n;
}


unsigned
policy_keys_word(policy_str_t word, const char *const *names)
{
    unsigned  i;

    for (i = 0; names[i] != NULL; i++) {
        if (strlen(names[i]) == word.len
            && memcmp(names[i], word.data, word.len) == 0)
        {
            break;
        }
    }

    return i;
}


unsigned
policy_keys_id(policy_str_t word)
{
    size_t    i;
    unsigned  id;

    if (word.len > 2 || (word.len == 2 && word.data[0] == '0')) {
        return POLICY_MAX_KEY_ID + 1;
    }

    id = 0;
    for (i = 0; i < word.len; i++) {
        if (word.data[i] < '0' || word.data[i] > '9') {
            return POLICY_MAX_KEY_ID + 1;
        }
        id = id * 10 + (unsigned) (word.data[i] - '0');
    }

    return id;
}


static policy_status_t
policy_keys_refuse(policy_keys_reader_t *reader, size_t column,
    const char *text)
{
    reader->error->line = reader->line;
    reader->error->column = (uint32_t) column;
    snprintf(reader->error->text, sizeof(reader->error->text), "%s", text);

    return POLICY_INVALID;
}
