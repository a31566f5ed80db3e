/* What the live policy says of invitations: terms and profiles. */

#include "ngx_xassist_api_route.h"


static void ngx_xassist_profiles_write(ngx_xassist_api_t *api,
    const policy_image_t *image);


ngx_int_t
ngx_xassist_api_terms(ngx_xassist_api_t *api, policy_invitation_t kind,
    policy_terms_t *terms, ngx_xassist_profile_t *profile)
{
    uint32_t           index;
    ngx_uint_t         i;
    policy_zone_t     *zone;
    policy_image_t     image;
    policy_status_t    status;
    policy_profile_t   found;

    zone = api->worker->conf->zone->data;

    for (i = 0; i < NGX_XASSIST_RETRIES; i++) {

        if (policy_zone_read(zone, &image) != POLICY_OK) {
            return NGX_ERROR;
        }

        status = policy_terms(&image, kind, terms);

        profile->invite = 0;
        profile->idle_timeout = 0;
        index = policy_profile_find(&image, profile->name);

        if (index != POLICY_NONE
            && policy_profile_at(&image, index, &found) == POLICY_OK)
        {
            profile->invite = found.invite;
            profile->idle_timeout = found.idle_timeout;
        }

        if (policy_zone_settled(zone, &image)) {
            return status == POLICY_OK ? NGX_OK : NGX_ERROR;
        }
    }

    return NGX_ERROR;
}


ngx_xassist_reason_t
ngx_xassist_api_profiles_list(ngx_xassist_api_t *api)
{
    ngx_str_t            value;
    ngx_uint_t           i;
    policy_zone_t       *zone;
    policy_image_t       image;
    ngx_xassist_json_t   before;

    if (ngx_http_arg(api->request, (u_char *) "for", 3, &value) == NGX_OK
        && (value.len != sizeof("invite") - 1
            || ngx_memcmp(value.data, "invite", value.len) != 0))
    {
        return ngx_xassist_api_wrong(api, "for must be invite");
    }

    zone = api->worker->conf->zone->data;
    before = api->json;

    for (i = 0; i < NGX_XASSIST_RETRIES; i++) {

        if (policy_zone_read(zone, &image) != POLICY_OK) {
            break;
        }

        api->json.len = before.len;
        api->json.comma = before.comma;

        ngx_xassist_profiles_write(api, &image);

        if (policy_zone_settled(zone, &image)) {
            return NGX_XASSIST_R_NONE;
        }
    }

    return NGX_XASSIST_R_STORE_UNAVAILABLE;
}


static void
ngx_xassist_profiles_write(ngx_xassist_api_t *api,
    const policy_image_t *image)
{
    uint32_t             i;
    policy_profile_t     profile;
    ngx_xassist_json_t  *json;

    json = &api->json;

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
        ngx_xassist_json_text(json, "mode", (u_char *)
                              (profile.control ? "control" : "view"),
                              profile.control ? 7 : 4);
        ngx_xassist_json_number(json, "idle_timeout",
                                profile.idle_timeout / 1000);
        ngx_xassist_json_close(json, '}');
    }

    ngx_xassist_json_close(json, ']');
}
