#include "model/repair.h"

#include <string.h>

#include "base/text.h"

/* "nvidia-cudnn-cu12==9.1.0.70" of ".../nvidia_cudnn_cu12-9.1.0.70.dist-info"; NULL for any other source. */
static char *requirement_of(const char *source, struct arena *a)
{
    const char *name = text_base_name(source), *dash = strchr(name, '-');
    char *out;

    if (dash == NULL || !text_ends(name, ".dist-info"))
        return NULL;
    out = text_make(a, "%.*s==%.*s", (int)(dash - name), name, (int)(strlen(dash) - strlen("-.dist-info")), dash + 1);
    for (char *at = out; *at != '='; at++)
        if (*at == '_')
            *at = '-';
    return out;
}

/* PyPI holds one CUDA variant of each PyTorch: the others are on PyTorch's own index. */
static const char *index_of(const char *requirement, struct arena *a)
{
    const char *variant = strchr(requirement, '+');

    return variant != NULL ? text_make(a, " --index-url https://download.pytorch.org/whl/%s", variant + 1) : "";
}

/* As a shell takes it: names of folders are in it. */
static const char *pip_install(const char *python, const char *requirement, struct arena *a)
{
    struct text t = { .arena = a };

    text_add_quoted(&t, python);
    text_add(&t, " -m pip install --force-reinstall --no-deps ");
    text_add_quoted(&t, requirement);
    text_add(&t, "%s", index_of(requirement, a));
    return t.s;
}

const char *repair_command(const struct stack *s, const char *sentence, struct arena *a)
{
    for (size_t i = 0; i < s->n_members && s->kind == STACK_PYTHON && s->python != NULL; i++) {
        const struct member *m = &s->members[i];
        const char *requirement;

        if (m->source == NULL || !text_has(sentence, m->path))
            continue;
        requirement = requirement_of(m->source, a);
        if (requirement != NULL)
            return pip_install(s->python, requirement, a);
    }
    return NULL;
}

const char *repair_install(const struct stack *s, const char *arguments, struct arena *a)
{
    struct text t = { .arena = a };

    if (s->kind != STACK_PYTHON || s->python == NULL || stack_version(s, "conda:pytorch") != NULL)
        return NULL;
    text_add_quoted(&t, s->python);
    text_add(&t, " -m pip install %s", arguments);
    return t.s;
}
