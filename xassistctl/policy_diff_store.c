/*
 * policy diff with a store: how many users, teams (by the roles that they
 * give), open invitations and open sessions gain or lose what, with the names
 * of some.
 */

#include <stdlib.h>
#include <string.h>

#include <xassistctl/args.h>
#include <xassistctl/open.h>
#include <xassistctl/policy_diff.h>


#define LABEL  160

typedef enum { USERS = 0, TEAMS, INVITATIONS, SESSIONS, KINDS } kind_t;


/* Those who gain, or lose, one name. */
typedef struct {
    uint64_t count;
    char    *labels;                   /* of the first, comma-separated */
    size_t   len;
    uint32_t told;
    uint8_t  place;
} tally_t;

typedef struct {
    ctl_diff_t       *diff;
    ctl_store_t       store;
    store_account_t   account;
    store_status_t    status;          /* of the walks within */
    bool              short_of_memory;
    store_call_t      call;
    tally_t          *tallies;         /* [KINDS][2][names] */
    uint64_t          all[KINDS];
    uint64_t          changed[KINDS];
} walk_t;


static int walk_print(walk_t *walk);
static void walk_text(const walk_t *walk);
static void walk_json(const walk_t *walk);
static bool walk_account(void *data, const void *record);
static bool walk_user(void *data, const void *record);
static bool walk_team(void *data, const void *record);
static bool walk_session(void *data, const void *record);
static bool walk_call(void *data, const void *record);
static bool walk_invitation(void *data, const void *record);
static bool walk_participant(void *data, const void *record);
static bool walk_guest(walk_t *walk, const store_id_t *session);
static void walk_inviter(walk_t *walk, const store_id_t *inviter,
    ctl_subject_t *subject);
static void walk_count(walk_t *walk, kind_t kind,
    const ctl_subject_t *subject, const char *label);
static void walk_tell(walk_t *walk, tally_t *tally, const char *label);
static tally_t *tally_of(const walk_t *walk, int kind, int gain, uint32_t i);
static bool keep_status(walk_t *walk, store_status_t status);
static void label_of(const walk_t *walk, store_slice_t name, char *label);
static policy_str_t text_of(store_slice_t slice);
static void id_text(const store_id_t *id, char *text);


static const char *const  kind_names[KINDS] = {
    "users", "teams", "invitations", "sessions"
};


int
ctl_diff_store(const ctl_options_t *options, ctl_diff_t *diff)
{
    int     rc;
    size_t  i, n;
    walk_t  walk;

    memset(&walk, 0, sizeof(walk));
    walk.diff = diff;
    n = (size_t) KINDS * 2 * (diff->changes.count + 1u);
    walk.tallies = calloc(n, sizeof(*walk.tallies));

    if (walk.tallies == NULL) {
        ctl_complain("out of memory");
        return CTL_FAILURE;
    }

    rc = ctl_store_open(options, true, &walk.store);

    if (rc == CTL_OK) {
        keep_status(&walk, store_accounts(walk.store.txn, walk_account,
                                          &walk));
        rc = walk_print(&walk);
        ctl_store_close(&walk.store);
    }

    for (i = 0; i < n; i++) {
        free(walk.tallies[i].labels);
    }

    free(walk.tallies);

    return rc;
}


static int
walk_print(walk_t *walk)
{
    int  kind;

    if (walk->status != STORE_OK || walk->short_of_memory) {
        ctl_complain("the store could not be walked: %s",
                     walk->short_of_memory ? "out of memory"
                                           : store_status_text(walk->status));
        return CTL_FAILURE;
    }

    for (kind = 0; kind < KINDS; kind++) {
        walk->diff->count += walk->changed[kind];
    }

    if (walk->diff->json) {
        walk_json(walk);
    } else {
        walk_text(walk);
    }

    return CTL_OK;
}


static void
walk_text(const walk_t *walk)
{
    int             kind, gain;
    uint32_t        i;
    const char     *place;
    policy_str_t    name;
    const tally_t  *tally;

    for (kind = 0; kind < KINDS; kind++) {
        (void) printf("%s: %llu of %llu change\n", kind_names[kind],
                      (unsigned long long) walk->changed[kind],
                      (unsigned long long) walk->all[kind]);

        for (i = 0; i < walk->diff->changes.count; i++) {
            for (gain = 0; gain < 2; gain++) {
                tally = tally_of(walk, kind, gain, i);
                name = walk->diff->changes.names[i].name;

                if (tally->count == 0) {
                    continue;
                }

                place = ctl_place_names[tally->place];
                (void) printf("%s %llu %s %.*s%s%s%s%s%s\n",
                              kind_names[kind],
                              (unsigned long long) tally->count,
                              gain ? "gain" : "lose", (int) name.len,
                              name.data, place[0] != '\0' ? " " : "", place,
                              tally->told != 0 ? ": " : "",
                              tally->told != 0 ? tally->labels : "",
                              tally->told != 0 && tally->told < tally->count
                              ? ",..." : "");
            }
        }
    }
}


static void
walk_json(const walk_t *walk)
{
    int             kind, gain;
    char            member[32];
    uint32_t        i;
    tally_t        *tally;
    ctl_print_t    *out;
    store_slice_t   labels;

    out = &walk->diff->out;

    for (kind = 0; kind < KINDS; kind++) {
        ctl_print_number(out, kind_names[kind], walk->all[kind]);
        (void) snprintf(member, sizeof(member), "%s_changed",
                        kind_names[kind]);
        ctl_print_number(out, member, walk->changed[kind]);
    }

    ctl_print_list(out, "affected");

    for (kind = 0; kind < KINDS; kind++) {
        for (i = 0; i < walk->diff->changes.count; i++) {
            for (gain = 0; gain < 2; gain++) {
                tally = tally_of(walk, kind, gain, i);

                if (tally->count == 0) {
                    continue;
                }

                labels.data = (const void *) (tally->told ? tally->labels
                                                          : "");
                labels.len = tally->len;

                ctl_print_item(out);
                ctl_print_word(out, "of", kind_names[kind]);
                ctl_print_word(out, "change", gain ? "gain" : "lose");
                ctl_print_text(out, "permission",
                    ctl_diff_slice(walk->diff->changes.names[i].name));
                ctl_print_word(out, "where", ctl_place_names[tally->place]);
                ctl_print_number(out, "count", tally->count);
                ctl_print_words(out, "names", labels);
                ctl_print_item_end(out);
            }
        }
    }

    ctl_print_list_end(out);
}


static bool
walk_account(void *data, const void *record)
{
    walk_t  *walk = data;

    walk->account = *(const store_account_t *) record;

    return keep_status(walk, store_users(walk->store.txn, &walk->account.id,
                                         walk_user, walk))
           && keep_status(walk, store_teams(walk->store.txn,
                                            &walk->account.id, walk_team,
                                            walk))
           && keep_status(walk, store_calls(walk->store.txn,
                                            &walk->account.id,
                                            STORE_CALL_OPEN, walk_call, walk))
           && keep_status(walk, store_calls(walk->store.txn,
                                            &walk->account.id,
                                            STORE_CALL_LIVE, walk_call,
                                            walk));
}


static bool
walk_user(void *data, const void *record)
{
    char                 label[LABEL];
    walk_t              *walk = data;
    ctl_subject_t        subject;
    const store_user_t  *user = record;

    memset(&subject, 0, sizeof(subject));
    subject.kind = POLICY_KIND_REGULAR;
    subject.device = POLICY_DEVICE_WEB;
    subject.licensed = user->licensed != 0;
    subject.single_user = walk->account.users == 1;
    subject.roles = text_of(user->roles);
    subject.inviter_roles = subject.profile = subject.call_profile
        = text_of((store_slice_t) { NULL, 0 });

    label_of(walk, user->name, label);
    walk_count(walk, USERS, &subject, label);

    return keep_status(walk, store_sessions(walk->store.txn, &user->id,
                                            walk_session, walk));
}


/* What the team alone gives to a licensed member. */

static bool
walk_team(void *data, const void *record)
{
    char                 label[LABEL];
    walk_t              *walk = data;
    ctl_subject_t        subject;
    const store_team_t  *team = record;

    memset(&subject, 0, sizeof(subject));
    subject.kind = POLICY_KIND_REGULAR;
    subject.device = POLICY_DEVICE_WEB;
    subject.licensed = true;
    subject.roles = text_of(team->roles);
    subject.inviter_roles = subject.profile = subject.call_profile
        = text_of((store_slice_t) { NULL, 0 });

    label_of(walk, team->name, label);
    walk_count(walk, TEAMS, &subject, label);

    return true;
}


/* Of a user; those of guests hang from the participants. */

static bool
walk_session(void *data, const void *record)
{
    char                    label[LABEL];
    walk_t                 *walk = data;
    store_user_t            user;
    ctl_subject_t           subject;
    const store_session_t  *session = record;

    if (session->ended != 0 || session->expires <= walk->store.now) {
        return true;
    }

    if (!keep_status(walk, store_user_get(walk->store.txn, &session->user,
                                          &user)))
    {
        return false;
    }

    memset(&subject, 0, sizeof(subject));
    subject.kind = POLICY_KIND_REGULAR;
    subject.device = (policy_device_t) session->device;
    subject.licensed = user.licensed != 0;
    subject.single_user = walk->account.users == 1;
    subject.roles = text_of(user.roles);
    subject.inviter_roles = subject.profile = subject.call_profile
        = text_of((store_slice_t) { NULL, 0 });

    id_text(&session->id, label);
    walk_count(walk, SESSIONS, &subject, label);

    return true;
}


static bool
walk_call(void *data, const void *record)
{
    walk_t  *walk = data;

    walk->call = *(const store_call_t *) record;

    return keep_status(walk, store_invitations(walk->store.txn,
                                               &walk->call.id,
                                               walk_invitation, walk))
           && keep_status(walk, store_participants(walk->store.txn,
                                                   &walk->call.id,
                                                   walk_participant, walk));
}


static bool
walk_invitation(void *data, const void *record)
{
    char                       label[LABEL];
    walk_t                    *walk = data;
    ctl_subject_t              subject;
    const store_invitation_t  *invitation = record;

    if (invitation->state != STORE_INV_UNUSED
        && invitation->state != STORE_INV_REDEEMED)
    {
        return true;
    }

    memset(&subject, 0, sizeof(subject));
    subject.kind = invitation->kind == STORE_INV_EXTERNAL
                   ? POLICY_KIND_EXTERNAL : POLICY_KIND_GUEST;
    subject.device = POLICY_DEVICE_WEB;
    subject.roles = text_of((store_slice_t) { NULL, 0 });
    subject.profile = text_of(invitation->profile);
    walk_inviter(walk, &invitation->inviter, &subject);

    id_text(&invitation->id, label);
    walk_count(walk, INVITATIONS, &subject, label);

    return true;
}


static bool
walk_participant(void *data, const void *record)
{
    walk_t                     *walk = data;
    const store_participant_t  *participant = record;

    return participant->kind == STORE_KIND_USER
           || walk_guest(walk, &participant->session);
}


static bool
walk_guest(walk_t *walk, const store_id_t *id)
{
    char             label[LABEL];
    ctl_subject_t    subject;
    store_status_t   status;
    store_session_t  session;

    status = store_session_get(walk->store.txn, id, &session);

    if (status == STORE_NOT_FOUND) {
        return true;
    }

    if (!keep_status(walk, status)) {
        return false;
    }

    if (session.ended != 0 || session.expires <= walk->store.now) {
        return true;
    }

    memset(&subject, 0, sizeof(subject));
    subject.kind = session.kind == STORE_KIND_EXTERNAL ? POLICY_KIND_EXTERNAL
                                                       : POLICY_KIND_GUEST;
    subject.device = (policy_device_t) session.device;
    subject.roles = text_of((store_slice_t) { NULL, 0 });
    subject.profile = text_of(session.profile);
    walk_inviter(walk, &session.inviter, &subject);

    id_text(&session.id, label);
    walk_count(walk, SESSIONS, &subject, label);

    return true;
}


/* What caps an external: the roles of the one who invited. */

static void
walk_inviter(walk_t *walk, const store_id_t *inviter, ctl_subject_t *subject)
{
    store_user_t  user;

    subject->inviter_roles = text_of((store_slice_t) { NULL, 0 });
    subject->call_profile = subject->inviter_roles;

    if (subject->kind != POLICY_KIND_EXTERNAL) {
        subject->profile = subject->inviter_roles;
        return;
    }

    subject->call_profile = text_of(walk->call.profile);

    if (store_user_get(walk->store.txn, inviter, &user) == STORE_OK) {
        subject->inviter_roles = text_of(user.roles);
    }
}


static void
walk_count(walk_t *walk, kind_t kind, const ctl_subject_t *subject,
    const char *label)
{
    bool                any;
    uint32_t            i;
    tally_t            *tally;
    const signed char  *what;

    any = false;
    what = ctl_changes_of(&walk->diff->changes, subject);

    for (i = 0; i < walk->diff->changes.count; i++) {

        if (what[i] == 0) {
            continue;
        }

        any = true;
        tally = tally_of(walk, (int) kind, what[i] > 0, i);

        if (tally->count++ == 0) {
            tally->place = (uint8_t) (abs(what[i]) - 1);
        }

        if (tally->told < walk->diff->examples) {
            walk_tell(walk, tally, label);
        }
    }

    walk->all[kind]++;
    walk->changed[kind] += any;
}


static void
walk_tell(walk_t *walk, tally_t *tally, const char *label)
{
    char    *labels;
    size_t   len;

    len = strlen(label);
    labels = realloc(tally->labels, tally->len + len + 2);

    if (labels == NULL) {
        walk->short_of_memory = true;
        return;
    }

    if (tally->told++ != 0) {
        labels[tally->len++] = ',';
    }

    memcpy(labels + tally->len, label, len + 1);
    tally->len += len;
    tally->labels = labels;
}


static tally_t *
tally_of(const walk_t *walk, int kind, int gain, uint32_t i)
{
    return &walk->tallies[((size_t) kind * 2 + (size_t) gain)
                          * walk->diff->changes.count + i];
}


/* False, which ends a walk, after the first failure. */

static bool
keep_status(walk_t *walk, store_status_t status)
{
    if (walk->status == STORE_OK) {
        walk->status = status;
    }

    return walk->status == STORE_OK && !walk->short_of_memory;
}


static void
label_of(const walk_t *walk, store_slice_t name, char *label)
{
    (void) snprintf(label, LABEL, "%.*s/%.*s", (int) walk->account.name.len,
                    (const char *) walk->account.name.data, (int) name.len,
                    (const char *) name.data);
}


static policy_str_t
text_of(store_slice_t slice)
{
    policy_str_t  text;

    text.data = slice.len != 0 ? (const char *) slice.data : "";
    text.len = slice.len;

    return text;
}


static void
id_text(const store_id_t *id, char *text)
{
    text[policy_base64url_encode(id->b, STORE_ID_LEN, text)] = '\0';
}
