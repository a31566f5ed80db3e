/* What the live policy says of invitations: terms and profiles. */

#include "ngx_xassist_api_route.h"
#include "ngx_xassist_look.h"


typedef struct {
    policy_invitation_t      kind;
    policy_terms_t          *terms;
    ngx_xassist_profile_t   *profile;
} ngx_xassist_profiles_look_t;

typedef struct {
    ngx_xassist_json_t  *json;
    size_t               len;                  /* where the list begins */
    unsigned             comma:1;
} ngx_xassist_profiles_list_t;


static ngx_int_t ngx_xassist_profiles_terms(const policy_image_t *image,
    void *data);
static ngx_int_t ngx_xassist_profiles_write(const policy_image_t *image,
    void *data);


ngx_int_t
ngx_xassist_api_terms(ngx_xassist_api_t *api, policy_invitation_t kind,
    policy_terms_t *terms, ngx_xassist_profile_t *profile)
{
    ngx_xassist_profiles_look_t  look;

    look.kind = kind;
    look.terms = terms;
    look.profile = profile;

    return ngx_xassist_look(api->worker->conf->zone->data,
                            ngx_xassist_profiles_terms, &look);
}


static ngx_int_t
ngx_xassist_profiles_terms(const policy_image_t *image, void *data)
{
    ngx_xassist_profiles_look_t  *look = data;

    uint32_t          index;
    policy_profile_t  found;

    look->profile->invite = 0;
    look->profile->idle_timeout = 0;
    index = policy_profile_find(image, look->profile->name);

    if (index != POLICY_NONE
        && policy_profile_at(image, index, &found) == POLICY_OK)
    {
        look->profile->invite = found.invite;
        look->profile->idle_timeout = found.idle_timeout;
    }

    return policy_terms(image, look->kind, look->terms) == POLICY_OK
           ? NGX_OK : NGX_ERROR;
}


ngx_xassist_reason_t
ngx_xassist_api_profiles_list(ngx_xassist_api_t *api)
{
    ngx_str_t                    value;
    ngx_xassist_profiles_list_t  look;

    if (ngx_http_arg(api->request, (u_char *) "for", 3, &value) == NGX_OK
        && (value.len != sizeof("invite") - 1
            || ngx_memcmp(value.data, "invite", value.len) != 0))
    {
        return ngx_xassist_api_wrong(api, "for must be invite");
    }

    look.json = &api->json;
    look.len = api->json.len;
    look.comma = api->json.comma;

    return ngx_xassist_look(api->worker->conf->zone->data,
                            ngx_xassist_profiles_write, &look)
           == NGX_OK ? NGX_XASSIST_R_NONE : NGX_XASSIST_R_STORE_UNAVAILABLE;
}


static ngx_int_t
ngx_xassist_profiles_write(const policy_image_t *image, void *data)
{
    ngx_xassist_profiles_list_t  *look = data;

    uint32_t             i;
    policy_profile_t     profile;
    ngx_xassist_json_t  *json;

    json = look->json;
    json->len = look->len;
    json->comma = look->comma;

    ngx_xassist_json_open(json, "profiles", '[');

    for (i = 0; policy_profile_at(image, i, &profile) == POLICY_OK; i++) {

        if (!profile.invite) {
            continue;
        }

        ngx_xassist_json_open(json, NULL, '{');
        ngx_xassist_json_text(json, "name", (u_char *) profile.name.data,
                              profile.name.len);
        ngx_xassist_json_text(json, "title", (u_char *) profile.title.data,
                              profile.title.len);
        ngx_xassist_json_text(json, "description",
                              (u_char *) profile.description.data,
                              profile.description.len);
        ngx_xassist_json_word(json, "mode",
                              profile.control ? "control" : "view");
        ngx_xassist_json_number(json, "idle_timeout",
                                profile.idle_timeout / 1000);
        ngx_xassist_json_close(json, '}');
    }

    ngx_xassist_json_close(json, ']');

    return NGX_OK;
}
