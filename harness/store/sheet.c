#include "store/sheet.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "store/file.h"

enum { LARGEST = 1 << 20 };

/* The line without its comment and the blanks around it. What is quoted may hold a '#'. */
static const char *demand_of(struct arena *a, const char *line, size_t n)
{
    bool quoted = false;
    size_t end = 0;

    while (n > 0 && isspace((unsigned char)*line)) {
        line++;
        n--;
    }
    for (; end < n && (quoted || line[end] != '#' || (end > 0 && !isblank((unsigned char)line[end - 1]))); end++)
        quoted ^= line[end] == '"';
    while (end > 0 && isspace((unsigned char)line[end - 1]))
        end--;
    return arena_copy(a, line, end);
}

bool sheet_parse(struct require *q, struct arena *a, const char *text, const char *name, struct err *e)
{
    const char *line;
    size_t n, number = 0, before = q->n;

    if (text_starts(text, "\xef\xbb\xbf"))              /* as editors of another system begin a file */
        text += 3;
    while (text_next_line(&text, &line, &n)) {
        const char *demand = demand_of(a, line, n);

        number++;
        if (*demand != '\0' && !require_parse(q, a, demand, e))
            return err_in(e, "%s:%zu", name, number);
    }
    return q->n > before || err_set(e, ERR_USAGE, "%s: there is no demand in it", name);
}

bool sheet_read(struct require *q, struct arena *a, const char *path, struct err *e)
{
    char *text;
    size_t n;

    if (!file_read(&text, &n, a, path, LARGEST, e))
        return false;
    if (memchr(text, '\0', n) != NULL)
        return err_set(e, ERR_USAGE, "%s: it is no text", path);
    return sheet_parse(q, a, text, path, e);
}
