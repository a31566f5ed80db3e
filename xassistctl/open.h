/*
 * What a command works on: policy, keys and store.  Policy and keys are read
 * first, as whoever runs the command; opening the store as root makes the
 * process the owner of the store's folder, for good, so that no file in it
 * ever belongs to root.
 */

#ifndef CTL_OPEN_H
#define CTL_OPEN_H

#include <xassistctl/ctl.h>

typedef struct {
    store_env_t *env;
    store_txn_t *txn;                  /* open for reading */
    uint64_t     now;
    bool         known;                /* what the policy says of roles: */
    char        *terms[3];             /* seated, administrators, billing */
} ctl_store_t;

#pragma GCC visibility push(hidden)

/* Each returns CTL_OK, or an exit status after a message. */
int ctl_policy_load(const ctl_options_t *options, policy_image_t *image);
int ctl_keys_load(const ctl_options_t *options, policy_keys_t **keys);

/* The SHA-256 of the first certificate of a file in PEM. */
int ctl_certificate_load(const char *path, uint8_t hash[STORE_HASH_LEN]);

/* `create`: make what is absent, owned by `owner` (a user's name, or NULL). */
int ctl_store_create(const ctl_options_t *options, const char *owner,
    ctl_store_t *store);
int ctl_store_open(const ctl_options_t *options, bool read_only,
    ctl_store_t *store);
void ctl_store_close(ctl_store_t *store);

/* Makes a folder unless it is there; gives it to the user of that name, when
   there is one. */
int ctl_folder_give(const char *folder, const char *owner);

/* Makes a folder for the store's owner to write into, unless it is there. */
int ctl_folder_make(const ctl_options_t *options, const char *folder);

/* A new operation: its id, time and the policy's numbers (image may be NULL).
   CTL_FAILURE without randomness. */
int ctl_op(const ctl_store_t *store, const policy_image_t *image,
    store_op_kind_t kind, store_op_t *op);

/* Applies it; what it refused is told as "cannot WHAT: why". */
int ctl_apply(ctl_store_t *store, store_op_t *op, const char *what);

/* Reads the store as it is now, after a change; the exit status. */
int ctl_renew(const ctl_options_t *options, ctl_store_t *store);

/* The exit status of a read; `what` is the thing that was looked for. */
int ctl_found(store_status_t status, const char *what, const char *name);

bool ctl_mint(store_id_t *id);
bool ctl_id_parse(const char *text, store_id_t *id);
store_slice_t ctl_slice(const char *text);     /* NULL gives an empty one */

/* Whether a comma-separated list has that word. */
bool ctl_words_have(store_slice_t words, const char *word, size_t len);

/* CTL_NO after a message when the policy, if there is one to ask, has not
   all of these comma-separated roles. */
int ctl_roles_check(const ctl_options_t *options, const char *roles);

/* Account and user by their names. */
int ctl_find_account(ctl_store_t *store, const char *name,
    store_account_t *account);
int ctl_find_user(ctl_store_t *store, const char *account, const char *name,
    store_user_t *user);

#pragma GCC visibility pop

#endif /* CTL_OPEN_H */
