/*
 * The model's steps with links and passes: who presses, who is let in as a
 * user, who goes on with another browser.
 */

#ifndef STORE_DESIGN_LINKS_H
#define STORE_DESIGN_LINKS_H

#include "store_design.h"


static void
expect(model_t *m, store_reason_t reason)
{
    if (reason == STORE_REASON_NONE) {
        done(&m->w);
    } else {
        refused(&m->w, reason);
    }
}


/* Mostly somebody whose record there is, or a user of a call that is. */

static int
somebody(model_t *m)
{
    int  who;

    do {
        who = (int) pick(m, PEOPLE);
    } while (!m->calls[call_of_person(who)].known
             || (!is_user(who) && !m->people[who].known
                 && pick(m, 10) != 0));

    return who;
}


/* A session has no browser any more: what made it was used by another. */

static void
forgotten(model_t *m, uint32_t session)
{
    int  i;

    for (i = 0; i < PASSES; i++) {
        if (m->passes[i].used && m->passes[i].made == session) {
            m->passes[i].browser = NOBODY;
        }
    }
}


/* Another session takes the place of the person's; what passes were made of
   and by the former keeps how that ended. */

static void
replaced(model_t *m, person_t *p)
{
    int             i;
    store_reason_t  over;

    over = p->over != STORE_REASON_NONE ? p->over : STORE_REASON_SIGNED_OUT;

    for (i = 0; i < PASSES; i++) {
        shown_t  *s = &m->passes[i];

        if (s->known && s->session == p->session) {
            s->over = over;
        }

    }

    forgotten(m, p->session);

    p->session = 5000 + m->sessions - 1;
}


static void
one_press(model_t *m)
{
    int              link = (int) pick(m, LINKS);
    int              browser = (int) pick(m, BROWSERS);
    int              who = known_by(m, link, browser);
    int              call = call_of_link(link);
    bool             terms = pick(m, 6) != 0, again = who != NOBODY;
    person_t        *p;
    called_t        *c = &m->calls[call];
    store_reason_t   reason;

    for (who = again ? who : link * GUESTS_OF;
         !again && m->people[who].known;
         who++)
    {
        if (who + 1 == (link + 1) * GUESTS_OF) {
            return;
        }
    }

    p = &m->people[who];
    press(&m->w, link_id(link), browser_id(link, browser));
    m->w.op.in.redeem.session = id(5000 + m->sessions++);
    m->w.op.in.redeem.participant = id(part_id(who));
    m->w.op.in.redeem.call = id(300);
    m->w.op.in.redeem.room = 4711;
    m->w.op.in.redeem.terms_accepted = terms;
    m->w.op.presence.ring = 45000;

    reason = link_says(m, link, browser);

    if (reason == STORE_REASON_NONE && !again && !terms) {
        reason = STORE_REASON_TERMS_REQUIRED;
    }

    if (reason == STORE_REASON_NONE && !again) {
        reason = room(m, call, true);
    }

    expect(m, reason);

    if (reason != STORE_REASON_NONE) {
        return;
    }

    assert_int_equal(m->w.op.out.again, again);

    if (!again || session_says(m, who) != STORE_REASON_NONE) {
        replaced(m, p);
        p->signed_in = true;
        p->over = STORE_REASON_NONE;
        p->expires = m->w.now + 12 * HOUR;
    }

    if (!again) {
        p->known = true;
        p->invited = true;
        p->browser = browser;
        p->state = STORE_PART_INVITED;
        m->used[link]++;
    }

    if (!c->known) {
        c->known = true;
        c->state = STORE_CALL_OPEN;
        c->due = m->w.now + HOUR;
        c->ring = m->w.now + 45000;
    }
}


static void
one_invitation(model_t *m)
{
    int              link = pick(m, 2) ? EXTERNAL : HELPER;
    int              call = call_of_link(link);
    person_t        *olga = &m->people[user_in(0, call)];
    store_reason_t   reason = STORE_REASON_NONE;

    if (!m->missing[link] || !m->calls[call].known) {
        return;
    }

    invitation(&m->w, link_id(link), call_id(call), STORE_INV_EXTERNAL);
    m->w.op.in.invitation_create.expires = m->w.now + 2 * HOUR;
    m->w.op.in.invitation_create.terms = true;

    if (m->calls[call].state == STORE_CALL_ENDED) {
        reason = STORE_REASON_CALL_ENDED;

    } else if (!there(olga) || olga->gone) {
        reason = STORE_REASON_INVITER_LEFT;
    }

    expect(m, reason);

    if (reason == STORE_REASON_NONE) {
        m->missing[link] = false;
        m->expires[link] = m->w.now + 2 * HOUR;
    }
}


static void
one_withdrawal(model_t *m)
{
    int  who, link = (int) pick(m, LINKS);

    ask(&m->w, STORE_OP_INVITATION_WITHDRAW);
    m->w.op.in.invitation_withdraw.invitation = id(link_id(link));

    if (m->missing[link]) {
        assert_int_equal(run(&m->w), STORE_NOT_FOUND);
        return;
    }

    done(&m->w);
    assert_int_equal(m->w.op.out.again, m->withdrawn[link]);

    /* who came by a link for one goes with it */

    for (who = link * GUESTS_OF;
         is_external(link) && !m->withdrawn[link]
         && m->calls[call_of_link(link)].state != STORE_CALL_ENDED
         && who < (link + 1) * GUESTS_OF;
         who++)
    {
        person_t  *p = &m->people[who];

        if (p->signed_in && p->over == STORE_REASON_NONE) {
            p->over = STORE_REASON_WITHDRAWN;

            if (holds(p)) {
                leaves(m, who);
            }
        }
    }

    m->withdrawn[link] = true;
}


/* A user comes by a link as himself. */

static void
one_admission(model_t *m)
{
    int              link = (int) pick(m, LINKS), user = (int) pick(m, USERS);
    int              call = call_of_link(link);
    bool             again;
    person_t        *p = &m->people[user_in(user, call)];
    store_reason_t   reason;

    ask(&m->w, STORE_OP_ADMIT);
    m->w.op.in.admit.invitation = id(link_id(link));
    m->w.op.in.admit.user = id(user == 0 ? OLGA : EMIL);
    m->w.op.in.admit.participant = id(part_id(user_in(user, call)));

    reason = link_says(m, link, NOBODY);

    if (!m->missing[link] && m->calls[call].state == STORE_CALL_ENDED) {
        reason = STORE_REASON_CALL_ENDED;
    }

    if (reason == STORE_REASON_NONE
        && (is_external(link) || !m->calls[call].known))
    {
        reason = STORE_REASON_NOT_A_MEMBER;
    }

    if (reason == STORE_REASON_NONE && p->known
        && p->state == STORE_PART_REMOVED)
    {
        reason = STORE_REASON_REMOVED;
    }

    expect(m, reason);

    if (reason != STORE_REASON_NONE) {
        return;
    }

    again = p->invited || m->calls[call].owner == user;
    assert_int_equal(m->w.op.out.again, again);

    if (!again) {
        p->state = p->known ? p->state : STORE_PART_INVITED;
        p->known = true;
        p->invited = true;
        m->used[link]++;
    }
}


/* ---- passes ------------------------------------------------------------- */

/* A session has one pass; for a user it is a card. */

static void
one_pass(model_t *m)
{
    int              i, who = somebody(m);
    shown_t         *s = &m->passes[m->shown % PASSES];
    const person_t  *p = &m->people[who];
    store_reason_t   reason = session_says(m, who);

    ask(&m->w, STORE_OP_PASS_CREATE);
    m->w.op.in.pass_create.pass = id(8000 + m->shown);
    m->w.op.in.pass_create.session = id(session_id(m, who));
    m->w.op.in.pass_create.valid_for = 2 * MINUTE;

    if (!is_user(who) && !p->signed_in) {
        assert_int_equal(run(&m->w), STORE_NOT_FOUND);
        return;
    }

    expect(m, reason);

    if (reason != STORE_REASON_NONE) {
        return;
    }

    for (i = 0; i < PASSES; i++) {
        if (m->passes[i].session == session_id(m, who)) {
            m->passes[i].known = false;
        }
    }

    memset(s, 0, sizeof(*s));
    s->known = true;
    s->id = 8000 + m->shown++;
    s->who = who;
    s->session = session_id(m, who);
    s->expires = m->w.now + 2 * MINUTE;
    assert_int_equal(m->w.op.out.expires, s->expires);
}


/* A pass is for one browser, for two minutes, and while its session lasts;
   whom that browser was already, it is no more. */

static store_reason_t
pass_says(const model_t *m, const shown_t *s, int browser, bool *again)
{
    int              other;
    const person_t  *p = &m->people[s->who];
    bool             newest = p->session == s->session;

    *again = false;

    if (!s->known) {
        return STORE_REASON_EXPIRED;
    }

    if (is_user(s->who)) {
        return STORE_REASON_UNKNOWN_LINK;
    }

    if (s->used) {
        *again = s->browser == browser;

        return *again ? session_says(m, s->who) : STORE_REASON_USED;
    }

    if (s->expires <= m->w.now) {
        return STORE_REASON_EXPIRED;
    }

    if (!newest || session_says(m, s->who) != STORE_REASON_NONE) {
        return newest ? session_says(m, s->who) : s->over;
    }

    other = known_by(m, s->who / GUESTS_OF, browser);

    if (other == NOBODY || other == s->who) {
        return STORE_REASON_NONE;
    }

    if (m->people[other].state == STORE_PART_REMOVED) {
        return STORE_REASON_REMOVED;
    }

    return m->people[other].over == STORE_REASON_NONE ? STORE_REASON_USED
                                                      : STORE_REASON_NONE;
}


static void
one_transfer(model_t *m)
{
    int              other, link, browser = (int) pick(m, BROWSERS);
    bool             again;
    shown_t         *s;
    person_t        *p;
    store_reason_t   reason;

    s = &m->passes[(m->shown + PASSES - 1 - pick(m, 2)) % PASSES];

    if (s->id == 0 || (!s->known && pick(m, 8) != 0)) {
        return;
    }

    p = &m->people[s->who];
    link = s->who / GUESTS_OF;
    reason = pass_says(m, s, browser, &again);

    ask(&m->w, STORE_OP_TRANSFER);
    m->w.op.in.transfer.pass = id(s->id);
    m->w.op.in.transfer.session = id(5000 + m->sessions++);
    store_put_u32(m->w.op.in.transfer.browser,
                  is_user(s->who) ? 99 : browser_id(link, browser));
    expect(m, reason);

    if (reason != STORE_REASON_NONE) {
        return;
    }

    assert_int_equal(m->w.op.out.again, again);

    if (again) {
        return;
    }

    other = known_by(m, link, browser);

    if (other != NOBODY && other != s->who) {
        m->people[other].browser = NOBODY;
        forgotten(m, m->people[other].session);
    }

    replaced(m, p);
    p->browser = browser;
    s->used = true;
    s->browser = browser;
    s->made = p->session;
}

#endif /* STORE_DESIGN_LINKS_H */
