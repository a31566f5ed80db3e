/* keys new: the file of keys. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xassistctl/args.h>
#include <xassistctl/ctl.h>
#include <xassistctl/print.h>


static int keys_new(const ctl_options_t *options, int argc, char **argv);
static int keys_write(const char *path, const char *text, size_t len);


const ctl_command_t  ctl_keys_commands[] = {
    { "keys new", "", "writes a new file of keys to where --keys says",
      keys_new },
    { NULL, NULL, NULL, NULL }
};


static int
keys_new(const ctl_options_t *options, int argc, char **argv)
{
    int          rc;
    char         text[512];
    size_t       len;
    ctl_print_t  out;

    if (ctl_args(argc, argv, NULL, 0, 0) == -1) {
        return CTL_USAGE;
    }

    len = policy_keys_generate(text, sizeof(text));

    if (len == 0) {
        ctl_complain("no key: the system gave no randomness");
        return CTL_FAILURE;
    }

    rc = keys_write(options->keys, text, len);
    explicit_bzero(text, sizeof(text));

    if (rc != CTL_OK) {
        return rc;
    }

    ctl_print_begin(&out, options->json, NULL);
    ctl_print_word(&out, "keys", options->keys);

    return ctl_print_end(&out);
}


/* O_EXCL: keys that are in use are never written over. */

static int
keys_write(const char *path, const char *text, size_t len)
{
    int      fd, saved;
    ssize_t  n;
    size_t   written;

    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
              S_IRUSR | S_IWUSR);

    if (fd == -1) {
        if (errno == EEXIST) {
            ctl_complain("keys \"%s\" are there already; they are not "
                         "written over", path);
            return CTL_NO;
        }

        ctl_complain("keys \"%s\": %s", path, strerror(errno));
        return CTL_FAILURE;
    }

    for (written = 0; written < len; written += (size_t) n) {
        n = write(fd, text + written, len - written);

        if (n == -1 && errno == EINTR) {
            n = 0;
        }

        if (n == -1) {
            goto failed;
        }
    }

    if (fsync(fd) == -1) {
        goto failed;
    }

    if (close(fd) == -1) {
        fd = -1;
        goto failed;
    }

    return CTL_OK;

failed:

    saved = errno;

    if (fd != -1) {
        (void) close(fd);
    }

    (void) unlink(path);
    ctl_complain("keys \"%s\": %s", path, strerror(saved));

    return CTL_FAILURE;
}
