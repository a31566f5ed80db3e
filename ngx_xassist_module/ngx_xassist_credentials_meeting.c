/* BigBlueButton: the address by which one participant joins the meeting that
   is named by the call's id. */

#include "ngx_xassist_credentials.h"


struct ngx_xassist_meeting_s {
    ngx_str_t                secret;
    ngx_str_t                url;              /* of the API, no / behind */
    ngx_array_t              may;              /* one: moderates */
};


static u_char *ngx_xassist_meeting_argument(u_char *p, const char *name,
    u_char *data, size_t len);


char *
ngx_xassist_credentials_bigbluebutton(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_xassist_loc_conf_t  *xlcf = conf;

    ngx_str_t              *value;
    ngx_xassist_meeting_t  *meeting;

    static const ngx_str_t  moderates = ngx_string("xa_icall_remove");

    if (xlcf->meeting != NULL) {
        return "is duplicate";
    }

    meeting = ngx_pcalloc(cf->pool, sizeof(ngx_xassist_meeting_t));

    if (meeting == NULL
        || ngx_array_init(&meeting->may, cf->pool, 1, sizeof(ngx_array_t))
           != NGX_OK
        || ngx_xassist_credentials_rule(cf, &meeting->may, &moderates)
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    value = cf->args->elts;

    if (ngx_strncmp(value[2].data, "url=", 4) != 0) {
        return "takes url=URL as its second parameter";
    }

    meeting->url.data = value[2].data + 4;
    meeting->url.len = value[2].len - 4;

    while (meeting->url.len
           && meeting->url.data[meeting->url.len - 1] == '/')
    {
        meeting->url.len--;
    }

    xlcf->meeting = meeting;

    return ngx_xassist_credentials_secret(cf, &value[1], &meeting->secret);
}


/* The checksum is of the call's name, the arguments and the secret, put
   together (BigBlueButton's API, "security model"). */

ngx_int_t
ngx_xassist_credentials_meeting(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    const ngx_xassist_meeting_t *meeting, ngx_str_t *url)
{
    size_t       size;
    u_char      *p, *summed;
    u_char       sum[32], id[NGX_XASSIST_ID_TEXT];
    ngx_str_t    arguments;
    ngx_uint_t   moderates;

    if (ngx_xassist_credentials_may(r, ctx, &meeting->may, &moderates)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    arguments.data = ngx_pnalloc(r->pool, 3 * ctx->name.len + 256);
    if (arguments.data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_xassist_meeting_argument(arguments.data, "fullName=",
                                     ctx->name.data, ctx->name.len);
    (void) ngx_xassist_id_text(id, &ctx->call);
    p = ngx_xassist_meeting_argument(p, "&meetingID=", id, sizeof(id));
    (void) ngx_xassist_id_text(id, ngx_xassist_credentials_who(ctx));
    p = ngx_xassist_meeting_argument(p, "&userID=", id, sizeof(id));
    p = ngx_sprintf(p, "&role=%s&redirect=true",
                    moderates && ngx_xassist_credentials_controls(r, ctx)
                    ? "MODERATOR" : "VIEWER");

    arguments.len = p - arguments.data;

    size = sizeof("join") + arguments.len + meeting->secret.len;
    summed = ngx_pnalloc(r->pool, size);
    url->data = ngx_pnalloc(r->pool, meeting->url.len + arguments.len + 128);

    if (summed == NULL || url->data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_sprintf(summed, "join%V%V", &arguments, &meeting->secret);

    if (policy_sha256(summed, p - summed, sum) != 0) {
        return NGX_ERROR;
    }

    p = ngx_sprintf(url->data, "%V/join?%V&checksum=", &meeting->url,
                    &arguments);
    p = ngx_hex_dump(p, sum, sizeof(sum));
    url->len = p - url->data;

    return NGX_OK;
}


static u_char *
ngx_xassist_meeting_argument(u_char *p, const char *name, u_char *data,
    size_t len)
{
    p = ngx_cpymem(p, name, ngx_strlen(name));

    return (u_char *) ngx_escape_uri(p, data, len, NGX_ESCAPE_URI_COMPONENT);
}
