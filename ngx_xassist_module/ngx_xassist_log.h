/* Error logs: no line of a worker's holds a token, whichever message of nginx
   quotes what the client sent, and however early. */

#ifndef NGX_XASSIST_LOG_H
#define NGX_XASSIST_LOG_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/* Notes the error log of a place, when its configuration is merged. */
ngx_int_t ngx_xassist_log_note(ngx_conf_t *cf,
    ngx_xassist_main_conf_t *xmcf);

/* In a worker: from here on tokens are cut out of what is written to these
   logs, to the cycle's and to those of the listening sockets. */
ngx_int_t ngx_xassist_log_guard(ngx_cycle_t *cycle,
    ngx_xassist_main_conf_t *xmcf);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_LOG_H */
