#include "discover/environment.h"

#include <string.h>

#include "base/text.h"

void environment_read(struct environment *env, struct arena *a, const struct root *root)
{
    const char **vars = NULL;
    size_t bytes = 0, n = 0;
    char *all = root_read(root, a, "/proc/self/environ", &bytes);

    for (size_t at = 0; all != NULL && at < bytes; at += strlen(all + at) + 1)
        if (strchr(all + at, '=') != NULL)
            *ARENA_PUSH(a, vars, n) = all + at;
    env->vars = vars;
    env->n = n;
}

const char *environment_get(const struct environment *env, const char *name)
{
    size_t length = strlen(name);

    for (size_t i = 0; i < env->n; i++)
        if (text_starts(env->vars[i], name) && env->vars[i][length] == '=')
            return env->vars[i] + length + 1;
    return NULL;
}

void environment_unset(struct environment *env, struct arena *a, const char *name)
{
    size_t length = strlen(name), n = 0;
    const char **vars = NULL;

    for (size_t i = 0; i < env->n; i++)
        if (!text_starts(env->vars[i], name) || env->vars[i][length] != '=')
            *ARENA_PUSH(a, vars, n) = env->vars[i];
    *env = (struct environment){ vars, n };
}
