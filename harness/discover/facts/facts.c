#include "discover/facts/facts.h"

#include <string.h>

#include "base/text.h"

const char *fact_line(const struct fact_reader *r, const char *path)
{
    const char *s = root_read_line(r->root, r->arena, path);

    return s != NULL && *s != '\0' ? s : NULL;
}

const char *fact_proc_value(const struct fact_reader *r, const char *path, const char *name)
{
    const char *text = root_read(r->root, r->arena, path, NULL), *line;
    size_t n;

    while (text_next_line(&text, &line, &n))
        if (n > strlen(name) && strncmp(line, name, strlen(name)) == 0) {
            char *copy = arena_copy(r->arena, line, n), *value = strpbrk(copy + strlen(name), ":");

            value = value != NULL ? value + 1 : copy + strlen(name);
            return value + strspn(value, " \t");
        }
    return NULL;
}

bool fact_is_name_alone(const struct fact_reader *r, const char *path)
{
    return !root_is_this_machine(r->root) && text_is(fact_line(r, path), "recorded by name");
}

void fact_add(struct fact_reader *r, const char *key, const char *value, const char *source)
{
    if (value != NULL && *value != '\0')
        *ARENA_PUSH(r->arena, r->facts, r->m->n_facts) = (struct fact){ key, value, source };
}
