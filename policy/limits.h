/*
 * Ceilings of policy/: what an input may be at most.  Each is far above what
 * an installation needs and low enough that a hostile file costs little.
 */

#ifndef POLICY_LIMITS_H
#define POLICY_LIMITS_H

/* The text of policy.json. */
#define POLICY_MAX_TEXT          (32u * 1024 * 1024)
#define POLICY_MAX_DEPTH         32u
#define POLICY_MAX_NODES         3000000u
#define POLICY_MAX_STRING        4096u

/* Names: permissions, roles, profiles, rules, attributes, aliases. */
#define POLICY_MAX_NAME          100u
#define POLICY_MAX_ALIASES       16u

#define POLICY_MAX_PERMISSIONS   4096u  /* 64 words of 64 bits */
#define POLICY_MAX_ROLES         100000u
#define POLICY_MAX_PROFILES      1024u
#define POLICY_MAX_RULES         100000u
#define POLICY_MAX_SHORTCUTS     64u

/* What a permission requires, all steps counted. */
#define POLICY_MAX_REQUIRES      32u

/* Steps of one rule after the rules it names were put in their place. */
#define POLICY_MAX_STEPS         512u
#define POLICY_MAX_STACK         34u
#define POLICY_MAX_RULE_DEPTH    32u
#define POLICY_MAX_CHOICES       64u    /* of one "in" */

/* Name tables: a seed is looked for until no name needs more looks. */
#define POLICY_MAX_PROBES        32u

/* What one query may bring along. */
#define POLICY_MAX_QUERY_ROLES   1024u
#define POLICY_MAX_ATTRIBUTES    32u

/* The keys file. */
#define POLICY_MAX_KEYS_TEXT     65536u
#define POLICY_MAX_KEYS          64u
#define POLICY_MAX_KEY_ID        15u
#define POLICY_HMAC_KEY_LEN      32u
#define POLICY_MAX_KEY_LEN       256u

/* A Janus token's text: D. */
#define POLICY_MAX_JANUS         512u
#define POLICY_MAX_CLAIMS        4096u  /* bytes of claims to sign */

#endif /* POLICY_LIMITS_H */
