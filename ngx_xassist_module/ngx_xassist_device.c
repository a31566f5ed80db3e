#include "ngx_xassist_device.h"
#include "ngx_xassist_identify.h"


static const ngx_str_t  ngx_xassist_devices[] = {
    [POLICY_DEVICE_NONE] = ngx_string(""),
    [POLICY_DEVICE_WEB] = ngx_string("web"),
    [POLICY_DEVICE_MOBILE] = ngx_string("mobile"),
    [POLICY_DEVICE_MOBILE_WEB] = ngx_string("mobile_web"),
    [POLICY_DEVICE_GLASSES] = ngx_string("glasses")
};


/* Words that only browsers on phones and tablets send. */

static const ngx_str_t  ngx_xassist_mobile_words[] = {
    ngx_string("Mobi"), ngx_string("Android"), ngx_string("iPhone"),
    ngx_string("iPad"), ngx_string("iPod")
};


/* What an app says of itself, "Xassist-App: ios/2.1", up to the slash. */

static const struct {
    ngx_str_t         name;
    policy_device_t   device;
} ngx_xassist_device_apps[] = {
    { ngx_string("ios"), POLICY_DEVICE_MOBILE },
    { ngx_string("android"), POLICY_DEVICE_MOBILE },
    { ngx_string("glasses"), POLICY_DEVICE_GLASSES },
    { ngx_string("windows"), POLICY_DEVICE_WEB },
    { ngx_string("mac"), POLICY_DEVICE_WEB },
    { ngx_string("other"), POLICY_DEVICE_WEB }
};


static policy_device_t ngx_xassist_device_app(ngx_http_request_t *r);


const ngx_str_t *
ngx_xassist_device_name(policy_device_t device)
{
    if ((ngx_uint_t) device >= sizeof(ngx_xassist_devices) / sizeof(ngx_str_t))
    {
        device = POLICY_DEVICE_NONE;
    }

    return &ngx_xassist_devices[device];
}


policy_device_t
ngx_xassist_device(ngx_http_request_t *r, ngx_uint_t touch)
{
    ngx_str_t                value, *agent;
    ngx_uint_t               i;
    policy_device_t          device;
    ngx_xassist_loc_conf_t  *xlcf;

    xlcf = ngx_http_get_module_loc_conf(r, ngx_xassist_module);

    if (xlcf->device != NULL
        && ngx_http_complex_value(r, xlcf->device, &value) == NGX_OK
        && value.len != 0)
    {
        for (i = POLICY_DEVICE_WEB; i <= POLICY_DEVICE_GLASSES; i++) {
            if (value.len == ngx_xassist_devices[i].len
                && ngx_memcmp(value.data, ngx_xassist_devices[i].data,
                              value.len)
                   == 0)
            {
                return i;
            }
        }
    }

    device = ngx_xassist_device_app(r);
    if (device != POLICY_DEVICE_NONE) {
        return device;
    }

    if (r->headers_in.user_agent == NULL) {
        return POLICY_DEVICE_WEB;
    }

    agent = &r->headers_in.user_agent->value;

    for (i = 0;
         i < sizeof(ngx_xassist_mobile_words) / sizeof(ngx_str_t);
         i++)
    {
        if (ngx_strnstr(agent->data,
                        (char *) ngx_xassist_mobile_words[i].data, agent->len)
            != NULL)
        {
            return POLICY_DEVICE_MOBILE_WEB;
        }
    }

    return touch ? POLICY_DEVICE_MOBILE_WEB : POLICY_DEVICE_WEB;
}


static policy_device_t
ngx_xassist_device_app(ngx_http_request_t *r)
{
    size_t            len;
    u_char           *slash;
    ngx_uint_t        i;
    ngx_table_elt_t  *h;

    h = ngx_xassist_header(r, "xassist-app", sizeof("xassist-app") - 1);
    if (h == NULL) {
        return POLICY_DEVICE_NONE;
    }

    slash = ngx_strlchr(h->value.data, h->value.data + h->value.len, '/');
    len = slash ? (size_t) (slash - h->value.data) : h->value.len;

    for (i = 0;
         i < sizeof(ngx_xassist_device_apps)
             / sizeof(ngx_xassist_device_apps[0]);
         i++)
    {
        if (len == ngx_xassist_device_apps[i].name.len
            && ngx_strncasecmp(h->value.data,
                               ngx_xassist_device_apps[i].name.data, len)
               == 0)
        {
            return ngx_xassist_device_apps[i].device;
        }
    }

    return POLICY_DEVICE_NONE;
}
