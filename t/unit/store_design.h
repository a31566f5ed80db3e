/*
 * What DESIGN says of calls, people, links and passes, as a small model: one
 * conference with a link for many and one for an external, and a service
 * request with the call that it makes and an external invited into that.
 */

#ifndef STORE_DESIGN_H
#define STORE_DESIGN_H

#include "store_world.h"


#define BROWSERS  4
#define GUESTS_OF 5                    /* people a link may make */
#define PASSES    6                    /* the newest, remembered */
#define NOBODY    (-1)

enum { SHARED = 0, EXTERNAL, REQUEST, HELPER, LINKS };
enum { CONFERENCE = 0, SERVICE, CALLS };

/* People: who came by each link, then each user in each call. */
enum {
    GUESTS = LINKS * GUESTS_OF, USERS = 2, PEOPLE = GUESTS + USERS * CALLS
};

typedef struct {
    bool                known;         /* has a record */
    store_part_state_t  state;
    store_part_state_t  before;
    uint32_t            attached;
    uint64_t            due;
    uint64_t            ring;
    uint64_t            alone;         /* users: the bound go then, */
    bool                gone;          /* and went */
    bool                invited;       /* users: by somebody */
    int                 browser;       /* guests: known by it, or NOBODY */
    bool                signed_in;     /* guests: has a session, */
    store_reason_t      over;          /* which was ended for this, */
    uint64_t            expires;       /* or ends then */
    uint32_t            session;
} person_t;

typedef struct {
    bool                known;
    store_call_state_t  state;
    int                 owner;
    uint64_t            due;
    uint64_t            ring;
    bool                regular;
} called_t;

typedef struct {
    bool            known;
    uint32_t        id;
    int             who;
    uint32_t        session;           /* of which it was made, */
    store_reason_t  over;              /* replaced, which had ended so */
    uint64_t        expires;
    bool            used;
    uint32_t        made;              /* the session that came of it, */
    int             browser;           /* there, or NOBODY as it went on */
} shown_t;

typedef struct {
    world_t   w;
    uint64_t  random;
    uint32_t  sessions;
    called_t  calls[CALLS];
    person_t  people[PEOPLE];
    shown_t   passes[PASSES];
    uint32_t  shown;
    bool      missing[LINKS];
    bool      withdrawn[LINKS];
    uint32_t  used[LINKS];
    uint64_t  expires[LINKS];
} model_t;


static void after(model_t *m, int who);


static uint32_t
pick(model_t *m, uint32_t n)
{
    m->random ^= m->random << 13;
    m->random ^= m->random >> 7;
    m->random ^= m->random << 17;

    return (uint32_t) (m->random >> 33) % n;
}


static bool
is_user(int who)
{
    return who >= GUESTS;
}


static int
call_of_link(int link)
{
    return link == REQUEST || link == HELPER ? SERVICE : CONFERENCE;
}


/* For one, and only while the inviter is there. */

static bool
is_external(int link)
{
    return link == EXTERNAL || link == HELPER;
}


static int
call_of_person(int who)
{
    if (is_user(who)) {
        return (who - GUESTS) / USERS;
    }

    return call_of_link(who / GUESTS_OF);
}


static int
user_in(int user, int call)
{
    return GUESTS + call * USERS + user;
}


static uint32_t
call_id(int call)
{
    return call == CONFERENCE ? (uint32_t) CALL : 300;
}


static uint32_t
part_id(int who)
{
    return 2000 + (uint32_t) who;
}


static uint32_t
link_id(int link)
{
    return 700 + (uint32_t) link;
}


static uint32_t
browser_id(int link, int browser)
{
    return 100 + (uint32_t) (link * BROWSERS + browser);
}


/* Whom the link knows by that browser, or NOBODY. */

static int
known_by(const model_t *m, int link, int browser)
{
    int  who;

    for (who = link * GUESTS_OF; who < (link + 1) * GUESTS_OF; who++) {
        if (m->people[who].known && browser != NOBODY
            && m->people[who].browser == browser)
        {
            return who;
        }
    }

    return NOBODY;
}


static uint32_t
session_id(const model_t *m, int who)
{
    static const uint32_t  users[] = { OLGAS, EMILS };

    return is_user(who) ? users[(who - GUESTS) % USERS]
                        : m->people[who].session;
}


/* ---- what DESIGN says --------------------------------------------------- */

static bool
holds(const person_t *p)
{
    return p->known && (p->state == STORE_PART_JOINING
                        || p->state == STORE_PART_PRESENT
                        || p->state == STORE_PART_AWAY);
}


static bool
there(const person_t *p)
{
    return holds(p) && p->state != STORE_PART_JOINING;
}


static uint32_t
places(const model_t *m, int call)
{
    int       who;
    uint32_t  n = 0;

    for (who = 0; who < PEOPLE; who++) {
        n += call_of_person(who) == call && holds(&m->people[who]);
    }

    return n;
}


static uint32_t
seats(const model_t *m)
{
    int       who;
    uint32_t  n = 0;

    for (who = 0; who < GUESTS; who++) {
        n += holds(&m->people[who]);
    }

    return n;
}


static store_reason_t
room(const model_t *m, int call, bool guest)
{
    if (places(m, call) >= m->w.places) {
        return STORE_REASON_CALL_FULL;
    }

    return guest && seats(m) >= m->w.seats ? STORE_REASON_NO_GUEST_SEAT
                                           : STORE_REASON_NONE;
}


static store_reason_t
session_says(const model_t *m, int who)
{
    const person_t  *p = &m->people[who];

    if (is_user(who)) {
        return STORE_REASON_NONE;
    }

    if (!p->signed_in) {
        return STORE_REASON_SIGNED_OUT;
    }

    return p->over != STORE_REASON_NONE ? p->over
           : p->expires <= m->w.now ? STORE_REASON_SIGNED_OUT
           : STORE_REASON_NONE;
}


static store_reason_t
link_says(const model_t *m, int link, int browser)
{
    int              who = known_by(m, link, browser);
    const called_t  *call = &m->calls[call_of_link(link)];
    const person_t  *olga = &m->people[user_in(0, call_of_link(link))];

    if (m->missing[link]) {
        return STORE_REASON_UNKNOWN_LINK;
    }

    if (m->withdrawn[link]) {
        return STORE_REASON_WITHDRAWN;
    }

    if (m->expires[link] != 0 && m->expires[link] <= m->w.now
        && !(link == REQUEST && call->known))
    {
        return STORE_REASON_EXPIRED;
    }

    if (call->known && call->state == STORE_CALL_ENDED) {
        return STORE_REASON_CALL_ENDED;
    }

    if (is_external(link) && (!there(olga) || olga->gone)) {
        return STORE_REASON_INVITER_LEFT;
    }

    if (who != NOBODY && m->people[who].state == STORE_PART_REMOVED) {
        return STORE_REASON_REMOVED;
    }

    return is_external(link) && who == NOBODY && m->used[link] != 0
           ? STORE_REASON_USED : STORE_REASON_NONE;
}


static void
sign_out(person_t *p, store_reason_t reason)
{
    if (p->signed_in && p->over == STORE_REASON_NONE) {
        p->over = reason;
    }
}


static void
move(person_t *p, store_part_state_t state)
{
    p->state = state;
    p->alone = 0;
    p->gone = false;
}


static void
end_call(model_t *m, int call)
{
    int  who;

    m->calls[call].state = STORE_CALL_ENDED;
    m->calls[call].due = 0;
    m->calls[call].ring = 0;

    for (who = 0; who < PEOPLE; who++) {
        person_t  *p = &m->people[who];

        if (call_of_person(who) != call || !p->known) {
            continue;
        }

        sign_out(p, STORE_REASON_CALL_ENDED);
        p->ring = 0;

        if (holds(p)) {
            move(p, STORE_PART_LEFT);
            p->attached = 0;
            p->due = 0;
        }
    }
}


static void
leaves(model_t *m, int who)
{
    person_t  *p = &m->people[who];

    move(p, STORE_PART_LEFT);
    p->attached = 0;
    p->due = 0;
    after(m, who);
}


static void
unjoins(model_t *m, int who)
{
    person_t  *p = &m->people[who];

    move(p, p->before == STORE_PART_INVITED ? STORE_PART_INVITED
                                            : STORE_PART_LEFT);
    p->due = 0;
    after(m, who);
}


/* Externals go with their inviter. */

static void
without(model_t *m, int gone)
{
    int  call = call_of_person(gone);
    int  who, link = call == SERVICE ? HELPER : EXTERNAL;

    for (who = link * GUESTS_OF;
         gone == user_in(0, call) && who < (link + 1) * GUESTS_OF
         && m->calls[call].state != STORE_CALL_ENDED;
         who++)
    {
        person_t  *p = &m->people[who];

        if (!p->known || p->state == STORE_PART_REMOVED) {
            continue;
        }

        sign_out(p, STORE_REASON_INVITER_LEFT);

        if (holds(p)) {
            leaves(m, who);
        }
    }
}


/* A call ends when all have left it. */

static void
after(model_t *m, int who)
{
    int        call = call_of_person(who);
    called_t  *c = &m->calls[call];

    if (c->state == STORE_CALL_ENDED) {
        return;
    }

    without(m, who);

    if (c->state != STORE_CALL_LIVE || places(m, call) != 0) {
        return;
    }

    if (c->regular || call == SERVICE) {
        end_call(m, call);
    } else {
        c->due = m->w.now + HOUR;
    }
}


static void
arrives(model_t *m, int who)
{
    called_t  *c = &m->calls[call_of_person(who)];
    person_t  *p = &m->people[who];

    c->state = STORE_CALL_LIVE;
    c->due = 0;
    c->regular |= is_user(who);

    if (is_user(who) && (who - GUESTS) % USERS == c->owner) {
        c->ring = 0;
    }

    move(p, STORE_PART_PRESENT);
    p->due = 0;
    p->ring = 0;
    p->attached++;
}


/* What is due soonest, by its time and then in the order of its key; the time
   that it is for is returned, or 0. */

static uint64_t
next_due(const model_t *m, int *call, int *who)
{
    int       i;
    uint64_t  least = m->w.now + 1;

    *call = -1;
    *who = -1;

    for (i = 0; i < CALLS; i++) {
        const called_t  *c = &m->calls[i];

        if (!c->known || c->state == STORE_CALL_ENDED) {
            continue;
        }

        if (c->due != 0 && c->due < least) {
            least = c->due;
            *call = i;
        }

        if (c->ring != 0 && c->ring < least) {
            least = c->ring;
            *call = i;
        }
    }

    for (i = 0; i < PEOPLE; i++) {
        const person_t  *p = &m->people[i];

        if (p->known && p->due != 0 && p->due < least) {
            least = p->due;
            *call = -1;
            *who = i;
        }

        if (p->known && p->ring != 0 && p->ring < least) {
            least = p->ring;
            *call = -1;
            *who = i;
        }

        if (p->known && p->alone != 0 && p->alone < least) {
            least = p->alone;
            *call = -1;
            *who = i;
        }
    }

    return *call != -1 || *who != -1 ? least : 0;
}


/* ---- everything that can be asked --------------------------------------- */

static void
compare(model_t *m)
{
    int                  i, browser;
    store_id_t           key, of;
    store_call_t         call;
    store_status_t       rc;
    store_invitation_t   inv;
    store_participant_t  part;

    for (i = 0; i < CALLS; i++) {
        key = id(call_id(i));
        rc = store_record_get(&m->w.memory.view, STORE_IS_call, NULL, &key,
                              &call);
        assert_int_equal(rc, m->calls[i].known ? STORE_OK : STORE_NOT_FOUND);

        if (rc == STORE_OK) {
            of = id(m->calls[i].owner == 0 ? OLGA : EMIL);
            assert_int_equal(call.state, m->calls[i].state);
            assert_true(store_id_equal(&call.owner, &of));
            assert_int_equal(call.ring, m->calls[i].ring);
            assert_int_equal(call.due, m->calls[i].due);
            assert_int_equal(call.here + call.joining, places(m, i));
        }
    }

    for (i = 0; i < PEOPLE; i++) {
        of = id(call_id(call_of_person(i)));
        key = id(part_id(i));
        rc = store_record_get(&m->w.memory.view, STORE_IS_participant, &of,
                              &key, &part);
        assert_int_equal(rc, m->people[i].known ? STORE_OK
                                                : STORE_NOT_FOUND);

        if (rc == STORE_OK) {
            assert_string_equal(
                store_part_state_name((store_part_state_t) part.state),
                store_part_state_name(m->people[i].state));
            assert_int_equal(part.attached, m->people[i].attached);
            assert_int_equal(part.ring, m->people[i].ring);
            assert_int_equal(part.alone, m->people[i].alone);
            assert_int_equal(part.gone, m->people[i].gone);
            assert_int_equal(!store_id_none(&part.inviter),
                             m->people[i].invited);
            of = is_user(i) ? part.session : id(m->people[i].session);
            assert_true(store_id_equal(&part.session, &of));
        }
    }

    for (i = 0; i < LINKS; i++) {
        key = id(link_id(i));
        rc = store_record_get(&m->w.memory.view, STORE_IS_invitation, NULL,
                              &key, &inv);
        assert_int_equal(rc, m->missing[i] ? STORE_NOT_FOUND : STORE_OK);

        if (rc == STORE_OK) {
            assert_int_equal(inv.used, m->used[i]);
        }

        for (browser = 0; browser < BROWSERS; browser++) {
            assert_string_equal(
                store_reason_name(says(&m->w, link_id(i),
                                       browser_id(i, browser))),
                store_reason_name(link_says(m, i, browser)));
        }
    }

    assert_int_equal(acme(&m->w).seats, seats(m));
}

#endif /* STORE_DESIGN_H */
