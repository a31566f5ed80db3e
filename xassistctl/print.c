/* Results as JSON or as lines. */

#include <stdio.h>
#include <string.h>

#include <xassistctl/clock.h>
#include <xassistctl/ctl.h>
#include <xassistctl/print.h>


static bool member(ctl_print_t *out, const char *name, bool value);
static void end_member(const ctl_print_t *out);
static void json_string(const uint8_t *p, size_t len);
static void json_bytes(const uint8_t *p, size_t len);
static bool needs_quotes(store_slice_t text);
static void plain(const uint8_t *p, size_t len);


void
ctl_print_begin(ctl_print_t *out, bool json, const char *only)
{
    memset(out, 0, sizeof(*out));

    out->json = json;
    out->only = only;
}


int
ctl_print_end(ctl_print_t *out)
{
    if (out->json) {
        (void) fputs(out->begun ? "}\n" : "{}\n", stdout);
    }

    if (fflush(stdout) != 0 || ferror(stdout)) {
        (void) fputs("xassistctl: stdout cannot be written\n", stderr);
        return CTL_FAILURE;
    }

    return CTL_OK;
}


void
ctl_print_text(ctl_print_t *out, const char *name, store_slice_t text)
{
    if (!member(out, name, text.len != 0)) {
        return;
    }

    if (out->json || (out->inside && needs_quotes(text))) {
        json_string(text.data, text.len);
    } else {
        plain(text.data, text.len);
    }

    end_member(out);
}


void
ctl_print_word(ctl_print_t *out, const char *name, const char *word)
{
    store_slice_t  text;

    text.data = (const uint8_t *) word;
    text.len = strlen(word);
    ctl_print_text(out, name, text);
}


void
ctl_print_number(ctl_print_t *out, const char *name, uint64_t number)
{
    if (member(out, name, true)) {
        (void) printf("%llu", (unsigned long long) number);
        end_member(out);
    }
}


void
ctl_print_bool(ctl_print_t *out, const char *name, bool value)
{
    if (member(out, name, true)) {
        (void) fputs(out->json ? (value ? "true" : "false")
                               : (value ? "yes" : "no"), stdout);
        end_member(out);
    }
}


void
ctl_print_id(ctl_print_t *out, const char *name, const store_id_t *id)
{
    char  text[(4 * STORE_ID_LEN + 2) / 3];

    if (!member(out, name, !store_id_none(id))) {
        return;
    }

    if (store_id_none(id)) {
        (void) fputs("null", stdout);

    } else {
        (void) policy_base64url_encode(id->b, STORE_ID_LEN, text);
        (void) printf(out->json ? "\"%.*s\"" : "%.*s", (int) sizeof(text),
                      text);
    }

    end_member(out);
}


void
ctl_print_time(ctl_print_t *out, const char *name, uint64_t ms)
{
    char  text[CTL_TIME_LEN];

    if (!member(out, name, ms != 0)) {
        return;
    }

    if (ms == 0) {
        (void) fputs("null", stdout);

    } else {
        ctl_time_text(ms, text);
        (void) printf(out->json ? "\"%s\"" : "%s", text);
    }

    end_member(out);
}


void
ctl_print_link(ctl_print_t *out, const char *name, const char *base,
    const char *token)
{
    size_t  len = strlen(base);

    while (len != 0 && base[len - 1] == '/') {
        len--;
    }

    if (!member(out, name, true)) {
        return;
    }

    if (out->json) {
        (void) putchar('"');
        json_bytes((const uint8_t *) base, len);
        (void) printf("/j/%s\"", token);

    } else {
        plain((const uint8_t *) base, len);
        (void) printf("/j/%s", token);
    }

    end_member(out);
}


void
ctl_print_words(ctl_print_t *out, const char *name, store_slice_t words)
{
    size_t  at, len;

    if (!out->json) {
        ctl_print_text(out, name, words);
        return;
    }

    if (!member(out, name, true)) {
        return;
    }

    (void) putchar('[');

    for (at = 0; at < words.len; at += len + 1) {
        for (len = 0; at + len < words.len && words.data[at + len] != ',';
             len++)
        {
            /* void */
        }

        if (at != 0) {
            (void) putchar(',');
        }

        json_string(words.data + at, len);
    }

    (void) putchar(']');
}


void
ctl_print_list(ctl_print_t *out, const char *name)
{
    if (out->json) {
        (void) member(out, name, true);
        (void) putchar('[');
    }

    out->inside = true;
    out->more = false;
}


void
ctl_print_item(ctl_print_t *out)
{
    if (out->json) {
        (void) fputs(out->more ? ",{" : "{", stdout);
    }

    out->more = false;
}


void
ctl_print_item_end(ctl_print_t *out)
{
    (void) putchar(out->json ? '}' : '\n');
    out->more = true;
}


void
ctl_print_list_end(ctl_print_t *out)
{
    if (out->json) {
        (void) putchar(']');
    }

    out->inside = false;
    out->more = true;
}


/* The name of a member; false when nothing is to be printed. */

static bool
member(ctl_print_t *out, const char *name, bool value)
{
    if (out->json) {
        (void) printf("%s\"%s\":", out->begun ? out->more ? "," : "" : "{",
                      name);
        out->begun = true;
        out->more = true;
        return true;
    }

    if (out->only != NULL) {
        return strcmp(out->only, name) == 0;
    }

    if (!value) {
        return false;
    }

    if (out->inside) {
        (void) printf("%s%s=", out->more ? " " : "", name);
        out->more = true;

    } else {
        (void) printf("%-12s ", name);
    }

    return true;
}


static void
end_member(const ctl_print_t *out)
{
    if (!out->json && !out->inside) {
        (void) putchar('\n');
    }
}


static void
json_string(const uint8_t *p, size_t len)
{
    (void) putchar('"');
    json_bytes(p, len);
    (void) putchar('"');
}


static void
json_bytes(const uint8_t *p, size_t len)
{
    size_t  i;

    for (i = 0; i < len; i++) {
        if (p[i] == '"' || p[i] == '\\') {
            (void) putchar('\\');
            (void) putchar(p[i]);

        } else if (p[i] < 0x20 || p[i] == 0x7f) {
            (void) printf("\\u%04x", p[i]);

        } else {
            (void) putchar(p[i]);
        }
    }
}


/* Whether a text cannot stand bare after "member=". */

static bool
needs_quotes(store_slice_t text)
{
    return memchr(text.data, ' ', text.len) != NULL
           || memchr(text.data, '"', text.len) != NULL;
}


/* Nothing of what people typed may steer a terminal. */

static void
plain(const uint8_t *p, size_t len)
{
    size_t  i;

    for (i = 0; i < len; i++) {
        (void) putchar(p[i] < 0x20 || p[i] == 0x7f ? '?' : p[i]);
    }
}
