/* The tree: types, texts and places, whatever stands between the tokens. */

#include "policy_test.h"

#include <policy/json_int.h>
#include <policy/limits.h>


typedef struct {
    policy_arena_t   arena;
    policy_node_t   *root;
    policy_status_t  status;
    policy_error_t   items[8];
    policy_errors_t  errors;
} tree_t;


static void
parse(tree_t *t, const char *text)
{
    memset(t, 0, sizeof(*t));
    t->errors.items = t->items;
    t->errors.capacity = 8;
    policy_arena_init(&t->arena);
    t->status = policy_json_parse(text, strlen(text), &t->arena, &t->root,
                                  &t->errors);
}


static void
assert_place(policy_place_t place, uint32_t line, uint32_t column)
{
    assert_int_equal(place.line, line);
    assert_int_equal(place.column, column);
}


static void
types_and_places(void **state)
{
    tree_t                t;
    const policy_node_t  *node;

    (void) state;

    parse(&t,
        "{ // one, { [ \"\n"
        "  \"a\": null, \"b\" /* :, */ : true,\n"
        "\t\"c\":-12,\"\\u0064\":\"\xc3\xa4\\n/*\",\r\n"
        "  /* \xc3\xa4\xc3\xa4 */ \"e\": [ 1 , [ ] , { } ]\n"
        "}");

    assert_int_equal(t.status, POLICY_OK);
    assert_int_equal(t.root->type, POLICY_JSON_OBJECT);
    assert_int_equal(t.root->count, 5);
    assert_place(t.root->place, 1, 1);

    node = policy_json_member(t.root, "a");
    assert_int_equal(node->type, POLICY_JSON_NULL);
    assert_place(node->key_place, 2, 3);
    assert_place(node->place, 2, 8);

    node = policy_json_member(t.root, "b");
    assert_int_equal(node->type, POLICY_JSON_BOOL);
    assert_true(node->truth);
    assert_place(node->key_place, 2, 14);
    assert_place(node->place, 2, 29);

    node = policy_json_member(t.root, "c");
    assert_int_equal(node->type, POLICY_JSON_NUMBER);
    assert_int_equal(node->text.len, 3);
    assert_memory_equal(node->text.data, "-12", 3);
    assert_place(node->place, 3, 6);

    node = policy_json_member(t.root, "d");
    assert_int_equal(node->type, POLICY_JSON_STRING);
    assert_int_equal(node->text.len, 5);
    assert_memory_equal(node->text.data, "\xc3\xa4\n/*", 5);
    assert_place(node->key_place, 3, 10);
    assert_place(node->place, 3, 19);

    /* Columns count characters, not bytes. */
    node = policy_json_member(t.root, "e");
    assert_place(node->key_place, 4, 12);
    assert_int_equal(node->count, 3);
    assert_place(node->first->place, 4, 19);
    assert_place(node->first->next->place, 4, 23);
    assert_int_equal(node->first->next->type, POLICY_JSON_ARRAY);
    assert_int_equal(node->first->next->count, 0);
    assert_place(node->last->place, 4, 29);
    assert_int_equal(node->last->type, POLICY_JSON_OBJECT);

    assert_null(policy_json_member(t.root, "f"));
    assert_null(policy_json_member(node, "a"));
    assert_null(policy_json_member(NULL, "a"));
    policy_arena_free(&t.arena);
}


static void
duplicates_are_told_and_the_tree_is_whole(void **state)
{
    tree_t  t;

    (void) state;

    parse(&t, "{\"a\":1,\"b\":{\"a\":2},\n\"\\u0061\":3,\"a\":4}");
    assert_int_equal(t.status, POLICY_INVALID);
    assert_int_equal(t.errors.count, 2);
    assert_int_equal(t.items[0].line, 2);
    assert_int_equal(t.items[0].column, 1);
    assert_int_equal(t.items[1].column, 12);
    assert_non_null(t.root);
    assert_int_equal(t.root->count, 4);
    policy_arena_free(&t.arena);
}


static void
what_the_parser_would_let_pass(void **state)
{
    size_t  i;
    tree_t  t;

    static const struct {
        const char *text;
        uint32_t    column;
    } bad[] = {
        { "[\"a\\u0000\"]", 4 },
        { "{\"a\\u0000\":1}", 4 },
        { "[\"\\ud800\"]", 3 },
        { "[\"\\uDBFF\\u0041\"]", 3 },
        { "[\"\\ud800\\ud800\"]", 3 },
        { "[\"\\udfff\"]", 3 },
        { "[\"\\ud83d\\ude00\\udc00\"]", 15 },
        { "[\"\\\\\\u0000\"]", 5 }
    };

    static const char *const  good[] = {
        "[\"\\ud83d\\ude00\"]", "[\"\\\\u0000\"]", "[\"\\\"\\u0001\"]",
        "[\"\\ufffd\"]", "/* \\u0000 \\ud800 */ []", "// \\u0000\n[]"
    };

    (void) state;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        parse(&t, bad[i].text);
        assert_int_equal(t.status, POLICY_INVALID);
        assert_int_equal(t.errors.count, 1);
        assert_int_equal(t.items[0].line, 1);
        assert_int_equal(t.items[0].column, bad[i].column);
        assert_null(t.root);
        policy_arena_free(&t.arena);
    }

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        parse(&t, good[i]);
        assert_int_equal(t.status, POLICY_OK);
        policy_arena_free(&t.arena);
    }

    policy_arena_init(&t.arena);
    t.errors.count = 0;
    assert_int_equal(policy_json_parse("[1,\0]", 5, &t.arena, &t.root,
                                       &t.errors), POLICY_INVALID);
    assert_int_equal(t.items[0].column, 4);
    policy_arena_free(&t.arena);
}


static void
truncated_at_every_length(void **state)
{
    char    *copy;
    size_t   len;
    tree_t   t;

    static const char  text[] =
        "{\"a\":[1,true,\"\\ud83d\\ude00x\"],/* c */\"b\":{\"c\":null}}";

    (void) state;

    for (len = 0; len < sizeof(text) - 1; len++) {
        copy = malloc(len + (len == 0));
        assert_non_null(copy);
        memcpy(copy, text, len);

        memset(&t, 0, sizeof(t));
        t.errors.items = t.items;
        t.errors.capacity = 8;
        policy_arena_init(&t.arena);
        assert_int_equal(policy_json_parse(copy, len, &t.arena, &t.root,
                                           &t.errors), POLICY_INVALID);
        assert_int_equal(t.errors.count, 1);
        assert_int_equal(t.items[0].line, 1);
        assert_null(t.root);
        policy_arena_free(&t.arena);
        free(copy);
    }
}


/*
 * CVE-2017-16516: yajl reads past a string that ends in half a surrogate.  In
 * a block of its exact size, so that a sanitizer sees it.
 */
static void
cve_2017_16516(void **state)
{
    char    *copy;
    size_t   i, len;
    tree_t   t;

    static const char *const  texts[] = {
        "[\"\\ud800\"]", "[\"\\uDbFf\"]", "[\"\\ud800", "[\"\\ud800\\",
        "[\"\\ud800\\u\"]", "[\"\\ud800\\ud800\"]", "[\"\\udc00\"]",
        "{\"\\ud83d\":1}"
    };

    (void) state;

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        len = strlen(texts[i]);
        copy = malloc(len);
        assert_non_null(copy);
        memcpy(copy, texts[i], len);

        memset(&t, 0, sizeof(t));
        t.errors.items = t.items;
        t.errors.capacity = 8;
        policy_arena_init(&t.arena);
        assert_int_equal(policy_json_parse(copy, len, &t.arena, &t.root,
                                           &t.errors), POLICY_INVALID);
        assert_int_equal(t.errors.count, 1);
        policy_arena_free(&t.arena);
        free(copy);
    }

    /* Both halves are one character. */
    parse(&t, "[\"\\ud83d\\ude00\"]");
    assert_int_equal(t.status, POLICY_OK);
    assert_int_equal(t.root->first->text.len, 4);
    policy_arena_free(&t.arena);
}


/* CVE-2022-24795: a buffer's size wraps at 2 GB of text.  What is larger than
   the limit, which is far below, is refused unread: there are no such bytes
   here. */
static void
cve_2022_24795(void **state)
{
    tree_t  t;

    (void) state;

    assert_true(POLICY_MAX_TEXT < 1u << 30);

    memset(&t, 0, sizeof(t));
    t.errors.items = t.items;
    t.errors.capacity = 8;
    policy_arena_init(&t.arena);
    assert_int_equal(policy_json_parse("[]", (size_t) 3 << 30, &t.arena,
                                       &t.root, &t.errors), POLICY_INVALID);
    assert_non_null(strstr(t.items[0].text, "larger"));
    policy_arena_free(&t.arena);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(types_and_places),
        cmocka_unit_test(duplicates_are_told_and_the_tree_is_whole),
        cmocka_unit_test(what_the_parser_would_let_pass),
        cmocka_unit_test(truncated_at_every_length),
        cmocka_unit_test(cve_2017_16516),
        cmocka_unit_test(cve_2022_24795)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
