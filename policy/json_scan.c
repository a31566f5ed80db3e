/*
 * A look at the text before the parser's: what it would let pass or change.
 */

#include <string.h>

#include <policy/json_int.h>
#include <policy/limits.h>


typedef struct {
    const char *text;
    size_t      len;
    size_t      at;
    const char *error;
} policy_scan_t;


static void policy_scan_comment(policy_scan_t *scan);
static void policy_scan_string(policy_scan_t *scan);
static void policy_scan_escape(policy_scan_t *scan);
static bool policy_scan_hex(const policy_scan_t *scan, size_t at,
    unsigned *value);


policy_status_t
policy_json_scan(const char *text, size_t len, policy_errors_t *errors)
{
    size_t           depth;
    policy_scan_t    scan;
    policy_cursor_t  cursor;

    scan.text = text;
    scan.len = len;
    scan.at = 0;
    scan.error = NULL;
    depth = 0;

    scan.at = policy_utf8_bad(text, len);

    if (scan.at < len) {
        scan.error = "the text is not UTF-8 from here on";
    } else {
        scan.at = 0;
    }

    while (scan.at < len && scan.error == NULL) {

        switch (text[scan.at]) {

        case '\0':
            scan.error = "a NUL byte";
            break;

        case '/':
            policy_scan_comment(&scan);
            break;

        case '"':
            policy_scan_string(&scan);
            break;

        case '{':
        case '[':
            if (++depth > POLICY_MAX_DEPTH) {
                scan.error = "nested deeper than 32";
                break;
            }
            scan.at++;
            break;

        case '}':
        case ']':
            depth -= depth > 0;
            scan.at++;
            break;

        default:
            scan.at++;
        }
    }

    if (scan.error == NULL) {
        return POLICY_OK;
    }

    policy_cursor_init(&cursor, text, len);
    policy_cursor_to(&cursor, scan.at);
    policy_error_at(errors, cursor.place, "%s", scan.error);

    return POLICY_INVALID;
}


void
policy_cursor_init(policy_cursor_t *cursor, const char *text, size_t len)
{
    cursor->text = text;
    cursor->len = len;
    cursor->at = 0;
    cursor->place.line = 1;
    cursor->place.column = 1;
}


void
policy_cursor_to(policy_cursor_t *cursor, size_t at)
{
    unsigned char  c;

    if (at > cursor->len) {
        at = cursor->len;
    }

    for ( /* void */ ; cursor->at < at; cursor->at++) {
        c = (unsigned char) cursor->text[cursor->at];

        if (c == '\n') {
            cursor->place.line++;
            cursor->place.column = 1;

        } else if ((c & 0xc0) != 0x80) {
            cursor->place.column++;
        }
    }
}


/* An open comment reaches to the end: the parser reports it. */
static void
policy_scan_comment(policy_scan_t *scan)
{
    char  kind;

    kind = scan->at + 1 < scan->len ? scan->text[scan->at + 1] : '\0';
    if (kind != '/' && kind != '*') {
        scan->at++;
        return;
    }

    for (scan->at += 2; scan->at < scan->len; scan->at++) {

        if (scan->text[scan->at] == '\0') {
            scan->error = "a NUL byte";
            return;
        }

        if (kind == '/' && scan->text[scan->at] == '\n') {
            scan->at++;
            return;
        }

        if (kind == '*' && scan->at + 1 < scan->len
            && scan->text[scan->at] == '*' && scan->text[scan->at + 1] == '/')
        {
            scan->at += 2;
            return;
        }
    }
}


static void
policy_scan_string(policy_scan_t *scan)
{
    scan->at++;

    while (scan->at < scan->len && scan->error == NULL) {

        switch (scan->text[scan->at]) {

        case '"':
            scan->at++;
            return;

        case '\0':
            scan->error = "a NUL byte";
            break;

        case '\\':
            policy_scan_escape(scan);
            break;

        default:
            scan->at++;
        }
    }
}


static void
policy_scan_escape(policy_scan_t *scan)
{
    unsigned  high, low;

    if (!policy_scan_hex(scan, scan->at, &high)) {
        scan->at += 2;
        return;
    }

    if (high == 0) {
        scan->error = "\\u0000 is not allowed";
        return;
    }

    if (high < 0xd800 || high > 0xdfff) {
        scan->at += 6;
        return;
    }

    if (high < 0xdc00 && policy_scan_hex(scan, scan->at + 6, &low)
        && low >= 0xdc00 && low <= 0xdfff)
    {
        scan->at += 12;
        return;
    }

    scan->error = "a surrogate without its other half";
}


/* Whether \uXXXX stands at `at`. */
static bool
policy_scan_hex(const policy_scan_t *scan, size_t at, unsigned *value)
{
    char        c;
    size_t      i;
    const char *digit;

    static const char  digits[] = "0123456789abcdef";

    if (at > scan->len || scan->len - at < 6 || scan->text[at] != '\\'
        || scan->text[at + 1] != 'u')
    {
        return false;
    }

    *value = 0;

    for (i = 2; i < 6; i++) {
        c = scan->text[at + i];
        if (c >= 'A' && c <= 'F') {
            c = (char) (c + ('a' - 'A'));
        }

        digit = memchr(digits, c, sizeof(digits) - 1);
        if (digit == NULL) {
            return false;
        }

        *value = *value << 4 | (unsigned) (digit - digits);
    }

    return true;
}
