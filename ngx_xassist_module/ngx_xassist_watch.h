/*
 * Learning of changes: any process that commits to the store wakes every
 * worker, which reads the new events and lets what they name be decided
 * again.  inotify tells at once, a poll every 100 ms stands behind it.
 */

#ifndef NGX_XASSIST_WATCH_H
#define NGX_XASSIST_WATCH_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

ngx_int_t ngx_xassist_watch_init(ngx_xassist_worker_t *worker);

/* With the store open; everything live is decided again, since events may
   have been missed. */
void ngx_xassist_watch_start(ngx_xassist_worker_t *worker);
void ngx_xassist_watch_stop(ngx_xassist_worker_t *worker);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_WATCH_H */
