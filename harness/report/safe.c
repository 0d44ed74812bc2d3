#include "report/safe.h"

#include <string.h>

#include "base/text.h"

/* C0, DEL, and C1 in its UTF-8 form: some terminals take U+009B for ESC [. */
bool safe_is_control(const char *s)
{
    const unsigned char *c = (const unsigned char *)s;

    return c[0] < ' ' || c[0] == 0x7f || (c[0] == 0xc2 && c[1] < 0xa0);
}

/* The bytes from s that are shown as they are and take a column each: nearly all that is written. */
static size_t plain(const char *s, const char *end)
{
    size_t n = 0;

    while (s + n < end && s[n] >= ' ' && s[n] < 0x7f)
        n++;
    return n;
}

static int put(FILE *f, const char *s, const char *end)
{
    int columns = 0;

    for (; s < end; columns++) {
        size_t n = plain(s, end);

        fwrite(s, 1, n, f);
        columns += (int)n;
        s += n;
        if (s == end)
            break;
        n = text_utf8_length(s);
        if (n == 0)
            fputc('?', f);
        else if (safe_is_control(s))
            fputc(' ', f);
        else
            fwrite(s, 1, n, f);
        s += n > 0 ? n : 1;
    }
    return columns;
}

int safe_vprint(FILE *f, const char *fmt, va_list ap)
{
    struct arena arena = { NULL };
    char room[256];
    const char *s = room;
    va_list again;
    size_t lines = 0;
    int columns;

    va_copy(again, ap);
    if (!text_vformat(room, sizeof room, fmt, ap))
        s = text_vmake(&arena, fmt, again);
    va_end(again);
    for (; *fmt == '\n'; fmt++, s++)
        fputc('\n', f);
    for (size_t n = strlen(fmt); n > 0 && fmt[n - 1] == '\n'; n--)
        lines++;
    columns = put(f, s, s + strlen(s) - lines);
    for (; lines > 0; lines--)
        fputc('\n', f);
    arena_free(&arena);
    return columns;
}

int safe_print(FILE *f, const char *fmt, ...)
{
    va_list ap;
    int columns;

    va_start(ap, fmt);
    columns = safe_vprint(f, fmt, ap);
    va_end(ap);
    return columns;
}

const char *safe_next(const char **s, size_t *n)
{
    const char *c = *s;

    *n = text_utf8_length(c);
    *s += *n > 0 ? *n : 1;
    if (*n > 0)
        return c;
    *n = 3;
    return SAFE_REPLACEMENT;
}
