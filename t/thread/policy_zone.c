/*
 * A writer and two readers of a zone as threads of one process, for
 * ThreadSanitizer (t/25-policy-threads.t).  Readers decide by indexes: every
 * word that they read of an image is read atomically.  Names are compared as
 * bytes, and what came of that counts only when the zone was settled after.
 */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <policy/policy.h>


#define ZONE_SIZE  (1u << 18)
#define TURNS      4000
#define READERS    2


typedef struct {
    policy_zone_t *zone;
    uint32_t       x;
    uint32_t       y;
    int            bad;
    uint64_t       settled;
} reader_t;

static const char *const  texts[2] = {
    "{\"version\":1,\"permissions\":[{\"name\":\"a\",\"columns\":"
    "{\"guest_web\":true}},{\"name\":\"b\",\"columns\":{\"guest_web\":true}}],"
    "\"guests\":{\"grants\":[\"a\"]},\"rules\":{\"call.join\":\"regular\","
    "\"call.end\":\"nobody\",\"call.decline\":\"nobody\"}}",

    "{\"version\":1,\"permissions\":[{\"name\":\"a\",\"columns\":"
    "{\"guest_web\":true}},{\"name\":\"b\",\"columns\":{\"guest_web\":true}}],"
    "\"guests\":{\"grants\":[\"b\"]},\"rules\":{\"call.join\":\"regular\","
    "\"call.end\":\"nobody\",\"call.decline\":\"nobody\",\"more\":"
    "{\"any\":[\"a\",\"b\",\"regular\"]}}}"
};

static int  done;


static void *
reader_run(void *data)
{
    reader_t           *reader = data;
    policy_image_t      image;
    policy_query_t      query;
    policy_decision_t   x, y;

    memset(&query, 0, sizeof(query));
    query.kind = POLICY_KIND_GUEST;
    query.device = POLICY_DEVICE_WEB;
    query.profiles[0] = query.profiles[1] = POLICY_NONE;

    while (reader->settled < 1000
           || !__atomic_load_n(&done, __ATOMIC_ACQUIRE))
    {
        if (policy_zone_read(reader->zone, &image) != POLICY_OK) {
            reader->bad = 1;
            break;
        }

        policy_decide(&image, reader->x, &query, &x);
        policy_decide(&image, reader->y, &query, &y);

        if (!policy_zone_settled(reader->zone, &image)) {
            continue;
        }

        reader->settled++;

        /* Odd generations are of the first text. */
        if ((x.verdict == POLICY_ALLOW) != ((image.generation & 1) != 0)
            || (y.verdict == POLICY_ALLOW) == (x.verdict == POLICY_ALLOW))
        {
            reader->bad = 1;
            break;
        }
    }

    return NULL;
}


int
main(void)
{
    int               i, bad;
    void             *mem;
    reader_t          readers[READERS];
    pthread_t         threads[READERS];
    policy_error_t    item;
    policy_image_t    images[2];
    policy_errors_t   errors = { &item, 1, 0 };

    mem = aligned_alloc(4096, ZONE_SIZE);
    bad = mem == NULL || policy_zone_format(mem, ZONE_SIZE) != POLICY_OK;

    for (i = 0; i < 2 && !bad; i++) {
        bad = policy_compile(texts[i], strlen(texts[i]), &images[i], &errors)
              != POLICY_OK;
    }

    if (bad || policy_zone_publish(mem, &images[0], 1) != POLICY_OK) {
        (void) fprintf(stderr, "no zone: %s\n", errors.count ? item.text : "");
        return 2;
    }

    for (i = 0; i < READERS; i++) {
        memset(&readers[i], 0, sizeof(readers[i]));
        readers[i].zone = mem;
        readers[i].x = policy_rule_find(&images[0], (policy_str_t) { "a", 1 });
        readers[i].y = policy_rule_find(&images[0], (policy_str_t) { "b", 1 });
        if (pthread_create(&threads[i], NULL, reader_run, &readers[i]) != 0) {
            return 2;
        }
    }

    for (i = 1; i <= TURNS && !bad; i++) {
        bad = policy_zone_publish(mem, &images[i & 1], (uint64_t) i)
              != POLICY_OK;
    }

    __atomic_store_n(&done, 1, __ATOMIC_RELEASE);

    for (i = 0; i < READERS; i++) {
        (void) pthread_join(threads[i], NULL);
        (void) printf("reader %d: %llu settled\n", i,
                      (unsigned long long) readers[i].settled);
        bad |= readers[i].bad;
    }

    policy_image_free(&images[0]);
    policy_image_free(&images[1]);
    free(mem);

    return bad;
}
