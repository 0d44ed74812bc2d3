#include "discover/record_line.h"

#include <string.h>

#include "base/text.h"

/* A field with a comma in it stands in quotes, and a quote in it twice. */
static const char *unquoted(char *field)
{
    char *to = field;

    if (*field != '"')
        return field;
    for (const char *from = field + 1; *from != '\0'; from++) {
        if (*from == '"' && *++from != '"')
            break;
        *to++ = *from;
    }
    *to = '\0';
    return field;
}

bool record_line_read(struct record_line *out, struct arena *a, const char *line, size_t n)
{
    static const char prefix[] = "sha256=";
    char *copy = arena_copy(a, line, n), *size, *hash;

    copy[strcspn(copy, "\r")] = '\0';
    size = strrchr(copy, ',');
    if (size == NULL)
        return false;
    *size++ = '\0';
    hash = strrchr(copy, ',');
    if (hash == NULL)
        return false;
    *hash++ = '\0';
    *out = (struct record_line){ .path = unquoted(copy), .bytes = -1 };
    if (*size != '\0' && (!text_to_long(size, &out->bytes) || out->bytes < 0))
        return false;
    if (text_starts(hash, prefix) && strlen(hash) == sizeof prefix - 1 + 43)
        out->sha256 = hash + sizeof prefix - 1;
    return *out->path != '\0';
}
