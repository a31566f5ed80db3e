/* The policy that decides now. */

#include "ngx_xassist_api_route.h"
#include "ngx_xassist_shadow.h"
#include "ngx_xassist_zone.h"


void
ngx_xassist_api_policy_live(ngx_xassist_api_t *api, const char *generation,
    const char *sha256, const char *loaded)
{
    u_char    hex[2 * 32];
    void     *zone;
    uint64_t  number;

    zone = api->worker->conf->zone->data;
    number = ngx_xassist_zone_digest(zone, hex);

    ngx_xassist_json_number(&api->json, generation, number);
    ngx_xassist_json_text(&api->json, sha256, hex, number ? sizeof(hex) : 0);
    ngx_xassist_json_time(&api->json, loaded, policy_zone_loaded(zone));
    ngx_xassist_json_number(&api->json, "worker", ngx_pid);
}


ngx_xassist_reason_t
ngx_xassist_api_policy_get(ngx_xassist_api_t *api)
{
    u_char    hex[2 * 32];
    uint64_t  decided, differed;

    ngx_xassist_api_policy_live(api, "generation", "sha256", "loaded");

    if (ngx_xassist_shadow_counts(api->worker, &decided, &differed)
        != NGX_OK)
    {
        ngx_xassist_json_null(&api->json, "shadow");
        return NGX_XASSIST_R_NONE;
    }

    (void) ngx_xassist_zone_digest(
               ngx_xassist_shadow_policy(api->worker->conf->shadow), hex);

    ngx_xassist_json_open(&api->json, "shadow", '{');
    ngx_xassist_json_text(&api->json, "sha256", hex, sizeof(hex));
    ngx_xassist_json_number(&api->json, "decided", decided);
    ngx_xassist_json_number(&api->json, "differed", differed);
    ngx_xassist_json_close(&api->json, '}');

    return NGX_XASSIST_R_NONE;
}
