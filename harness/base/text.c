#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool text_vformat(char *out, size_t size, const char *fmt, va_list ap)
{
    int n = vsnprintf(out, size, fmt, ap);

    if (n < 0)
        out[0] = '\0';
    return n >= 0 && (size_t)n < size;
}

bool text_format(char *out, size_t size, const char *fmt, ...)
{
    va_list ap;
    bool fits;

    va_start(ap, fmt);
    fits = text_vformat(out, size, fmt, ap);
    va_end(ap);
    return fits;
}

char *text_vmake(struct arena *a, const char *fmt, va_list ap)
{
    va_list again;
    char most[256];         /* what fits is formatted once */
    int n;
    char *s;

    va_copy(again, ap);
    n = vsnprintf(most, sizeof most, fmt, again);
    va_end(again);
    if (n < (int)sizeof most)
        return arena_copy(a, most, n < 0 ? 0 : (size_t)n);
    s = arena_alloc(a, (size_t)n + 1);
    vsnprintf(s, (size_t)n + 1, fmt, ap);
    return s;
}

char *text_make(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    char *s;

    va_start(ap, fmt);
    s = text_vmake(a, fmt, ap);
    va_end(ap);
    return s;
}

bool text_is(const char *s, const char *other)
{
    return s != NULL && other != NULL && *s == *other && strcmp(s, other) == 0;     /* most differ at once */
}

bool text_starts(const char *s, const char *with)
{
    return strncmp(s, with, strlen(with)) == 0;
}

bool text_ends(const char *s, const char *with)
{
    size_t n = strlen(s), m = strlen(with);

    return n >= m && memcmp(s + n - m, with, m) == 0;
}

bool text_has(const char *s, const char *part)
{
    return strstr(s, part) != NULL;
}

bool text_matches(const char *pattern, const char *s)
{
    size_t n = strlen(pattern);

    if (s == NULL)
        return false;
    return n > 0 && pattern[n - 1] == '*' ? strncmp(pattern, s, n - 1) == 0 : strcmp(pattern, s) == 0;
}

const char *text_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

char *text_dir_name(struct arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL)
        return arena_copy(a, ".", 1);
    return arena_copy(a, path, slash == path ? 1 : (size_t)(slash - path));
}

char *text_join(struct arena *a, const char *dir, const char *name)
{
    size_t n = strlen(dir);

    while (n > 0 && dir[n - 1] == '/')
        n--;
    while (*name == '/')
        name++;
    return text_make(a, "%.*s/%s", (int)n, dir, name);
}

bool text_next_line(const char **cursor, const char **line, size_t *n)
{
    const char *end;

    if (*cursor == NULL || **cursor == '\0')
        return false;
    *line = *cursor;
    end = strchr(*cursor, '\n');
    *n = end != NULL ? (size_t)(end - *line) : strlen(*line);
    *cursor = end != NULL ? end + 1 : *line + *n;
    return true;
}

int text_compare_versions(const char *a, const char *b)
{
    for (;;) {
        char *after_a, *after_b;
        unsigned long x = strtoul(a, &after_a, 10), y = strtoul(b, &after_b, 10);

        if (x != y)
            return x < y ? -1 : 1;
        if (*after_a != '.' && *after_b != '.')
            return 0;
        a = *after_a == '.' ? after_a + 1 : "";
        b = *after_b == '.' ? after_b + 1 : "";
    }
}

long text_version_major(const char *version)
{
    return strtol(version, NULL, 10);
}

bool text_version_within(const char *version, const char *series)
{
    size_t n = strlen(series);

    return strncmp(version, series, n) == 0 && (version[n] == '\0' || version[n] == '.');
}

size_t text_version_length(const char *s)
{
    size_t n = strspn(s, "0123456789.");

    while (n > 0 && s[n - 1] == '.')
        n--;
    return n;
}

const char *text_digits(char room[24], unsigned long n)
{
    char *at = room + 23;

    *at = '\0';
    do
        *--at = (char)('0' + n % 10);
    while ((n /= 10) > 0);
    return at;
}

bool text_to_long(const char *s, long *out)
{
    char *end;

    errno = 0;
    *out = strtol(s, &end, 10);
    return errno == 0 && end != s && *end == '\0';
}

bool text_to_double(const char *s, double *out)
{
    char *end;

    *out = strtod(s, &end);
    return end != s && *end == '\0';
}

void text_clean(char *s)
{
    for (; *s != '\0'; s++)
        if ((unsigned char)*s < ' ' || *s == 0x7f)
            *s = ' ';
}

size_t text_utf8_length(const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t n = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;

    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    /* The first byte alone does not tell overlong forms, surrogates and what lies above U+10FFFF. */
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f)
        || (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return n;
}

void text_put(struct text *t, const char *bytes, size_t n)
{
    if (t->n + n + 1 > t->room) {
        size_t room = (t->n + n + 1) * 2;
        char *s = arena_alloc(t->arena, room);

        if (t->n > 0)
            memcpy(s, t->s, t->n);
        t->s = s;
        t->room = room;
    }
    memcpy(t->s + t->n, bytes, n);
    t->n += n;
    t->s[t->n] = '\0';
}

void text_add(struct text *t, const char *fmt, ...)
{
    va_list ap;
    char *s;

    va_start(ap, fmt);
    s = text_vmake(t->arena, fmt, ap);
    va_end(ap);
    text_put(t, s, strlen(s));
}

void text_add_quoted(struct text *t, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./@%";

    if (*word != '\0' && word[strspn(word, plain)] == '\0') {
        text_put(t, word, strlen(word));
        return;
    }
    text_put(t, "'", 1);
    for (; *word != '\0'; word++)
        text_put(t, *word == '\'' ? "'\\''" : word, *word == '\'' ? 4 : 1);
    text_put(t, "'", 1);
}
