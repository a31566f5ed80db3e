#include "ngx_xassist_card.h"
#include "ngx_xassist_account.h"
#include "ngx_xassist_login_state.h"
#include "ngx_xassist_ctx.h"
#include "ngx_xassist_device.h"
#include "ngx_xassist_platform.h"
#include "ngx_xassist_evaluate.h"
#include "ngx_xassist_form.h"
#include "ngx_xassist_json.h"
#include "ngx_xassist_page.h"
#include "ngx_xassist_worker.h"


#define NGX_XASSIST_CARD_PATH  "/v1/cards/"


/* A card that somebody holds up, and whose it is. */
typedef struct {
    ngx_xassist_login_t     login;             /* first: one is the other */
    store_id_t              pass;
    ngx_str_t               company;
    uint64_t                expires;
} ngx_xassist_card_t;


static ngx_uint_t ngx_xassist_card_path(ngx_http_request_t *r);
static void ngx_xassist_card_post(ngx_http_request_t *r);
static ngx_xassist_reason_t ngx_xassist_card_body(ngx_xassist_card_t *card);
static ngx_xassist_reason_t ngx_xassist_card_read(ngx_xassist_card_t *card);
static ngx_xassist_reason_t ngx_xassist_card_reason(store_reason_t reason);
static ngx_int_t ngx_xassist_card_copy(ngx_xassist_card_t *card,
    const store_pass_view_t *view);
static ngx_xassist_reason_t ngx_xassist_card_use(ngx_xassist_card_t *card);
static void ngx_xassist_card_resume(ngx_http_request_t *r);
static ngx_int_t ngx_xassist_card_says(ngx_xassist_card_t *card,
    ngx_xassist_reason_t reason);
static ngx_int_t ngx_xassist_card_page(ngx_xassist_login_t *login,
    ngx_xassist_reason_t reason);


ngx_int_t
ngx_xassist_card_handler(ngx_http_request_t *r)
{
    ngx_int_t             rc;
    ngx_xassist_card_t   *card;
    ngx_xassist_reason_t  reason;

    if (!ngx_xassist_card_path(r)
        || !(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD|NGX_HTTP_POST)))
    {
        return NGX_DECLINED;
    }

    card = ngx_pcalloc(r->pool, sizeof(ngx_xassist_card_t));

    if (card == NULL || ngx_xassist_login_init(&card->login, r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    card->login.page = ngx_xassist_card_page;

    if (r->method == NGX_HTTP_POST) {

        if (r->headers_in.content_length_n > NGX_XASSIST_BODY_MAX) {
            return ngx_xassist_page_send_reason(r, NGX_XASSIST_R_TOO_LARGE);
        }

        rc = ngx_http_read_client_request_body(r, ngx_xassist_card_post);

        return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
    }

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    /* Looking at it changes nothing. */

    reason = ngx_xassist_card_read(card);
    card->login.ctx->reason = reason;

    return ngx_xassist_card_says(card, reason);
}


/* The token itself was cut out: a name for it stands in its place. */

static ngx_uint_t
ngx_xassist_card_path(ngx_http_request_t *r)
{
    u_char  *p, *last;

    p = ngx_strnstr(r->uri.data, NGX_XASSIST_CARD_PATH, r->uri.len);
    if (p == NULL) {
        return 0;
    }

    last = r->uri.data + r->uri.len;
    p += sizeof(NGX_XASSIST_CARD_PATH) - 1;

    return p < last && ngx_strlchr(p, last, '/') == NULL;
}


static void
ngx_xassist_card_post(ngx_http_request_t *r)
{
    ngx_xassist_card_t    *card;
    ngx_xassist_reason_t   reason;

    card = (ngx_xassist_card_t *) ngx_xassist_login_of(r);

    reason = ngx_xassist_login_admit(&card->login);

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_card_body(card);
    }

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_card_read(card);
    }

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_card_use(card);
    }

    if (reason != NGX_XASSIST_R_NONE) {
        ngx_http_finalize_request(r, ngx_xassist_login_answer(&card->login,
                                                              reason));
    }
}


/* A form may say where to go then; JSON has nothing to say. */

static ngx_xassist_reason_t
ngx_xassist_card_body(ngx_xassist_card_t *card)
{
    u_char           none[8];
    ngx_int_t        rc;
    ngx_str_t        body;
    policy_error_t   error;

    rc = ngx_xassist_form_body(card->login.request, &body);

    if (rc != NGX_OK) {
        return rc == NGX_DECLINED ? NGX_XASSIST_R_TOO_LARGE
                                  : NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    if (!card->login.form) {
        return body.len == 0
               || policy_body_read((char *) body.data, body.len, NULL, 0,
                                   (char *) none, &error)
                  == POLICY_OK
               ? NGX_XASSIST_R_NONE : NGX_XASSIST_R_INVALID_REQUEST;
    }

    if (ngx_xassist_form_field(card->login.request->pool, &body, "next",
                               &card->login.back)
        != NGX_OK)
    {
        return NGX_XASSIST_R_INVALID_REQUEST;
    }

    if (!ngx_xassist_login_back(&card->login.back)) {
        ngx_str_null(&card->login.back);
    }

    return NGX_XASSIST_R_NONE;
}


static ngx_xassist_reason_t
ngx_xassist_card_read(ngx_xassist_card_t *card)
{
    ngx_int_t              rc;
    store_status_t         status;
    store_pass_view_t      view;
    policy_token_kind_t    kind;
    ngx_xassist_login_t   *login;
    ngx_xassist_worker_t  *worker;

    login = &card->login;
    worker = login->worker;

    if (login->ctx->link.len != POLICY_TOKEN_LEN
        || worker->conf->keys == NULL
        || policy_token_open(worker->conf->keys, worker->cache,
                             (char *) login->ctx->link.data,
                             login->ctx->link.len, &kind, card->pass.b)
           != POLICY_OK
        || kind != POLICY_TOKEN_TRANSFER)
    {
        return NGX_XASSIST_R_UNKNOWN_LINK;
    }

    if (ngx_xassist_worker_read(worker) != NGX_OK) {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    status = store_pass(worker->read, &card->pass, ngx_xassist_now(), &view);
    rc = status != STORE_OK ? NGX_ERROR
         : ngx_xassist_account_check(login->request, worker->read,
                                     &view.account);

    if (rc == NGX_OK) {
        rc = ngx_xassist_card_copy(card, &view);
    }

    store_read_reset(worker->read);

    if (rc == NGX_ERROR) {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    /* A guest's pass to another device is no card; one of another account is
       as one that is not there. */

    if (view.purpose == STORE_PASS_TRANSFER) {
        return NGX_XASSIST_R_UNKNOWN_LINK;
    }

    if (rc == NGX_DECLINED) {
        return NGX_XASSIST_R_EXPIRED;
    }

    return ngx_xassist_card_reason(view.reason);
}


/* That the one who showed it is signed out says nothing about who holds it
   up: to him it is over. */

static ngx_xassist_reason_t
ngx_xassist_card_reason(store_reason_t reason)
{
    return reason == STORE_REASON_SIGNED_OUT || reason == STORE_REASON_IDLE
           ? NGX_XASSIST_R_EXPIRED : ngx_xassist_reason_of_store(reason);
}


static ngx_int_t
ngx_xassist_card_copy(ngx_xassist_card_t *card, const store_pass_view_t *view)
{
    u_char  *p;

    p = ngx_pnalloc(card->login.request->pool, view->name.len
                                               + view->account_name.len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    card->login.user = view->user;
    card->expires = view->expires;

    card->login.display.data = p;
    card->login.display.len = view->name.len;
    p = ngx_cpymem(p, view->name.data, view->name.len);

    card->company.data = p;
    card->company.len = view->account_name.len;
    ngx_memcpy(p, view->account_name.data, view->account_name.len);

    return NGX_OK;
}


static ngx_xassist_reason_t
ngx_xassist_card_use(ngx_xassist_card_t *card)
{
    store_op_t           *op;
    policy_settings_t     settings;
    ngx_xassist_login_t  *login;

    login = &card->login;
    op = &login->write.op;

    if (ngx_xassist_writer_prepare(login->worker, STORE_OP_PASS_USE, op)
        != NGX_OK
        || ngx_xassist_settings(login->worker, &settings) != NGX_OK
        || ngx_xassist_id_mint(&op->in.pass_use.session) != NGX_OK)
    {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    op->in.pass_use.pass = card->pass;
    op->in.pass_use.device =
        (uint8_t) ngx_xassist_device(login->request, login->touch);
    op->in.pass_use.platform =
        (uint8_t) ngx_xassist_platform(login->request, login->touch);
    op->in.pass_use.lifetime = settings.session_lifetime;
    op->in.pass_use.idle = settings.session_idle;
    op->in.pass_use.per_user = settings.sessions_per_user;

    login->request->read_event_handler = ngx_http_test_reading;

    return ngx_xassist_writer_wait(login->request, &login->write,
                                   ngx_xassist_card_resume)
           == NGX_OK ? NGX_XASSIST_R_NONE : NGX_XASSIST_R_STORE_UNAVAILABLE;
}


static void
ngx_xassist_card_resume(ngx_http_request_t *r)
{
    ngx_int_t             rc;
    store_op_t           *op;
    ngx_xassist_login_t  *login;

    r->write_event_handler = ngx_http_request_empty_handler;

    login = ngx_xassist_login_of(r);
    op = &login->write.op;

    if (op->status == STORE_OK) {
        rc = ngx_xassist_login_made(login);

    } else {
        rc = ngx_xassist_login_answer(login,
                 op->status == STORE_REFUSED
                 ? ngx_xassist_card_reason(op->reason)
                 : NGX_XASSIST_R_STORE_UNAVAILABLE);
    }

    ngx_http_finalize_request(r, rc);
}


static ngx_int_t
ngx_xassist_card_says(ngx_xassist_card_t *card, ngx_xassist_reason_t reason)
{
    ngx_str_t                body;
    ngx_xassist_json_t       json;
    ngx_http_request_t      *r;
    ngx_xassist_loc_conf_t  *xlcf;

    r = card->login.request;
    xlcf = ngx_http_get_module_loc_conf(r, ngx_xassist_module);

    if (xlcf->pages != NULL && ngx_xassist_page_browser(r)) {
        return ngx_xassist_card_page(&card->login, reason);
    }

    if (reason != NGX_XASSIST_R_NONE) {
        return ngx_xassist_page_send_reason(r, reason);
    }

    ngx_xassist_json_init(&json, r->pool);
    ngx_xassist_json_open(&json, NULL, '{');
    ngx_xassist_json_str(&json, "name", &card->login.display);
    ngx_xassist_json_str(&json, "account", &card->company);
    ngx_xassist_json_time(&json, "expires", card->expires);
    ngx_xassist_json_close(&json, '}');

    if (ngx_xassist_json_done(&json, &body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_xassist_page_send(r, NGX_HTTP_OK, NGX_XASSIST_PAGE_JSON,
                                 &body);
}


/* Whose card it is, and one button; or why it is of no use. */

static ngx_int_t
ngx_xassist_card_page(ngx_xassist_login_t *login, ngx_xassist_reason_t reason)
{
    ngx_uint_t           usable;
    ngx_xassist_card_t  *card = (ngx_xassist_card_t *) login;

    ngx_str_t            none = ngx_null_string;
    ngx_xassist_loc_conf_t  *xlcf;

    xlcf = ngx_http_get_module_loc_conf(login->request, ngx_xassist_module);
    usable = reason == NGX_XASSIST_R_NONE;

    const ngx_xassist_shown_t  shown[] = {
        { "name", usable ? &login->display : &none },
        { "account", usable ? &card->company : &none },
        { "back", &login->back },
        { NULL, NULL }
    };

    return ngx_xassist_login_render(login, reason,
                                    xlcf->pages != NULL ? xlcf->pages->card
                                                        : NULL, shown);
}
