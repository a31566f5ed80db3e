/* What the step from one policy to another gives a principal, and takes. */

#ifndef CTL_POLICY_CHANGE_H
#define CTL_POLICY_CHANGE_H

#include <xassistctl/ctl.h>

/* A rule or permission that either policy has. */
typedef struct {
    policy_str_t name;
    uint32_t     old;                  /* POLICY_NONE: it has not */
    uint32_t     new;
} ctl_name_t;

/* Who is asked about; texts may be empty. */
typedef struct {
    policy_kind_t   kind;
    policy_device_t device;
    bool            licensed;
    bool            single_user;
    policy_str_t    roles;             /* comma-separated */
    policy_str_t    inviter_roles;     /* of an external */
    policy_str_t    profile;
    policy_str_t    call_profile;
} ctl_subject_t;

/* Where a right is asked for.  A change is told of at the first of these in
   which there is one. */
typedef enum {
    CTL_OUTSIDE = 0,                   /* no call is named */
    CTL_IN_CALL,                       /* a member of the call asks */
    CTL_IN_OWN_CALL,                   /* its owner does */
    CTL_PLACES
} ctl_place_t;

extern const char *const ctl_place_names[CTL_PLACES];

typedef struct ctl_memo_s ctl_memo_t;

typedef struct {
    const policy_image_t *old;
    const policy_image_t *new;
    ctl_name_t           *names;
    uint32_t              count;
    ctl_memo_t           *memo;        /* answers to those who are alike */
    signed char          *spare;
} ctl_changes_t;

#pragma GCC visibility push(hidden)

/* False when memory is short. */
bool ctl_changes_open(ctl_changes_t *changes, const policy_image_t *old,
    const policy_image_t *new);
void ctl_changes_close(ctl_changes_t *changes);

/*
 * One number for each of `names`: 0 no change, 1 + place for a gain,
 * -(1 + place) for a loss.  Lives until the next call.
 */
const signed char *ctl_changes_of(ctl_changes_t *changes,
    const ctl_subject_t *subject);

#pragma GCC visibility pop

#endif /* CTL_POLICY_CHANGE_H */
