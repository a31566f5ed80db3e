/* xassist_task NAME: what was done here stands in the history of a user. */

#ifndef NGX_XASSIST_TASK_H
#define NGX_XASSIST_TASK_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

ngx_int_t ngx_xassist_task_init(ngx_conf_t *cf);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_TASK_H */
