/*
 * policy.json to an image: the steps, in their order.
 */

#include <string.h>

#include <policy/build_int.h>


typedef policy_status_t (*policy_build_pt)(policy_build_t *build);


static policy_status_t policy_compile_steps(policy_build_t *build,
    const char *json, size_t len, policy_image_t *image);


/* Each works on what the ones before it could make of the file, so that one
   look tells all its errors. */
static const policy_build_pt  policy_build_steps[] = {
    policy_build_names,
    policy_build_requires,
    policy_build_roles,
    policy_build_profiles,
    policy_build_rules
};


policy_status_t
policy_compile(const char *json, size_t len, policy_image_t *image,
    policy_errors_t *errors)
{
    policy_build_t   build;
    policy_status_t  status;

    memset(image, 0, sizeof(*image));
    errors->count = 0;

    memset(&build, 0, sizeof(build));
    build.errors = errors;
    policy_arena_init(&build.arena);
    policy_writer_init(&build.writer);

    status = policy_compile_steps(&build, json, len, image);

    policy_writer_free(&build.writer);
    policy_arena_free(&build.arena);
    policy_errors_sort(errors);

    return status;
}


static policy_status_t
policy_compile_steps(policy_build_t *build, const char *json, size_t len,
    policy_image_t *image)
{
    size_t           i;
    uint8_t          digest[32];
    policy_node_t   *root;
    policy_status_t  status;

    status = policy_json_parse(json, len, &build->arena, &root,
                               build->errors);
    if (root == NULL) {
        return status == POLICY_OK ? POLICY_INVALID : status;
    }

    status = policy_doc_read(root, &build->arena, &build->doc,
                             build->errors);
    if (status != POLICY_OK) {
        return status;
    }

    for (i = 0; i < sizeof(policy_build_steps) / sizeof(policy_build_steps[0]);
         i++)
    {
        status = policy_build_steps[i](build);
        if (status != POLICY_OK) {
            return status;
        }
    }

    if (build->errors->count != 0) {
        return POLICY_INVALID;
    }

    status = policy_build_emit(build);
    if (status != POLICY_OK) {
        return status;
    }

    if (policy_sha256(json, len, digest) != 0) {
        return POLICY_CRYPTO;
    }

    status = policy_writer_join(&build->writer, digest, image);
    if (status != POLICY_OK) {
        return status;
    }

    status = policy_image_verify(image->base, image->size);
    if (status != POLICY_OK) {
        policy_image_free(image);
    }

    return status;
}
