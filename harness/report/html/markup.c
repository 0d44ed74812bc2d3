#include "report/html/markup.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "report/safe.h"

void markup(FILE *f, const char *own)
{
    fputs(own, f);
}

static bool is_plain(char c)
{
    return c >= ' ' && c < 0x7f && c != '&' && c != '<' && c != '>' && c != '"' && c != '\'';
}

static const char *entity(char c)
{
    switch (c) {
    case '&':  return "&amp;";
    case '<':  return "&lt;";
    case '>':  return "&gt;";
    case '"':  return "&quot;";
    case '\'': return "&#39;";
    case '\r': return " ";
    default:   return NULL;
    }
}

/* Of a character that is valid UTF-8. */
static unsigned long code_of(const char *c, size_t n)
{
    static const unsigned char first[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
    unsigned long code = (unsigned char)c[0] & first[n];

    for (size_t i = 1; i < n; i++)
        code = code << 6 | ((unsigned char)c[i] & 0x3f);
    return code;
}

/* No character by Unicode's own word; or one that lets a line read in another order than it is written. */
static bool is_forbidden(const char *c, size_t n)
{
    const unsigned long code = code_of(c, n);

    if (*c == '\n' || *c == '\t')
        return false;
    return safe_is_control(c) || (code & 0xfffe) == 0xfffe || (code >= 0xfdd0 && code <= 0xfdef)
        || (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

void markup_text(FILE *f, const char *s)
{
    while (s != NULL && *s != '\0') {
        const char *c = s, *instead;
        size_t n;

        while (is_plain(*s))
            s++;
        if (s > c) {
            fwrite(c, 1, (size_t)(s - c), f);
            continue;
        }
        c = safe_next(&s, &n);
        instead = entity(*c);
        if (instead != NULL)
            fputs(instead, f);
        else if (is_forbidden(c, n))
            fputs(SAFE_REPLACEMENT, f);
        else
            fwrite(c, 1, n, f);
    }
}

/* Most of it is short, and there is much of it: memory of its own only where it must be. */
static void PRINTF_LIKE(2, 0) vprint(FILE *f, const char *fmt, va_list ap)
{
    struct arena arena = { NULL };
    char brief[256];
    va_list again;

    va_copy(again, ap);
    if (text_vformat(brief, sizeof brief, fmt, ap))
        markup_text(f, brief);
    else
        markup_text(f, text_vmake(&arena, fmt, again));
    va_end(again);
    arena_free(&arena);
}

void markup_print(FILE *f, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vprint(f, fmt, ap);
    va_end(ap);
}

void markup_attribute(FILE *f, const char *name, const char *fmt, ...)
{
    va_list ap;

    fprintf(f, " %s=\"", name);
    va_start(ap, fmt);
    vprint(f, fmt, ap);
    va_end(ap);
    fputc('"', f);
}

void markup_element(FILE *f, const char *tag, const char *is, const char *fmt, ...)
{
    va_list ap;

    fprintf(f, is != NULL ? "<%s class=\"%s\">" : "<%s>", tag, is);
    va_start(ap, fmt);
    vprint(f, fmt, ap);
    va_end(ap);
    fprintf(f, "</%s>", tag);
}
