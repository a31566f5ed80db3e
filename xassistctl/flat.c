/* A flat JSON object, as nginx writes it with escape=json. */

#include <string.h>

#include <xassistctl/flat.h>


typedef struct {
    char *at;
    char *end;
} flat_t;


static bool flat_member(flat_t *in, ctl_flat_t *table);
static bool flat_value(flat_t *in, policy_str_t *value);
static bool flat_text(flat_t *in, policy_str_t *text);
static bool flat_escape(flat_t *in, char **to);
static bool flat_unicode(flat_t *in, char **to);
static bool flat_mark(flat_t *in, char mark);
static void flat_blanks(flat_t *in);


bool
ctl_flat_read(char *line, size_t len, ctl_flat_t *table)
{
    flat_t       in = { line, line + len };
    ctl_flat_t  *row;

    for (row = table; row->name != NULL; row++) {
        row->value.data = "";
        row->value.len = 0;
    }

    if (!flat_mark(&in, '{')) {
        return false;
    }

    if (!flat_mark(&in, '}')) {

        do {
            if (!flat_member(&in, table)) {
                return false;
            }
        } while (flat_mark(&in, ','));

        if (!flat_mark(&in, '}')) {
            return false;
        }
    }

    flat_blanks(&in);

    return in.at == in.end;
}


static bool
flat_member(flat_t *in, ctl_flat_t *table)
{
    ctl_flat_t    *row;
    policy_str_t   name, value;

    flat_blanks(in);

    if (!flat_text(in, &name) || !flat_mark(in, ':')
        || !flat_value(in, &value))
    {
        return false;
    }

    for (row = table; row->name != NULL; row++) {
        if (strlen(row->name) == name.len
            && memcmp(row->name, name.data, name.len) == 0)
        {
            row->value = value;
        }
    }

    return true;
}


/* A text, or a bare word: a number, true, false or null. */

static bool
flat_value(flat_t *in, policy_str_t *value)
{
    flat_blanks(in);

    if (in->at < in->end && *in->at == '"') {
        return flat_text(in, value);
    }

    value->data = in->at;

    while (in->at < in->end
           && ((*in->at >= '0' && *in->at <= '9')
               || (*in->at >= 'a' && *in->at <= 'z')
               || *in->at == '-' || *in->at == '+' || *in->at == '.'
               || *in->at == 'E'))
    {
        in->at++;
    }

    value->len = (size_t) (in->at - value->data);

    return value->len != 0;
}


static bool
flat_text(flat_t *in, policy_str_t *text)
{
    char  *to;

    if (in->at == in->end || *in->at != '"') {
        return false;
    }

    to = ++in->at;
    text->data = to;

    while (in->at < in->end) {

        if (*in->at == '"') {
            in->at++;
            text->len = (size_t) (to - text->data);
            return true;
        }

        if (*in->at != '\\') {
            *to++ = *in->at++;

        } else if (!flat_escape(in, &to)) {
            return false;
        }
    }

    return false;
}


static bool
flat_escape(flat_t *in, char **to)
{
    char         c;
    const char  *found;

    static const char  from[] = "\"\\/bfnrt";
    static const char  into[] = "\"\\/\b\f\n\r\t";

    if (in->end - in->at < 2) {
        return false;
    }

    c = in->at[1];
    in->at += 2;

    if (c == 'u') {
        return flat_unicode(in, to);
    }

    found = c != '\0' ? strchr(from, c) : NULL;

    if (found == NULL) {
        return false;
    }

    *(*to)++ = into[found - from];

    return true;
}


/* nginx writes control characters so, and nothing else; what lies beyond one
   byte of UTF-8 becomes two or three, which is less than the escape had. */

static bool
flat_unicode(flat_t *in, char **to)
{
    int       i;
    char      c;
    unsigned  code;

    if (in->end - in->at < 4) {
        return false;
    }

    code = 0;

    for (i = 0; i < 4; i++) {
        c = *in->at++;
        code <<= 4;

        if (c >= '0' && c <= '9') {
            code |= (unsigned) (c - '0');

        } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
            code |= (unsigned) ((c | 0x20) - 'a' + 10);

        } else {
            return false;
        }
    }

    if (code < 0x80) {
        *(*to)++ = (char) code;
        return true;
    }

    if (code < 0x800) {
        *(*to)++ = (char) (0xc0 | code >> 6);

    } else {
        *(*to)++ = (char) (0xe0 | code >> 12);
        *(*to)++ = (char) (0x80 | (code >> 6 & 0x3f));
    }

    *(*to)++ = (char) (0x80 | (code & 0x3f));

    return true;
}


static bool
flat_mark(flat_t *in, char mark)
{
    flat_blanks(in);

    if (in->at == in->end || *in->at != mark) {
        return false;
    }

    in->at++;

    return true;
}


static void
flat_blanks(flat_t *in)
{
    while (in->at < in->end
           && (*in->at == ' ' || *in->at == '\t' || *in->at == '\n'
               || *in->at == '\r'))
    {
        in->at++;
    }
}
