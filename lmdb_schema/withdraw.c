/* Who came by an invitation that is withdrawn: one made for one person takes
   its guest along, those who came by a shared link stay. */

#include <lmdb_schema/presence_int.h>


static store_status_t sign_out(store_scene_t *scene,
    store_participant_t *part, uint64_t cause);


/* By the participants: a browser may have been forgotten, its guest not. */

store_status_t
store_withdraw_guests(store_view_t *view, const store_op_t *op,
    const store_invitation_t *inv, uint64_t cause)
{
    store_key_t          prefix;
    store_walk_t         walk;
    store_scene_t        scene;
    store_slice_t        key, value;
    store_status_t       rc;
    store_participant_t  part;

    if (inv->uses == 0 || store_id_none(&inv->call)) {
        return view->status;
    }

    rc = store_scene_open(&scene, view, op, &inv->call);

    if (rc != STORE_OK) {
        return rc == STORE_NOT_FOUND ? STORE_CORRUPT : rc;
    }

    store_key(&prefix, STORE_KEY_PARTICIPANT);
    store_key_id(&prefix, &inv->call);
    store_walk(&walk, &prefix);

    while (scene.call.state != STORE_CALL_ENDED
           && (rc = store_walk_next(view, &walk, &key, &value)) == STORE_OK)
    {
        rc = store_decode(STORE_IS_participant, value, &part);

        if (rc == STORE_OK && store_id_equal(&part.invitation, &inv->id)
            && !store_id_none(&part.session))
        {
            rc = sign_out(&scene, &part, cause);
        }

        if (rc != STORE_OK) {
            return rc;
        }
    }

    return rc == STORE_OK || rc == STORE_NOT_FOUND
           ? store_scene_close(&scene) : rc;
}


static store_status_t
sign_out(store_scene_t *scene, store_participant_t *part, uint64_t cause)
{
    store_status_t   rc;
    store_session_t  session;

    rc = store_record_get(scene->view, STORE_IS_session, NULL,
                          &part->session, &session);

    /* what ended long ago may have been taken away */

    if (rc == STORE_NOT_FOUND || (rc == STORE_OK && session.ended != 0)) {
        return STORE_OK;
    }

    if (rc != STORE_OK) {
        return rc;
    }

    store_session_end(scene->view, scene->op, &session,
                      STORE_REASON_WITHDRAWN, cause, false);

    return store_part_holds(part)
           ? store_scene_leave(scene, part, STORE_REASON_WITHDRAWN, cause)
           : scene->view->status;
}
