#include "discover/search_path.h"

#include <string.h>

#include "base/text.h"

enum { FOLDERS_MAX = 512, EXPANDED_MAX = 4096 };        /* no system opens a longer path */

static bool goes_on(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* The bytes of "NAME" or "{NAME}" that s begins with; 0 if it does not:
 * "$ORIGINAL" and "$ORIGIN_x" are no tokens, "$ORIGIN-x" is one. */
static size_t token_length(const char *s, const char *name)
{
    bool braced = s[0] == '{';
    size_t n = strlen(name);

    if (!text_starts(s + braced, name) || (braced ? s[1 + n] != '}' : goes_on(s[n])))
        return 0;
    return braced ? n + 2 : n;
}

const char *path_expand(struct arena *a, const char *s, const struct path_tokens *t)
{
    const struct { const char *name, *value; } tokens[] = { { "ORIGIN", t->origin }, { "LIB", t->lib }, { "PLATFORM", t->platform } };
    struct text out = { .arena = a };

    text_put(&out, "", 0);
    while (*s != '\0' && out.n < EXPANDED_MAX) {
        size_t plain = strcspn(s, "$"), length = 0;

        text_put(&out, s, plain);
        s += plain;
        for (size_t i = 0; *s != '\0' && i < COUNT_OF(tokens) && length == 0; i++) {
            length = token_length(s + 1, tokens[i].name);
            if (length > 0 && tokens[i].value == NULL)
                return NULL;
            if (length > 0)
                text_add(&out, "%s", tokens[i].value);
        }
        if (*s != '\0' && length == 0)
            text_put(&out, "$", 1);
        s += *s != '\0' ? 1 + length : 0;
    }
    return out.n < EXPANDED_MAX ? out.s : NULL;
}

static bool has_folder(const struct search_path *path, const char *dir)
{
    for (size_t i = 0; i < path->n; i++)
        if (strcmp(path->folders[i].dir, dir) == 0)
            return true;
    return false;
}

static char *absolute_folder(struct arena *a, const char *dir, const char *current)
{
    char *full = dir[0] == '/' ? arena_text(a, dir) : dir[0] == '\0' ? arena_text(a, current) : text_join(a, current, dir);
    size_t n = strlen(full);

    while (n > 1 && full[n - 1] == '/')
        full[--n] = '\0';
    return full;
}

struct search_path search_path_of(struct arena *a, const char *path, const char *separators, const struct path_tokens *t,
                                  const char *current)
{
    struct search_path out = { NULL, 0 };

    for (const char *at = path; at != NULL && *path != '\0' && out.n < FOLDERS_MAX;) {
        size_t n = strcspn(at, separators);
        const char *entry = arena_copy(a, at, n), *expanded = path_expand(a, entry, t);
        const char *dir = expanded != NULL ? absolute_folder(a, expanded, current) : NULL;

        if (dir != NULL && !has_folder(&out, dir))
            *ARENA_PUSH(a, out.folders, out.n) = (struct search_folder){ .entry = entry, .dir = dir };
        at = at[n] != '\0' ? at + n + 1 : NULL;
    }
    return out;
}
