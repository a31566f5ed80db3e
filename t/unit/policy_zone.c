/* The shared zone: publishing, capacity, and readers beside a writer. */

#include "policy_test.h"

#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>


#define ZONE_SIZE  (1u << 20)

/* In one policy `a` is held by guests and `b` is not, in the other it is the
   other way round; and they differ in size. */
static const char *const  texts[2] = {
    "{'version':1,'permissions':[{'name':'a','columns':{'guest_web':true}},"
    "{'name':'b','columns':{'guest_web':true}}],"
    "'guests':{'grants':['a']},'rules':{" TEST_RULES ",'x':'a','y':'b'}}",

    "{'version':1,'permissions':["
    "{'name':'more','columns':{'guest_web':true},'requires':['b']},"
    "{'name':'b','columns':{'guest_web':true},'aliases':['bbbbbbbb']},"
    "{'name':'a','columns':{'guest_web':true}}],"
    "'roles':{'r':{},'s':{'includes':['r']}},'guests':{'grants':['b']},"
    "'rules':{'y':'b','zz':{'all':['b','guest']}," TEST_RULES ",'x':'a'}}"
};


static void *
zone_map(void)
{
    void  *mem;

    mem = mmap(NULL, ZONE_SIZE, PROT_READ | PROT_WRITE,
               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(mem != MAP_FAILED);

    return mem;
}


static void
generations_go_up(void **state)
{
    void            *mem;
    policy_zone_t   *zone;
    test_policy_t    t;
    policy_image_t   seen;

    (void) state;

    mem = zone_map();
    zone = mem;
    test_good(&t, texts[0]);

    /* Not a zone yet. */
    assert_int_equal(policy_zone_read(zone, &seen), POLICY_CORRUPT);
    assert_int_equal(policy_zone_publish(zone, &t.image, 1), POLICY_CORRUPT);
    assert_int_equal(policy_zone_capacity(zone), 0);

    assert_int_equal(policy_zone_format(mem, ZONE_SIZE), POLICY_OK);
    assert_int_equal(policy_zone_read(zone, &seen), POLICY_NOT_FOUND);
    assert_int_equal(policy_zone_generation(zone), 0);
    assert_int_equal(policy_zone_loaded(zone), 0);

    assert_int_equal(policy_zone_publish(zone, &t.image, 77), POLICY_OK);
    assert_int_equal(policy_zone_generation(zone), 1);
    assert_int_equal(policy_zone_loaded(zone), 77);

    assert_int_equal(policy_zone_read(zone, &seen), POLICY_OK);
    assert_int_equal(seen.generation, 1);
    assert_int_equal(seen.size, t.image.size);
    assert_memory_equal(seen.base, t.image.base, t.image.size);
    assert_int_equal(policy_image_verify(seen.base, seen.size), POLICY_OK);
    assert_true(policy_zone_settled(zone, &seen));

    /* One more leaves a reader of the last alone, two do not. */
    assert_int_equal(policy_zone_publish(zone, &t.image, 78), POLICY_OK);
    assert_true(policy_zone_settled(zone, &seen));
    assert_int_equal(policy_zone_publish(zone, &t.image, 79), POLICY_OK);
    assert_false(policy_zone_settled(zone, &seen));
    assert_int_equal(policy_zone_generation(zone), 3);
    assert_int_equal(policy_zone_loaded(zone), 79);

    test_done(&t);
    munmap(mem, ZONE_SIZE);
}


/* A zone that takes over from another goes on counting after it; both halves
   are used in turn from there. */
static void
counting_goes_on(void **state)
{
    void            *mem;
    policy_zone_t   *zone;
    test_policy_t    t;
    policy_image_t   seen;

    (void) state;

    mem = zone_map();
    zone = mem;
    test_good(&t, texts[0]);

    policy_zone_continue(zone, 6);
    assert_int_equal(policy_zone_read(zone, &seen), POLICY_CORRUPT);

    assert_int_equal(policy_zone_format(mem, ZONE_SIZE), POLICY_OK);
    policy_zone_continue(zone, 6);
    assert_int_equal(policy_zone_generation(zone), 0);
    assert_int_equal(policy_zone_read(zone, &seen), POLICY_NOT_FOUND);

    assert_int_equal(policy_zone_publish(zone, &t.image, 1), POLICY_OK);
    assert_int_equal(policy_zone_generation(zone), 7);
    assert_int_equal(policy_zone_read(zone, &seen), POLICY_OK);
    assert_int_equal(seen.generation, 7);
    assert_true(policy_zone_settled(zone, &seen));
    assert_memory_equal(seen.base, t.image.base, t.image.size);

    /* Too late now. */
    policy_zone_continue(zone, 100);
    assert_int_equal(policy_zone_publish(zone, &t.image, 2), POLICY_OK);
    assert_int_equal(policy_zone_generation(zone), 8);
    assert_true(policy_zone_settled(zone, &seen));
    assert_int_equal(policy_zone_publish(zone, &t.image, 3), POLICY_OK);
    assert_false(policy_zone_settled(zone, &seen));

    test_done(&t);
    munmap(mem, ZONE_SIZE);
}


static void
what_does_not_fit_changes_nothing(void **state)
{
    void            *mem;
    size_t           need;
    uint8_t         *bad;
    policy_zone_t   *zone;
    test_policy_t    t;
    policy_image_t   big, wrong;

    (void) state;

    mem = zone_map();
    zone = mem;
    test_good(&t, texts[1]);

    assert_int_equal(policy_zone_format(mem, 8192), POLICY_TOO_BIG);
    assert_int_equal(policy_zone_format((char *) mem + 1, ZONE_SIZE - 1),
                     POLICY_INVALID);

    need = policy_zone_need(t.image.size);
    assert_int_equal(policy_zone_format(mem, need), POLICY_OK);
    assert_true(policy_zone_capacity(zone) >= t.image.size);
    assert_int_equal(policy_zone_publish(zone, &t.image, 1), POLICY_OK);

    big = t.image;
    big.size = policy_zone_capacity(zone) + 1;
    assert_int_equal(policy_zone_publish(zone, &big, 2), POLICY_TOO_BIG);

    bad = malloc(t.image.size);
    assert_non_null(bad);
    memcpy(bad, t.image.base, t.image.size);
    bad[0] ^= 1;
    wrong = t.image;
    wrong.base = bad;
    assert_int_equal(policy_zone_publish(zone, &wrong, 2), POLICY_CORRUPT);
    free(bad);

    assert_int_equal(policy_zone_generation(zone), 1);
    assert_int_equal(policy_zone_loaded(zone), 1);

    test_done(&t);
    munmap(mem, ZONE_SIZE);
}


/* Decides until told to stop; the exit status tells whether each settled
   decision was that of one policy or the other, never a mixture. */
static int
read_along(const policy_zone_t *zone, atomic_int *stop)
{
    uint32_t           x, y;
    uint64_t           n;
    policy_image_t     image;
    policy_query_t     query;
    policy_decision_t  dx, dy;

    query = test_query(POLICY_KIND_GUEST, POLICY_DEVICE_WEB, 0);

    for (n = 0; n < 1000 || atomic_load(stop) == 0; n++) {

        if (policy_zone_read(zone, &image) != POLICY_OK) {
            return 2;
        }

        x = policy_rule_find(&image, str("x"));
        y = policy_rule_find(&image, str("y"));
        policy_decide(&image, x, &query, &dx);
        policy_decide(&image, y, &query, &dy);

        if (!policy_zone_settled(zone, &image)) {
            continue;
        }

        /* Odd generations are of the first text. */
        if (dx.verdict != (image.generation & 1 ? POLICY_ALLOW : POLICY_DENY)
            || dy.verdict != (image.generation & 1 ? POLICY_DENY
                                                   : POLICY_ALLOW))
        {
            return 1;
        }
    }

    return 0;
}


static void
readers_beside_a_writer(void **state)
{
    int             i, status;
    void           *mem, *flag;
    pid_t           readers[2];
    atomic_int     *stop;
    policy_zone_t  *zone;
    test_policy_t   t[2];

    (void) state;

    mem = zone_map();
    flag = zone_map();
    zone = mem;
    stop = flag;
    atomic_store(stop, 0);

    test_good(&t[0], texts[0]);
    test_good(&t[1], texts[1]);
    assert_int_equal(policy_zone_format(mem, ZONE_SIZE), POLICY_OK);
    assert_int_equal(policy_zone_publish(zone, &t[0].image, 1), POLICY_OK);

    for (i = 0; i < 2; i++) {
        readers[i] = fork();
        assert_int_not_equal(readers[i], -1);
        if (readers[i] == 0) {
            _exit(read_along(zone, stop));
        }
    }

    for (i = 1; i < 20000; i++) {
        assert_int_equal(policy_zone_publish(zone, &t[i & 1].image,
                                             (uint64_t) i), POLICY_OK);
    }

    atomic_store(stop, 1);

    for (i = 0; i < 2; i++) {
        assert_int_equal(waitpid(readers[i], &status, 0), readers[i]);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }

    assert_int_equal(policy_zone_generation(zone), 20000);
    test_done(&t[0]);
    test_done(&t[1]);
    munmap(mem, ZONE_SIZE);
    munmap(flag, ZONE_SIZE);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(generations_go_up),
        cmocka_unit_test(counting_goes_on),
        cmocka_unit_test(what_does_not_fit_changes_nothing),
        cmocka_unit_test(readers_beside_a_writer)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
