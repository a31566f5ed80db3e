#include "ngx_xassist_log.h"
#include "ngx_xassist_redact.h"


/* What wrote the lines before. */
typedef struct {
    ngx_log_writer_pt    writer;               /* NULL: the file */
    void                *wdata;
} ngx_xassist_log_t;


static ngx_int_t ngx_xassist_log_chain(ngx_cycle_t *cycle, ngx_log_t *log);
static void ngx_xassist_log_write(ngx_log_t *log, ngx_uint_t level,
    u_char *buf, size_t len);


ngx_int_t
ngx_xassist_log_note(ngx_conf_t *cf, ngx_xassist_main_conf_t *xmcf)
{
    ngx_log_t                 **logs;
    ngx_uint_t                  i;
    ngx_http_core_loc_conf_t   *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    logs = xmcf->logs.elts;

    for (i = 0; i < xmcf->logs.nelts; i++) {
        if (logs[i] == clcf->error_log) {
            return NGX_OK;
        }
    }

    logs = ngx_array_push(&xmcf->logs);
    if (logs == NULL) {
        return NGX_ERROR;
    }

    *logs = clcf->error_log;

    return NGX_OK;
}


ngx_int_t
ngx_xassist_log_guard(ngx_cycle_t *cycle, ngx_xassist_main_conf_t *xmcf)
{
    ngx_log_t        **logs;
    ngx_uint_t         i;
    ngx_listening_t   *ls;

    if (ngx_xassist_log_chain(cycle, cycle->log) != NGX_OK) {
        return NGX_ERROR;
    }

    logs = xmcf->logs.elts;

    for (i = 0; i < xmcf->logs.nelts; i++) {
        if (ngx_xassist_log_chain(cycle, logs[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    /* Copies, made before: what is said of a connection that has sent
       nothing yet. */

    ls = cycle->listening.elts;

    for (i = 0; i < cycle->listening.nelts; i++) {
        if (ngx_xassist_log_chain(cycle, &ls[i].log) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_log_chain(ngx_cycle_t *cycle, ngx_log_t *log)
{
    ngx_xassist_log_t  *former;

    for ( /* void */ ; log; log = log->next) {

        if (log->writer == ngx_xassist_log_write
            || (log->writer == NULL && log->file == NULL))
        {
            continue;
        }

        former = ngx_palloc(cycle->pool, sizeof(ngx_xassist_log_t));
        if (former == NULL) {
            return NGX_ERROR;
        }

        former->writer = log->writer;
        former->wdata = log->wdata;
        log->writer = ngx_xassist_log_write;
        log->wdata = former;
    }

    return NGX_OK;
}


/* The line itself stays as it is: nginx gives it to the next log, too. */

static void
ngx_xassist_log_write(ngx_log_t *log, ngx_uint_t level, u_char *buf,
    size_t len)
{
    u_char              line[NGX_MAX_ERROR_STR];
    ngx_log_t           other;
    ngx_xassist_log_t  *former;

    former = log->wdata;
    len = ngx_xassist_redact_line(buf, ngx_min(len, sizeof(line)), line);

    if (former->writer != NULL) {
        other = *log;
        other.writer = former->writer;
        other.wdata = former->wdata;
        former->writer(&other, level, line, len);
        return;
    }

    /* On a full disk once a second, as nginx itself does. */

    if (ngx_time() == log->disk_full_time) {
        return;
    }

    if (ngx_write_fd(log->file->fd, line, len) == -1
        && ngx_errno == NGX_ENOSPC)
    {
        log->disk_full_time = ngx_time();
    }
}
