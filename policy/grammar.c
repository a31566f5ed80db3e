/*
 * The grammar of policy.json: one row a member, with its type, its range and
 * what holds when it is left out.
 */

#include <policy/limits.h>
#include <policy/schema_int.h>


#define POLICY_SECOND   1000ull
#define POLICY_MINUTE   (60 * POLICY_SECOND)
#define POLICY_HOUR     (60 * POLICY_MINUTE)
#define POLICY_DAY      (24 * POLICY_HOUR)
#define POLICY_LONGEST  (3650 * POLICY_DAY)

#define POLICY_TITLE_LEN  200u
#define POLICY_ABOUT_LEN  2000u
#define POLICY_COUNT_MAX  1000000u

#define PERMISSION(member)  offsetof(policy_doc_permission_t, member)
#define ROLE(member)        offsetof(policy_doc_role_t, member)
#define PROFILE(member)     offsetof(policy_doc_profile_t, member)
#define RULE(member)        offsetof(policy_doc_rule_t, member)
#define TERMS(member)       offsetof(policy_doc_terms_t, member)
#define ASSIST(member)      offsetof(policy_doc_assistance_t, member)
#define DOC(member)         offsetof(policy_doc_t, member)
#define SETTING(which)      (DOC(settings) + POLICY_SET_##which \
                             * sizeof(uint64_t))
#define COLUMN(which)       (PERMISSION(columns) + POLICY_COLUMN_##which \
                             * sizeof(uint64_t))

/* Rows: name, type, offset, required, initial, min, max, zero, words,
   shape. */
#define END  { NULL, POLICY_TYPE_TEXT, 0, false, 0, 0, 0, NULL, NULL, NULL }
#define TEXT(name, offset, max) \
    { name, POLICY_TYPE_TEXT, offset, false, 0, 0, max, NULL, NULL, NULL }
#define NAMES(name, offset, required, max) \
    { name, POLICY_TYPE_NAMES, offset, required, 0, 0, max, NULL, NULL, NULL }
#define BOOLEAN(name, offset, initial) \
    { name, POLICY_TYPE_BOOL, offset, false, initial, 0, 1, NULL, NULL, NULL }
#define NUMBER(name, offset, initial, min, max, zero) \
    { name, POLICY_TYPE_NUMBER, offset, false, initial, min, max, zero, \
      NULL, NULL }
#define DURATION(name, offset, initial, min, max, zero) \
    { name, POLICY_TYPE_DURATION, offset, false, initial, min, max, zero, \
      NULL, NULL }
#define CHOICE(name, offset, required, initial, words) \
    { name, POLICY_TYPE_CHOICE, offset, required, initial, 0, 0, NULL, \
      words, NULL }
#define OBJECT(name, offset, required, shape) \
    { name, POLICY_TYPE_OBJECT, offset, required, 0, 0, 0, NULL, NULL, shape }
#define LIST(name, offset, required, max, shape) \
    { name, POLICY_TYPE_LIST, offset, required, 0, 0, max, NULL, NULL, shape }
#define MAP(name, offset, required, max, shape) \
    { name, POLICY_TYPE_MAP, offset, required, 0, 0, max, NULL, NULL, shape }


static const char *const  policy_words_scope[] = {
    "account", "groups", NULL
};

static const char *const  policy_words_verdict[] = {
    "allow", "deny", NULL
};

static const char *const  policy_words_mode[] = {
    "view", "control", NULL
};

static const char *const  policy_words_bound[] = {
    "call", "inviter", "owner", NULL
};

static const char *const  policy_words_channels[] = {
    "mail", "sms", "link", NULL
};


static const policy_member_t  policy_members_columns[] = {
    BOOLEAN("regular", COLUMN(REGULAR), 0),
    BOOLEAN("guest_mobile", COLUMN(GUEST_MOBILE), 0),
    BOOLEAN("guest_mobile_web", COLUMN(GUEST_MOBILE_WEB), 0),
    BOOLEAN("guest_web", COLUMN(GUEST_WEB), 0),
    BOOLEAN("external", COLUMN(EXTERNAL), 0),
    BOOLEAN("service", COLUMN(SERVICE), 0),
    END
};

static const policy_shape_t  policy_shape_columns = {
    policy_members_columns, 0, NULL, 0
};


static const policy_member_t  policy_members_permission[] = {
    { "name", POLICY_TYPE_NAME, PERMISSION(name), true, 0, 0, 0, NULL, NULL,
      NULL },
    TEXT("area", PERMISSION(area), POLICY_TITLE_LEN),
    TEXT("feature", PERMISSION(feature), POLICY_TITLE_LEN),
    TEXT("description", PERMISSION(description), POLICY_ABOUT_LEN),
    OBJECT("columns", 0, true, &policy_shape_columns),
    NAMES("aliases", PERMISSION(aliases), false, POLICY_MAX_ALIASES),
    NAMES("requires", PERMISSION(requires), false, POLICY_MAX_REQUIRES),
    END
};

static const policy_shape_t  policy_shape_permission = {
    policy_members_permission, sizeof(policy_doc_permission_t), NULL, 0
};


static const policy_member_t  policy_members_role[] = {
    TEXT("title", ROLE(title), POLICY_TITLE_LEN),
    TEXT("description", ROLE(description), POLICY_ABOUT_LEN),
    NAMES("includes", ROLE(includes), false, 1024),
    NAMES("grants", ROLE(grants), false, POLICY_MAX_PERMISSIONS),
    BOOLEAN("single_user", ROLE(single_user), 0),
    BOOLEAN("administrator", ROLE(administrator), 0),
    BOOLEAN("billing", ROLE(billing), 0),
    CHOICE("scope", ROLE(groups), false, 0, policy_words_scope),
    END
};

static const policy_shape_t  policy_shape_role = {
    policy_members_role, sizeof(policy_doc_role_t), NULL, 0
};


static const policy_member_t  policy_members_guests[] = {
    NAMES("grants", DOC(guests), true, POLICY_MAX_PERMISSIONS),
    END
};

static const policy_shape_t  policy_shape_guests = {
    policy_members_guests, 0, NULL, 0
};


static const policy_member_t  policy_member_verdict =
    CHOICE("permission", offsetof(policy_doc_verdict_t, deny), true, 0,
           policy_words_verdict);

static const policy_shape_t  policy_shape_verdict = {
    NULL, sizeof(policy_doc_verdict_t), &policy_member_verdict, 0
};

static const policy_member_t  policy_members_profile[] = {
    TEXT("title", PROFILE(title), POLICY_TITLE_LEN),
    TEXT("description", PROFILE(description), POLICY_ABOUT_LEN),
    MAP("permissions", PROFILE(permissions), false, POLICY_MAX_PERMISSIONS,
        &policy_shape_verdict),
    BOOLEAN("invite", PROFILE(invite), 0),
    DURATION("idle_timeout", PROFILE(idle_timeout), 0, POLICY_SECOND,
             POLICY_LONGEST, "none"),
    CHOICE("mode", PROFILE(control), false, 0, policy_words_mode),
    END
};

static const policy_shape_t  policy_shape_profile = {
    policy_members_profile, sizeof(policy_doc_profile_t), NULL, 0
};


static const policy_member_t  policy_members_defaults[] = {
    { "profile", POLICY_TYPE_NAME, DOC(fallback), false, 0, 0, 0, NULL, NULL,
      NULL },
    END
};

static const policy_shape_t  policy_shape_defaults = {
    policy_members_defaults, 0, NULL, 0
};


/* A rule that has aliases is written {"rule": EXPRESSION, "aliases": []}. */
static const policy_member_t  policy_members_rule[] = {
    { "rule", POLICY_TYPE_RULE, 0, true, 0, 0, 0, NULL, NULL, NULL },
    TEXT("description", 0, 0),
    NAMES("aliases", RULE(aliases), false, POLICY_MAX_ALIASES),
    END
};

const policy_shape_t  policy_grammar_rule = {
    policy_members_rule, 0, NULL, 0
};

static const policy_member_t  policy_member_expression = {
    "rule", POLICY_TYPE_RULE, 0, true, 0, 0, 0, NULL, NULL, NULL
};

static const policy_shape_t  policy_shape_rule = {
    NULL, sizeof(policy_doc_rule_t), &policy_member_expression, 0
};


/* What is left out is what such an invitation is for: a conference while the
   call lasts, a request of a day that makes its call, one external for two
   hours while the inviter is there. */

#define TERMS_MEMBERS(valid, n, bound, opens) \
    DURATION("valid_for", TERMS(valid_for), valid, POLICY_SECOND, \
             POLICY_LONGEST, "while_call"), \
    NUMBER("uses", TERMS(uses), n, 0, POLICY_COUNT_MAX, "unlimited"), \
    CHOICE("bound_to", TERMS(bound_to), false, bound, policy_words_bound), \
    BOOLEAN("opens_call", TERMS(opens_call), opens), \
    { "channels", POLICY_TYPE_CHOICES, TERMS(channels), false, \
      POLICY_CHANNEL_MAIL | POLICY_CHANNEL_SMS | POLICY_CHANNEL_LINK, 0, 0, \
      NULL, policy_words_channels, NULL }, \
    BOOLEAN("terms", TERMS(terms), 1), \
    DURATION("idle_timeout", TERMS(idle_timeout), 0, POLICY_SECOND, \
             POLICY_LONGEST, "none"), \
    END

static const policy_member_t  policy_members_conference[] = {
    TERMS_MEMBERS(0, 0, 0, 0)
};

static const policy_member_t  policy_members_request[] = {
    TERMS_MEMBERS(24 * POLICY_HOUR, 0, 0, 1)
};

static const policy_member_t  policy_members_external[] = {
    TERMS_MEMBERS(2 * POLICY_HOUR, 1, 1, 0)
};

static const policy_shape_t  policy_shape_conference = {
    policy_members_conference, 0, NULL, TERMS(present) + 1
};

static const policy_shape_t  policy_shape_request = {
    policy_members_request, 0, NULL, TERMS(present) + 1
};

static const policy_shape_t  policy_shape_external = {
    policy_members_external, 0, NULL, TERMS(present) + 1
};

static const policy_member_t  policy_members_invitations[] = {
    OBJECT("conference", DOC(terms), false, &policy_shape_conference),
    OBJECT("service_request", DOC(terms) + sizeof(policy_doc_terms_t), false,
           &policy_shape_request),
    OBJECT("external", DOC(terms) + 2 * sizeof(policy_doc_terms_t), false,
           &policy_shape_external),
    END
};

static const policy_shape_t  policy_shape_invitations = {
    policy_members_invitations, 0, NULL, 0
};


static const policy_member_t  policy_members_presence[] = {
    DURATION("grace", SETTING(PRESENCE_GRACE), 60 * POLICY_SECOND,
             POLICY_SECOND, POLICY_DAY, NULL),
    BOOLEAN("end_when_empty", SETTING(END_WHEN_EMPTY), 1),
    BOOLEAN("end_when_owner_left", SETTING(END_WHEN_OWNER_LEFT), 0),
    DURATION("request_grace", SETTING(REQUEST_GRACE), 15 * POLICY_MINUTE,
             POLICY_SECOND, POLICY_DAY, NULL),
    DURATION("never_joined", SETTING(NEVER_JOINED), POLICY_HOUR,
             POLICY_SECOND, POLICY_LONGEST, "never"),
    DURATION("ring", SETTING(RING), 45 * POLICY_SECOND, POLICY_SECOND,
             POLICY_HOUR, NULL),
    END
};

static const policy_shape_t  policy_shape_presence = {
    policy_members_presence, 0, NULL, 0
};


static const policy_member_t  policy_members_duplicates[] = {
    NUMBER("mail", ASSIST(duplicates.mail), 90, 0, 100, NULL),
    NUMBER("phone", ASSIST(duplicates.phone), 70, 0, 100, NULL),
    NUMBER("name", ASSIST(duplicates.name), 60, 0, 100, NULL),
    NUMBER("threshold", ASSIST(duplicates.threshold), 40, 1, 100, NULL),
    END
};

static const policy_shape_t  policy_shape_duplicates = {
    policy_members_duplicates, 0, NULL, 0
};


static const policy_member_t  policy_members_assistance[] = {
    { "requires", POLICY_TYPE_NAME, ASSIST(requires), false, 0, 0, 0, NULL,
      NULL, NULL },
    NAMES("scope_groups", ASSIST(scope_groups), false, 1024),
    BOOLEAN("reason_required", ASSIST(reason_required), 1),
    DURATION("max_duration", ASSIST(max_duration), 8 * POLICY_HOUR,
             POLICY_MINUTE, POLICY_LONGEST, "unlimited"),
    BOOLEAN("anonymous", ASSIST(anonymous), 0),
    NAMES("shortcuts", ASSIST(shortcuts), false, POLICY_MAX_SHORTCUTS),
    OBJECT("duplicates", 0, false, &policy_shape_duplicates),
    END
};

static const policy_shape_t  policy_shape_assistance = {
    policy_members_assistance, 0, NULL, 0
};


static const policy_member_t  policy_members_licences[] = {
    NUMBER("guest_seats", SETTING(GUEST_SEATS), POLICY_COUNT_MAX, 0,
           POLICY_COUNT_MAX, NULL),
    { "regular", POLICY_TYPE_NAME, DOC(licensed), false, 0, 0, 0, NULL, NULL,
      NULL },
    { "seat", POLICY_TYPE_NAME, DOC(seated), false, 0, 0, 0, NULL, NULL,
      NULL },
    END
};

static const policy_shape_t  policy_shape_licences = {
    policy_members_licences, 0, NULL, 0
};


static const policy_member_t  policy_members_sessions[] = {
    DURATION("lifetime", SETTING(SESSION_LIFETIME), 12 * POLICY_HOUR,
             POLICY_MINUTE, POLICY_LONGEST, NULL),
    DURATION("idle", SETTING(SESSION_IDLE), POLICY_HOUR, POLICY_SECOND,
             POLICY_LONGEST, "none"),
    NUMBER("per_user", SETTING(SESSIONS_PER_USER), 16, 0, POLICY_COUNT_MAX,
           "unlimited"),
    END
};

static const policy_shape_t  policy_shape_sessions = {
    policy_members_sessions, 0, NULL, 0
};


static const policy_member_t  policy_members_limits[] = {
    NUMBER("sockets_per_guest", SETTING(SOCKETS_PER_GUEST), 4, 0,
           POLICY_COUNT_MAX, "unlimited"),
    NUMBER("sockets_per_user", SETTING(SOCKETS_PER_USER), 16, 0,
           POLICY_COUNT_MAX, "unlimited"),
    NUMBER("participants_per_call", SETTING(PARTICIPANTS_PER_CALL), 50, 0,
           POLICY_COUNT_MAX, "unlimited"),
    DURATION("max_age", SETTING(MAX_AGE), 0, POLICY_SECOND, POLICY_LONGEST,
             "none"),
    BOOLEAN("replace_oldest", SETTING(REPLACE_OLDEST), 0),
    END
};

static const policy_shape_t  policy_shape_limits = {
    policy_members_limits, 0, NULL, 0
};


static const policy_member_t  policy_members_top[] = {
    { "version", POLICY_TYPE_NUMBER, DOC(version), true, 0, 1, 1, NULL, NULL,
      NULL },
    LIST("permissions", DOC(permissions), true, POLICY_MAX_PERMISSIONS,
         &policy_shape_permission),
    MAP("roles", DOC(roles), false, POLICY_MAX_ROLES, &policy_shape_role),
    OBJECT("guests", 0, false, &policy_shape_guests),
    MAP("profiles", DOC(profiles), false, POLICY_MAX_PROFILES,
        &policy_shape_profile),
    OBJECT("defaults", 0, false, &policy_shape_defaults),
    MAP("rules", DOC(rules), true, POLICY_MAX_RULES, &policy_shape_rule),
    OBJECT("invitations", 0, false, &policy_shape_invitations),
    OBJECT("presence", 0, false, &policy_shape_presence),
    OBJECT("assistance", DOC(assistance), false, &policy_shape_assistance),
    OBJECT("licences", 0, false, &policy_shape_licences),
    OBJECT("sessions", 0, false, &policy_shape_sessions),
    OBJECT("limits", 0, false, &policy_shape_limits),
    END
};

const policy_shape_t  policy_grammar = {
    policy_members_top, sizeof(policy_doc_t), NULL, 0
};
