#include "model/stack.h"

#include <string.h>

#include "base/text.h"

const struct member *stack_member(const struct stack *s, const char *family)
{
    for (size_t i = 0; i < s->n_members; i++)
        if (text_is(s->members[i].family, family))
            return &s->members[i];
    return NULL;
}

const char *stack_version(const struct stack *s, const char *what)
{
    for (size_t i = 0; i < s->n_versions; i++)
        if (text_is(s->versions[i].what, what))
            return s->versions[i].version;
    return NULL;
}

/* auditwheel puts "-" and eight hex digits of a hash before ".so". */
static bool ends_in_hash(const char *s, size_t n)
{
    return n > 9 && s[n - 9] == '-' && strspn(s + n - 8, "0123456789abcdef") >= 8;
}

const char *library_family(struct arena *a, const char *path)
{
    const char *name = text_base_name(path);
    const char *so = strstr(name, ".so");
    size_t n;

    if (so == NULL || (so[3] != '\0' && so[3] != '.'))
        return NULL;
    if (text_starts(name, "lib"))
        name += 3;
    n = (size_t)(so - name);
    if (ends_in_hash(name, n))
        n -= 9;
    return n > 0 ? arena_copy(a, name, n) : NULL;
}
