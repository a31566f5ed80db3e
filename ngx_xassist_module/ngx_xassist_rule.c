#include "ngx_xassist_rule.h"
#include "ngx_xassist_conf.h"


/* Facts that hold only where a call is named. */
#define NGX_XASSIST_OF_CALL  (POLICY_FACT_GUEST_IN_CALL                      \
                              |POLICY_FACT_CALL_MEMBER                       \
                              |POLICY_FACT_CALL_OWNER)


static ngx_int_t ngx_xassist_rule_off(ngx_conf_t *cf,
    ngx_xassist_loc_conf_t *xlcf);
static ngx_int_t ngx_xassist_rule_attribute(ngx_conf_t *cf,
    ngx_xassist_require_t *require, ngx_str_t *value);
static ngx_uint_t ngx_xassist_rule_gives(const ngx_xassist_require_t *require,
    const char *name, size_t len);
static ngx_int_t ngx_xassist_rule_line(ngx_conf_t *cf,
    const ngx_xassist_main_conf_t *xmcf, const policy_image_t *image,
    const ngx_str_t *policy, const ngx_xassist_loc_conf_t *xlcf,
    const ngx_xassist_require_t *require);
static void ngx_xassist_rule_account(ngx_conf_t *cf,
    const policy_image_t *image, uint32_t rule,
    const ngx_xassist_loc_conf_t *xlcf, const ngx_xassist_require_t *require,
    const ngx_str_t *name);
static ngx_uint_t ngx_xassist_rule_lines(const ngx_xassist_loc_conf_t *xlcf);


/* Lines of one level replace those of the level above, as everywhere in
   nginx; "off" opens a place inside a closed one. */

char *
ngx_xassist_rule_require(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_xassist_loc_conf_t  *xlcf = conf;

    ngx_str_t                *value;
    ngx_uint_t                i;
    ngx_xassist_require_t    *require;
    ngx_xassist_loc_conf_t  **place;
    ngx_xassist_main_conf_t  *xmcf;

    value = cf->args->elts;
    xmcf = ngx_http_conf_get_module_main_conf(cf, ngx_xassist_module);
    xmcf->used = 1;

    if (xlcf->off) {
        return "\"off\" must stand alone";
    }

    if (value[1].len == 3 && ngx_strncmp(value[1].data, "off", 3) == 0) {

        if (xlcf->requires != NGX_CONF_UNSET_PTR) {
            return "\"off\" must stand alone";
        }

        if (cf->args->nelts != 2) {
            return "\"off\" takes no attributes";
        }

        return ngx_xassist_rule_off(cf, xlcf) == NGX_OK ? NGX_CONF_OK
                                                        : NGX_CONF_ERROR;
    }

    if (xlcf->requires == NGX_CONF_UNSET_PTR) {
        xlcf->requires = ngx_array_create(cf->pool, 2,
                                          sizeof(ngx_xassist_require_t));
        place = ngx_array_push(&xmcf->places);

        if (xlcf->requires == NULL || place == NULL) {
            return NGX_CONF_ERROR;
        }

        *place = xlcf;
    }

    require = ngx_array_push(xlcf->requires);

    if (require == NULL
        || ngx_xassist_conf_slot(cf, xmcf, &value[1], &require->slot)
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    require->attributes = NULL;
    require->file = cf->conf_file->file.name;
    require->line = cf->conf_file->line;
    require->location = (cf->cmd_type & NGX_HTTP_LOC_CONF) != 0;

    for (i = 2; i < cf->args->nelts; i++) {
        if (ngx_xassist_rule_attribute(cf, require, &value[i]) != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_xassist_rule_off(ngx_conf_t *cf, ngx_xassist_loc_conf_t *xlcf)
{
    xlcf->off = 1;
    xlcf->requires = ngx_array_create(cf->pool, 1,
                                      sizeof(ngx_xassist_require_t));

    return xlcf->requires != NULL ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_xassist_rule_attribute(ngx_conf_t *cf, ngx_xassist_require_t *require,
    ngx_str_t *value)
{
    u_char                            *p;
    ngx_str_t                          text;
    ngx_xassist_attribute_t           *attribute;
    ngx_http_compile_complex_value_t   ccv;

    p = ngx_strlchr(value->data, value->data + value->len, '=');
    if (p == NULL || p == value->data) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is no attribute=value", value);
        return NGX_ERROR;
    }

    if (ngx_xassist_rule_gives(require, (char *) value->data,
                               p - value->data))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "attribute \"%*s\" is given twice",
                           (size_t) (p - value->data), value->data);
        return NGX_ERROR;
    }

    if (require->attributes == NULL) {
        require->attributes = ngx_array_create(cf->pool, 2,
                                           sizeof(ngx_xassist_attribute_t));
        if (require->attributes == NULL) {
            return NGX_ERROR;
        }
    }

    if (require->attributes->nelts == NGX_XASSIST_ATTRIBUTES) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "more than %d attributes",
                           NGX_XASSIST_ATTRIBUTES);
        return NGX_ERROR;
    }

    attribute = ngx_array_push(require->attributes);
    if (attribute == NULL) {
        return NGX_ERROR;
    }

    attribute->name.data = value->data;
    attribute->name.len = p - value->data;

    text.data = p + 1;
    text.len = value->data + value->len - text.data;

    ngx_memzero(&ccv, sizeof(ngx_http_compile_complex_value_t));
    ccv.cf = cf;
    ccv.value = &text;
    ccv.complex_value = &attribute->value;

    return ngx_http_compile_complex_value(&ccv);
}


static ngx_uint_t
ngx_xassist_rule_gives(const ngx_xassist_require_t *require, const char *name,
    size_t len)
{
    ngx_uint_t                i;
    ngx_xassist_attribute_t  *attribute;

    if (require->attributes == NULL) {
        return 0;
    }

    attribute = require->attributes->elts;

    for (i = 0; i < require->attributes->nelts; i++) {
        if (attribute[i].name.len == len
            && ngx_memcmp(attribute[i].name.data, name, len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


void
ngx_xassist_rule_merge(ngx_conf_t *cf, const ngx_xassist_loc_conf_t *parent,
    const ngx_xassist_loc_conf_t *child)
{
    ngx_xassist_require_t  *above, *here;

    if (!ngx_xassist_rule_lines(parent) || !ngx_xassist_rule_lines(child)) {
        return;
    }

    above = parent->requires->elts;
    here = child->requires->elts;

    ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                  "xassist_require of the level above (%V:%ui) does not hold "
                  "here any more; repeat it if it shall, in %V:%ui",
                  &above->file, above->line, &here->file, here->line);
}


static ngx_uint_t
ngx_xassist_rule_lines(const ngx_xassist_loc_conf_t *xlcf)
{
    return xlcf->requires == NULL || xlcf->requires == NGX_CONF_UNSET_PTR
           ? 0 : xlcf->requires->nelts;
}


ngx_int_t
ngx_xassist_rule_check(ngx_conf_t *cf, const ngx_xassist_main_conf_t *xmcf,
    const policy_image_t *image, const ngx_str_t *policy)
{
    ngx_int_t                 rc;
    ngx_uint_t                i, k;
    policy_str_t              name;
    ngx_xassist_rule_t       *rules;
    ngx_xassist_require_t    *require;
    ngx_xassist_loc_conf_t  **places;

    rc = NGX_OK;
    rules = xmcf->rules.elts;

    for (i = 0; i < xmcf->rules.nelts; i++) {

        name.data = (char *) rules[i].name.data;
        name.len = rules[i].name.len;

        if (rules[i].optional
            || policy_rule_find(image, name) != POLICY_NONE)
        {
            continue;
        }

        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "xassist_require \"%V\": the policy \"%V\" has no such "
                      "rule or permission in %V:%ui",
                      &rules[i].name, policy, &rules[i].file, rules[i].line);
        rc = NGX_ERROR;
    }

    places = xmcf->places.elts;

    for (i = 0; rc == NGX_OK && i < xmcf->places.nelts; i++) {

        require = places[i]->requires->elts;

        for (k = 0; k < places[i]->requires->nelts; k++) {
            if (ngx_xassist_rule_line(cf, xmcf, image, policy, places[i],
                                      &require[k])
                != NGX_OK)
            {
                rc = NGX_ERROR;
            }
        }
    }

    return rc;
}


static ngx_int_t
ngx_xassist_rule_line(ngx_conf_t *cf, const ngx_xassist_main_conf_t *xmcf,
    const policy_image_t *image, const ngx_str_t *policy,
    const ngx_xassist_loc_conf_t *xlcf, const ngx_xassist_require_t *require)
{
    uint32_t             i, rule, facts;
    ngx_int_t            rc;
    ngx_str_t            missing;
    policy_str_t         name;
    ngx_xassist_rule_t  *rules;

    rc = NGX_OK;
    rules = xmcf->rules.elts;
    rules += require->slot;

    name.data = (char *) rules->name.data;
    name.len = rules->name.len;
    rule = policy_rule_find(image, name);

    for (i = 0; (name = policy_rule_attribute(image, rule, i)).len; i++) {

        if (ngx_xassist_rule_gives(require, name.data, name.len)) {
            continue;
        }

        missing.data = (u_char *) name.data;
        missing.len = name.len;

        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "xassist_require \"%V\": the rule asks for the "
                      "attribute \"%V\" (policy \"%V\"); give it as %V=VALUE "
                      "in %V:%ui",
                      &rules->name, &missing, policy, &missing,
                      &require->file, require->line);
        rc = NGX_ERROR;
    }

    ngx_xassist_rule_account(cf, image, rule, xlcf, require, &rules->name);

    /* The locations of a server may each name a call. */

    if (!require->location || xlcf->call != NULL) {
        return rc;
    }

    facts = policy_rule_facts(image, rule) & NGX_XASSIST_OF_CALL;

    if (!ngx_xassist_rule_gives(require, "call", 4)) {

        if (facts == 0) {
            return rc;
        }

        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "xassist_require \"%V\": the rule asks who is in a call, "
                      "but neither xassist_call nor call=VALUE names one in "
                      "%V:%ui",
                      &rules->name, &require->file, require->line);

    } else if (facts & POLICY_FACT_GUEST_IN_CALL) {
        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "xassist_require \"%V\": with call=VALUE alone nobody "
                      "joins the call, and nothing ends with it; name it by "
                      "xassist_call in %V:%ui",
                      &rules->name, &require->file, require->line);
    }

    return rc;
}


/* As with calls: the rule may hold for another reason, so it is no error. */

static void
ngx_xassist_rule_account(ngx_conf_t *cf, const policy_image_t *image,
    uint32_t rule, const ngx_xassist_loc_conf_t *xlcf,
    const ngx_xassist_require_t *require, const ngx_str_t *name)
{
    uint32_t  facts;

    facts = policy_rule_facts(image, rule);

    if (!require->location || xlcf->call != NULL
        || ngx_xassist_rule_gives(require, "call", 4))
    {
        return;
    }

    if ((facts & POLICY_FACT_SAME_ACCOUNT) && xlcf->account == NULL) {
        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "xassist_require \"%V\": the rule asks for the account, "
                      "but xassist_account names none in %V:%ui",
                      name, &require->file, require->line);
    }

    if ((facts & POLICY_FACT_IN_GROUP)
        && !ngx_xassist_rule_gives(require, "user", 4)
        && !ngx_xassist_rule_gives(require, "device", 6))
    {
        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "xassist_require \"%V\": the rule asks who is in a "
                      "group, but neither user=VALUE nor device=VALUE says "
                      "whom it is about in %V:%ui",
                      name, &require->file, require->line);
    }
}


void
ngx_xassist_rule_gone(ngx_conf_t *cf, const ngx_xassist_main_conf_t *xmcf)
{
    ngx_uint_t                      i;
    policy_str_t                    name;
    const ngx_xassist_rule_t       *rules;
    const ngx_xassist_main_conf_t  *before;

    before = ngx_xassist_rule_before(cf->cycle);

    if (before == NULL) {
        return;
    }

    rules = before->rules.elts;

    for (i = 0; i < before->rules.nelts; i++) {

        name.data = (char *) rules[i].name.data;
        name.len = rules[i].name.len;

        if (!rules[i].optional
            && policy_rule_find(&xmcf->image, name) == POLICY_NONE)
        {
            ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                          "the policy \"%V\" has no \"%V\" any more; running "
                          "locations that require it (%V:%ui) will refuse "
                          "everybody until their workers have ended",
                          &xmcf->policy_file, &rules[i].name, &rules[i].file,
                          rules[i].line);
        }
    }
}


/*
 * A cycle that was made without the module has no configuration of it, and
 * the first of all cycles has none at all.
 */

const ngx_xassist_main_conf_t *
ngx_xassist_rule_before(ngx_cycle_t *cycle)
{
    ngx_uint_t                i;
    ngx_cycle_t              *old;
    ngx_xassist_main_conf_t  *xmcf;

    old = cycle->old_cycle;

    if (old == NULL || old->conf_ctx == NULL || old->modules == NULL) {
        return NULL;
    }

    for (i = 0; old->modules[i]; i++) {

        if (old->modules[i] != &ngx_xassist_module) {
            continue;
        }

        xmcf = ngx_http_cycle_get_module_main_conf(old, ngx_xassist_module);

        return xmcf != NULL && xmcf->used ? xmcf : NULL;
    }

    return NULL;
}
