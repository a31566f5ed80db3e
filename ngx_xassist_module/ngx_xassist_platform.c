#include "ngx_xassist_platform.h"
#include "ngx_xassist_identify.h"


static const ngx_str_t  ngx_xassist_platforms[NGX_XASSIST_PLATFORMS] = {
    [NGX_XASSIST_PLATFORM_NONE] = ngx_string(""),
    [NGX_XASSIST_IOS] = ngx_string("ios"),
    [NGX_XASSIST_ANDROID] = ngx_string("android"),
    [NGX_XASSIST_WINDOWS] = ngx_string("windows"),
    [NGX_XASSIST_MAC] = ngx_string("mac"),
    [NGX_XASSIST_OTHER] = ngx_string("other")
};


/* The first word found decides: iPhones also say "like Mac OS X". */

static const struct {
    const char              *word;
    ngx_xassist_platform_t   platform;
} ngx_xassist_platform_words[] = {
    { "iPhone", NGX_XASSIST_IOS },
    { "iPad", NGX_XASSIST_IOS },
    { "iPod", NGX_XASSIST_IOS },
    { "Android", NGX_XASSIST_ANDROID },
    { "Windows", NGX_XASSIST_WINDOWS },
    { "Macintosh", NGX_XASSIST_MAC }
};


static ngx_xassist_platform_t ngx_xassist_platform_app(
    ngx_http_request_t *r);


const ngx_str_t *
ngx_xassist_platform_name(ngx_uint_t platform)
{
    return &ngx_xassist_platforms[platform < NGX_XASSIST_PLATFORMS
                                  ? platform : NGX_XASSIST_PLATFORM_NONE];
}


ngx_xassist_platform_t
ngx_xassist_platform(ngx_http_request_t *r, ngx_uint_t touch)
{
    ngx_str_t               *agent;
    ngx_uint_t               i;
    ngx_xassist_platform_t   platform;

    platform = ngx_xassist_platform_app(r);

    if (platform != NGX_XASSIST_PLATFORM_NONE) {
        return platform;
    }

    if (r->headers_in.user_agent == NULL) {
        return NGX_XASSIST_OTHER;
    }

    agent = &r->headers_in.user_agent->value;

    for (i = 0;
         i < sizeof(ngx_xassist_platform_words)
             / sizeof(ngx_xassist_platform_words[0]);
         i++)
    {
        if (ngx_strnstr(agent->data,
                        (char *) ngx_xassist_platform_words[i].word,
                        agent->len)
            == NULL)
        {
            continue;
        }

        platform = ngx_xassist_platform_words[i].platform;

        /* no Mac has a touch screen, an iPad that says so is one */

        return platform == NGX_XASSIST_MAC && touch ? NGX_XASSIST_IOS
                                                    : platform;
    }

    return NGX_XASSIST_OTHER;
}


static ngx_xassist_platform_t
ngx_xassist_platform_app(ngx_http_request_t *r)
{
    size_t                   len;
    u_char                  *slash;
    ngx_table_elt_t         *h;
    ngx_xassist_platform_t   platform;

    h = ngx_xassist_header(r, "xassist-app", sizeof("xassist-app") - 1);
    if (h == NULL) {
        return NGX_XASSIST_PLATFORM_NONE;
    }

    slash = ngx_strlchr(h->value.data, h->value.data + h->value.len, '/');
    len = slash ? (size_t) (slash - h->value.data) : h->value.len;

    for (platform = NGX_XASSIST_IOS;
         platform < NGX_XASSIST_PLATFORMS;
         platform++)
    {
        if (len == ngx_xassist_platforms[platform].len
            && ngx_strncasecmp(h->value.data,
                               ngx_xassist_platforms[platform].data, len)
               == 0)
        {
            return platform;
        }
    }

    return NGX_XASSIST_PLATFORM_NONE;
}
