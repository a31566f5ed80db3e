/* xassistctl: options for every command, the table of commands, its loop. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xassistctl/args.h>
#include <xassistctl/ctl.h>


#define POLICY  "/etc/xassist/policy.json"
#define STORE   "/var/lib/xassist"
#define KEYS    "/etc/xassist/keys"


static const ctl_command_t *const  tables[] = {
    ctl_keys_commands,
    ctl_store_commands,
    ctl_user_commands,
    ctl_role_commands,
    ctl_account_commands,
    ctl_user_import_commands,
    ctl_user_export_commands,
    ctl_team_commands,
    ctl_group_commands,
    ctl_search_commands,
    ctl_assist_commands,
    ctl_assist_act_commands,
    ctl_login_commands,
    ctl_session_commands,
    ctl_service_commands,
    ctl_call_commands,
    ctl_invite_commands,
    ctl_log_commands,
    ctl_policy_commands,
    ctl_media_commands
};


static int take_options(int argc, char **argv, ctl_options_t *options,
    bool *help);
static const char *setting(const char *name, const char *otherwise);
static const ctl_command_t *find(int argc, char **argv, int *words);
static void usage(FILE *to, const char *first);


int
main(int argc, char **argv)
{
    int                   rc, words;
    bool                  help;
    ctl_options_t         options;
    const ctl_command_t  *command;

    memset(&options, 0, sizeof(options));
    help = false;

    argc = take_options(argc - 1, argv + 1, &options, &help);
    argv++;

    if (argc == -1) {
        return CTL_USAGE;
    }

    if (argc > 0 && strcmp(argv[0], "help") == 0) {
        help = true;
        argv++;
        argc--;
    }

    if (help || argc == 0) {
        usage(help ? stdout : stderr, argc ? argv[0] : NULL);
        return help ? CTL_OK : CTL_USAGE;
    }

    command = find(argc, argv, &words);

    if (command == NULL) {
        ctl_complain("there is no command \"%s%s%s\"", argv[0],
                     argc > 1 ? " " : "", argc > 1 ? argv[1] : "");
        usage(stderr, argv[0]);
        return CTL_USAGE;
    }

    rc = command->run(&options, argc - words, argv + words);

    if (rc == CTL_USAGE) {
        (void) fprintf(stderr, "usage: xassistctl %s%s%s\n", command->words,
                       command->arguments[0] ? " " : "",
                       command->arguments);
    }

    return rc;
}


/* Takes what every command knows out of argv; the rest keeps its order. */

static int
take_options(int argc, char **argv, ctl_options_t *options, bool *help)
{
    int     i, k, n;
    size_t  len;

    struct {
        const char  *name;
        const char **value;
    } known[] = {
        { "--policy", &options->policy },
        { "--store", &options->store },
        { "--keys", &options->keys }
    };

    for (i = 0, n = 0; i < argc; i++) {

        if (strcmp(argv[i], "--") == 0) {
            while (i < argc) {
                argv[n++] = argv[i++];
            }
            break;
        }

        if (strcmp(argv[i], "--json") == 0) {
            options->json = true;
            continue;
        }

        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            *help = true;
            continue;
        }

        for (k = 0; k < 3; k++) {
            len = strlen(known[k].name);

            if (strncmp(argv[i], known[k].name, len) == 0
                && (argv[i][len] == '\0' || argv[i][len] == '='))
            {
                break;
            }
        }

        if (k == 3) {
            argv[n++] = argv[i];
            continue;
        }

        if (argv[i][len] == '=') {
            *known[k].value = argv[i] + len + 1;

        } else if (++i < argc) {
            *known[k].value = argv[i];

        } else {
            ctl_complain("%s needs a value", known[k].name);
            return -1;
        }
    }

    if (options->policy == NULL) {
        options->policy = setting("XASSIST_POLICY", POLICY);
    }

    options->store_given = options->store != NULL;

    if (options->store == NULL) {
        options->store = setting("XASSIST_STORE", STORE);
    }

    if (options->keys == NULL) {
        options->keys = setting("XASSIST_KEYS", KEYS);
    }

    return n;
}


static const char *
setting(const char *name, const char *otherwise)
{
    const char  *value = getenv(name);

    return value != NULL && value[0] != '\0' ? value : otherwise;
}


static const ctl_command_t *
find(int argc, char **argv, int *words)
{
    size_t                i, len;
    const char           *rest;
    const ctl_command_t  *c;

    len = strlen(argv[0]);

    for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        for (c = tables[i]; c->words != NULL; c++) {

            if (strncmp(c->words, argv[0], len) != 0) {
                continue;
            }

            rest = c->words + len;

            if (*rest == '\0') {
                *words = 1;
                return c;
            }

            if (*rest == ' ' && argc > 1 && strcmp(rest + 1, argv[1]) == 0) {
                *words = 2;
                return c;
            }
        }
    }

    return NULL;
}


/* Every command, or those that begin with the word `first`. */

static void
usage(FILE *to, const char *first)
{
    int                   turn, shown;
    size_t                i, len;
    const ctl_command_t  *c;

    (void) fputs("usage: xassistctl [--policy FILE] [--store DIR] "
                 "[--keys FILE] [--json] COMMAND\n", to);

    shown = 0;

    for (turn = 0; turn < 2 && shown == 0; turn++) {
        for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
            for (c = tables[i]; c->words != NULL; c++) {

                len = first != NULL && turn == 0 ? strlen(first) : 0;

                if (strncmp(c->words, first != NULL ? first : "", len) != 0) {
                    continue;
                }

                (void) fprintf(to, "  %s%s%s\n        %s\n", c->words,
                               c->arguments[0] ? " " : "", c->arguments,
                               c->summary);
                shown++;
            }
        }
    }
}
