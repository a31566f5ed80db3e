/*
 * The keys file: "id use state base64" a line (DESIGN: section 12).
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <policy/base64_int.h>
#include <policy/keys_int.h>


#define POLICY_KEYS_WORDS  4


typedef enum {
    POLICY_USE_HMAC = 0,
    POLICY_USE_ASSERT,
    POLICY_USE_CHECKPOINT,
    POLICY_USES
} policy_key_use_t;

typedef enum {
    POLICY_KEY_NEW = 0,
    POLICY_KEY_SIGN,
    POLICY_KEY_VERIFY,
    POLICY_KEY_RETIRED,
    POLICY_KEY_STATES
} policy_key_state_t;

typedef struct {
    policy_keys_t  *keys;
    policy_error_t *error;
    uint32_t        line;
    bool            seen[POLICY_USES][POLICY_MAX_KEY_ID + 1];
    bool            signs[POLICY_USES];
} policy_keys_reader_t;


static policy_status_t policy_keys_line(policy_keys_reader_t *reader,
    const char *text, size_t len);
static policy_status_t policy_keys_add(policy_keys_reader_t *reader,
    const policy_str_t *words, const char *line);
static size_t policy_keys_split(const char *text, size_t len,
    policy_str_t *words);
static unsigned policy_keys_word(policy_str_t word, const char *const *names,
    unsigned n);
static unsigned policy_keys_id(policy_str_t word);
static policy_status_t policy_keys_refuse(policy_keys_reader_t *reader,
    size_t column, const char *text);


static const char *const  policy_key_uses[] = {
    "hmac", "assert", "checkpoint"
};

static const char *const  policy_key_states[] = {
    "new", "sign", "verify", "retired"
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

    if (status == POLICY_OK && !reader.signs[POLICY_USE_HMAC]) {
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
    size_t  i;

    if (keys == NULL) {
        return;
    }

    for (i = 0; i <= POLICY_MAX_KEY_ID; i++) {
        policy_mac_free(keys->verify[i]);
    }

    policy_cleanse(keys, sizeof(*keys));
    free(keys);
}


size_t
policy_keys_generate(char *text, size_t size)
{
    int      n;
    char     base64[POLICY_BASE64_LEN(POLICY_HMAC_KEY_LEN) + 1];
    uint8_t  key[POLICY_HMAC_KEY_LEN];

    if (policy_random(key, sizeof(key)) != POLICY_OK) {
        return 0;
    }

    base64[policy_base64_encode(key, sizeof(key), base64)] = '\0';

    n = snprintf(text, size,
                 "# Keys of xassist: id use state base64.  Secret.\n"
                 "0 hmac sign %s\n", base64);

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
    size_t         len, column[POLICY_KEYS_WORDS];
    uint8_t        key[POLICY_MAX_KEY_LEN];
    unsigned       i, id, use, state;
    policy_mac_t  *mac;

    for (i = 0; i < POLICY_KEYS_WORDS; i++) {
        column[i] = (size_t) (words[i].data - line) + 1;
    }

    id = policy_keys_id(words[0]);
    if (id > POLICY_MAX_KEY_ID) {
        return policy_keys_refuse(reader, column[0], "a key id is a number "
                                  "from 0 to 15");
    }

    use = policy_keys_word(words[1], policy_key_uses, POLICY_USES);
    if (use == POLICY_USES) {
        return policy_keys_refuse(reader, column[1], "the use of a key is "
                                  "hmac, assert or checkpoint");
    }

    state = policy_keys_word(words[2], policy_key_states, POLICY_KEY_STATES);
    if (state == POLICY_KEY_STATES) {
        return policy_keys_refuse(reader, column[2], "the state of a key is "
                                  "new, sign, verify or retired");
    }

    if (reader->seen[use][id]) {
        return policy_keys_refuse(reader, column[0], "this id was given to "
                                  "another key of the same use");
    }
    reader->seen[use][id] = true;

    if (state == POLICY_KEY_SIGN && reader->signs[use]) {
        return policy_keys_refuse(reader, column[2], "another key of this "
                                  "use signs already");
    }
    reader->signs[use] |= state == POLICY_KEY_SIGN;

    if (!policy_base64_decode(words[3].data, words[3].len, key, sizeof(key),
                              &len))
    {
        policy_cleanse(key, sizeof(key));
        return policy_keys_refuse(reader, column[3], "the key is not padded "
                                  "base64 of at most 256 bytes");
    }

    if (use != POLICY_USE_HMAC || state == POLICY_KEY_RETIRED) {
        policy_cleanse(key, sizeof(key));
        return POLICY_OK;
    }

    if (len != POLICY_HMAC_KEY_LEN) {
        policy_cleanse(key, sizeof(key));
        return policy_keys_refuse(reader, column[3], "an hmac key has 32 "
                                  "bytes");
    }

    mac = policy_mac_new(key, len);
    policy_cleanse(key, sizeof(key));
    if (mac == NULL) {
        return POLICY_CRYPTO;
    }

    reader->keys->verify[id] = mac;
    if (state == POLICY_KEY_SIGN) {
        reader->keys->signer = (uint8_t) id;
    }

    return POLICY_OK;
}


/* Returns how many words the line has; one more than fit says "too many". */
static size_t
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


static unsigned
policy_keys_word(policy_str_t word, const char *const *names, unsigned n)
{
    unsigned  i;

    for (i = 0; i < n; i++) {
        if (strlen(names[i]) == word.len
            && memcmp(names[i], word.data, word.len) == 0)
        {
            break;
        }
    }

    return i;
}


static unsigned
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
