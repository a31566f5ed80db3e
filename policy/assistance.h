/* Assistance, as a policy allows it. */

#ifndef POLICY_ASSISTANCE_H
#define POLICY_ASSISTANCE_H

#include <policy/policy.h>

#pragma GCC visibility push(hidden)

/*
 * Terms of assistance, where an agent acts for a user.  They say who may be
 * assisted and how long, never what may be done meanwhile.
 */
typedef struct {
    uint32_t requires;                 /* rule of agents; NONE: nobody may */
    bool     reason_required;
    bool     anonymous;                /* users without an account */
    uint64_t max_duration;             /* milliseconds, 0: no limit */
    uint32_t groups;                   /* users of these; 0: of every one */
    uint32_t shortcuts;                /* names of tasks to offer */
    uint8_t  mail;                     /* percent that a same mail address, */
    uint8_t  phone;                    /* phone number, or name makes it */
    uint8_t  name;                     /* the same person, */
    uint8_t  threshold;                /* and what is not worth telling */
} policy_assistance_t;

policy_status_t policy_assistance(const policy_image_t *image,
    policy_assistance_t *out) POLICY_USE_RESULT;

/* Name k of scope_groups, of shortcuts; empty past the end. */
policy_str_t policy_assistance_group(const policy_image_t *image,
    uint32_t k);
policy_str_t policy_assistance_shortcut(const policy_image_t *image,
    uint32_t k);

#pragma GCC visibility pop

#endif /* POLICY_ASSISTANCE_H */
