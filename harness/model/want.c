#include "model/want.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "model/pep440.h"

static const char *past_blanks(const char *s)
{
    return s + strspn(s, " \t");
}

/* ---- Reading ---- */

bool want_is_about_torch(const char *text)
{
    static const char name[] = "torch";

    return text_starts(text, name) && (text[sizeof name - 1] == '\0' || strchr(" \t[=<>!~", text[sizeof name - 1]) != NULL);
}

/* "2.4" and "2.4+cu124" name a series, "2.4.1" a release; NULL for a range, or for several specifiers. */
static void take_release(struct want *w, struct arena *a)
{
    const char *version = text_starts(w->specifiers, "==") ? past_blanks(w->specifiers + 2) : "";
    size_t n = text_version_length(version), dots = 0;

    if (n == 0 || (version[n] != '\0' && version[n] != '+'))
        return;
    w->release = arena_copy(a, version, n);
    if (version[n] == '+')
        w->variant = arena_text(a, version + n + 1);
    for (size_t i = 0; i < n; i++)
        dots += version[i] == '.';
    if (dots < 2 && w->variant == NULL)
        w->specifiers = text_make(a, "==%s.*", w->release);
}

bool want_parse(struct want *w, struct arena *a, const char *text, struct err *e)
{
    const char *at = past_blanks(text);
    char *kept = arena_text(a, at);
    size_t length = strlen(kept);
    bool understood;

    while (length > 0 && isspace((unsigned char)kept[length - 1]))
        kept[--length] = '\0';
    *w = (struct want){ .text = kept };
    if (!want_is_about_torch(kept))
        return err_set(e, ERR_USAGE, "\"%s\" is not about torch: write torch==2.4.1, torch==2.4.1+cu124 or torch>=2.4,<2.6", kept);
    at = past_blanks(kept + strlen("torch"));
    if (*at == '[')
        at = past_blanks(at + strcspn(at, "]") + (strchr(at, ']') != NULL));
    w->specifiers = at;
    if (text_starts(at, "===")) {
        w->exactly = past_blanks(at + 3);
        return *w->exactly != '\0' || err_set(e, ERR_USAGE, "\"%s\": there is no version behind ===", kept);
    }
    pep440_meets("0", at, &understood);
    if (!understood)
        return err_set(e, ERR_USAGE, "\"%s\" is not understood: ==, !=, >=, <=, ~=, > and < with a release of numbers, as in torch==2.4.1 or torch>=2.4,<2.6",
                       kept);
    take_release(w, a);
    return true;
}

/* ---- Requirements files ---- */

/* The line without its comment, its condition and pip's options of it. */
static char *requirement_of(struct arena *a, const char *line, size_t n)
{
    static const char *const ends[] = { " #", "\t#", ";", " --" };
    char *copy = arena_copy(a, line, n);

    copy += strspn(copy, " \t");
    if (*copy == '#')
        *copy = '\0';
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        char *end = strstr(copy, ends[i]);

        if (end != NULL)
            *end = '\0';
    }
    copy[strcspn(copy, "\\\r")] = '\0';
    for (size_t length = strlen(copy); length > 0 && isblank((unsigned char)copy[length - 1]);)
        copy[--length] = '\0';
    return copy;
}

static bool is_about_torch(const char *requirement)
{
    static const char name[] = "torch";

    for (size_t i = 0; i < sizeof name - 1; i++)
        if (tolower((unsigned char)requirement[i]) != name[i])
            return false;
    return strchr(" \t[=<>!~@(", requirement[5] != '\0' ? requirement[5] : '=') != NULL;
}

bool want_of_requirements(struct want *w, struct arena *a, const char *text, struct err *e)
{
    const char *line, *first = NULL;
    size_t n, number = 0;

    if (text_starts(text, "\xef\xbb\xbf"))              /* as editors of another system begin a file */
        text += 3;
    while (text_next_line(&text, &line, &n)) {
        char *requirement = requirement_of(a, line, n);

        number++;
        if (!is_about_torch(requirement))
            continue;
        memcpy(requirement, "torch", 5);
        if (text_has(requirement, "@"))
            return err_set(e, ERR_USAGE, "line %zu: \"%s\" names a file or an address, and no version", number, requirement);
        if (first != NULL && !text_is(first, requirement))
            return err_set(e, ERR_USAGE, "line %zu: \"%s\", and a line before it says \"%s\"", number, requirement, first);
        first = requirement;
        if (!want_parse(w, a, requirement, e))
            return err_in(e, "line %zu", number);
    }
    return first != NULL || err_set(e, ERR_USAGE, "torch is not in it");
}

/* ---- Comparing ---- */

/* "2.5.0a0+git1a2b3c4" as "2.5.0+git1a2b3c4", "2.0.1+cu117.with.pypi.cudnn" as "2.0.1+cu117". */
bool want_holds(const struct want *w, const char *installed)
{
    const char *plus = installed != NULL ? strchr(installed, '+') : NULL;
    char release[128];
    bool understood;

    if (installed == NULL || w->exactly != NULL)
        return text_is(installed, w->exactly);
    return text_format(release, sizeof release, "%.*s%s%.*s", (int)text_version_length(installed), installed, plus != NULL ? "+" : "",
                       plus != NULL ? (int)strcspn(plus + 1, ".") : 0, plus != NULL ? plus + 1 : "")
        && pep440_meets(release, w->specifiers, &understood);
}
