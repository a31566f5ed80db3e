/* Server-sent events from the log: what of it the caller may see. */

#include "ngx_xassist_api_route.h"
#include "ngx_xassist_decide.h"
#include "ngx_xassist_events.h"
#include "ngx_xassist_identify.h"


static ngx_int_t ngx_xassist_api_events_number(const ngx_str_t *text,
    uint64_t *number);


/* Guests name their call; who names none sees what is their own. */

ngx_xassist_reason_t
ngx_xassist_api_events(ngx_xassist_api_t *api)
{
    uint64_t              after;
    ngx_str_t             value;
    ngx_uint_t            given, present;
    store_id_t            call, *about;
    ngx_table_elt_t      *h;
    ngx_xassist_reason_t  reason;

    about = NULL;
    given = 0;
    after = 0;

    if (ngx_http_arg(api->request, (u_char *) "call", 4, &value) == NGX_OK) {

        if (ngx_xassist_id_parse(&value, &call) != NGX_OK) {
            return ngx_xassist_api_wrong(api, "call must be the id of a "
                                              "call");
        }

        about = &call;
    }

    reason = ngx_xassist_api_ask(api, NGX_XASSIST_API_EVENTS_LIST, about);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    present = ngx_http_arg(api->request, (u_char *) "present", 7, &value)
              == NGX_OK
              && value.len == 1 && value.data[0] == '1';

    if (present && about == NULL) {
        return ngx_xassist_api_wrong(api, "present needs a call");
    }

    if (present) {

        /* To be in a call is more than to hear of it. */

        ngx_xassist_decide_for(api->request, api->ctx, about,
                               &api->worker->conf->in_call);

        if (api->ctx->verdict != NGX_XASSIST_ALLOW) {
            return api->ctx->reason;
        }

        present = api->request->method == NGX_HTTP_GET;
    }

    h = ngx_xassist_header(api->request, "last-event-id",
                           sizeof("last-event-id") - 1);

    if (h != NULL) {
        value = h->value;
        given = 1;

    } else if (ngx_http_arg(api->request, (u_char *) "after", 5, &value)
               == NGX_OK)
    {
        given = 1;
    }

    if (given && ngx_xassist_api_events_number(&value, &after) != NGX_OK) {
        return ngx_xassist_api_wrong(api, "Last-Event-ID must be a number "
                                          "that was given before");
    }

    return ngx_xassist_events_open(api, about, given ? &after : NULL,
                                   present);
}


static ngx_int_t
ngx_xassist_api_events_number(const ngx_str_t *text, uint64_t *number)
{
    off_t  n;

    n = ngx_atoof(text->data, text->len);

    if (n == (off_t) NGX_ERROR) {
        return NGX_ERROR;
    }

    *number = (uint64_t) n;

    return NGX_OK;
}
