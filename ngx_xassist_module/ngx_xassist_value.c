#include "ngx_xassist.h"


#if (XASSIST_TEST)

static uint64_t
ngx_xassist_test_clock(void)
{
    FILE                *f;
    const char          *path;
    unsigned long long   now;

    path = getenv("XASSIST_TEST_CLOCK");
    if (path == NULL) {
        return 0;
    }

    f = fopen(path, "r");
    if (f == NULL) {
        return 0;
    }

    if (fscanf(f, "%llu", &now) != 1) {
        now = 0;
    }

    (void) fclose(f);

    return now;
}

#endif


uint64_t
ngx_xassist_now(void)
{
    ngx_time_t  *tp;
#if (XASSIST_TEST)
    uint64_t     now;

    now = ngx_xassist_test_clock();
    if (now) {
        return now;
    }
#endif

    tp = ngx_timeofday();

    return (uint64_t) tp->sec * 1000 + tp->msec;
}


uint64_t
ngx_xassist_clock(clockid_t clock)
{
    struct timespec  ts;

    (void) clock_gettime(clock, &ts);

    return (uint64_t) ts.tv_sec * 1000000 + (uint64_t) ts.tv_nsec / 1000;
}


u_char *
ngx_xassist_id_text(u_char *dst, const store_id_t *id)
{
    return dst + policy_base64url_encode(id->b, STORE_ID_LEN, (char *) dst);
}


ngx_int_t
ngx_xassist_id_parse(const ngx_str_t *text, store_id_t *id)
{
    if (text->len != NGX_XASSIST_ID_TEXT
        || !policy_base64url_decode((char *) text->data, text->len, id->b,
                                    STORE_ID_LEN))
    {
        return NGX_DECLINED;
    }

    return NGX_OK;
}


ngx_int_t
ngx_xassist_id_mint(store_id_t *id)
{
    if (policy_random(id->b, STORE_ID_LEN) != POLICY_OK) {
        return NGX_ERROR;
    }

    id->b[0] = 0;

    return NGX_OK;
}


ngx_int_t
ngx_xassist_id_room(uint64_t *room)
{
    if (policy_random((uint8_t *) room, sizeof(uint64_t)) != POLICY_OK) {
        return NGX_ERROR;
    }

    /* Below 2^53, so that every JSON reader keeps it, and never 0. */

    *room = (*room >> 11) | 1;

    return NGX_OK;
}
