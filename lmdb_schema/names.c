/* Words for the numbers of store.h, and ids. */

#include <string.h>

#include <lmdb_schema/store.h>


#define COUNT(table)  (sizeof(table) / sizeof((table)[0]))


static const char *name_of(const char *const *names, size_t n, size_t i);


const char *
store_status_text(store_status_t status)
{
    static const char *const  texts[] = {
        [STORE_OK] = "ok",
        [STORE_REFUSED] = "the state forbids it",
        [STORE_NOT_FOUND] = "not found",
        [STORE_EXISTS] = "exists already",
        [STORE_INVALID] = "an argument is not valid",
        [STORE_TRIMMED] = "the log does not reach back that far",
        [STORE_FULL] = "the store or its disk is full",
        [STORE_READERS] = "too many readers of the store",
        [STORE_RESIZED] = "the store was made larger by another process",
        [STORE_NEWER] = "written by a newer version",
        [STORE_CORRUPT] = "a record does not verify",
        [STORE_DENIED] = "no permission to use the store's files",
        [STORE_IO] = "the store's files cannot be read or written",
        [STORE_NO_MEMORY] = "out of memory"
    };

    return name_of(texts, COUNT(texts), (size_t) status);
}


const char *
store_reason_name(store_reason_t reason)
{
    static const char *const  names[] = {
        [STORE_REASON_NONE] = "none",
        [STORE_REASON_UNKNOWN_LINK] = "unknown_link",
        [STORE_REASON_WITHDRAWN] = "withdrawn",
        [STORE_REASON_EXPIRED] = "expired",
        [STORE_REASON_NOT_YET] = "not_yet",
        [STORE_REASON_CALL_ENDED] = "call_ended",
        [STORE_REASON_INVITER_LEFT] = "inviter_left",
        [STORE_REASON_REMOVED] = "removed",
        [STORE_REASON_USED] = "used",
        [STORE_REASON_TERMS_REQUIRED] = "terms_required",
        [STORE_REASON_CALL_FULL] = "call_full",
        [STORE_REASON_NO_GUEST_SEAT] = "no_guest_seat",
        [STORE_REASON_SIGNED_OUT] = "signed_out",
        [STORE_REASON_IDLE] = "idle",
        [STORE_REASON_SUSPENDED] = "suspended",
        [STORE_REASON_TOO_MANY] = "too_many",
        [STORE_REASON_CHANNEL_NOT_ALLOWED] = "channel_not_allowed",
        [STORE_REASON_NOT_A_MEMBER] = "permission_missing",
        [STORE_REASON_KEY_REUSED] = "key_reused",
        [STORE_REASON_ASSISTANCE_ENDED] = "assistance_ended",
        [STORE_REASON_LIMIT_REACHED] = "limit_reached",
        [STORE_REASON_NO_SEAT] = "no_seat",
        [STORE_REASON_ADMINISTRATOR_REQUIRED] = "administrator_required",
        [STORE_REASON_ONE_BILLING_CONTACT] = "one_billing_contact"
    };

    return name_of(names, COUNT(names), (size_t) reason);
}


const char *
store_call_state_name(store_call_state_t state)
{
    static const char *const  names[] = {
        [STORE_CALL_OPEN] = "open", [STORE_CALL_LIVE] = "live",
        [STORE_CALL_ENDED] = "ended"
    };

    return name_of(names, COUNT(names), (size_t) state);
}


const char *
store_part_state_name(store_part_state_t state)
{
    static const char *const  names[] = {
        [STORE_PART_INVITED] = "invited", [STORE_PART_JOINING] = "joining",
        [STORE_PART_PRESENT] = "present", [STORE_PART_AWAY] = "away",
        [STORE_PART_LEFT] = "left", [STORE_PART_REMOVED] = "removed"
    };

    return name_of(names, COUNT(names), (size_t) state);
}


const char *
store_inv_state_name(store_inv_state_t state)
{
    static const char *const  names[] = {
        [STORE_INV_UNUSED] = "unused", [STORE_INV_REDEEMED] = "redeemed",
        [STORE_INV_USED] = "used", [STORE_INV_WITHDRAWN] = "withdrawn",
        [STORE_INV_EXPIRED] = "expired", [STORE_INV_DEAD] = "dead"
    };

    return name_of(names, COUNT(names), (size_t) state);
}


const char *
store_pass_purpose_name(store_pass_purpose_t purpose)
{
    static const char *const  names[] = {
        [STORE_PASS_CARD] = "card", [STORE_PASS_TRANSFER] = "transfer"
    };

    return name_of(names, COUNT(names), (size_t) purpose);
}


const char *
store_event_name(uint32_t kind)
{
    switch (kind) {
#define STORE_EVENT(symbol, number, name)  case number: return name;
#include "event.def"
#undef STORE_EVENT
    default:
        return "unknown";
    }
}


bool
store_id_equal(const store_id_t *a, const store_id_t *b)
{
    return memcmp(a->b, b->b, STORE_ID_LEN) == 0;
}


bool
store_id_none(const store_id_t *id)
{
    static const store_id_t  none;

    return memcmp(id->b, none.b, STORE_ID_LEN) == 0;
}


static const char *
name_of(const char *const *names, size_t n, size_t i)
{
    return i < n && names[i] != NULL ? names[i] : "unknown";
}
