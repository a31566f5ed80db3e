/* What the policy commands share. */

#ifndef CTL_POLICY_FILE_H
#define CTL_POLICY_FILE_H

#include <xassistctl/ctl.h>

/* A policy file, read and compiled; errors beyond the first 100 are only
   counted. */
#define CTL_POLICY_ERRORS  100

typedef struct {
    const char      *path;
    policy_image_t   image;
    policy_status_t  status;
    policy_error_t   items[CTL_POLICY_ERRORS];
    policy_errors_t  errors;
} ctl_policy_t;

#pragma GCC visibility push(hidden)

/* CTL_OK, and the status of the policy in `policy`; CTL_FAILURE after a
   message when the file cannot be read. */
int ctl_policy_read(const char *path, ctl_policy_t *policy);
void ctl_policy_done(ctl_policy_t *policy);

/* Two files, both of which must be good; CTL_FAILURE after a message.  Each
   is to be done with either way. */
int ctl_policy_read_both(const char *old, const char *new,
    ctl_policy_t both[2]);

/* The whole file, malloc'ed, or NULL and errno. */
char *ctl_policy_slurp(const char *path, size_t *len);

/* A text of the policy, to be printed. */
store_slice_t ctl_policy_text(policy_str_t text);

/* Writes "file:line:column: text" for each error. */
void ctl_policy_errors(FILE *to, const ctl_policy_t *policy);

int ctl_policy_table(const ctl_options_t *options, int argc, char **argv);
int ctl_policy_test(const ctl_options_t *options, int argc, char **argv);
int ctl_policy_explain(const ctl_options_t *options, int argc, char **argv);
int ctl_policy_live(const ctl_options_t *options, int argc, char **argv);
int ctl_policy_replay(const ctl_options_t *options, int argc, char **argv);
int ctl_policy_diff(const ctl_options_t *options, int argc, char **argv);

#pragma GCC visibility pop

#endif /* CTL_POLICY_FILE_H */
