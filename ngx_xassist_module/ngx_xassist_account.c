#include "ngx_xassist_account.h"


ngx_int_t
ngx_xassist_account(ngx_http_request_t *r, store_txn_t *txn, store_id_t *id)
{
    ngx_str_t                text;
    store_slice_t            name;
    store_status_t           status;
    store_account_t          account;
    ngx_xassist_loc_conf_t  *xlcf;

    xlcf = ngx_http_get_module_loc_conf(r, ngx_xassist_module);

    if (xlcf->account == NULL) {
        return NGX_DECLINED;
    }

    if (ngx_http_complex_value(r, xlcf->account, &text) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_memzero(id, sizeof(store_id_t));

    if (text.len == 0) {
        return NGX_OK;
    }

    name.data = text.data;
    name.len = text.len;

    status = store_account_by_name(txn, name, &account);

    if (status == STORE_NOT_FOUND && ngx_xassist_id_parse(&text, id) == NGX_OK)
    {
        status = store_account_get(txn, id, &account);
    }

    switch (status) {

    case STORE_OK:
        *id = account.id;
        return NGX_OK;

    case STORE_NOT_FOUND:
    case STORE_INVALID:
        ngx_memzero(id, sizeof(store_id_t));
        return NGX_OK;

    default:
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "xassist: reading the account \"%V\" failed: %s", &text,
                      store_status_text(status));
        return NGX_ERROR;
    }
}


ngx_int_t
ngx_xassist_account_check(ngx_http_request_t *r, store_txn_t *txn,
    const store_id_t *of)
{
    ngx_int_t   rc;
    store_id_t  id;

    rc = ngx_xassist_account(r, txn, &id);

    if (rc == NGX_DECLINED) {
        return NGX_OK;
    }

    if (rc == NGX_OK && !store_id_equal(&id, of)) {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "xassist: wrong_account");
        return NGX_DECLINED;
    }

    return rc;
}
