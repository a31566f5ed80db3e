/* Users who are made, with those they may be, and users who are edited. */

#include "ngx_xassist_api_admin.h"
#include "ngx_xassist_api_users.h"
#include "ngx_xassist_assist.h"
#include "ngx_xassist_page.h"


enum {
    NGX_XASSIST_NAME = 0, NGX_XASSIST_DISPLAY, NGX_XASSIST_FIRST,
    NGX_XASSIST_LAST, NGX_XASSIST_MAIL, NGX_XASSIST_PHONE, NGX_XASSIST_FORCE,
    NGX_XASSIST_CHECK
};

const policy_body_member_t  ngx_xassist_body_person[] = {
    [NGX_XASSIST_NAME] = { .name = "name", .type = POLICY_MEMBER_TEXT },
    [NGX_XASSIST_DISPLAY] = { .name = "display", .type = POLICY_MEMBER_TEXT },
    [NGX_XASSIST_FIRST] = { .name = "first", .type = POLICY_MEMBER_TEXT },
    [NGX_XASSIST_LAST] = { .name = "last", .type = POLICY_MEMBER_TEXT },
    [NGX_XASSIST_MAIL] = { .name = "mail", .type = POLICY_MEMBER_TEXT },
    [NGX_XASSIST_PHONE] = { .name = "phone", .type = POLICY_MEMBER_TEXT },
    [NGX_XASSIST_FORCE] = { .name = "force", .type = POLICY_MEMBER_BOOL },
    [NGX_XASSIST_CHECK] = { .name = "check", .type = POLICY_MEMBER_BOOL },
    { .name = NULL }
};


/* In the order of store_profile_field_t, then what is none. */
const policy_body_member_t  ngx_xassist_body_profile[] = {
    [STORE_PROFILE_DISPLAY] = { .name = "display",
                                .type = POLICY_MEMBER_TEXT },
    [STORE_PROFILE_FIRST] = { .name = "first", .type = POLICY_MEMBER_TEXT },
    [STORE_PROFILE_LAST] = { .name = "last", .type = POLICY_MEMBER_TEXT },
    [STORE_PROFILE_MAIL] = { .name = "mail", .type = POLICY_MEMBER_TEXT },
    [STORE_PROFILE_PHONE] = { .name = "phone", .type = POLICY_MEMBER_TEXT },
    [STORE_PROFILE_FIELDS] = { .name = "kind", .type = POLICY_MEMBER_TEXT },
    { .name = NULL }
};


#define NGX_XASSIST_ALIKE  10

static ngx_int_t ngx_xassist_register_mail(const store_slice_t *mail);
static ngx_int_t ngx_xassist_register_display(ngx_xassist_api_t *api,
    store_slice_t *display);
static ngx_xassist_reason_t ngx_xassist_register_alike(
    ngx_xassist_api_t *api, ngx_uint_t *n);
static ngx_xassist_reason_t ngx_xassist_register_refuse(
    ngx_xassist_api_t *api);
static ngx_xassist_reason_t ngx_xassist_register_show(
    ngx_xassist_api_t *api, const store_id_t *id);


/*
 * Tells of users who may be the same person before it makes another one:
 * with "check" that is all, with "force" it makes the user all the same.  The
 * new user holds no role: who registers others gives them nothing.
 */

ngx_xassist_reason_t
ngx_xassist_api_users_register(ngx_xassist_api_t *api)
{
    ngx_uint_t                   alike;
    store_op_t                  *op;
    ngx_xassist_reason_t         reason;
    const policy_body_member_t  *m;

    m = api->members;
    op = &api->write.op;

    op->in.user_create.name = ngx_xassist_api_given(&m[NGX_XASSIST_NAME]);
    op->in.user_create.display =
        ngx_xassist_api_given(&m[NGX_XASSIST_DISPLAY]);
    op->in.user_create.first = ngx_xassist_api_given(&m[NGX_XASSIST_FIRST]);
    op->in.user_create.last = ngx_xassist_api_given(&m[NGX_XASSIST_LAST]);
    op->in.user_create.mail = ngx_xassist_api_given(&m[NGX_XASSIST_MAIL]);
    op->in.user_create.phone = ngx_xassist_api_given(&m[NGX_XASSIST_PHONE]);

    if (!m[NGX_XASSIST_CHECK].truth) {

        if (op->in.user_create.name.len == 0) {
            op->in.user_create.name = op->in.user_create.mail;
        }

        if (op->in.user_create.name.len == 0) {
            return ngx_xassist_api_wrong(api, "\"name\" or \"mail\" must be "
                                              "given");
        }

        if (ngx_xassist_register_mail(&op->in.user_create.mail) != NGX_OK) {
            return ngx_xassist_api_wrong(api, "\"mail\" must be an address");
        }

        if (ngx_xassist_register_display(api, &op->in.user_create.display)
            != NGX_OK)
        {
            return NGX_XASSIST_R_STORE_UNAVAILABLE;
        }
    }

    if (!m[NGX_XASSIST_FORCE].truth || m[NGX_XASSIST_CHECK].truth) {
        reason = ngx_xassist_register_alike(api, &alike);

        if (reason != NGX_XASSIST_R_NONE || alike != 0
            || m[NGX_XASSIST_CHECK].truth)
        {
            return reason != NGX_XASSIST_R_NONE
                   ? reason : ngx_xassist_register_refuse(api);
        }

        ngx_xassist_json_init(&api->json, api->request->pool);
        ngx_xassist_json_open(&api->json, NULL, '{');
    }

    if (ngx_xassist_id_mint(&op->in.user_create.user) != NGX_OK
        || ngx_xassist_id_mint(&op->in.user_create.task) != NGX_OK)
    {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    op->in.user_create.account = api->ctx->account;

    if (!store_id_none(&api->ctx->user)) {
        op->in.user_create.session = api->ctx->session;
    }

    return ngx_xassist_api_op(api, STORE_OP_USER_CREATE);
}


/* Something, "@", something. */

static ngx_int_t
ngx_xassist_register_mail(const store_slice_t *mail)
{
    u_char  *at;

    if (mail->len == 0) {
        return NGX_OK;
    }

    at = ngx_strlchr((u_char *) mail->data, (u_char *) mail->data + mail->len,
                     '@');

    return at != NULL && at != mail->data && at != mail->data + mail->len - 1
           ? NGX_OK : NGX_ERROR;
}


/* "FIRST LAST" unless it was given. */

static ngx_int_t
ngx_xassist_register_display(ngx_xassist_api_t *api, store_slice_t *display)
{
    u_char                *p, *data;
    const store_slice_t   *first, *last;

    first = &api->write.op.in.user_create.first;
    last = &api->write.op.in.user_create.last;

    if (display->len != 0 || first->len + last->len == 0) {
        return NGX_OK;
    }

    data = ngx_pnalloc(api->request->pool, first->len + 1 + last->len);
    if (data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(data, first->data, first->len);

    if (first->len != 0 && last->len != 0) {
        *p++ = ' ';
    }

    p = ngx_cpymem(p, last->data, last->len);
    display->data = data;
    display->len = p - data;

    return NGX_OK;
}


/* Writes {"duplicates": [...], "more"} into the API's JSON. */

static ngx_xassist_reason_t
ngx_xassist_register_alike(ngx_xassist_api_t *api, ngx_uint_t *n)
{
    ngx_uint_t             i;
    ngx_str_t              groups;
    store_op_t            *op;
    store_hit_t            hits[NGX_XASSIST_ALIKE];
    store_found_t          found;
    store_alike_t          person;
    store_status_t         status;
    policy_assistance_t    terms;
    ngx_xassist_json_t    *json;
    ngx_xassist_reason_t   reason;

    op = &api->write.op;
    json = &api->json;
    *n = 0;

    if (ngx_xassist_assist_terms(api->worker, api->request->pool, &terms,
                                 &groups)
        != NGX_OK)
    {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    ngx_memzero(&found, sizeof(store_found_t));
    found.hits = hits;
    found.max = NGX_XASSIST_ALIKE;

    person.first = op->in.user_create.first;
    person.last = op->in.user_create.last;
    person.mail = op->in.user_create.mail;
    person.phone = op->in.user_create.phone;
    person.weight_mail = terms.mail;
    person.weight_phone = terms.phone;
    person.weight_name = terms.name;
    person.threshold = terms.threshold;

    reason = ngx_xassist_api_read(api);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    status = store_alike(api->worker->read, &api->ctx->account, &person,
                         &found);

    if (status == STORE_OK) {
        *n = found.n;
        ngx_xassist_json_open(json, "duplicates", '[');

        for (i = 0; i < found.n; i++) {
            ngx_xassist_json_open(json, NULL, '{');
            ngx_xassist_users_members(api, &hits[i].user);
            ngx_xassist_json_time(json, "signed_in", hits[i].user.signed_in);
            ngx_xassist_json_time(json, "failed_at", hits[i].user.failed_at);
            ngx_xassist_json_number(json, "confidence", hits[i].score);
            ngx_xassist_json_close(json, '}');
        }

        ngx_xassist_json_close(json, ']');
        ngx_xassist_json_bool(json, "more", found.more);
    }

    return ngx_xassist_api_end(api, status);
}


/* What was found, as the answer of a check or as the reason why not. */

static ngx_xassist_reason_t
ngx_xassist_register_refuse(ngx_xassist_api_t *api)
{
    ngx_str_t                        body;
    ngx_uint_t                       check;
    ngx_xassist_json_t              *json;
    const ngx_xassist_reason_row_t  *row;

    json = &api->json;
    check = api->members[NGX_XASSIST_CHECK].truth;
    row = ngx_xassist_reason(NGX_XASSIST_R_POSSIBLE_DUPLICATES);

    if (!check) {
        ngx_xassist_json_word(json, "type",
                              "urn:xassist:reason:possible_duplicates");
        ngx_xassist_json_str(json, "title", &row->what[NGX_XASSIST_EN]);
        ngx_xassist_json_number(json, "status", row->status);
        ngx_xassist_json_str(json, "reason", &row->code);
    }

    ngx_xassist_json_close(json, '}');

    if (ngx_xassist_json_done(json, &body) != NGX_OK) {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    api->sent = 1;
    api->rc = ngx_xassist_page_send(api->request,
                                    check ? NGX_HTTP_OK : row->status,
                                    check ? NGX_XASSIST_PAGE_JSON
                                          : "application/problem+json",
                                    &body);

    return NGX_XASSIST_R_NONE;
}


ngx_xassist_reason_t
ngx_xassist_api_users_registered(ngx_xassist_api_t *api)
{
    api->status = NGX_HTTP_CREATED;

    return ngx_xassist_register_show(api, &api->write.op.out.made);
}


static ngx_xassist_reason_t
ngx_xassist_register_show(ngx_xassist_api_t *api, const store_id_t *id)
{
    store_user_t          user;
    store_status_t        status;
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_api_read(api);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    status = store_user_get(api->worker->read, id, &user);

    if (status == STORE_OK) {
        ngx_xassist_users_members(api, &user);
    }

    return ngx_xassist_api_end(api, status);
}


/* One's own, or of whom one assists now. */

ngx_xassist_reason_t
ngx_xassist_api_users_update(ngx_xassist_api_t *api)
{
    ngx_uint_t                   i, own;
    store_op_t                  *op;
    ngx_xassist_reason_t         reason;
    const policy_body_member_t  *m;

    reason = ngx_xassist_api_ask(api, NGX_XASSIST_API_USERS_UPDATE_OWN, NULL);
    own = store_id_equal(&api->ids[0], &api->ctx->user);

    if (!own) {
        reason = ngx_xassist_api_ask(api, NGX_XASSIST_API_USERS_ASSISTED,
                                     NULL);
    }

    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    if (store_id_none(&api->ctx->user)) {
        return NGX_XASSIST_R_PERMISSION_MISSING;
    }

    if (!own && !store_id_equal(&api->ids[0], &api->ctx->subject)) {
        return NGX_XASSIST_R_ASSISTANCE_ENDED;
    }

    /* An address is where the next password may be sent. */

    if (!own) {
        reason = ngx_xassist_api_covers_user(api, &api->ids[0]);

        if (reason != NGX_XASSIST_R_NONE) {
            return reason;
        }
    }

    m = api->members;
    op = &api->write.op;

    op->in.user_profile.kind = STORE_TASK_SUBMITTED;

    if (m[STORE_PROFILE_FIELDS].given) {
        op->in.user_profile.kind =
            ngx_xassist_api_word_of(&m[STORE_PROFILE_FIELDS].text,
                                    store_task_kind_names, 1);

        if (op->in.user_profile.kind == UINT8_MAX) {
            return ngx_xassist_api_wrong(api, "\"kind\" must be done, saved "
                                              "or submitted");
        }
    }

    for (i = 0; i < STORE_PROFILE_FIELDS; i++) {
        op->in.user_profile.to[i] = ngx_xassist_api_given(&m[i]);
        op->in.user_profile.set |= (uint32_t) m[i].given << i;
    }

    if (ngx_xassist_register_mail(&op->in.user_profile.to[STORE_PROFILE_MAIL])
        != NGX_OK)
    {
        return ngx_xassist_api_wrong(api, "\"mail\" must be an address");
    }

    if (ngx_xassist_id_mint(&op->in.user_profile.task) != NGX_OK) {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    op->in.user_profile.user = api->ids[0];
    op->in.user_profile.session = api->ctx->session;

    return ngx_xassist_api_op(api, STORE_OP_USER_PROFILE);
}


ngx_xassist_reason_t
ngx_xassist_api_users_updated(ngx_xassist_api_t *api)
{
    return ngx_xassist_register_show(api, &api->ids[0]);
}
