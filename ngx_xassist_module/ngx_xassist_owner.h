/* Who the store's files belong to. */

#ifndef NGX_XASSIST_OWNER_H
#define NGX_XASSIST_OWNER_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/*
 * The user that workers run as, also where the configuration has no `user`;
 * NGX_ERROR where there is no such user.  Workers keep the user of a master
 * that is not root.
 */
ngx_int_t ngx_xassist_owner(ngx_cycle_t *cycle, ngx_uid_t *uid);

/*
 * Gives the files of the store that only root can read to the workers' user,
 * as nginx has done with the folder: a store that root made on the command
 * line could never be opened otherwise.  A problem is logged, and left to the
 * worker that cannot open the store.
 */
void ngx_xassist_owner_give(ngx_cycle_t *cycle, ngx_str_t *folder);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_OWNER_H */
