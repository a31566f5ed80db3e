/*
 * The layout of an image.  Words of 32 bits in native order, offsets from the
 * base; u64 values are two words, low first.
 *
 *     word 0   magic "xap1"
 *     word 1   bytes of the image
 *     word 2   eight words: SHA-256 of the policy.json text
 *     word 10  per section: offset in bytes, number of records
 *     ...      the sections
 *
 * An image with one permission and three rules starts (little end first):
 *
 *     31 70 61 78  f8 05 00 00  <32 bytes of digest>
 *     c0 00 00 00  0a 00 00 00  rule names: 10 records from byte 192
 *
 * What the words of a record mean is said once, by policy_sections[] in
 * image.c; the writer, the verifier and the readers all follow it.
 */

#ifndef POLICY_IMAGE_INT_H
#define POLICY_IMAGE_INT_H

#include <policy/limits.h>
#include <policy/policy.h>

#pragma GCC visibility push(hidden)

#define POLICY_IMAGE_MAGIC   0x78617031u
#define POLICY_IMAGE_DIGEST  2u                    /* word of the digest */
#define POLICY_IMAGE_TABLE   10u                   /* word of the sections */

typedef enum {
    POLICY_RULE_NAMES = 0,             /* rules, permissions, aliases */
    POLICY_ROLE_NAMES,
    POLICY_PROFILE_NAMES,
    POLICY_RULE_BUCKETS,               /* 0, or 1 + an index of a name */
    POLICY_ROLE_BUCKETS,
    POLICY_PROFILE_BUCKETS,
    POLICY_PERMISSIONS,
    POLICY_ROLES,
    POLICY_PROFILES,
    POLICY_RULES,
    POLICY_WORDS,                      /* of permission sets */
    POLICY_REQUIRES,                   /* permission indexes */
    POLICY_CODE,
    POLICY_OPERANDS,
    POLICY_SLICES,                     /* aliases, attribute names, ... */
    POLICY_TERMS,                      /* by policy_invitation_t - 1 */
    POLICY_SETTINGS,                   /* u64 values of policy_settings_t */
    POLICY_SPECIAL,                    /* one record */
    POLICY_TEXT,                       /* the only section of bytes */
    POLICY_SECTIONS
} policy_section_t;

#define POLICY_IMAGE_HEADER  ((POLICY_IMAGE_TABLE + 2u * POLICY_SECTIONS) * 4u)

/*
 * Word kinds of a record: v value, t text (offset, length), s permission set
 * (mask low, mask high, first word), p permission or none, r role or none,
 * f profile or none, u rule or none, and ranges (first, count): q of
 * REQUIRES, l of SLICES, c of CODE.
 */
typedef struct {
    const char *kinds;                 /* NULL: bytes */
    uint32_t    words;                 /* of one record */
} policy_section_info_t;

extern const policy_section_info_t policy_sections[POLICY_SECTIONS];

/* Words of the records, where several places must agree. */
#define POLICY_NAME_TEXT           0u
#define POLICY_NAME_TARGET         2u
#define POLICY_NAME_HASH           3u

#define POLICY_PERMISSION_NAME     0u
#define POLICY_PERMISSION_AREA     2u
#define POLICY_PERMISSION_FEATURE  4u
#define POLICY_PERMISSION_ABOUT    6u
#define POLICY_PERMISSION_COLUMNS  8u  /* as written */
#define POLICY_PERMISSION_CEILING  9u  /* cut by what it requires */
#define POLICY_PERMISSION_FLAGS   10u
#define POLICY_PERMISSION_NEEDS   11u
#define POLICY_PERMISSION_ALIASES 13u

#define POLICY_FLAG_LICENSED       1u  /* needs the regular licence */
#define POLICY_FLAG_SEATED         2u  /* takes an agent seat */

#define POLICY_ROLE_NAME           0u
#define POLICY_ROLE_TITLE          2u
#define POLICY_ROLE_FLAGS          4u
#define POLICY_ROLE_SET            5u

#define POLICY_FLAG_SINGLE_USER    1u
#define POLICY_FLAG_GROUPS         2u
#define POLICY_FLAG_ADMINISTRATOR  4u
#define POLICY_FLAG_BILLING        8u

#define POLICY_PROFILE_NAME        0u
#define POLICY_PROFILE_TITLE       2u
#define POLICY_PROFILE_ABOUT       4u
#define POLICY_PROFILE_FLAGS       6u
#define POLICY_PROFILE_IDLE        7u
#define POLICY_PROFILE_ALLOW       9u
#define POLICY_PROFILE_DENY       12u

#define POLICY_FLAG_INVITE         1u
#define POLICY_FLAG_CONTROL        2u

#define POLICY_RULE_NAME           0u
#define POLICY_RULE_CODE           2u
#define POLICY_RULE_ATTRIBUTES     4u
#define POLICY_RULE_ALIASES        6u

#define POLICY_TERMS_PRESENT       0u
#define POLICY_TERMS_VALID         1u
#define POLICY_TERMS_USES          3u
#define POLICY_TERMS_CHANNELS      4u
#define POLICY_TERMS_BOUND         5u
#define POLICY_TERMS_FLAGS         6u
#define POLICY_TERMS_IDLE          7u

#define POLICY_FLAG_OPENS_CALL     1u
#define POLICY_FLAG_TERMS          2u

#define POLICY_SPECIAL_GUESTS      0u
#define POLICY_SPECIAL_SINGLE      3u
#define POLICY_SPECIAL_DEFAULT     6u  /* the default profile */
#define POLICY_SPECIAL_SEEDS       7u  /* of the three name tables */
#define POLICY_SPECIAL_ASSIST     10u  /* rule */
#define POLICY_SPECIAL_ASSIST_ON  11u  /* flags */
#define POLICY_SPECIAL_ASSIST_MAX 12u
#define POLICY_SPECIAL_GROUPS     14u
#define POLICY_SPECIAL_SHORTCUTS  16u
#define POLICY_SPECIAL_DUPLICATES 18u  /* mail, phone, name, threshold */
#define POLICY_SPECIAL_WORDS      22u

#define POLICY_FLAG_REASON         1u
#define POLICY_FLAG_ANONYMOUS      2u

/* Order of POLICY_SETTINGS. */
typedef enum {
    POLICY_SET_PRESENCE_GRACE = 0,
    POLICY_SET_END_WHEN_EMPTY,
    POLICY_SET_END_WHEN_OWNER_LEFT,
    POLICY_SET_REQUEST_GRACE,
    POLICY_SET_NEVER_JOINED,
    POLICY_SET_RING,
    POLICY_SET_SESSION_LIFETIME,
    POLICY_SET_SESSION_IDLE,
    POLICY_SET_SESSIONS_PER_USER,
    POLICY_SET_GUEST_SEATS,
    POLICY_SET_SOCKETS_PER_GUEST,
    POLICY_SET_SOCKETS_PER_USER,
    POLICY_SET_PARTICIPANTS_PER_CALL,
    POLICY_SET_MAX_AGE,
    POLICY_SET_REPLACE_OLDEST,
    POLICY_SETTINGS_COUNT
} policy_setting_t;

/*
 * Steps.  Each word pair is op | n << 8, argument.  Tests push a value; JF
 * and JT leave it and jump forward to `argument` (from the rule's first
 * step) when it is false or true.
 */
typedef enum {
    POLICY_OP_FALSE = 0,
    POLICY_OP_TRUE,
    POLICY_OP_PERMISSION,              /* argument: permission */
    POLICY_OP_KIND,                    /* argument: bit 1 << policy_kind_t */
    POLICY_OP_FACT,                    /* argument: POLICY_FACT_* */
    POLICY_OP_EQUAL,                   /* argument: first of two operands */
    POLICY_OP_IN,                      /* n choices after the operand */
    POLICY_OP_AND,
    POLICY_OP_OR,
    POLICY_OP_NOT,
    POLICY_OP_JF,
    POLICY_OP_JT,
    POLICY_OPS
} policy_op_t;

/* Operand record: 0 text, 1 attribute of that name; then the text. */
#define POLICY_OPERAND_ATTRIBUTE   1u

/* The built-in rules come first in POLICY_RULES, then the permissions. */
typedef enum {
    POLICY_BUILTIN_AUTHENTICATED = 0,
    POLICY_BUILTIN_REGULAR,
    POLICY_BUILTIN_GUEST,
    POLICY_BUILTIN_IN_CALL,
    POLICY_BUILTIN_NOBODY,
    POLICY_BUILTIN_EVERYBODY,
    POLICY_BUILTINS
} policy_builtin_t;

extern const char *const policy_builtin_names[POLICY_BUILTINS];

/*
 * A section whose place was checked against the image's bounds: `count`
 * records of `stride` words may be read at `words`.
 */
typedef struct {
    const uint32_t *words;
    uint32_t        count;
    uint32_t        stride;
} policy_array_t;

/* False, and an empty array, when the section does not lie in the image. */
bool policy_array_open(const policy_image_t *image, policy_section_t section,
    policy_array_t *array);

/* Word w of record i.  Each load is atomic: what was checked is what is
   used, even while a writer overwrites the half. */
static inline bool
policy_array_get(const policy_array_t *array, uint32_t i, uint32_t w,
    uint32_t *value)
{
    if (i >= array->count || w >= array->stride) {
        return false;
    }

    *value = __atomic_load_n(array->words + (size_t) i * array->stride + w,
                             __ATOMIC_RELAXED);

    return true;
}

static inline bool
policy_array_get64(const policy_array_t *array, uint32_t i, uint32_t w,
    uint64_t *value)
{
    uint32_t  low, high;

    if (!policy_array_get(array, i, w, &low)
        || !policy_array_get(array, i, w + 1, &high))
    {
        return false;
    }

    *value = (uint64_t) high << 32 | low;

    return true;
}

/* The text whose offset and length stand at word w of record i; empty when
   it does not lie in the image. */
policy_str_t policy_array_text(const policy_image_t *image,
    const policy_array_t *array, uint32_t i, uint32_t w);

/* Hash of a name, as the name tables use it. */
uint32_t policy_name_hash(uint32_t seed, policy_str_t name);

/* A name without the no-break spaces (U+00A0) that follow it. */
policy_str_t policy_name_trim(policy_str_t name);

/* A permission set: 64 words of which only those with a bit are stored. */
typedef struct {
    uint64_t mask;
    uint32_t first;
} policy_set_t;

static inline bool
policy_set_load(const policy_array_t *array, uint32_t i, uint32_t w,
    policy_set_t *set)
{
    return policy_array_get64(array, i, w, &set->mask)
           && policy_array_get(array, i, w + 2, &set->first);
}

/* Whether the set has the permission; false, too, when damaged. */
static inline bool
policy_set_has(const policy_array_t *words, const policy_set_t *set,
    uint32_t permission)
{
    uint32_t  bits;
    uint64_t  bit, index;

    if (permission >= POLICY_MAX_PERMISSIONS) {
        return false;
    }

    bit = (uint64_t) 1 << (permission >> 6);
    if ((set->mask & bit) == 0) {
        return false;
    }

    index = (uint64_t) set->first
            + (uint64_t) __builtin_popcountll(set->mask & (bit - 1));

    if (index >= words->count
        || !policy_array_get(words, (uint32_t) index, permission >> 5 & 1,
                             &bits))
    {
        return false;
    }

    return (bits >> (permission & 31) & 1) != 0;
}

#pragma GCC visibility pop

#endif /* POLICY_IMAGE_INT_H */
