#include "model/want.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

static const struct { const char *sign; enum wanted_relation relation; } signs[] = {
    { "===", WANT_EXACTLY }, { "==", WANT_IS }, { "!=", WANT_IS_NOT }, { ">=", WANT_AT_LEAST }, { "<=", WANT_AT_MOST },
    { "~=", WANT_COMPATIBLE }, { ">", WANT_ABOVE }, { "<", WANT_BELOW },
};

static const char *past_blanks(const char *s)
{
    return s + strspn(s, " \t");
}

/* ---- Reading ---- */

/* One "==2.4.1+cu124" at `s`; what follows it in *end. */
static bool read_one(struct wanted *one, struct arena *a, const char *s, const char **end, struct err *e)
{
    const char *version;
    size_t i = 0, n;

    while (i < COUNT_OF(signs) && !text_starts(s, signs[i].sign))
        i++;
    if (i == COUNT_OF(signs))
        return err_set(e, ERR_USAGE, "\"%s\" does not begin with ==, !=, >=, <=, ~=, > or <", s);
    version = past_blanks(s + strlen(signs[i].sign));
    if (signs[i].relation == WANT_EXACTLY) {
        n = strcspn(version, ", \t");
        *one = (struct wanted){ .relation = WANT_EXACTLY, .version = arena_copy(a, version, n) };
        *end = past_blanks(version + n);
        return n > 0 || err_set(e, ERR_USAGE, "\"%s\": there is no version behind ===", s);
    }
    n = text_version_length(version);
    if (n == 0 || version[0] == '.')
        return err_set(e, ERR_USAGE, "\"%s\": there is no version behind %s", s, signs[i].sign);
    *one = (struct wanted){ .relation = signs[i].relation };
    *end = version + n;
    if (text_starts(*end, ".*") && one->relation <= WANT_IS_NOT) {
        *end += 2;
    } else if (**end == '+' && one->relation <= WANT_IS_NOT) {
        size_t length = strspn(*end + 1, "abcdefghijklmnopqrstuvwxyz0123456789.");

        one->variant = arena_copy(a, *end + 1, length);
        *end += 1 + length;
    }
    one->version = arena_copy(a, version, n);
    *end = past_blanks(*end);
    if (**end != '\0' && **end != ',')
        return err_set(e, ERR_USAGE, "\"%s\": \"%s\" is not understood: releases of numbers alone are compared, \"2.4.1\" or \"2.4.1+cu124\"", s, *end);
    if (one->relation == WANT_COMPATIBLE && strchr(one->version, '.') == NULL)
        return err_set(e, ERR_USAGE, "\"%s\": ~= needs two numbers", s);
    return true;
}

bool want_is_about_torch(const char *text)
{
    static const char name[] = "torch";

    return text_starts(text, name) && (text[sizeof name - 1] == '\0' || strchr(" \t[=<>!~", text[sizeof name - 1]) != NULL);
}

bool want_parse(struct want *w, struct arena *a, const char *text, struct err *e)
{
    const char *at = past_blanks(text);
    char *kept = arena_text(a, at);
    size_t length = strlen(kept);

    while (length > 0 && isspace((unsigned char)kept[length - 1]))
        kept[--length] = '\0';
    *w = (struct want){ .text = kept };
    if (!want_is_about_torch(kept))
        return err_set(e, ERR_USAGE, "\"%s\" is not about torch: write torch==2.4.1, torch==2.4.1+cu124 or torch>=2.4,<2.6", kept);
    at = past_blanks(kept + strlen("torch"));
    if (*at == '[')
        at = past_blanks(at + strcspn(at, "]") + (strchr(at, ']') != NULL));
    while (*at != '\0') {
        if (w->n == WANTED_MAX)
            return err_set(e, ERR_USAGE, "\"%s\" asks for more than %d things", kept, WANTED_MAX);
        if (!read_one(&w->all[w->n++], a, at, &at, e))
            return false;
        if (*at == ',')
            at = past_blanks(at + 1);
    }
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

/* Number by number, and what is not written is 0. */
static int compare(const char *x, const char *y)
{
    size_t n = text_version_length(x), m = text_version_length(y), at = 0, other = 0;

    while (at < n || other < m) {
        unsigned long a = 0, b = 0;

        for (; at < n && x[at] != '.'; at++)
            a = a * 10 + (unsigned long)(x[at] - '0');
        for (; other < m && y[other] != '.'; other++)
            b = b * 10 + (unsigned long)(y[other] - '0');
        if (a != b)
            return a < b ? -1 : 1;
        at += at < n;
        other += other < m;
    }
    return 0;
}

/* 2.4.1 is of 2.4, and 2.40 is not. */
static bool is_of(const char *installed, const char *version)
{
    size_t n = strlen(version);

    return compare(installed, version) == 0
        || (strncmp(installed, version, n) == 0 && (installed[n] == '\0' || strchr("0123456789", installed[n]) == NULL));
}

static bool has_variant(const char *installed, const char *variant)
{
    const char *plus = strchr(installed, '+');
    size_t n = strlen(variant);

    return plus != NULL && strncmp(plus + 1, variant, n) == 0 && (plus[1 + n] == '\0' || plus[1 + n] == '.');
}

static bool one_holds(const struct wanted *one, const char *installed)
{
    const bool is = is_of(installed, one->version) && (one->variant == NULL || has_variant(installed, one->variant));
    const char *last_dot = strrchr(one->version, '.');

    switch (one->relation) {
    case WANT_EXACTLY:    return text_is(installed, one->version);
    case WANT_IS:         return is;
    case WANT_IS_NOT:     return !is;
    case WANT_AT_LEAST:   return compare(installed, one->version) >= 0;
    case WANT_AT_MOST:    return compare(installed, one->version) <= 0 || is_of(installed, one->version);
    case WANT_ABOVE:      return compare(installed, one->version) > 0 && !is_of(installed, one->version);
    case WANT_BELOW:      return compare(installed, one->version) < 0;
    case WANT_COMPATIBLE: return compare(installed, one->version) >= 0
                              && strncmp(installed, one->version, (size_t)(last_dot - one->version) + 1) == 0;
    }
    return false;
}

bool want_holds(const struct want *w, const char *installed)
{
    for (size_t i = 0; i < w->n && installed != NULL; i++)
        if (!one_holds(&w->all[i], installed))
            return false;
    return installed != NULL;
}

const char *want_exactly(const struct want *w)
{
    const char *version = w->n == 1 && w->all[0].relation == WANT_IS ? strstr(w->text, "==") : NULL;
    size_t dots = 0;

    for (const char *at = version != NULL ? w->all[0].version : ""; *at != '\0'; at++)
        dots += *at == '.';
    return dots == 2 ? past_blanks(version + 2) : NULL;
}
