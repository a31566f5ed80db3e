/* Lists by group: what concerns people in groups that the caller manages. */

#include "ngx_xassist_api_assist.h"


#define NGX_XASSIST_PASSED  20000              /* rows of others, at most */


void
ngx_xassist_managed_begin(ngx_xassist_managed_t *managed,
    ngx_xassist_table_t *table)
{
    ngx_memzero(managed, sizeof(ngx_xassist_managed_t));
    managed->table = table;
}


bool
ngx_xassist_managed(ngx_xassist_managed_t *managed, const store_id_t *user)
{
    ngx_xassist_api_t  *api;

    if (store_id_equal(&managed->last, user)) {
        return managed->in;
    }

    api = managed->table->api;

    if (store_in_group(api->worker->read, &api->ctx->user, user, &managed->in)
        != STORE_OK)
    {
        managed->in = false;
        managed->table->failed = 1;
    }

    managed->last = *user;

    return managed->in;
}


bool
ngx_xassist_managed_more(ngx_xassist_managed_t *managed)
{
    if (managed->table->failed) {
        return false;
    }

    if (++managed->passed == NGX_XASSIST_PASSED) {
        managed->table->more = 1;
        return false;
    }

    return true;
}
