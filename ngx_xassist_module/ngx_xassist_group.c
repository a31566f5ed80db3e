#include "ngx_xassist_group.h"


static ngx_int_t ngx_xassist_group_named(ngx_xassist_decision_t *d,
    ngx_uint_t *named, bool *in);
static store_status_t ngx_xassist_group_of(ngx_xassist_decision_t *d,
    const policy_attribute_t *attribute, bool *in);
static ngx_uint_t ngx_xassist_group_is(const policy_attribute_t *attribute,
    const char *name, size_t len);


ngx_int_t
ngx_xassist_group(ngx_xassist_decision_t *d)
{
    bool                in;
    ngx_uint_t          named;
    store_status_t      status;
    ngx_xassist_ctx_t  *ctx;

    ctx = d->ctx;

    if (!ctx->known || d->principal.kind != STORE_KIND_USER) {
        return NGX_OK;
    }

    in = false;
    status = STORE_OK;

    if (ctx->object != NULL) {
        status = ctx->object_group
                 ? store_manages(d->worker->read, &d->principal.user,
                                 ctx->object, &in)
                 : store_in_group(d->worker->read, &d->principal.user,
                                  ctx->object, &in);

    } else if (ngx_xassist_group_named(d, &named, &in) != NGX_OK) {
        return NGX_ERROR;

    } else if (named == 0 && !store_id_none(&d->owner)) {
        status = store_in_group(d->worker->read, &d->principal.user,
                                &d->owner, &in);
    }

    if (status != STORE_OK) {
        return NGX_ERROR;
    }

    if (in) {
        d->query.facts |= POLICY_FACT_IN_GROUP;
    }

    return NGX_OK;
}


/* One that is of no managed group decides for all. */

static ngx_int_t
ngx_xassist_group_named(ngx_xassist_decision_t *d, ngx_uint_t *named,
    bool *in)
{
    ngx_uint_t                 i;
    const policy_attribute_t  *attribute;

    *named = 0;

    for (i = 0; i < d->query.nattributes; i++) {

        attribute = &d->query.attributes[i];

        if (!ngx_xassist_group_is(attribute, "user", 4)
            && !ngx_xassist_group_is(attribute, "device", 6))
        {
            continue;
        }

        *named = 1;

        if (ngx_xassist_group_of(d, attribute, in) != STORE_OK) {
            return NGX_ERROR;
        }

        if (!*in) {
            return NGX_OK;
        }
    }

    return NGX_OK;
}


static store_status_t
ngx_xassist_group_of(ngx_xassist_decision_t *d,
    const policy_attribute_t *attribute, bool *in)
{
    ngx_str_t      text;
    store_id_t     object;
    store_slice_t  device;

    *in = false;

    if (ngx_xassist_group_is(attribute, "user", 4)) {

        text.data = (u_char *) attribute->value.data;
        text.len = attribute->value.len;

        if (ngx_xassist_id_parse(&text, &object) != NGX_OK) {
            return STORE_OK;
        }

    } else {
        device.data = (const uint8_t *) attribute->value.data;
        device.len = attribute->value.len;

        if (!store_device_object(d->worker->read, &d->principal.account,
                                 device, &object))
        {
            return STORE_OK;
        }
    }

    return store_in_group(d->worker->read, &d->principal.user, &object, in);
}


static ngx_uint_t
ngx_xassist_group_is(const policy_attribute_t *attribute, const char *name,
    size_t len)
{
    return attribute->name.len == len
           && ngx_memcmp(attribute->name.data, name, len) == 0;
}
