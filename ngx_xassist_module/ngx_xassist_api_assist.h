/* Handlers of assistance, interactions and tasks. */

#ifndef NGX_XASSIST_API_ASSIST_H
#define NGX_XASSIST_API_ASSIST_H

#include "ngx_xassist_api_route.h"
#include "ngx_xassist_table.h"

#pragma GCC visibility push(hidden)

extern const policy_body_member_t  ngx_xassist_body_assist[];
extern const policy_body_member_t  ngx_xassist_body_assist_stop[];
extern const policy_body_member_t  ngx_xassist_body_note[];
extern const policy_body_member_t  ngx_xassist_body_reassign[];
extern const policy_body_member_t  ngx_xassist_body_task[];

extern const ngx_xassist_column_t  ngx_xassist_interaction_columns[];
extern const ngx_xassist_column_t  ngx_xassist_task_columns[];

/* Rows about people in groups that the caller manages, out of all. */
typedef struct {
    ngx_xassist_table_t  *table;
    store_id_t            last;        /* whom was asked about, */
    bool                  in;          /* and the answer */
    ngx_uint_t            passed;      /* rows of others */
} ngx_xassist_managed_t;

void ngx_xassist_managed_begin(ngx_xassist_managed_t *managed,
    ngx_xassist_table_t *table);
bool ngx_xassist_managed(ngx_xassist_managed_t *managed,
    const store_id_t *user);

/* After a row of others: whether the walk goes on. */
bool ngx_xassist_managed_more(ngx_xassist_managed_t *managed);

/* The value of a word in a list of store.h, 0 when it is none of it. */
uint8_t ngx_xassist_api_word_of(const policy_str_t *text,
    const char *const *words, uint8_t first);

/* Fills an operation of the caller's session on the interaction in the
   path. */
ngx_xassist_reason_t ngx_xassist_api_assist_op(ngx_xassist_api_t *api,
    store_op_kind_t kind);

ngx_xassist_reason_t ngx_xassist_api_assist_get(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_assist_start(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_assist_pause(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_assist_resume(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_assist_stop(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_assist_done(ngx_xassist_api_t *api);

ngx_xassist_reason_t ngx_xassist_api_interactions_list(
    ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_interactions_get(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_interactions_note(
    ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_interactions_reassign(
    ngx_xassist_api_t *api);

ngx_xassist_reason_t ngx_xassist_api_tasks_list(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_tasks_create(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_tasks_created(ngx_xassist_api_t *api);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_API_ASSIST_H */
