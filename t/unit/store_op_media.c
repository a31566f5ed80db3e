/* Which media server a call is on: chosen once, moved once, counted. */

#include "store_world.h"


static const store_server_t  two[] = {
    { { (const uint8_t *) "10.0.0.1:81", 11 }, 1 },
    { { (const uint8_t *) "10.0.0.2:81", 11 }, 1 }
};


static void
place(world_t *w, uint32_t call, const char *from,
    const store_server_t *servers, uint32_t n)
{
    ask(w, STORE_OP_CALL_PLACE);
    w->op.in.call_place.call = id(call);
    w->op.in.call_place.on.from = text(from);
    w->op.in.call_place.on.servers = servers;
    w->op.in.call_place.on.n = n;
}


static void
is_on(world_t *w, const char *name)
{
    char  got[STORE_LIMIT_MEDIA + 1] = "";

    memcpy(got, w->op.out.media, w->op.out.media_len);
    assert_string_equal(got, name);
}


static void
drain(world_t *w, const char *name, bool drained)
{
    ask(w, STORE_OP_MEDIA_DRAIN);
    w->op.in.media_drain.name = text(name);
    w->op.in.media_drain.drained = drained;
    done(w);
}


static uint32_t
calls(world_t *w, const char *name)
{
    store_media_t  media;

    assert_int_equal(store_media_find(&w->memory.view, text(name), &media),
                     STORE_OK);

    return media.calls;
}


static void
first_join_chooses_for_all(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    join(&w, OLGAS, CALL, 20);
    w.op.in.join.on.servers = two;
    w.op.in.join.on.n = 2;
    done(&w);
    is_on(&w, "10.0.0.1:81");

    /* whoever comes next would choose otherwise, and may not */

    join(&w, EMILS, CALL, 21);
    w.op.in.join.on.servers = &two[1];
    w.op.in.join.on.n = 1;
    done(&w);
    is_on(&w, "10.0.0.1:81");

    assert_int_equal(calls(&w, "10.0.0.1:81"), 1);
    assert_int_equal(calls(&w, "10.0.0.2:81"), 0);
    end_of_world(&w);
}


static void
a_refused_join_chooses_nothing(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    w.places = 1;
    arrive(&w, OLGAS, CALL, 20);
    join(&w, EMILS, CALL, 21);
    w.op.in.join.on.servers = two;
    w.op.in.join.on.n = 2;
    refused(&w, STORE_REASON_CALL_FULL);

    assert_int_equal(call_of(&w, CALL).media.len, 0);
    assert_int_equal(calls(&w, "10.0.0.1:81"), 0);
    end_of_world(&w);
}


static void
spread_by_weight(void **state)
{
    uint32_t  i;
    world_t   w;

    static const store_server_t  three[] = {
        { { (const uint8_t *) "a:1", 3 }, 1 },
        { { (const uint8_t *) "b:1", 3 }, 3 },
        { { (const uint8_t *) "c:1", 3 }, 2 }
    };

    (void) state;
    world(&w);

    for (i = 0; i < 60; i++) {
        a_call(&w, 100 + i, STORE_CALL_CONFERENCE);
        place(&w, 100 + i, "", three, 3);
        done(&w);
    }

    assert_int_equal(calls(&w, "a:1"), 10);
    assert_int_equal(calls(&w, "b:1"), 30);
    assert_int_equal(calls(&w, "c:1"), 20);

    /* what ends counts no more */

    for (i = 0; i < 60; i++) {
        ask(&w, STORE_OP_CALL_END);
        w.op.in.call_end.call = id(100 + i);
        done(&w);
    }

    assert_int_equal(calls(&w, "a:1") + calls(&w, "b:1") + calls(&w, "c:1"),
                     0);
    assert_int_equal(events(&w, STORE_EVENT_CALL_MOVED), 0);
    end_of_world(&w);
}


static void
moved_once(void **state)
{
    world_t  w;

    static const store_server_t  other[] = {
        { { (const uint8_t *) "10.0.0.3:81", 11 }, 1 }
    };

    (void) state;
    world(&w);

    place(&w, CALL, "", two, 2);
    done(&w);
    is_on(&w, "10.0.0.1:81");

    place(&w, CALL, "10.0.0.1:81", two, 2);
    done(&w);
    is_on(&w, "10.0.0.2:81");

    /* the second who saw the first one dead lands where the others are */

    place(&w, CALL, "10.0.0.1:81", other, 1);
    done(&w);
    assert_true(w.op.out.again);
    is_on(&w, "10.0.0.2:81");

    assert_int_equal(events(&w, STORE_EVENT_CALL_MOVED), 1);
    assert_int_equal(calls(&w, "10.0.0.1:81"), 0);
    assert_int_equal(calls(&w, "10.0.0.2:81"), 1);

    /* a join may move it too */

    join(&w, OLGAS, CALL, 20);
    w.op.in.join.on.from = text("10.0.0.2:81");
    w.op.in.join.on.servers = two;
    w.op.in.join.on.n = 2;
    done(&w);
    is_on(&w, "10.0.0.1:81");
    assert_int_equal(events(&w, STORE_EVENT_CALL_MOVED), 2);

    place(&w, CALL, "10.0.0.1:81", two, 2);
    done(&w);

    /* with nowhere to go it stays */

    place(&w, CALL, "10.0.0.2:81", &two[1], 1);
    done(&w);
    is_on(&w, "10.0.0.2:81");
    assert_int_equal(events(&w, STORE_EVENT_CALL_MOVED), 3);

    ask(&w, STORE_OP_CALL_END);
    w.op.in.call_end.call = id(CALL);
    done(&w);
    place(&w, CALL, "10.0.0.2:81", two, 2);
    refused(&w, STORE_REASON_CALL_ENDED);
    end_of_world(&w);
}


static void
drained_gets_no_new_calls(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    place(&w, CALL, "", two, 2);
    done(&w);
    drain(&w, "10.0.0.1:81", true);
    assert_int_equal(calls(&w, "10.0.0.1:81"), 1);

    a_call(&w, 30, STORE_CALL_CONFERENCE);
    a_call(&w, 31, STORE_CALL_CONFERENCE);
    place(&w, 30, "", two, 2);
    done(&w);
    is_on(&w, "10.0.0.2:81");
    place(&w, 31, "", two, 2);
    done(&w);
    is_on(&w, "10.0.0.2:81");

    /* with all of them drained a call is nowhere */

    drain(&w, "10.0.0.2:81", true);
    drain(&w, "10.0.0.2:81", true);
    assert_true(w.op.out.again);
    assert_int_equal(events(&w, STORE_EVENT_MEDIA_DRAINED), 2);
    a_call(&w, 32, STORE_CALL_CONFERENCE);
    place(&w, 32, "", two, 2);
    done(&w);
    is_on(&w, "");
    assert_int_equal(call_of(&w, 32).media.len, 0);

    drain(&w, "10.0.0.1:81", false);
    place(&w, 32, "", two, 2);
    done(&w);
    is_on(&w, "10.0.0.1:81");
    assert_int_equal(calls(&w, "10.0.0.1:81"), 2);
    end_of_world(&w);
}


static void
refuses_what_is_no_server(void **state)
{
    world_t         w;
    char            longest[STORE_LIMIT_MEDIA + 2];
    store_server_t  bad = { { NULL, 0 }, 1 };

    (void) state;
    world(&w);

    place(&w, CALL, "", &bad, 1);
    assert_int_equal(run(&w), STORE_INVALID);

    memset(longest, 'x', sizeof(longest));
    longest[sizeof(longest) - 1] = '\0';
    bad.name = text(longest);
    place(&w, CALL, "", &bad, 1);
    assert_int_equal(run(&w), STORE_INVALID);

    longest[sizeof(longest) - 2] = '\0';
    bad.name = text(longest);
    place(&w, CALL, "", &bad, 1);
    done(&w);
    is_on(&w, longest);

    bad.weight = 0;
    place(&w, CALL, longest, &bad, 1);
    assert_int_equal(run(&w), STORE_INVALID);
    end_of_world(&w);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(first_join_chooses_for_all),
        cmocka_unit_test(a_refused_join_chooses_nothing),
        cmocka_unit_test(spread_by_weight),
        cmocka_unit_test(moved_once),
        cmocka_unit_test(drained_gets_no_new_calls),
        cmocka_unit_test(refuses_what_is_no_server)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
