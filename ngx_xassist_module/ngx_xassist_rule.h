/* xassist_require: its lines, and what the policy must have for them. */

#ifndef NGX_XASSIST_RULE_H
#define NGX_XASSIST_RULE_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/* Attributes of one line. */
#define NGX_XASSIST_ATTRIBUTES  16


char *ngx_xassist_rule_require(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* Warns when the lines of `parent` are lost in `child`; before the merge. */
void ngx_xassist_rule_merge(ngx_conf_t *cf,
    const ngx_xassist_loc_conf_t *parent, const ngx_xassist_loc_conf_t *child);

/* Postconfiguration: every line against a compiled policy.  NGX_ERROR when a
   rule is not there or an attribute that it asks for is not given. */
ngx_int_t ngx_xassist_rule_check(ngx_conf_t *cf,
    const ngx_xassist_main_conf_t *xmcf, const policy_image_t *image,
    const ngx_str_t *policy);

/* Warns of names that running locations use and the new policy has not. */
void ngx_xassist_rule_gone(ngx_conf_t *cf,
    const ngx_xassist_main_conf_t *xmcf);

/* The main configuration of the cycle before; NULL when it had none. */
const ngx_xassist_main_conf_t *ngx_xassist_rule_before(ngx_cycle_t *cycle);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_RULE_H */
