#include "ngx_xassist_answer.h"
#include "ngx_xassist_metrics.h"
#include "ngx_xassist_worker.h"
#include "ngx_xassist_writer.h"


#define NGX_XASSIST_ANSWERS       2
#define NGX_XASSIST_ANSWER_TIMER  60000        /* milliseconds */


static void ngx_xassist_answer_more(ngx_event_t *ev);
static void ngx_xassist_answer_owe(ngx_xassist_answers_t *answers);


void
ngx_xassist_answer_init(ngx_xassist_answers_t *answers,
    ngx_xassist_worker_t *worker)
{
    answers->worker = worker;
    answers->more.data = &ngx_xassist_no_connection;
    answers->more.handler = ngx_xassist_answer_more;
    answers->more.log = worker->log;
}


void
ngx_xassist_answer_add(ngx_xassist_answers_t *answers,
    ngx_xassist_write_t *list)
{
    if (list == NULL) {
        return;
    }

    if (answers->first == NULL) {
        answers->last = &answers->first;
        answers->came = 0;
    }

    *answers->last = list;

    while (list->next != NULL) {
        list = list->next;
    }

    answers->last = &list->next;
    ngx_xassist_answer_owe(answers);
}


/* The timer keeps a worker that is to stop until the last one is told. */

static void
ngx_xassist_answer_owe(ngx_xassist_answers_t *answers)
{
    ngx_post_event(&answers->more, &ngx_posted_next_events);

    if (!answers->more.timer_set) {
        ngx_add_timer(&answers->more, NGX_XASSIST_ANSWER_TIMER);
    }
}


static void
ngx_xassist_answer_more(ngx_event_t *ev)
{
    ngx_xassist_answer_some((ngx_xassist_answers_t *)
        ((u_char *) ev - offsetof(ngx_xassist_answers_t, more)));
}


void
ngx_xassist_answer_some(ngx_xassist_answers_t *answers)
{
    ngx_uint_t            n, most;
    ngx_xassist_write_t  *write;

    /* Never fewer than come in, or they would pile up. */

    most = ngx_max(NGX_XASSIST_ANSWERS, answers->came);
    answers->came = 0;

    for (n = 0; answers->first != NULL && n < most; n++) {
        write = answers->first;
        answers->first = write->next;
        write->done(write);
    }

    if (n != 0) {
        ngx_xassist_metrics_observe(answers->worker,
                                    NGX_XASSIST_COMMIT_ANSWERS, n);
    }

    if (answers->first != NULL) {
        ngx_xassist_answer_owe(answers);
        return;
    }

    if (answers->more.posted) {
        ngx_delete_posted_event(&answers->more);
    }

    if (answers->more.timer_set) {
        ngx_del_timer(&answers->more);
    }
}
