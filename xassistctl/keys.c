/* keys ...: the file of keys, and the turns of a key in it. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xassistctl/args.h>
#include <xassistctl/ctl.h>
#include <xassistctl/open.h>
#include <xassistctl/print.h>


#define KEYS_MOST  65536


static int keys_new(const ctl_options_t *options, int argc, char **argv);
static int keys_rotate(const ctl_options_t *options, int argc, char **argv);
static int keys_retire(const ctl_options_t *options, int argc, char **argv);
static int keys_list(const ctl_options_t *options, int argc, char **argv);
static int make(const ctl_options_t *options);
static int change(const ctl_options_t *options, policy_keys_change_t what,
    const char *use_name, uint32_t id, bool force);
static int ready(const ctl_options_t *options, const char *text, size_t len,
    policy_keys_change_t what, policy_key_use_t use, uint32_t id);
static int use_of(const char *name, policy_key_use_t *use);
static int slurp(const char *path, char *text, size_t *len);
static int replace(const char *path, const char *text, size_t len);
static int write_file(int fd, const char *text, size_t len);


const ctl_command_t  ctl_keys_commands[] = {
    { "keys new", "[--use hmac|assert|checkpoint] [FILE]",
      "makes the file of keys, or adds a key that only verifies", keys_new },
    { "keys rotate", "[--use hmac|assert|checkpoint] [--force]",
      "lets the new key sign, once every worker has it", keys_rotate },
    { "keys retire", "ID [--use hmac|assert|checkpoint] [--force]",
      "erases a key: what it signed is refused", keys_retire },
    { "keys list", "[FILE]",
      "lists the keys, without what is secret", keys_list },
    { NULL, NULL, NULL, NULL }
};


static int
keys_new(const ctl_options_t *options, int argc, char **argv)
{
    int            words;
    const char    *use = NULL;
    ctl_options_t  own;

    const ctl_arg_t  args[] = {
        { "--use", &use, NULL },
        { NULL, NULL, NULL }
    };

    words = ctl_args(argc, argv, args, 0, 1);

    if (words == -1) {
        return CTL_USAGE;
    }

    own = *options;
    own.keys = words == 1 ? argv[0] : options->keys;

    if (access(own.keys, F_OK) == 0) {
        return change(&own, POLICY_KEYS_ADD, use, POLICY_NONE, true);
    }

    return make(&own);
}


static int
keys_rotate(const ctl_options_t *options, int argc, char **argv)
{
    bool         force = false;
    const char  *use = NULL;

    const ctl_arg_t  args[] = {
        { "--use", &use, NULL },
        { "--force", NULL, &force },
        { NULL, NULL, NULL }
    };

    if (ctl_args(argc, argv, args, 0, 0) == -1) {
        return CTL_USAGE;
    }

    return change(options, POLICY_KEYS_PROMOTE, use, POLICY_NONE, force);
}


static int
keys_retire(const ctl_options_t *options, int argc, char **argv)
{
    bool           force = false;
    char          *end;
    const char    *use = NULL;
    unsigned long  id;

    const ctl_arg_t  args[] = {
        { "--use", &use, NULL },
        { "--force", NULL, &force },
        { NULL, NULL, NULL }
    };

    if (ctl_args(argc, argv, args, 1, 1) == -1) {
        return CTL_USAGE;
    }

    id = strtoul(argv[0], &end, 10);

    if (*end != '\0' || end == argv[0] || id > 15) {
        ctl_complain("\"%s\" is no id of a key: a number from 0 to 15",
                     argv[0]);
        return CTL_USAGE;
    }

    return change(options, POLICY_KEYS_RETIRE, use, (uint32_t) id, force);
}


static int
keys_list(const ctl_options_t *options, int argc, char **argv)
{
    int             rc, words;
    bool            signs;
    char            name[POLICY_KEY_NAME_LEN];
    unsigned        use, id;
    ctl_print_t     out;
    ctl_options_t   own;
    policy_keys_t  *keys;

    words = ctl_args(argc, argv, NULL, 0, 1);

    if (words == -1) {
        return CTL_USAGE;
    }

    own = *options;
    own.keys = words == 1 ? argv[0] : options->keys;
    rc = ctl_keys_load(&own, &keys);

    if (rc != CTL_OK) {
        return rc;
    }

    ctl_print_begin(&out, options->json, NULL);
    ctl_print_list(&out, "keys");

    for (use = 0; use < POLICY_USES; use++) {
        for (id = 0; id < 16; id++) {
            if (policy_keys_name(keys, use, id, name, &signs) != POLICY_OK) {
                continue;
            }

            ctl_print_item(&out);
            ctl_print_number(&out, "id", id);
            ctl_print_word(&out, "use", policy_key_use_names[use]);
            ctl_print_word(&out, "name", name);
            ctl_print_bool(&out, "signs", signs);
            ctl_print_item_end(&out);
        }
    }

    ctl_print_list_end(&out);
    policy_keys_free(keys);

    return ctl_print_end(&out);
}


static int
make(const ctl_options_t *options)
{
    int          rc, fd;
    char         text[512];
    size_t       len;
    ctl_print_t  out;

    len = policy_keys_generate(text, sizeof(text));

    if (len == 0) {
        ctl_complain("no key: the system gave no randomness");
        return CTL_FAILURE;
    }

    fd = open(options->keys, O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC|O_NOFOLLOW,
              S_IRUSR|S_IWUSR);
    rc = fd == -1 ? CTL_FAILURE : write_file(fd, text, len);
    explicit_bzero(text, sizeof(text));

    if (rc != CTL_OK) {
        ctl_complain("keys \"%s\": %s", options->keys, strerror(errno));

        if (fd != -1) {
            (void) unlink(options->keys);
        }

        return rc;
    }

    ctl_print_begin(&out, options->json, NULL);
    ctl_print_word(&out, "keys", options->keys);

    return ctl_print_end(&out);
}


static int
change(const ctl_options_t *options, policy_keys_change_t what,
    const char *use_name, uint32_t id, bool force)
{
    int               rc;
    char             *text, *changed;
    size_t            len, changed_len;
    ctl_print_t       out;
    policy_error_t    error;
    policy_status_t   status;
    policy_key_use_t  use;

    if (use_of(use_name, &use) != CTL_OK) {
        return CTL_USAGE;
    }

    text = malloc(2 * KEYS_MOST);

    if (text == NULL) {
        ctl_complain("out of memory");
        return CTL_FAILURE;
    }

    changed = text + KEYS_MOST;
    rc = slurp(options->keys, text, &len);

    if (rc == CTL_OK) {
        status = policy_keys_change(text, len, what, use, &id, changed,
                                    KEYS_MOST, &changed_len, &error);

        if (status != POLICY_OK) {
            ctl_complain("%s: %s", options->keys, error.text[0] ? error.text
                                               : policy_status_text(status));
            rc = status == POLICY_INVALID ? CTL_FAILURE : CTL_NO;
        }
    }

    if (rc == CTL_OK && !force) {
        rc = ready(options, text, len, what, use, id);
    }

    if (rc == CTL_OK) {
        rc = replace(options->keys, changed, changed_len);
    }

    explicit_bzero(text, 2 * KEYS_MOST);
    free(text);

    if (rc != CTL_OK) {
        return rc;
    }

    ctl_print_begin(&out, options->json, NULL);
    ctl_print_word(&out, "use", policy_key_use_names[use]);
    ctl_print_number(&out, "id", id);

    return ctl_print_end(&out);
}


/*
 * Whether the workers that live allow the change.  Each has written which
 * keys it has, and which of them sign, into its incarnation file.  A key may
 * sign when all have it; it may go when none signs by it any more.
 */

static int
ready(const ctl_options_t *options, const char *text, size_t len,
    policy_keys_change_t what, policy_key_use_t use, uint32_t id)
{
    bool             signs;
    char             name[POLICY_KEY_NAME_LEN];
    uint32_t         workers, having, signing;
    policy_keys_t   *keys;
    policy_error_t   error;
    policy_status_t  status;

    status = policy_keys_parse(text, len, &keys, &error);

    if (status == POLICY_OK) {
        status = policy_keys_name(keys, use, id, name, &signs);
        policy_keys_free(keys);
    }

    if (status != POLICY_OK) {
        ctl_complain("%s: %s", options->keys, policy_status_text(status));
        return CTL_FAILURE;
    }

    if (store_incarnations_naming(options->store, name, &workers, &having,
                                  &signing)
        != STORE_OK)
    {
        ctl_complain("cannot see which workers live in \"%s\"; name the "
                     "store with --store, or use --force", options->store);
        return CTL_FAILURE;
    }

    if (what == POLICY_KEYS_PROMOTE && having != workers) {
        ctl_complain("%u of %u workers do not have this key yet; reload "
                     "nginx and wait for the old workers to end, or use "
                     "--force", workers - having, workers);
        return CTL_NO;
    }

    if (what == POLICY_KEYS_RETIRE && signing != 0) {
        ctl_complain("%u of %u workers still sign by this key; reload nginx "
                     "and wait for the old workers to end, or use --force",
                     signing, workers);
        return CTL_NO;
    }

    return CTL_OK;
}


static int
use_of(const char *name, policy_key_use_t *use)
{
    unsigned  i;

    if (name == NULL) {
        *use = POLICY_USE_HMAC;
        return CTL_OK;
    }

    for (i = 0; i < POLICY_USES; i++) {
        if (strcmp(name, policy_key_use_names[i]) == 0) {
            *use = (policy_key_use_t) i;
            return CTL_OK;
        }
    }

    ctl_complain("\"%s\" is no use of a key: hmac, assert or checkpoint",
                 name);

    return CTL_USAGE;
}


static int
slurp(const char *path, char *text, size_t *len)
{
    int      fd;
    ssize_t  n;

    fd = open(path, O_RDONLY|O_CLOEXEC);

    for (*len = 0, n = fd == -1 ? -1 : 1; n > 0; *len += (size_t) n) {
        n = read(fd, text + *len, KEYS_MOST - *len);

        if (n == -1) {
            break;
        }
    }

    if (n == -1 || *len == KEYS_MOST) {
        ctl_complain("keys \"%s\": %s", path,
                     n == -1 ? strerror(errno) : "the file is too large");
        n = -1;
    }

    if (fd != -1) {
        (void) close(fd);
    }

    return n == -1 ? CTL_FAILURE : CTL_OK;
}


/* The old file stays until the new one is whole, with its owner and mode. */

static int
replace(const char *path, const char *text, size_t len)
{
    int          fd, rc;
    char        *made;
    size_t       room;
    struct stat  st;

    room = strlen(path) + sizeof(".new");
    made = malloc(room);

    if (made == NULL) {
        ctl_complain("out of memory");
        return CTL_FAILURE;
    }

    (void) snprintf(made, room, "%s.new", path);
    (void) unlink(made);

    fd = open(made, O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC|O_NOFOLLOW, S_IRUSR
                                                                  |S_IWUSR);
    rc = CTL_FAILURE;

    if (fd != -1) {

        if (stat(path, &st) == 0
            && fchown(fd, st.st_uid, st.st_gid) == 0
            && fchmod(fd, st.st_mode & 0770) == 0)
        {
            rc = write_file(fd, text, len);

        } else {
            (void) close(fd);
        }

        if (rc == CTL_OK && rename(made, path) == -1) {
            rc = CTL_FAILURE;
        }
    }

    if (rc != CTL_OK) {
        ctl_complain("keys \"%s\": %s", path, strerror(errno));
        (void) unlink(made);
    }

    free(made);

    return rc;
}


static int
write_file(int fd, const char *text, size_t len)
{
    int      saved;
    ssize_t  n;
    size_t   written;

    for (written = 0; written < len; written += (size_t) n) {
        n = write(fd, text + written, len - written);

        if (n == -1 && errno == EINTR) {
            n = 0;
        }

        if (n == -1) {
            break;
        }
    }

    if (written == len && fsync(fd) == 0) {
        return close(fd) == 0 ? CTL_OK : CTL_FAILURE;
    }

    saved = errno;
    (void) close(fd);
    errno = saved;

    return CTL_FAILURE;
}
