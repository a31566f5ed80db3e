/* Lines of an interaction, and its next agent. */

#include <string.h>

#include <lmdb_schema/assist_int.h>


static store_status_t interaction_note(store_view_t *view, store_op_t *op);
static store_status_t interaction_reassign(store_view_t *view,
    store_op_t *op);


const store_transition_t  store_interaction_ops[] = {
    { STORE_OP_INTERACTION_NOTE, interaction_note },
    { STORE_OP_INTERACTION_REASSIGN, interaction_reassign },
    { 0, NULL }
};


static store_status_t
interaction_note(store_view_t *view, store_op_t *op)
{
    store_slice_t        none = { NULL, 0 };
    store_status_t       rc;
    store_session_t      session;
    store_interaction_t  interaction;

    if (!store_lines_good(op->in.assist.note, 1, STORE_LIMIT_COMMENT)) {
        return STORE_INVALID;
    }

    rc = store_assist_open(view, op, &session, &interaction);

    if (rc != STORE_OK) {
        return rc;
    }

    if (store_id_equal(&interaction.op, &op->id)) {
        op->out.again = true;
        return STORE_OK;
    }

    if (interaction.state == STORE_INTERACTION_CLOSED) {
        return store_refuse(op, STORE_REASON_ASSISTANCE_ENDED);
    }

    if (interaction.entries >= STORE_LIMIT_ENTRIES) {
        return store_refuse(op, STORE_REASON_TOO_MANY);
    }

    interaction.op = op->id;
    store_interaction_write(view, op, &interaction, STORE_ENTRY_NOTE,
                            op->in.assist.note);
    store_record_put(view, STORE_IS_interaction, &interaction);
    store_interaction_event(view, op, &interaction, &session.id,
                            STORE_EVENT_INTERACTION_NOTED, none);

    return STORE_OK;
}


/*
 * The caller has asked the policy whether the actor may, and whether the new
 * agent may assist.  What is active is not taken out of anybody's hands.
 */

static store_status_t
interaction_reassign(store_view_t *view, store_op_t *op)
{
    store_user_t         agent;
    store_status_t       rc;
    store_session_t      session;
    store_interaction_t  interaction;

    rc = store_assist_session(view, op, &op->in.assist.session, &session);

    if (rc == STORE_OK) {
        rc = store_record_get(view, STORE_IS_interaction, NULL,
                              &op->in.assist.interaction, &interaction);
    }

    if (rc == STORE_OK) {
        rc = store_record_get(view, STORE_IS_user, NULL,
                              &op->in.assist.agent, &agent);
    }

    if (rc != STORE_OK) {
        return rc;
    }

    if (!store_id_equal(&interaction.account, &session.account)
        || !store_id_equal(&agent.account, &session.account))
    {
        return STORE_NOT_FOUND;
    }

    if (store_id_equal(&interaction.agent, &agent.id)) {
        op->out.again = true;
        return STORE_OK;
    }

    if (interaction.state != STORE_INTERACTION_PAUSED) {
        return store_refuse(op, STORE_REASON_ASSISTANCE_ENDED);
    }

    /* nobody assists himself, not even by being given the work */

    if (agent.suspended || store_id_equal(&agent.id, &interaction.subject)
        || !store_lines_good(op->in.assist.note, 0, STORE_LIMIT_COMMENT))
    {
        return store_refuse(op, STORE_REASON_NOT_A_MEMBER);
    }

    if (interaction.entries >= STORE_LIMIT_ENTRIES) {
        return store_refuse(op, STORE_REASON_TOO_MANY);
    }

    interaction.agent = agent.id;
    interaction.op = op->id;
    store_interaction_write(view, op, &interaction, STORE_ENTRY_REASSIGNED,
                            agent.name);
    store_record_put(view, STORE_IS_interaction, &interaction);
    store_interaction_event(view, op, &interaction, &session.id,
                            STORE_EVENT_INTERACTION_REASSIGNED, agent.name);

    return STORE_OK;
}
