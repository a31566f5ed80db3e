/* Seats, administrators and the billing contact, from the policy. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xassistctl/terms.h>


static char *add(char *list, policy_str_t name);


void
ctl_terms_load(const ctl_options_t *options, ctl_store_t *store)
{
    uint32_t        i, seat;
    policy_role_t   role;
    policy_image_t  image;

    memset(store->terms, 0, sizeof(store->terms));
    store->known = access(options->policy, R_OK) == 0
                   && ctl_policy_load(options, &image) == CTL_OK;

    if (!store->known) {
        return;
    }

    seat = policy_permission_seat(&image);

    for (i = 0; policy_role_at(&image, i, &role) == POLICY_OK; i++) {

        if (seat != POLICY_NONE && policy_role_grants(&image, i, seat)) {
            store->terms[0] = add(store->terms[0], role.name);
        }

        if (role.administrator) {
            store->terms[1] = add(store->terms[1], role.name);
        }

        if (role.billing && store->terms[2] == NULL) {
            store->terms[2] = add(NULL, role.name);
        }
    }

    policy_image_free(&image);
}


void
ctl_terms_free(ctl_store_t *store)
{
    size_t  i;

    for (i = 0; i < sizeof(store->terms) / sizeof(store->terms[0]); i++) {
        free(store->terms[i]);
        store->terms[i] = NULL;
    }
}


bool
ctl_words_have(store_slice_t words, const char *word, size_t len)
{
    const char  *p, *end, *comma;

    if (words.len == 0) {
        return false;
    }

    p = (const char *) words.data;
    end = p + words.len;

    for ( ;; ) {
        comma = memchr(p, ',', (size_t) (end - p));

        if ((size_t) ((comma != NULL ? comma : end) - p) == len
            && memcmp(p, word, len) == 0)
        {
            return true;
        }

        if (comma == NULL) {
            return false;
        }

        p = comma + 1;
    }
}


static char *
add(char *list, policy_str_t name)
{
    char    *longer;
    size_t   len;

    len = list != NULL ? strlen(list) : 0;
    longer = realloc(list, len + name.len + 2);

    if (longer == NULL) {
        return list;
    }

    if (len != 0) {
        longer[len++] = ',';
    }

    memcpy(longer + len, name.data, name.len);
    longer[len + name.len] = '\0';

    return longer;
}
