#include "ngx_xassist_message.h"


#define NGX_XASSIST_KINDS  4


/* %1 is the inviter, %2 the link. */

static const struct {
    ngx_str_t   subject;
    ngx_str_t   text;
} ngx_xassist_messages[NGX_XASSIST_KINDS][NGX_XASSIST_LANGUAGES] = {

    [STORE_INV_CONFERENCE] = {
        [NGX_XASSIST_EN] = {
            ngx_string("Invitation to a video call"),
            ngx_string("%1 invites you to a video call. Join here: %2") },
        [NGX_XASSIST_DE] = {
            ngx_string("Einladung zu einem Videoanruf"),
            ngx_string("%1 lädt Sie zu einem Videoanruf ein. "
                       "Hier beitreten: %2") },
        [NGX_XASSIST_FR] = {
            ngx_string("Invitation à un appel vidéo"),
            ngx_string("%1 vous invite à un appel vidéo. "
                       "Rejoignez-le ici : %2") }
    },

    [STORE_INV_SERVICE_REQUEST] = {
        [NGX_XASSIST_EN] = {
            ngx_string("Help by video call"),
            ngx_string("%1 will help you by video call. When you are ready, "
                       "open this link and press Join: %2") },
        [NGX_XASSIST_DE] = {
            ngx_string("Hilfe per Videoanruf"),
            ngx_string("%1 hilft Ihnen per Videoanruf. Wenn Sie so weit "
                       "sind, öffnen Sie diesen Link und treten Sie bei: "
                       "%2") },
        [NGX_XASSIST_FR] = {
            ngx_string("Aide par appel vidéo"),
            ngx_string("%1 vous aidera par appel vidéo. Quand vous êtes "
                       "prêt, ouvrez ce lien et rejoignez l’appel : %2") }
    },

    [STORE_INV_EXTERNAL] = {
        [NGX_XASSIST_EN] = {
            ngx_string("You are needed in a video call"),
            ngx_string("%1 asks you to join a video call that is running "
                       "now. The link is for you alone: %2") },
        [NGX_XASSIST_DE] = {
            ngx_string("Sie werden in einem Videoanruf gebraucht"),
            ngx_string("%1 bittet Sie in einen laufenden Videoanruf. Der "
                       "Link ist nur für Sie: %2") },
        [NGX_XASSIST_FR] = {
            ngx_string("On a besoin de vous dans un appel vidéo"),
            ngx_string("%1 vous demande de rejoindre un appel vidéo en "
                       "cours. Ce lien est pour vous seul : %2") }
    }
};


static ngx_int_t ngx_xassist_message_fill(ngx_pool_t *pool,
    const ngx_str_t *pattern, const ngx_str_t *inviter,
    const ngx_str_t *link, ngx_str_t *out);
static u_char *ngx_xassist_message_escape(u_char *dst,
    const ngx_str_t *text);
static u_char *ngx_xassist_message_mail(u_char *dst, const ngx_str_t *to);
static u_char *ngx_xassist_message_number(u_char *dst, const ngx_str_t *to);


ngx_int_t
ngx_xassist_message(ngx_pool_t *pool, store_inv_kind_t kind,
    ngx_uint_t channel, ngx_xassist_language_t language,
    const ngx_str_t *inviter, const ngx_str_t *link, const ngx_str_t *to,
    ngx_xassist_message_t *message)
{
    u_char  *p;

    if ((ngx_uint_t) kind >= NGX_XASSIST_KINDS
        || ngx_xassist_messages[kind][language].text.len == 0)
    {
        kind = STORE_INV_CONFERENCE;
    }

    message->subject = ngx_xassist_messages[kind][language].subject;

    if (ngx_xassist_message_fill(pool,
                                 &ngx_xassist_messages[kind][language].text,
                                 inviter, link, &message->text)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (channel == POLICY_CHANNEL_LINK) {
        message->address = *link;
        return NGX_OK;
    }

    p = ngx_pnalloc(pool, sizeof("mailto:?subject=&body=") - 1
                          + 3 * (to->len + message->subject.len
                                 + message->text.len));
    if (p == NULL) {
        return NGX_ERROR;
    }

    message->address.data = p;

    if (channel == POLICY_CHANNEL_MAIL) {
        p = ngx_cpymem(p, "mailto:", sizeof("mailto:") - 1);
        p = ngx_xassist_message_mail(p, to);
        p = ngx_cpymem(p, "?subject=", sizeof("?subject=") - 1);
        p = ngx_xassist_message_escape(p, &message->subject);

    } else {

        /* What both kinds of telephones understand. */

        p = ngx_cpymem(p, "sms:", sizeof("sms:") - 1);
        p = ngx_xassist_message_number(p, to);
        *p++ = '?';
    }

    p = ngx_cpymem(p, "&body=", sizeof("&body=") - 1);
    p = ngx_xassist_message_escape(p, &message->text);

    message->address.len = p - message->address.data;

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_message_fill(ngx_pool_t *pool, const ngx_str_t *pattern,
    const ngx_str_t *inviter, const ngx_str_t *link, ngx_str_t *out)
{
    u_char           *p, *dst, *end;
    const ngx_str_t  *text;

    dst = ngx_pnalloc(pool, pattern->len + inviter->len + link->len);
    if (dst == NULL) {
        return NGX_ERROR;
    }

    out->data = dst;
    end = pattern->data + pattern->len;

    for (p = pattern->data; p < end; p++) {

        if (*p == '%' && p + 1 < end) {
            text = *++p == '1' ? inviter : link;
            dst = ngx_cpymem(dst, text->data, text->len);
            continue;
        }

        *dst++ = *p;
    }

    out->len = dst - out->data;

    return NGX_OK;
}


static u_char *
ngx_xassist_message_escape(u_char *dst, const ngx_str_t *text)
{
    return (u_char *) ngx_escape_uri(dst, text->data, text->len,
                                     NGX_ESCAPE_URI_COMPONENT);
}


/* The sign between the two parts stands as it is. */

static u_char *
ngx_xassist_message_mail(u_char *dst, const ngx_str_t *to)
{
    u_char     *at;
    ngx_str_t   part;

    at = ngx_strlchr(to->data, to->data + to->len, '@');
    if (at == NULL) {
        return dst;
    }

    part.data = to->data;
    part.len = at - to->data;
    dst = ngx_xassist_message_escape(dst, &part);
    *dst++ = '@';

    part.data = at + 1;
    part.len = to->data + to->len - part.data;

    return ngx_xassist_message_escape(dst, &part);
}


static u_char *
ngx_xassist_message_number(u_char *dst, const ngx_str_t *to)
{
    size_t  i;

    for (i = 0; i < to->len; i++) {
        if (to->data[i] == '+' || (to->data[i] >= '0' && to->data[i] <= '9'))
        {
            *dst++ = to->data[i];
        }
    }

    return dst;
}


ngx_uint_t
ngx_xassist_message_to(ngx_uint_t channel, const ngx_str_t *to)
{
    u_char      ch;
    size_t      i;
    ngx_uint_t  at;

    at = 0;

    for (i = 0; i < to->len; i++) {

        ch = to->data[i];

        if (channel == POLICY_CHANNEL_SMS) {

            if ((ch < '0' || ch > '9') && ngx_strchr("+-() ./", ch) == NULL) {
                return 0;
            }

            continue;
        }

        if (ch <= ' ' || ch == 0x7f || ngx_strchr(",;<>\"", ch) != NULL) {
            return 0;
        }

        at += ch == '@';
    }

    return channel != POLICY_CHANNEL_MAIL || to->len == 0 || at == 1;
}
