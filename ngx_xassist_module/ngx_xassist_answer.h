/*
 * Telling outcomes.  A commit may hold those of a thousand operations: a turn
 * of the event loop tells a few, and other sockets are served between.
 */

#ifndef NGX_XASSIST_ANSWER_H
#define NGX_XASSIST_ANSWER_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

typedef struct {
    ngx_xassist_worker_t  *worker;
    ngx_event_t            more;
    ngx_xassist_write_t   *first;              /* to be told */
    ngx_xassist_write_t  **last;
    ngx_uint_t             came;               /* posted since some were */
} ngx_xassist_answers_t;


void ngx_xassist_answer_init(ngx_xassist_answers_t *answers,
    ngx_xassist_worker_t *worker);

/* Operations whose outcome is known, behind those not yet told theirs: each
   is told once, in this order, later. */
void ngx_xassist_answer_add(ngx_xassist_answers_t *answers,
    ngx_xassist_write_t *list);

/* Tells some now. */
void ngx_xassist_answer_some(ngx_xassist_answers_t *answers);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_ANSWER_H */
