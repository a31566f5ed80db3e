/* What the systems of the operator's are sent. */

#include "ngx_xassist_courier.h"
#include "ngx_xassist_json.h"
#include "ngx_xassist_message.h"


static ngx_int_t ngx_xassist_courier_link(ngx_xassist_worker_t *worker,
    ngx_pool_t *pool, const store_invitation_t *inv, ngx_str_t *link);
static ngx_int_t ngx_xassist_courier_messages(ngx_pool_t *pool,
    ngx_xassist_json_t *json, const store_invitation_t *inv,
    const store_slice_t *inviter, const ngx_str_t *link);


ngx_int_t
ngx_xassist_courier_event(ngx_xassist_worker_t *worker, ngx_pool_t *pool,
    const store_event_t *event, ngx_str_t *body)
{
    const char          *name;
    store_call_t         call;
    store_user_t         user;
    ngx_xassist_json_t   json;

    name = store_event_name(event->kind);

    if (store_user_get(worker->read, &event->user, &user) != STORE_OK) {
        ngx_memzero(&user, sizeof(store_user_t));
    }

    if (store_call_get(worker->read, &event->call, &call) != STORE_OK) {
        ngx_memzero(&call, sizeof(store_call_t));
    }

    ngx_xassist_json_init(&json, pool);
    ngx_xassist_json_open(&json, NULL, '{');
    ngx_xassist_json_number(&json, "id", event->seq);
    ngx_xassist_json_word(&json, "event", name);
    ngx_xassist_json_time(&json, "time", event->time);
    ngx_xassist_json_id(&json, "account", &event->account);
    ngx_xassist_json_id(&json, "call", &event->call);
    ngx_xassist_json_slice(&json, "title", &call.title);
    ngx_xassist_json_slice(&json, "from", &event->detail);
    ngx_xassist_json_open(&json, "user", '{');
    ngx_xassist_json_id(&json, "id", &event->user);
    ngx_xassist_json_slice(&json, "login", &user.name);
    ngx_xassist_json_slice(&json, "name", &user.display);
    ngx_xassist_json_slice(&json, "mail", &user.mail);
    ngx_xassist_json_close(&json, '}');
    ngx_xassist_json_close(&json, '}');

    return ngx_xassist_json_done(&json, body);
}


ngx_int_t
ngx_xassist_courier_invitation(ngx_xassist_worker_t *worker, ngx_pool_t *pool,
    const store_invitation_t *inv, ngx_str_t *body)
{
    ngx_str_t            link;
    store_call_t         call;
    store_user_t         user;
    store_slice_t        inviter = { NULL, 0 };
    ngx_xassist_json_t   json;

    static const char * const  kinds[] = {
        "", "conference", "service_request", "external"
    };

    static const char * const  channels[] = { "", "mail", "sms", "", "link" };

    ngx_memzero(&call, sizeof(store_call_t));

    if (!store_id_none(&inv->call)
        && store_call_get(worker->read, &inv->call, &call) != STORE_OK)
    {
        return NGX_DECLINED;
    }

    /* A link that leads nowhere any more is not worth sending. */

    if ((inv->state != STORE_INV_UNUSED && inv->state != STORE_INV_REDEEMED)
        || call.state == STORE_CALL_ENDED || inv->kind > STORE_INV_EXTERNAL
        || inv->channel > POLICY_CHANNEL_LINK
        || (inv->expires != 0 && inv->expires <= ngx_xassist_now()))
    {
        return NGX_DECLINED;
    }

    if (ngx_xassist_courier_link(worker, pool, inv, &link) != NGX_OK) {
        return NGX_ERROR;
    }

    if (store_user_get(worker->read, &inv->inviter, &user) == STORE_OK) {
        inviter = user.display.len ? user.display : user.name;
    }

    ngx_xassist_json_init(&json, pool);
    ngx_xassist_json_open(&json, NULL, '{');
    ngx_xassist_json_id(&json, "invitation", &inv->id);
    ngx_xassist_json_id(&json, "account", &inv->account);
    ngx_xassist_json_word(&json, "kind", kinds[inv->kind]);
    ngx_xassist_json_word(&json, "channel", channels[inv->channel]);
    ngx_xassist_json_slice(&json, "to", &inv->to);
    ngx_xassist_json_slice(&json, "name", &inv->name);
    ngx_xassist_json_slice(&json, "inviter", &inviter);
    ngx_xassist_json_slice(&json, "title", &call.title);
    ngx_xassist_json_time(&json, "expires", inv->expires);
    ngx_xassist_json_str(&json, "link", &link);

    if (ngx_xassist_courier_messages(pool, &json, inv, &inviter, &link)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_xassist_json_close(&json, '}');

    return ngx_xassist_json_done(&json, body);
}


static ngx_int_t
ngx_xassist_courier_link(ngx_xassist_worker_t *worker, ngx_pool_t *pool,
    const store_invitation_t *inv, ngx_str_t *link)
{
    char    token[POLICY_TOKEN_LEN];
    u_char  *p;

    link->len = inv->base.len + sizeof("/j/") - 1 + POLICY_TOKEN_LEN;
    link->data = ngx_pnalloc(pool, link->len);

    if (link->data == NULL
        || policy_token_make(worker->conf->keys, POLICY_TOKEN_LINK,
                             inv->id.b, token)
           != POLICY_OK)
    {
        return NGX_ERROR;
    }

    p = ngx_cpymem(link->data, inv->base.data, inv->base.len);
    p = ngx_cpymem(p, "/j/", sizeof("/j/") - 1);
    ngx_memcpy(p, token, POLICY_TOKEN_LEN);

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_courier_messages(ngx_pool_t *pool, ngx_xassist_json_t *json,
    const store_invitation_t *inv, const store_slice_t *inviter,
    const ngx_str_t *link)
{
    ngx_str_t               name, to;
    ngx_uint_t              i;
    ngx_xassist_message_t   message;

    static const char * const  languages[NGX_XASSIST_LANGUAGES] = {
        [NGX_XASSIST_EN] = "en", [NGX_XASSIST_DE] = "de",
        [NGX_XASSIST_FR] = "fr"
    };

    name.data = (u_char *) inviter->data;
    name.len = inviter->len;
    ngx_str_null(&to);

    ngx_xassist_json_open(json, "messages", '[');

    for (i = 0; i < NGX_XASSIST_LANGUAGES; i++) {

        if (ngx_xassist_message(pool, inv->kind, inv->channel, i, &name, link,
                                &to, &message)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        ngx_xassist_json_open(json, NULL, '{');
        ngx_xassist_json_text(json, "lang", (u_char *) languages[i], 2);
        ngx_xassist_json_str(json, "subject", &message.subject);
        ngx_xassist_json_str(json, "text", &message.text);
        ngx_xassist_json_close(json, '}');
    }

    ngx_xassist_json_close(json, ']');

    return NGX_OK;
}
