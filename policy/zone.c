/*
 * Two halves and a sequence.  Generation g lies in half g & 1; while the
 * writer fills the other half with g + 1, readers of g are not disturbed.
 * Only a writer that is two generations ahead overwrites what they read, and
 * then `begun` tells them.  Readers never write.
 */

#include <stdatomic.h>
#include <string.h>

#include <policy/policy.h>


#define POLICY_ZONE_MAGIC  0x7a5f6131u
#define POLICY_ZONE_PAGE   4096u


typedef struct {
    _Atomic uint64_t size;
    _Atomic uint64_t loaded;
} policy_half_t;

struct policy_zone_s {
    uint32_t         magic;
    uint64_t         capacity;         /* of a half */
    uint64_t         base;             /* generation before the first */
    _Atomic uint64_t begun;            /* generation being or last written */
    _Atomic uint64_t generation;       /* last one that is whole */
    policy_half_t    halves[2];
};


static const uint8_t *policy_zone_half(const policy_zone_t *zone,
    uint64_t generation);
static void policy_zone_copy(uint8_t *half, const uint8_t *from, size_t size);


size_t
policy_zone_need(size_t image_size)
{
    size_t  half;

    half = (image_size + POLICY_ZONE_PAGE - 1) / POLICY_ZONE_PAGE;

    return (1 + 2 * half) * POLICY_ZONE_PAGE;
}


policy_status_t
policy_zone_format(void *mem, size_t size)
{
    policy_zone_t  *zone;

    if ((uintptr_t) mem % sizeof(uint64_t) != 0) {
        return POLICY_INVALID;
    }

    if (size < 3 * POLICY_ZONE_PAGE) {
        return POLICY_TOO_BIG;
    }

    zone = mem;
    memset(zone, 0, sizeof(*zone));
    zone->capacity = (size / POLICY_ZONE_PAGE - 1) / 2 * POLICY_ZONE_PAGE;
    zone->magic = POLICY_ZONE_MAGIC;

    return POLICY_OK;
}


void
policy_zone_continue(policy_zone_t *zone, uint64_t generation)
{
    if (zone->magic == POLICY_ZONE_MAGIC
        && atomic_load_explicit(&zone->generation, memory_order_relaxed) == 0)
    {
        zone->base = generation;
    }
}


size_t
policy_zone_capacity(const policy_zone_t *zone)
{
    return zone->magic == POLICY_ZONE_MAGIC ? (size_t) zone->capacity : 0;
}


policy_status_t
policy_zone_publish(policy_zone_t *zone, const policy_image_t *image,
    uint64_t loaded_at)
{
    uint64_t         next;
    policy_half_t   *half;
    policy_status_t  status;

    if (zone->magic != POLICY_ZONE_MAGIC) {
        return POLICY_CORRUPT;
    }

    if (image->size > zone->capacity) {
        return POLICY_TOO_BIG;
    }

    status = policy_image_verify(image->base, image->size);
    if (status != POLICY_OK) {
        return status;
    }

    next = atomic_load_explicit(&zone->generation, memory_order_relaxed);
    next = (next == 0 ? zone->base : next) + 1;
    half = &zone->halves[next & 1];

    atomic_store_explicit(&zone->begun, next, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);

    atomic_store_explicit(&half->size, image->size, memory_order_relaxed);
    atomic_store_explicit(&half->loaded, loaded_at, memory_order_relaxed);
    policy_zone_copy((uint8_t *) zone + POLICY_ZONE_PAGE
                     + (next & 1) * zone->capacity, image->base, image->size);

    atomic_store_explicit(&zone->generation, next, memory_order_release);

    return POLICY_OK;
}


uint64_t
policy_zone_generation(const policy_zone_t *zone)
{
    return atomic_load_explicit(&zone->generation, memory_order_acquire);
}


uint64_t
policy_zone_loaded(const policy_zone_t *zone)
{
    uint64_t        loaded;
    policy_image_t  image;

    do {
        if (policy_zone_read(zone, &image) != POLICY_OK) {
            return 0;
        }

        loaded = atomic_load_explicit(
                     &zone->halves[image.generation & 1].loaded,
                     memory_order_relaxed);

    } while (!policy_zone_settled(zone, &image));

    return loaded;
}


policy_status_t
policy_zone_read(const policy_zone_t *zone, policy_image_t *image)
{
    uint64_t  generation, size;

    if (zone->magic != POLICY_ZONE_MAGIC) {
        return POLICY_CORRUPT;
    }

    generation = atomic_load_explicit(&zone->generation,
                                      memory_order_acquire);
    if (generation == 0) {
        return POLICY_NOT_FOUND;
    }

    /* May be the size of a later image: still inside of the half. */
    size = atomic_load_explicit(&zone->halves[generation & 1].size,
                                memory_order_relaxed);

    image->base = policy_zone_half(zone, generation);
    image->size = (size_t) (size < zone->capacity ? size : zone->capacity);
    image->generation = generation;

    return POLICY_OK;
}


bool
policy_zone_settled(const policy_zone_t *zone, const policy_image_t *image)
{
    atomic_thread_fence(memory_order_acquire);

    return atomic_load_explicit(&zone->begun, memory_order_relaxed)
           <= image->generation + 1;
}


static const uint8_t *
policy_zone_half(const policy_zone_t *zone, uint64_t generation)
{
    return (const uint8_t *) zone + POLICY_ZONE_PAGE
           + (generation & 1) * zone->capacity;
}


/* In words, each stored whole, so that a reader of the half that is being
   overwritten meets old words and new ones but no mixture inside a word. */
static void
policy_zone_copy(uint8_t *half, const uint8_t *from, size_t size)
{
    size_t             i;
    uint64_t           word;
    _Atomic uint64_t  *words;

    words = (_Atomic uint64_t *) (void *) half;

    for (i = 0; i < size / sizeof(word); i++) {
        memcpy(&word, from + i * sizeof(word), sizeof(word));
        atomic_store_explicit(&words[i], word, memory_order_relaxed);
    }

    if (size % sizeof(word) != 0) {
        word = 0;
        memcpy(&word, from + i * sizeof(word), size % sizeof(word));
        atomic_store_explicit(&words[i], word, memory_order_relaxed);
    }
}
