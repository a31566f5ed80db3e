/*
 * What an image holds, as a table, and bounded access to it.
 */

#include <stdlib.h>
#include <string.h>

#include <policy/image_int.h>


const policy_section_info_t  policy_sections[POLICY_SECTIONS] = {
    [POLICY_RULE_NAMES] =      { "tuv", 4 },
    [POLICY_ROLE_NAMES] =      { "trv", 4 },
    [POLICY_PROFILE_NAMES] =   { "tfv", 4 },
    [POLICY_RULE_BUCKETS] =    { "v", 1 },
    [POLICY_ROLE_BUCKETS] =    { "v", 1 },
    [POLICY_PROFILE_BUCKETS] = { "v", 1 },
    [POLICY_PERMISSIONS] =     { "ttttvvvql", 15 },
    [POLICY_ROLES] =           { "ttvs", 8 },
    [POLICY_PROFILES] =        { "tttvvvss", 15 },
    [POLICY_RULES] =           { "tcll", 8 },
    [POLICY_WORDS] =           { "vv", 2 },
    [POLICY_REQUIRES] =        { "p", 1 },
    [POLICY_CODE] =            { "vv", 2 },
    [POLICY_OPERANDS] =        { "vt", 3 },
    [POLICY_SLICES] =          { "t", 2 },
    [POLICY_TERMS] =           { "vvvvvvvvv", 9 },
    [POLICY_SETTINGS] =        { "vv", 2 },
    [POLICY_SPECIAL] =         { "ssfvvvuvvvll", POLICY_SPECIAL_WORDS },
    [POLICY_TEXT] =            { NULL, 0 }
};

const char *const  policy_builtin_names[POLICY_BUILTINS] = {
    [POLICY_BUILTIN_AUTHENTICATED] = "authenticated",
    [POLICY_BUILTIN_REGULAR] = "regular",
    [POLICY_BUILTIN_GUEST] = "guest",
    [POLICY_BUILTIN_IN_CALL] = "in-call",
    [POLICY_BUILTIN_NOBODY] = "nobody",
    [POLICY_BUILTIN_EVERYBODY] = "everybody"
};


bool
policy_array_open(const policy_image_t *image, policy_section_t section,
    policy_array_t *array)
{
    uint32_t         offset, count;
    uint64_t         bytes;
    const uint32_t  *header;

    array->words = NULL;
    array->count = 0;
    array->stride = policy_sections[section].words;

    if (image->size < POLICY_IMAGE_HEADER) {
        return false;
    }

    header = (const uint32_t *) (const void *) image->base;
    header += POLICY_IMAGE_TABLE + 2u * section;
    offset = __atomic_load_n(header, __ATOMIC_RELAXED);
    count = __atomic_load_n(header + 1, __ATOMIC_RELAXED);

    bytes = array->stride == 0 ? (uint64_t) count
                               : (uint64_t) count * array->stride * 4;

    if (offset % 4 != 0 || offset > image->size
        || bytes > image->size - offset)
    {
        return false;
    }

    array->words = (const uint32_t *) (const void *) (image->base + offset);
    array->count = count;

    return true;
}


policy_str_t
policy_array_text(const policy_image_t *image, const policy_array_t *array,
    uint32_t i, uint32_t w)
{
    uint32_t        offset, len;
    policy_str_t    text;
    policy_array_t  bytes;

    text.data = "";
    text.len = 0;

    if (!policy_array_get(array, i, w, &offset)
        || !policy_array_get(array, i, w + 1, &len)
        || !policy_array_open(image, POLICY_TEXT, &bytes)
        || offset > bytes.count || len > bytes.count - offset)
    {
        return text;
    }

    text.data = (const char *) bytes.words + offset;
    text.len = len;

    return text;
}


uint32_t
policy_name_hash(uint32_t seed, policy_str_t name)
{
    size_t    i;
    uint32_t  hash;

    hash = 2166136261u ^ seed;

    for (i = 0; i < name.len; i++) {
        hash = (hash ^ (unsigned char) name.data[i]) * 16777619u;
    }

    /* FNV leaves the high bits of short names alike; buckets need all. */
    hash ^= hash >> 16;
    hash *= 0x7feb352du;
    hash ^= hash >> 15;

    return hash;
}


policy_str_t
policy_name_trim(policy_str_t name)
{
    while (name.len >= 2 && memcmp(name.data + name.len - 2, "\xc2\xa0", 2)
                            == 0)
    {
        name.len -= 2;
    }

    return name;
}


void
policy_image_digest(const policy_image_t *image, uint8_t out[32])
{
    memset(out, 0, 32);

    if (image->size >= POLICY_IMAGE_HEADER) {
        memcpy(out, image->base + POLICY_IMAGE_DIGEST * 4, 32);
    }
}


void
policy_image_free(policy_image_t *image)
{
    if (image == NULL) {
        return;
    }

    /* Made by malloc in policy_compile: const only towards its readers. */
    free((void *) (uintptr_t) image->base);
    memset(image, 0, sizeof(*image));
}
