#include "model/repair.h"

#include <string.h>

#include "base/text.h"

static bool is_wheels(const char *source)
{
    return source != NULL && strchr(text_base_name(source), '-') != NULL && text_ends(source, ".dist-info");
}

/* "nvidia-cudnn-cu12==9.1.0.70" of ".../nvidia_cudnn_cu12-9.1.0.70.dist-info". */
static char *requirement_of(const char *source, struct arena *a)
{
    const char *name = text_base_name(source), *dash = strchr(name, '-');
    char *out;

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

/* The one that the sentence names; or one whose file is known to be bad, for a library that is whole crashes in opening it. */
static const struct member *culprit(const struct stack *s, const char *sentence)
{
    const struct member *named = NULL, *bad = NULL;

    for (size_t i = 0; i < s->n_members; i++) {
        const struct member *m = &s->members[i];

        if (named == NULL && text_has(sentence, m->path) && is_wheels(m->source))
            named = m;
        if (bad == NULL && m->why_bad != NULL && is_wheels(m->source))
            bad = m;
    }
    return named != NULL && named->why_bad == NULL && bad != NULL ? bad : named;
}

const char *repair_command(const struct stack *s, const char *sentence, struct arena *a)
{
    const struct member *m = s->kind == STACK_PYTHON && s->python != NULL ? culprit(s, sentence) : NULL;

    return m != NULL ? pip_install(s->python, requirement_of(m->source, a), a) : NULL;
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
