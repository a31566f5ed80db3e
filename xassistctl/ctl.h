/*
 * xassistctl: the command line.  Commands are declared in tables, one per
 * file, and run by one loop in main.c.
 */

#ifndef CTL_H
#define CTL_H

#include <stdbool.h>
#include <stdio.h>

#include <policy/policy.h>
#include <lmdb_schema/store.h>

/* Exit status of every command. */
#define CTL_OK       0
#define CTL_NO       1                 /* the answer is no */
#define CTL_USAGE    2
#define CTL_FAILURE  3

/*
 * What every command may need.  Paths come from --policy, --store, --keys,
 * else from XASSIST_POLICY, XASSIST_STORE, XASSIST_KEYS, else the defaults
 * of the distribution.
 */
typedef struct {
    const char *policy;
    const char *store;
    bool        store_given;           /* by --store */
    const char *keys;
    bool        json;                  /* --json: one JSON value on stdout */
} ctl_options_t;

/* `words` is one or two words, "policy check"; argv holds what follows. */
typedef struct {
    const char *words;
    const char *arguments;             /* for the usage line */
    const char *summary;
    int       (*run)(const ctl_options_t *options, int argc, char **argv);
} ctl_command_t;

/* Each ends with a row whose words are NULL. */
extern const ctl_command_t ctl_policy_commands[];
extern const ctl_command_t ctl_media_commands[];
extern const ctl_command_t ctl_keys_commands[];
extern const ctl_command_t ctl_store_commands[];
extern const ctl_command_t ctl_user_commands[];
extern const ctl_command_t ctl_role_commands[];
extern const ctl_command_t ctl_account_commands[];
extern const ctl_command_t ctl_user_import_commands[];
extern const ctl_command_t ctl_user_export_commands[];
extern const ctl_command_t ctl_team_commands[];
extern const ctl_command_t ctl_group_commands[];
extern const ctl_command_t ctl_search_commands[];
extern const ctl_command_t ctl_assist_commands[];
extern const ctl_command_t ctl_assist_act_commands[];
extern const ctl_command_t ctl_login_commands[];
extern const ctl_command_t ctl_service_commands[];
extern const ctl_command_t ctl_session_commands[];
extern const ctl_command_t ctl_call_commands[];
extern const ctl_command_t ctl_invite_commands[];
extern const ctl_command_t ctl_log_commands[];

#endif /* CTL_H */
