/* Reading interactions and tasks. */

#include <lmdb_schema/assist_int.h>


store_status_t
store_interaction_get(store_txn_t *txn, const store_id_t *id,
    store_interaction_t *out)
{
    return store_record_get(store_txn_view(txn), STORE_IS_interaction, NULL,
                            id, out);
}


store_status_t
store_interaction_active(store_txn_t *txn, const store_id_t *agent,
    store_interaction_t *out)
{
    store_key_t  key;

    store_key(&key, STORE_KEY_INTERACTION_NOW);
    store_key_id(&key, agent);

    return store_record_by(store_txn_view(txn), STORE_IS_interaction, NULL,
                           &key, out);
}


store_status_t
store_interactions_by(store_txn_t *txn, const store_id_t *agent,
    uint64_t from, store_visit_pt visit, void *data)
{
    return store_walk_of(txn, STORE_IS_interaction, STORE_KEY_INTERACTION_BY,
                         agent, from, visit, data);
}


store_status_t
store_interactions_paused(store_txn_t *txn, const store_id_t *agent,
    uint64_t from, store_visit_pt visit, void *data)
{
    return store_walk_of(txn, STORE_IS_interaction,
                         STORE_KEY_INTERACTION_PAUSED, agent, from, visit,
                         data);
}


store_status_t
store_interactions_in(store_txn_t *txn, const store_id_t *account,
    uint64_t from, store_visit_pt visit, void *data)
{
    return store_walk_of(txn, STORE_IS_interaction, STORE_KEY_INTERACTION_IN,
                         account, from, visit, data);
}


store_status_t
store_entries(store_txn_t *txn, const store_id_t *interaction,
    store_visit_pt visit, void *data)
{
    return store_rows_of(txn, STORE_IS_entry, STORE_KEY_ENTRY, interaction,
                         visit, data);
}


store_status_t
store_tasks_of(store_txn_t *txn, const store_id_t *account,
    const store_id_t *subject, uint64_t from, store_visit_pt visit,
    void *data)
{
    store_key_t  prefix;

    store_key(&prefix, STORE_KEY_TASK_OF);
    store_key_id(&prefix, account);
    store_key_id(&prefix, subject);

    return store_walk_ids(store_txn_view(txn), STORE_IS_task, &prefix, from,
                          visit, data);
}


store_status_t
store_tasks_by(store_txn_t *txn, const store_id_t *actor, uint64_t from,
    store_visit_pt visit, void *data)
{
    return store_walk_of(txn, STORE_IS_task, STORE_KEY_TASK_BY, actor, from,
                         visit, data);
}


store_status_t
store_tasks_in(store_txn_t *txn, const store_id_t *account, uint64_t from,
    store_visit_pt visit, void *data)
{
    return store_walk_of(txn, STORE_IS_task, STORE_KEY_TASK_IN, account, from,
                         visit, data);
}
