/*
 * log checkpoint and log verify: signing what the log is, and holding it
 * against what was signed.  A checkpoint as text, to be kept elsewhere:
 *
 *     xassist-checkpoint-1 SEQ TIME HASH KEY SIGNATURE
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lmdb_schema/tools.h>

#include <xassistctl/args.h>
#include <xassistctl/open.h>
#include <xassistctl/print.h>
#include <xassistctl/progress.h>
#include <xassistctl/store_command.h>


#define HEAD      "xassist-checkpoint-1"
#define LINE_LEN  512


/* A checkpoint with room for what its slices point to. */
typedef struct {
    store_checkpoint_t  record;
    uint8_t             hash[STORE_HASH_LEN];
    uint8_t             signature[STORE_SIGNATURE_LEN];
} kept_t;

typedef struct {
    policy_keys_t  *keys;
    ctl_store_t     store;
    uint64_t        held;              /* checkpoints that hold */
    uint64_t        older;             /* than where the log begins */
    uint64_t        broken;            /* event of the first that does not */
} verify_t;


static int sign(void *data, const void *message, size_t len, uint8_t *key,
    uint8_t signature[STORE_SIGNATURE_LEN]);
static int print_newest(const ctl_options_t *options, ctl_store_t *store);
static void print_hex(char *out, store_slice_t bytes);
static int verify_chain(const ctl_options_t *options, verify_t *v,
    uint64_t *last, uint64_t *trimmed, uint64_t *bad);
static void report(void *data, uint64_t done, uint64_t total);
static int verify_kept(const ctl_options_t *options, verify_t *v);
static int verify_one(const ctl_options_t *options, verify_t *v,
    const store_checkpoint_t *checkpoint);
static int read_kept(const char *path, kept_t *kept);
static bool parse_kept(const char *line, kept_t *kept);
static bool parse_hex(const char *text, uint8_t *out, size_t len);
static int digest(const void *data, size_t len,
    uint8_t out[STORE_HASH_LEN]);


int
ctl_log_checkpoint(const ctl_options_t *options, int argc, char **argv)
{
    int             rc;
    store_op_t      op;
    ctl_store_t     store;
    policy_keys_t  *keys;

    if (ctl_args(argc, argv, NULL, 0, 0) == -1) {
        return CTL_USAGE;
    }

    rc = ctl_keys_load(options, &keys);

    if (rc != CTL_OK) {
        return rc;
    }

    if (!policy_checkpoint_signs(keys)) {
        ctl_complain("no checkpoint key of \"%s\" has the state \"sign\"",
                     options->keys);
        policy_keys_free(keys);
        return CTL_NO;
    }

    rc = ctl_store_open(options, false, &store);

    if (rc == CTL_OK) {
        rc = ctl_op(&store, NULL, STORE_OP_CHECKPOINT, &op);

        if (rc == CTL_OK) {
            op.in.checkpoint.sign = sign;
            op.in.checkpoint.data = keys;
            rc = ctl_apply(&store, &op, "sign the log");
        }

        if (rc == CTL_OK) {
            rc = print_newest(options, &store);
        }

        ctl_store_close(&store);
    }

    policy_keys_free(keys);

    return rc;
}


static int
sign(void *data, const void *message, size_t len, uint8_t *key,
    uint8_t signature[STORE_SIGNATURE_LEN])
{
    return policy_checkpoint_sign(data, message, len, key, signature)
           == POLICY_OK ? 0 : -1;
}


static int
print_newest(const ctl_options_t *options, ctl_store_t *store)
{
    char                hash[2 * STORE_HASH_LEN + 1];
    char                signature[2 * STORE_SIGNATURE_LEN + 1];
    ctl_print_t         out;
    store_status_t      status;
    store_checkpoint_t  c;

    store_read_reset(store->txn);
    status = store_read_renew(store->txn);

    if (status == STORE_OK) {
        status = store_checkpoint_last(store->txn, &c);
    }

    if (status == STORE_OK && (c.hash.len != STORE_HASH_LEN
                               || c.signature.len != STORE_SIGNATURE_LEN))
    {
        status = STORE_CORRUPT;
    }

    if (status != STORE_OK) {
        return ctl_found(status, "checkpoint in", options->store);
    }

    print_hex(hash, c.hash);
    print_hex(signature, c.signature);

    if (!options->json) {
        (void) printf(HEAD " %llu %llu %s %u %s\n",
                      (unsigned long long) c.seq,
                      (unsigned long long) c.time, hash, (unsigned) c.key,
                      signature);
        return fflush(stdout) == 0 ? CTL_OK : CTL_FAILURE;
    }

    ctl_print_begin(&out, true, NULL);
    ctl_print_number(&out, "seq", c.seq);
    ctl_print_time(&out, "time", c.time);
    ctl_print_word(&out, "hash", hash);
    ctl_print_number(&out, "key", c.key);
    ctl_print_word(&out, "signature", signature);

    return ctl_print_end(&out);
}


static void
print_hex(char *out, store_slice_t bytes)
{
    size_t  i;

    for (i = 0; i < bytes.len; i++) {
        (void) snprintf(out + 2 * i, 3, "%02x", bytes.data[i]);
    }
}


int
ctl_log_verify(const ctl_options_t *options, int argc, char **argv)
{
    int           rc;
    bool          is_signed = false;
    kept_t        kept;
    uint64_t      last, trimmed, bad;
    verify_t      v;
    const char   *file = NULL;
    ctl_print_t   out;

    const ctl_arg_t  args[] = {
        { "--checkpoint", &file, NULL },
        { "--signed", NULL, &is_signed },
        { NULL, NULL, NULL }
    };

    if (ctl_args(argc, argv, args, 0, 0) == -1) {
        return CTL_USAGE;
    }

    memset(&v, 0, sizeof(v));
    rc = file != NULL ? read_kept(file, &kept) : CTL_OK;

    if (rc == CTL_OK && (file != NULL || is_signed)) {
        rc = ctl_keys_load(options, &v.keys);
    }

    if (rc == CTL_OK) {
        rc = ctl_store_open(options, true, &v.store);
    }

    if (rc != CTL_OK) {
        policy_keys_free(v.keys);
        return rc;
    }

    rc = verify_chain(options, &v, &last, &trimmed, &bad);

    if (rc == CTL_OK && is_signed) {
        rc = verify_kept(options, &v);
    }

    if (rc == CTL_OK && file != NULL) {
        rc = verify_one(options, &v, &kept.record);
    }

    ctl_store_close(&v.store);
    policy_keys_free(v.keys);

    if (rc != CTL_OK) {
        return rc;
    }

    ctl_print_begin(&out, options->json, NULL);
    ctl_print_number(&out, "events", last);
    ctl_print_bool(&out, "whole", bad == 0 && v.broken == 0);

    if (trimmed != 0) {
        ctl_print_number(&out, "trimmed", trimmed);
    }

    if (bad != 0) {
        ctl_print_number(&out, "bad", bad);
    }

    if (file != NULL || is_signed) {
        ctl_print_number(&out, "checkpoints", v.held);

        if (v.older != 0) {
            ctl_print_number(&out, "checkpoints_older", v.older);
        }
    }

    if (v.broken != 0) {
        ctl_print_number(&out, "checkpoint_broken", v.broken);
    }

    rc = ctl_print_end(&out);

    return rc == CTL_OK && (bad != 0 || v.broken != 0) ? CTL_NO : rc;
}


static int
verify_chain(const ctl_options_t *options, verify_t *v, uint64_t *last,
    uint64_t *trimmed, uint64_t *bad)
{
    store_status_t   status;
    ctl_progress_t   progress;

    *bad = 0;
    ctl_progress_begin(&progress, "verified", 1);
    status = store_log_last(v->store.txn, last);

    if (status == STORE_OK) {
        status = store_log_trimmed(v->store.txn, trimmed);
    }

    if (status == STORE_OK) {
        status = store_log_verify(v->store.txn, digest, report, &progress,
                                  bad);
    }

    ctl_progress_end(&progress);

    return ctl_found(status, "store", options->store);
}


static void
report(void *data, uint64_t done, uint64_t total)
{
    ctl_progress_t  *progress = data;

    progress->total = total;
    ctl_progress(progress, done);
}


/* Every checkpoint that the store keeps. */

static int
verify_kept(const ctl_options_t *options, verify_t *v)
{
    int                 rc;
    uint64_t            after;
    store_status_t      status;
    store_checkpoint_t  checkpoint;

    for (after = 0; /* void */ ; after = checkpoint.seq) {
        status = store_checkpoint_next(v->store.txn, after, &checkpoint);

        if (status == STORE_NOT_FOUND) {
            return CTL_OK;
        }

        rc = status == STORE_OK
             ? verify_one(options, v, &checkpoint)
             : ctl_found(status, "store", options->store);

        if (rc != CTL_OK) {
            return rc;
        }
    }
}


static int
verify_one(const ctl_options_t *options, verify_t *v,
    const store_checkpoint_t *c)
{
    bool             matches;
    uint8_t          message[STORE_CHECKPOINT_LEN];
    store_status_t   status;
    policy_status_t  good;

    status = store_checkpoint_message(c, message);

    if (status != STORE_OK) {
        return ctl_found(status, "store", options->store);
    }

    good = policy_checkpoint_verify(v->keys, c->key, message,
                                    sizeof(message), c->signature.data);

    if (good == POLICY_INVALID) {
        ctl_complain("\"%s\" has no checkpoint key %u", options->keys,
                     (unsigned) c->key);
        return CTL_FAILURE;
    }

    matches = false;
    status = store_log_matches(v->store.txn, c->seq, c->hash, &matches);

    if (status == STORE_TRIMMED && good == POLICY_OK) {
        v->older++;
        return CTL_OK;
    }

    if (status != STORE_OK && status != STORE_TRIMMED
        && status != STORE_NOT_FOUND)
    {
        return ctl_found(status, "store", options->store);
    }

    if (good != POLICY_OK || status != STORE_OK || !matches) {

        ctl_complain("the checkpoint of event %llu %s",
                     (unsigned long long) c->seq,
                     good != POLICY_OK ? "was not signed by its key"
                     : status == STORE_NOT_FOUND
                       ? "is newer than the log: events are gone"
                       : "does not fit the log: it was written anew");

        if (v->broken == 0) {
            v->broken = c->seq;
        }

        return CTL_OK;
    }

    v->held++;

    return CTL_OK;
}


static int
read_kept(const char *path, kept_t *kept)
{
    int    rc;
    char   line[LINE_LEN];
    FILE  *file;

    file = fopen(path, "re");

    if (file == NULL) {
        ctl_complain("checkpoint \"%s\": %s", path, strerror(errno));
        return CTL_FAILURE;
    }

    rc = fgets(line, sizeof(line), file) != NULL && parse_kept(line, kept)
         ? CTL_OK : CTL_FAILURE;

    if (rc != CTL_OK) {
        ctl_complain("\"%s\" does not begin with a checkpoint", path);
    }

    (void) fclose(file);

    return rc;
}


static bool
parse_kept(const char *line, kept_t *kept)
{
    int                 end;
    char                hash[2 * STORE_HASH_LEN + 1];
    char                signature[2 * STORE_SIGNATURE_LEN + 1];
    unsigned            key;
    unsigned long long  seq, time;

    end = 0;

    if (sscanf(line, HEAD " %20llu %20llu %64s %3u %128s %n", &seq, &time,
               hash, &key, signature, &end)
        != 5 || end == 0 || line[end] != '\0' || key > UINT8_MAX
        || !parse_hex(hash, kept->hash, sizeof(kept->hash))
        || !parse_hex(signature, kept->signature, sizeof(kept->signature)))
    {
        return false;
    }

    memset(&kept->record, 0, sizeof(kept->record));
    kept->record.seq = seq;
    kept->record.time = time;
    kept->record.key = (uint8_t) key;
    kept->record.hash.data = kept->hash;
    kept->record.hash.len = sizeof(kept->hash);
    kept->record.signature.data = kept->signature;
    kept->record.signature.len = sizeof(kept->signature);

    return true;
}


static bool
parse_hex(const char *text, uint8_t *out, size_t len)
{
    size_t    i;
    unsigned  byte;

    if (strlen(text) != 2 * len
        || strspn(text, "0123456789abcdef") != 2 * len)
    {
        return false;
    }

    for (i = 0; i < len; i++) {
        if (sscanf(text + 2 * i, "%2x", &byte) != 1) {
            return false;
        }

        out[i] = (uint8_t) byte;
    }

    return true;
}


static int
digest(const void *data, size_t len, uint8_t out[STORE_HASH_LEN])
{
    return policy_sha256(data, len, out);
}
