#include "ngx_xassist_sight.h"


void
ngx_xassist_sight_take(ngx_xassist_api_t *api, ngx_xassist_sight_t *sight)
{
    ngx_memzero(sight, sizeof(ngx_xassist_sight_t));

    if (store_id_none(&api->ctx->user)) {
        return;
    }

    sight->all = ngx_xassist_api_ask(api,
                                     NGX_XASSIST_API_INTERACTIONS_LIST_ALL,
                                     NULL)
                 == NGX_XASSIST_R_NONE;
    sight->group = ngx_xassist_api_ask(api,
                                       NGX_XASSIST_API_INTERACTIONS_LIST_GROUP,
                                       NULL)
                   == NGX_XASSIST_R_NONE;
    sight->own = ngx_xassist_api_ask(api, NGX_XASSIST_API_INTERACTIONS_LIST,
                                     NULL)
                 == NGX_XASSIST_R_NONE;
}


ngx_uint_t
ngx_xassist_sight_about(const store_event_t *event)
{
    switch (event->kind) {

    case STORE_EVENT_ASSISTANCE_STARTED:
    case STORE_EVENT_ASSISTANCE_PAUSED:
    case STORE_EVENT_ASSISTANCE_RESUMED:
    case STORE_EVENT_ASSISTANCE_STOPPED:
    case STORE_EVENT_INTERACTION_REASSIGNED:
        return 1;

    default:
        return 0;
    }
}


/* The agent is whose interaction it is now: who was given it sees what was
   before, as in the timesheet. */

ngx_uint_t
ngx_xassist_sight_of(ngx_xassist_api_t *api, const ngx_xassist_sight_t *sight,
    const store_event_t *event)
{
    bool                  in;
    store_status_t        status;
    const store_id_t     *user;
    store_interaction_t   interaction;

    if (sight->all) {
        return 1;
    }

    user = &api->ctx->user;

    if (store_id_none(user)) {
        return 0;
    }

    if (sight->own && store_id_equal(&event->actor, user)) {
        return 1;
    }

    status = store_interaction_get(api->worker->read, &event->interaction,
                                   &interaction);

    if (status != STORE_OK) {
        return 0;
    }

    if (sight->own && store_id_equal(&interaction.agent, user)) {
        return 1;
    }

    return sight->group
           && store_in_group(api->worker->read, user, &interaction.agent, &in)
              == STORE_OK
           && in;
}


void
ngx_xassist_sight_write(ngx_xassist_json_t *json, const store_event_t *event)
{
    ngx_xassist_json_id(json, "interaction", &event->interaction);
    ngx_xassist_json_id(json, "actor", &event->actor);

    if (store_id_equal(&event->subject, &store_anonymous)) {
        ngx_xassist_json_word(json, "subject", "anonymous");

    } else {
        ngx_xassist_json_id(json, "subject", &event->subject);
    }
}
