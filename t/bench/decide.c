/*
 * What a decision costs.  Prints one line per size of policy: nanoseconds of
 * a permission asked by a user of five roles, of a rule of ten steps, of a
 * name looked up; and the time to compile the policy.
 *
 *     decide [RULES ROLES PERMISSIONS [permission | ten | name]]
 *
 * With sizes it does only those, each a thousand times, and with a word only
 * that: for callgrind.  Of 25 rounds the best counts, in time of this process
 * alone.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <policy/policy.h>


#define ROLES_HELD  5


typedef struct {
    char   *data;
    size_t  len;
    size_t  size;
} text_t;

typedef struct {
    uint32_t rules;
    uint32_t roles;
    uint32_t permissions;
} sizes_t;


static void put(text_t *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void write_policy(text_t *text, const sizes_t *sizes);
static int measure(const sizes_t *sizes, uint32_t turns, const char *only);
static double best(double (*of)(const policy_image_t *image, uint32_t rule,
    const policy_query_t *query, uint32_t turns), const char *name,
    const char *only, const policy_image_t *image, const char *rule,
    const policy_query_t *query, uint32_t turns);
static double ask(const policy_image_t *image, uint32_t rule,
    const policy_query_t *query, uint32_t turns);
static double look_up(const policy_image_t *image, uint32_t rule,
    const policy_query_t *query, uint32_t turns);
static double seconds(void);


int
main(int argc, char **argv)
{
    size_t   i;
    sizes_t  given;

    static const sizes_t  sizes[] = {
        { 10, 10, 19 }, { 100, 100, 100 }, { 1000, 1000, 1000 },
        { 10000, 10000, 4096 }, { 99996, 100000, 4096 }
    };

    if (argc == 4 || argc == 5) {
        given.rules = (uint32_t) strtoul(argv[1], NULL, 10);
        given.roles = (uint32_t) strtoul(argv[2], NULL, 10);
        given.permissions = (uint32_t) strtoul(argv[3], NULL, 10);
        return measure(&given, 1000, argv[4]);
    }

    (void) printf("%8s %8s %12s %10s %10s %10s %10s %12s\n", "rules", "roles",
                  "permissions", "ns/perm", "ns/rule10", "ns/name",
                  "compile s", "image bytes");

    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        if (measure(&sizes[i], 100000, NULL) != 0) {
            return 1;
        }
    }

    return 0;
}


static int
measure(const sizes_t *sizes, uint32_t turns, const char *only)
{
    char               name[32];
    text_t             text;
    double             start, compiled;
    uint32_t           i, roles[ROLES_HELD];
    policy_str_t       slice;
    policy_error_t     items[4];
    policy_image_t     image;
    policy_query_t     query;
    policy_errors_t    errors = { items, 4, 0 };

    memset(&text, 0, sizeof(text));
    write_policy(&text, sizes);

    start = seconds();
    if (policy_compile(text.data, text.len, &image, &errors) != POLICY_OK) {
        (void) fprintf(stderr, "%u:%u: %s\n", items[0].line, items[0].column,
                       items[0].text);
        return 1;
    }
    compiled = seconds() - start;
    free(text.data);

    memset(&query, 0, sizeof(query));
    query.kind = POLICY_KIND_REGULAR;
    query.device = POLICY_DEVICE_WEB;
    query.facts = POLICY_FACT_LICENSED;
    query.roles = roles;
    query.nroles = ROLES_HELD;

    for (i = 0; i < ROLES_HELD; i++) {
        slice.data = name;
        slice.len = (size_t) snprintf(name, sizeof(name), "role%u",
                                      sizes->roles - 1 - i);
        roles[i] = policy_role_find(&image, slice);
    }

    (void) printf("%8u %8u %12u %10.1f %10.1f %10.1f %10.3f %12zu\n",
                  sizes->rules, sizes->roles, sizes->permissions,
                  best(ask, "permission", only, &image, "last", &query,
                       turns),
                  best(ask, "ten", only, &image, "ten", &query, turns),
                  best(look_up, "name", only, &image, "ten", &query, turns),
                  compiled, image.size);

    policy_image_free(&image);

    return 0;
}


/* Role i grants permission i (in a circle) and two more; "last", which the
   first role held has, requires "p0", which the last one has: the union has
   to be gone through. */
static void
write_policy(text_t *text, const sizes_t *sizes)
{
    uint32_t  i, n;

    n = sizes->permissions;

    put(text, "{\"version\":1,\"permissions\":[");
    for (i = 0; i < n - 1; i++) {
        put(text, "{\"name\":\"p%u\",\"columns\":{\"regular\":true}},", i);
    }
    put(text, "{\"name\":\"last\",\"columns\":{\"regular\":true},"
        "\"requires\":[\"p0\"]}],\"roles\":{");

    for (i = 0; i < sizes->roles; i++) {
        put(text, "%s\"role%u\":{\"grants\":[\"p%u\",\"p%u\"%s]}",
            i ? "," : "", i, i % (n - 1), i * 7 % (n - 1),
            i == sizes->roles - 1 ? ",\"last\",\"p1\",\"p2\",\"p3\",\"p4\""
                                    ",\"p5\",\"p6\",\"p7\",\"p8\""
            : i == sizes->roles - ROLES_HELD ? ",\"p0\"" : "");
    }

    put(text, "},\"rules\":{\"call.join\":\"regular\",\"call.end\":\"nobody\""
        ",\"call.decline\":\"nobody\",\"ten\":{\"all\":[\"p1\",\"p2\",\"p3\","
        "\"p4\",\"p5\",\"p6\",\"p7\",\"p8\",\"last\",\"licensed\"]}");

    for (i = 0; i < sizes->rules; i++) {
        put(text, ",\"rule%u\":{\"any\":[\"p%u\",{\"all\":[\"call_member\","
            "\"p%u\"]}]}", i, i % (n - 1), i * 3 % (n - 1));
    }

    put(text, "}}");
}


static double
best(double (*of)(const policy_image_t *image, uint32_t rule,
    const policy_query_t *query, uint32_t turns), const char *name,
    const char *only, const policy_image_t *image, const char *rule,
    const policy_query_t *query, uint32_t turns)
{
    int           i, rounds;
    double        ns, least;
    policy_str_t  text = { rule, strlen(rule) };

    if (only != NULL && strcmp(only, name) != 0) {
        return 0;
    }

    least = 1e9;
    rounds = only != NULL ? 1 : 25;

    for (i = 0; i < rounds; i++) {
        ns = of(image, policy_rule_find(image, text), query, turns);
        least = ns < least ? ns : least;
    }

    return least;
}


static double
ask(const policy_image_t *image, uint32_t rule, const policy_query_t *query,
    uint32_t turns)
{
    double             start;
    uint32_t           i, allowed;
    policy_decision_t  decision;

    allowed = 0;
    start = seconds();

    for (i = 0; i < turns; i++) {
        policy_decide(image, rule, query, &decision);
        allowed += decision.verdict == POLICY_ALLOW;
    }

    if (allowed != turns) {
        (void) fprintf(stderr, "not allowed: reason %s\n",
                       policy_reason_name(decision.reason));
        exit(1);
    }

    return (seconds() - start) / turns * 1e9;
}


/* Names spread over all rules of the file, of which `rule` is the third. */
static double
look_up(const policy_image_t *image, uint32_t rule,
    const policy_query_t *query, uint32_t turns)
{
    double        start;
    uint32_t      i, found, rules;
    policy_str_t  slices[64];

    (void) query;

    for (rules = 1; policy_rule_name(image, rule + rules).len != 0; rules++) {
        /* void */
    }

    for (i = 0; i < 64; i++) {
        slices[i] = policy_rule_name(image, rule + (uint32_t)
                                     ((uint64_t) i * rules / 64));
    }

    found = 0;
    start = seconds();

    for (i = 0; i < turns; i++) {
        found += policy_rule_find(image, slices[i % 64]) != POLICY_NONE;
    }

    if (found != turns) {
        (void) fprintf(stderr, "a rule was not found\n");
        exit(1);
    }

    return (seconds() - start) / turns * 1e9;
}


static void
put(text_t *text, const char *format, ...)
{
    int      n;
    va_list  args;

    if (text->size - text->len < 256) {
        text->size = text->size * 2 + 65536;
        text->data = realloc(text->data, text->size);
        if (text->data == NULL) {
            abort();
        }
    }

    va_start(args, format);
    n = vsnprintf(text->data + text->len, text->size - text->len, format,
                  args);
    va_end(args);

    text->len += n > 0 ? (size_t) n : 0;
}


static double
seconds(void)
{
    struct timespec  t;

    (void) clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);

    return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}
