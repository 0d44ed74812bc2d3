#include "model/pin.h"

#include <string.h>

#include "base/text.h"

static const char blanks[] = " \t()";

bool pin_read(struct pin *out, struct arena *a, const char *requirement)
{
    const char *start = requirement + strspn(requirement, " \t");
    size_t name = strcspn(start, " \t(<>=!~;["), said = strcspn(start, ";"), version;
    const char *fixed = strstr(start, "==");

    if (name == 0 || fixed == NULL || fixed >= start + said || (fixed > start && strchr("!~<>", fixed[-1]) != NULL))
        return false;
    fixed += strspn(fixed, "= \t");
    version = strcspn(fixed, " \t\r),;");
    if (version == 0 || memchr(fixed, '*', version) != NULL)
        return false;
    *out = (struct pin){ .distribution = arena_copy(a, start, name), .version = arena_copy(a, fixed, version) };
    if (start[name] == '[')
        out->extras = arena_copy(a, start + name + 1, strcspn(start + name + 1, "];"));
    if (start[said] == ';')
        out->condition = arena_text(a, start + said + 1);
    return true;
}

/* What a variable of a condition is here; NULL: not known. */
static const char *value_of(const char *name, size_t n, const char *arch)
{
    const struct { const char *name, *value; } known[] = {
        { "platform_machine", arch }, { "platform_system", "Linux" }, { "sys_platform", "linux" }, { "os_name", "posix" },
    };

    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (strlen(known[i].name) == n && memcmp(known[i].name, name, n) == 0)
            return known[i].value;
    return NULL;
}

/* One comparison of a variable with a text in quotes; of anything else, true. */
static bool holds(const char *s, size_t n, const char *arch)
{
    const char *end = s + n, *name = s + strspn(s, blanks), *op, *value, *is;
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz_");
    bool equal;

    op = name + length + strspn(name + length, blanks);
    if (op + 2 >= end || (strncmp(op, "==", 2) != 0 && strncmp(op, "!=", 2) != 0))
        return true;
    value = op + 2 + strspn(op + 2, blanks);
    is = value_of(name, length, arch);
    if (value >= end || is == NULL || (*value != '"' && *value != '\''))
        return true;
    equal = strncmp(value + 1, is, strlen(is)) == 0 && value[1 + strlen(is)] == *value;
    return equal == (*op == '=');
}

/* All of "A and B and C". */
static bool all_hold(const char *s, size_t n, const char *arch)
{
    while (n > 0) {
        const char *and = strstr(s, " and ");
        size_t part = and != NULL && and < s + n ? (size_t)(and - s) : n, step = part < n ? part + 5 : n;

        if (!holds(s, part, arch))
            return false;
        s += step;
        n = n > step ? n - step : 0;
    }
    return true;
}

bool pin_applies(const struct pin *p, const char *arch)
{
    const char *s = p->condition;

    if (s == NULL)
        return true;
    for (const char *extra = strstr(s, "extra"); extra != NULL; extra = strstr(extra + 1, "extra"))
        if (strncmp(extra + 5 + strspn(extra + 5, blanks), "==", 2) == 0)
            return false;                   /* of what nobody asked for */
    for (const char *or; (or = strstr(s, " or ")) != NULL; s = or + 4)
        if (all_hold(s, (size_t)(or - s), arch))
            return true;
    return all_hold(s, strlen(s), arch);
}
