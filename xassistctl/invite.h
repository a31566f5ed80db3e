/* What the files of invite ... share. */

#ifndef CTL_INVITE_H
#define CTL_INVITE_H

#include <xassistctl/ctl.h>

#pragma GCC visibility push(hidden)

/* conference, service_request, external, by store_inv_kind_t; then NULL. */
extern const char *const  ctl_invite_kinds[];

/* The kind of that name, or 0. */
size_t ctl_invite_kind(const char *name);

/* The stricter idle limit of the terms and of the profile, if there is one
   of that name. */
uint64_t ctl_invite_idle(const policy_image_t *image,
    const policy_terms_t *terms, store_slice_t profile);

int ctl_invite_reapply(const ctl_options_t *options, int argc, char **argv);

#pragma GCC visibility pop

#endif /* CTL_INVITE_H */
