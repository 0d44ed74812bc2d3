#include "report/xml.h"

#include <string.h>

#include "base/text.h"
#include "report/safe.h"

static bool is_forbidden(const char *c)
{
    return ((unsigned char)*c < ' ' && strchr("\t\n\r", *c) == NULL)
        || text_starts(c, "\xef\xbf\xbe") || text_starts(c, "\xef\xbf\xbf");
}

static const char *entity(char c, bool in_attribute)
{
    switch (c) {
    case '&':  return "&amp;";
    case '<':  return "&lt;";
    case '>':  return "&gt;";
    case '"':  return "&quot;";
    case '\r': return "&#13;";
    case '\n': return in_attribute ? "&#10;" : NULL;
    case '\t': return in_attribute ? "&#9;" : NULL;
    default:   return NULL;
    }
}

static void put(FILE *f, const char *s, bool in_attribute)
{
    while (*s != '\0') {
        size_t n;
        const char *c = safe_next(&s, &n), *instead = entity(*c, in_attribute);

        if (instead != NULL)
            fputs(instead, f);
        else if (is_forbidden(c))
            fputs(SAFE_REPLACEMENT, f);
        else
            fwrite(c, 1, n, f);
    }
}

void xml_text(FILE *f, const char *s)
{
    put(f, s, false);
}

void xml_attribute(FILE *f, const char *name, const char *value)
{
    fprintf(f, " %s=\"", name);
    put(f, value, true);
    fputc('"', f);
}
