/*
 * policy replay: decides the requests of an access log again, by the policy
 * that decided them and by a new one, and tells what changes.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <xassistctl/args.h>
#include <xassistctl/flat.h>
#include <xassistctl/policy_file.h>
#include <xassistctl/print.h>


#define MOST_NAMES   64
#define MOST_GROUPS  1000
#define LINE         (1u << 18)        /* a longer line is passed over */

enum {
    DECISION = 0, RULES, KIND, DEVICE, ROLES, FACTS, ATTRIBUTES, PROFILE,
    CALL_PROFILE, INVITER_ROLES, REQUEST, MEMBERS
};


/* Decisions that change alike. */
typedef struct {
    char              rule[128];
    char              request[256];    /* of the first one */
    uint64_t          line;
    uint64_t          count;
    policy_kind_t     kind;
    policy_verdict_t  before;
    policy_verdict_t  after;
    policy_reason_t   reason;
} group_t;

typedef struct {
    const policy_image_t *old;
    const policy_image_t *new;
    ctl_flat_t            member[MEMBERS + 1];
    policy_attribute_t    attributes[MOST_NAMES / 2];
    uint32_t              nattributes;
    uint64_t              lines;
    uint64_t              decided;
    uint64_t              skipped;
    uint64_t              bad;
    uint64_t              disagree;
    uint64_t              changed;
    group_t              *groups;
    uint32_t              ngroups;
} replay_t;

typedef struct {
    policy_query_t      query;
    uint32_t            roles[MOST_NAMES];
    uint32_t            inviter_roles[MOST_NAMES];
} question_t;

/* What one policy says to a line, and the rule that said it. */
typedef struct {
    policy_verdict_t  verdict;
    policy_reason_t   reason;
    policy_str_t      rule;
} answer_t;


static int replay_log(replay_t *replay, const char *path);
static void replay_line(replay_t *replay, char *line, size_t len);
static bool replay_decide(const replay_t *replay, const policy_image_t *image,
    answer_t *answer);
static bool replay_question(const replay_t *replay,
    const policy_image_t *image, question_t *q);
static bool replay_roles(const policy_image_t *image, policy_str_t list,
    uint32_t *roles, uint32_t *n);
static void replay_facts(policy_str_t list, uint32_t *facts);
static bool replay_attributes(replay_t *replay);
static bool replay_decode(policy_str_t *text);
static uint32_t replay_profile(const policy_image_t *image,
    policy_str_t name);
static void replay_count(replay_t *replay, const answer_t *before,
    const answer_t *after);
static int replay_print(const ctl_options_t *options, replay_t *replay);
static bool next_of(policy_str_t *list, char mark, policy_str_t *item);
static uint32_t place_of(policy_str_t name, const char *const *names);
static const char *verdict_name(policy_verdict_t verdict);


int
ctl_policy_replay(const ctl_options_t *options, int argc, char **argv)
{
    int            i, rc;
    replay_t       replay;
    const char    *log;
    ctl_policy_t  *both;

    ctl_arg_t  args[] = { { "--log", &log, NULL }, { NULL, NULL, NULL } };

    static const char *const  names[MEMBERS] = {
        "decision", "rules", "kind", "device", "roles", "facts",
        "attributes", "profile", "call_profile", "inviter_roles", "request"
    };

    log = NULL;
    argc = ctl_args(argc, argv, args, 2, 2);

    if (argc == -1 || log == NULL) {
        return CTL_USAGE;
    }

    memset(&replay, 0, sizeof(replay));
    for (i = 0; i < MEMBERS; i++) {
        replay.member[i].name = names[i];
    }

    both = calloc(2, sizeof(*both));
    replay.groups = calloc(MOST_GROUPS, sizeof(*replay.groups));

    if (both == NULL || replay.groups == NULL) {
        ctl_complain("out of memory");
        free(both);
        free(replay.groups);
        return CTL_FAILURE;
    }

    rc = ctl_policy_read_both(argv[0], argv[1], both);

    if (rc == CTL_OK) {
        replay.old = &both[0].image;
        replay.new = &both[1].image;
        rc = replay_log(&replay, log);
    }

    if (rc == CTL_OK) {
        rc = replay_print(options, &replay);
    }

    ctl_policy_done(&both[0]);
    ctl_policy_done(&both[1]);
    free(replay.groups);
    free(both);

    return rc;
}


static int
replay_log(replay_t *replay, const char *path)
{
    bool     whole, over;
    char    *line;
    FILE    *file;
    size_t   len;

    file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");

    if (file == NULL) {
        ctl_complain("log \"%s\": %s", path, strerror(errno));
        return CTL_FAILURE;
    }

    line = malloc(LINE);
    over = false;

    while (line != NULL && fgets(line, LINE, file) != NULL) {
        len = strlen(line);
        whole = len != 0 && (line[len - 1] == '\n' || feof(file));

        if (whole && !over) {
            replay->lines++;
            replay_line(replay, line, len);

        } else if (whole) {
            replay->lines++;
            replay->bad++;
        }

        over = !whole;
    }

    if (line == NULL || ferror(file)) {
        ctl_complain("log \"%s\" could not be read", path);
    }

    len = line == NULL || ferror(file);
    free(line);

    if (file != stdin) {
        (void) fclose(file);
    }

    return len ? CTL_FAILURE : CTL_OK;
}


static void
replay_line(replay_t *replay, char *line, size_t len)
{
    answer_t       before, after;
    policy_str_t   logged;

    if (!ctl_flat_read(line, len, replay->member)) {
        replay->bad++;
        return;
    }

    /* Refused before a rule was asked: the call had ended, say. */

    logged = replay->member[DECISION].value;

    if (logged.len == 0 || replay->member[RULES].value.len == 0) {
        replay->skipped++;
        return;
    }

    if (!replay_attributes(replay)
        || !replay_decide(replay, replay->old, &before)
        || !replay_decide(replay, replay->new, &after))
    {
        replay->bad++;
        return;
    }

    replay->decided++;

    if (strlen(verdict_name(before.verdict)) != logged.len
        || memcmp(verdict_name(before.verdict), logged.data, logged.len) != 0)
    {
        replay->disagree++;
    }

    if (before.verdict != after.verdict) {
        replay->changed++;
        replay_count(replay, &before, &after);
    }
}


/* All rules must hold; the first that does not decides.  False: the line
   does not say what a decision needs. */

static bool
replay_decide(const replay_t *replay, const policy_image_t *image,
    answer_t *answer)
{
    question_t         q;
    policy_str_t       rules;
    policy_decision_t  decision;

    if (!replay_question(replay, image, &q)) {
        return false;
    }

    rules = replay->member[RULES].value;
    answer->verdict = POLICY_ERROR;
    answer->reason = POLICY_REASON_UNKNOWN_RULE;

    while (next_of(&rules, ',', &answer->rule)) {
        policy_decide(image, policy_rule_find(image, answer->rule), &q.query,
                      &decision);
        answer->verdict = decision.verdict;
        answer->reason = decision.reason;

        if (decision.verdict != POLICY_ALLOW) {
            break;
        }
    }

    return true;
}


static bool
replay_question(const replay_t *replay, const policy_image_t *image,
    question_t *q)
{
    uint32_t           kind, device;
    const ctl_flat_t  *m = replay->member;

    memset(q, 0, sizeof(*q));

    kind = place_of(m[KIND].value, policy_kind_names);
    device = place_of(m[DEVICE].value, policy_device_names);

    if (kind == POLICY_NONE
        || (device == POLICY_NONE && m[DEVICE].value.len != 0))
    {
        return false;
    }

    q->query.kind = (policy_kind_t) kind;
    q->query.device = device != POLICY_NONE ? (policy_device_t) device
                                            : POLICY_DEVICE_NONE;
    q->query.roles = q->roles;
    q->query.inviter_roles = q->inviter_roles;
    q->query.attributes = replay->attributes;
    q->query.nattributes = replay->nattributes;
    q->query.profiles[0] = POLICY_NONE;
    q->query.profiles[1] = POLICY_NONE;

    if (q->query.kind == POLICY_KIND_EXTERNAL) {
        q->query.profiles[0] = replay_profile(image, m[PROFILE].value);
        q->query.profiles[1] = replay_profile(image, m[CALL_PROFILE].value);
    }

    replay_facts(m[FACTS].value, &q->query.facts);

    return replay_roles(image, m[ROLES].value, q->roles, &q->query.nroles)
           && replay_roles(image, m[INVITER_ROLES].value, q->inviter_roles,
                           &q->query.ninviter_roles);
}


/* A role that the policy has not grants nothing, as in the edge. */

static bool
replay_roles(const policy_image_t *image, policy_str_t list, uint32_t *roles,
    uint32_t *n)
{
    policy_str_t  name;

    for (*n = 0; next_of(&list, ',', &name); (*n)++) {

        if (*n == MOST_NAMES) {
            return false;
        }

        roles[*n] = policy_role_find(image, name);
    }

    return true;
}


static void
replay_facts(policy_str_t list, uint32_t *facts)
{
    uint32_t      fact;
    policy_str_t  name;

    while (next_of(&list, ',', &name)) {
        fact = place_of(name, policy_fact_names);

        if (fact != POLICY_NONE) {
            *facts |= 1u << fact;
        }
    }
}


/* Decoded in place, once: the line is ours. */

static bool
replay_attributes(replay_t *replay)
{
    const char          *sign;
    policy_str_t         list, item;
    policy_attribute_t  *attribute;

    list = replay->member[ATTRIBUTES].value;
    replay->nattributes = 0;

    while (next_of(&list, '&', &item)) {
        sign = memchr(item.data, '=', item.len);

        if (sign == NULL || replay->nattributes == MOST_NAMES / 2) {
            return false;
        }

        attribute = &replay->attributes[replay->nattributes++];
        attribute->name.data = item.data;
        attribute->name.len = (size_t) (sign - item.data);
        attribute->value.data = sign + 1;
        attribute->value.len = item.len - attribute->name.len - 1;

        if (!replay_decode(&attribute->name)
            || !replay_decode(&attribute->value))
        {
            return false;
        }
    }

    return true;
}


static bool
replay_decode(policy_str_t *text)
{
    char        *to, *from, *end;
    unsigned     byte;
    const char  *digit;

    static const char  digits[] = "0123456789ABCDEF";

    to = from = (char *) (uintptr_t) text->data;
    end = from + text->len;

    while (from < end) {

        if (*from != '%') {
            *to++ = *from++;
            continue;
        }

        if (end - from < 3) {
            return false;
        }

        digit = from[1] != '\0' ? strchr(digits, from[1]) : NULL;
        if (digit == NULL) {
            return false;
        }

        byte = (unsigned) (digit - digits) << 4;

        digit = from[2] != '\0' ? strchr(digits, from[2]) : NULL;
        if (digit == NULL) {
            return false;
        }

        byte |= (unsigned) (digit - digits);
        *to++ = (char) byte;
        from += 3;
    }

    text->len = (size_t) (to - text->data);

    return true;
}


static uint32_t
replay_profile(const policy_image_t *image, policy_str_t name)
{
    uint32_t  profile;

    if (name.len == 0) {
        return POLICY_NONE;
    }

    /* One that is gone is an error, as in the edge: no layer below it may
       speak in its place. */

    profile = policy_profile_find(image, name);

    return profile == POLICY_NONE ? POLICY_NONE - 1 : profile;
}


static void
replay_count(replay_t *replay, const answer_t *before, const answer_t *after)
{
    uint32_t       i;
    group_t       *group;
    policy_str_t   request;
    policy_kind_t  kind;
    const answer_t *told;

    /* The rule that refuses, in whichever of the two it does. */

    told = after->verdict != POLICY_ALLOW ? after : before;
    kind = (policy_kind_t) place_of(replay->member[KIND].value,
                                    policy_kind_names);

    for (i = 0; i < replay->ngroups; i++) {
        group = &replay->groups[i];

        if (strlen(group->rule) == told->rule.len
            && memcmp(group->rule, told->rule.data, told->rule.len) == 0
            && group->before == before->verdict
            && group->after == after->verdict && group->kind == kind
            && group->reason == told->reason)
        {
            group->count++;
            return;
        }
    }

    if (replay->ngroups == MOST_GROUPS
        || told->rule.len >= sizeof(replay->groups[0].rule))
    {
        return;
    }

    group = &replay->groups[replay->ngroups++];
    memcpy(group->rule, told->rule.data, told->rule.len);
    group->before = before->verdict;
    group->after = after->verdict;
    group->reason = told->reason;
    group->kind = kind;
    group->line = replay->lines;
    group->count = 1;

    request = replay->member[REQUEST].value;

    if (request.len >= sizeof(group->request)) {
        request.len = sizeof(group->request) - 1;
    }

    memcpy(group->request, request.data, request.len);
}


/* CTL_NO when a decision changes. */

static int
replay_print(const ctl_options_t *options, replay_t *replay)
{
    uint32_t      i;
    ctl_print_t   out;
    const group_t *group;

    ctl_print_begin(&out, options->json, NULL);
    ctl_print_number(&out, "lines", replay->lines);
    ctl_print_number(&out, "decided", replay->decided);
    ctl_print_number(&out, "skipped", replay->skipped);
    ctl_print_number(&out, "bad", replay->bad);
    ctl_print_number(&out, "disagree", replay->disagree);
    ctl_print_number(&out, "changed", replay->changed);
    ctl_print_list(&out, "changes");

    for (i = 0; i < replay->ngroups; i++) {
        group = &replay->groups[i];

        ctl_print_item(&out);
        ctl_print_number(&out, "count", group->count);
        ctl_print_word(&out, "rule", group->rule);
        ctl_print_word(&out, "before", verdict_name(group->before));
        ctl_print_word(&out, "after", verdict_name(group->after));
        ctl_print_word(&out, "reason", policy_reason_name(group->reason));
        ctl_print_word(&out, "kind", policy_kind_names[group->kind]);
        ctl_print_number(&out, "line", group->line);
        ctl_print_word(&out, "request", group->request);
        ctl_print_item_end(&out);
    }

    ctl_print_list_end(&out);

    return ctl_print_end(&out) != CTL_OK ? CTL_FAILURE
           : replay->changed == 0 ? CTL_OK : CTL_NO;
}


/* Takes the next item off a list; an empty list has none. */

static bool
next_of(policy_str_t *list, char mark, policy_str_t *item)
{
    const char  *end;

    if (list->len == 0) {
        return false;
    }

    end = memchr(list->data, mark, list->len);

    item->data = list->data;
    item->len = end != NULL ? (size_t) (end - list->data) : list->len;

    list->data += item->len + (end != NULL);
    list->len -= item->len + (end != NULL);

    return true;
}


static uint32_t
place_of(policy_str_t name, const char *const *names)
{
    uint32_t  i;

    for (i = 0; names[i] != NULL; i++) {
        if (strlen(names[i]) == name.len
            && memcmp(names[i], name.data, name.len) == 0)
        {
            return i;
        }
    }

    return POLICY_NONE;
}


static const char *
verdict_name(policy_verdict_t verdict)
{
    return verdict == POLICY_ALLOW ? "allow"
           : verdict == POLICY_DENY ? "deny" : "error";
}
