/* Policy and keys, from their files. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <xassistctl/args.h>
#include <xassistctl/open.h>


#define POLICY_MOST  (32u << 20)
#define KEYS_MOST    65536u
#define ERRORS       8


static int slurp(const char *path, size_t most, char **text, size_t *len);


int
ctl_policy_load(const ctl_options_t *options, policy_image_t *image)
{
    int              rc;
    char            *text;
    size_t           len;
    uint32_t         i;
    policy_error_t   items[ERRORS];
    policy_errors_t  errors = { items, ERRORS, 0 };
    policy_status_t  status;

    rc = slurp(options->policy, POLICY_MOST, &text, &len);

    if (rc != CTL_OK) {
        ctl_complain("policy \"%s\": %s; name it with --policy",
                     options->policy, strerror(errno));
        return rc;
    }

    status = policy_compile(text, len, image, &errors);
    free(text);

    if (status == POLICY_OK) {
        return CTL_OK;
    }

    for (i = 0; i < errors.count && i < ERRORS; i++) {
        ctl_complain("%s:%u:%u: %s", options->policy,
                     (unsigned) items[i].line, (unsigned) items[i].column,
                     items[i].text);
    }

    ctl_complain("policy \"%s\": %s", options->policy,
                 policy_status_text(status));

    return CTL_FAILURE;
}


int
ctl_keys_load(const ctl_options_t *options, policy_keys_t **keys)
{
    int              rc;
    char            *text;
    size_t           len;
    struct stat      st;
    policy_error_t   error;
    policy_status_t  status;

    if (stat(options->keys, &st) == 0 && (st.st_mode & 07) != 0) {
        ctl_complain("keys \"%s\" can be used by everybody: chmod 600 it",
                     options->keys);
        return CTL_FAILURE;
    }

    rc = slurp(options->keys, KEYS_MOST, &text, &len);

    if (rc != CTL_OK) {
        ctl_complain("keys \"%s\": %s; name them with --keys, or make them "
                     "with: xassistctl --keys FILE keys new", options->keys,
                     strerror(errno));
        return rc;
    }

    memset(&error, 0, sizeof(error));
    status = policy_keys_parse(text, len, keys, &error);

    explicit_bzero(text, len);
    free(text);

    if (status != POLICY_OK) {
        ctl_complain("%s:%u: %s", options->keys, (unsigned) error.line,
                     error.text[0] ? error.text
                                   : policy_status_text(status));
        return CTL_FAILURE;
    }

    return CTL_OK;
}


int
ctl_certificate_load(const char *path, uint8_t hash[STORE_HASH_LEN])
{
    int              rc;
    char            *text;
    size_t           len;
    policy_status_t  status;

    rc = slurp(path, KEYS_MOST, &text, &len);

    if (rc != CTL_OK) {
        ctl_complain("certificate \"%s\": %s", path, strerror(errno));
        return rc;
    }

    status = policy_certificate_hash(text, len, hash);
    free(text);

    if (status != POLICY_OK) {
        ctl_complain("\"%s\" holds no certificate in PEM", path);
        return CTL_NO;
    }

    return CTL_OK;
}


static int
slurp(const char *path, size_t most, char **out, size_t *len)
{
    char    *text, *grown;
    FILE    *file;
    int      saved;
    size_t   room, n;

    file = fopen(path, "re");

    if (file == NULL) {
        return CTL_FAILURE;
    }

    room = 65536;
    *len = 0;
    text = malloc(room);

    while (text != NULL) {
        n = fread(text + *len, 1, room - *len, file);
        *len += n;

        if (n == 0) {
            break;
        }

        if (*len == room) {
            if (room > most) {
                errno = EFBIG;
                goto failed;
            }

            room *= 2;
            grown = realloc(text, room);

            if (grown == NULL) {
                goto failed;
            }

            text = grown;
        }
    }

    if (text == NULL || ferror(file)) {
        goto failed;
    }

    (void) fclose(file);
    *out = text;

    return CTL_OK;

failed:

    free(text);
    saved = errno;
    (void) fclose(file);
    errno = saved;

    return CTL_FAILURE;
}
