#include "discover/packages.h"

#include <string.h>

#include "base/text.h"

/* Families of libraries, by how their names start, and the component of the
 * package that brings them. Longer starts come first. */
static const struct { const char *family, *component; } brings[] = {
    { "cudart", "cuda_runtime" }, { "cublas", "cublas" }, { "nvblas", "cublas" }, { "cudnn", "cudnn" },
    { "nvrtc", "cuda_nvrtc" }, { "nccl", "nccl" }, { "cufft", "cufft" }, { "curand", "curand" }, { "cusolver", "cusolver" },
    { "cusparseLt", "cusparselt" }, { "cusparse", "cusparse" }, { "nvJitLink", "nvjitlink" }, { "cupti", "cuda_cupti" },
    { "nvshmem", "nvshmem" }, { "cufile", "cufile" }, { "nvToolsExt", "nvtx" }, { "nvtx", "nvtx" },
};

void packages_add(struct packages *p, struct arena *a, const char *component, const char *version, const char *source)
{
    *ARENA_PUSH(a, p->items, p->n) = (struct package){ component, component, version, source };
}

/* "cudnn" of "nvidia_cudnn_cu12" and of "nvidia-cudnn". */
static const char *component_of(struct arena *a, const char *name)
{
    char *c = arena_text(a, text_starts(name, "nvidia_") || text_starts(name, "nvidia-") ? name + 7 : name);
    size_t n = strlen(c);

    if (n > 5 && (c[n - 5] == '_' || c[n - 5] == '-') && strncmp(c + n - 4, "cu1", 3) == 0)
        c[n - 5] = '\0';
    for (char *at = c; *at != '\0'; at++)
        if (*at == '-')
            *at = '_';
    return c;
}

void packages_add_folder(struct packages *p, struct search *s, const char *dir)
{
    char **names;
    size_t n = root_list(s->root, s->arena, dir, &names);

    for (size_t i = 0; i < n; i++) {
        const char *dash = strchr(names[i], '-');
        char *name, *version;

        if (!text_ends(names[i], ".dist-info") || dash == NULL)
            continue;
        name = arena_copy(s->arena, names[i], (size_t)(dash - names[i]));
        version = arena_copy(s->arena, dash + 1, strlen(dash + 1) - strlen(".dist-info"));
        text_clean(version);
        *ARENA_PUSH(s->arena, p->items, p->n) = (struct package){
            component_of(s->arena, name), name, version, text_join(s->arena, dir, names[i]) };
        for (char *at = name; *at != '\0'; at++)
            if (*at == '_')
                *at = '-';
    }
}

static const char *component_that_brings(const char *family)
{
    for (size_t k = 0; k < COUNT_OF(brings); k++)
        if (text_starts(family, brings[k].family))
            return brings[k].component;
    return NULL;
}

bool family_is_vendors(const char *family)
{
    return family != NULL && component_that_brings(family) != NULL;
}

const struct package *packages_of_family(const struct packages *p, const char *family)
{
    const char *component = component_that_brings(family);

    for (size_t i = 0; i < p->n; i++)
        if (text_is(p->items[i].component, component))
            return &p->items[i];
    return NULL;
}

bool distribution_brings(struct arena *a, const char *distribution, const char *family)
{
    const char *component = component_that_brings(family);

    return component != NULL && text_starts(distribution, "nvidia-") && text_is(component_of(a, distribution), component);
}

bool package_brings(const struct package *p, const char *family)
{
    if (text_is(p->distribution, "torch"))
        return text_starts(family, "torch") || text_starts(family, "c10") || text_starts(family, "caffe2") || text_is(family, "shm");
    return true;
}

const struct package *packages_of_distribution(const struct packages *p, const char *distribution)
{
    for (size_t i = 0; i < p->n; i++)
        if (text_is(p->items[i].distribution, distribution))
            return &p->items[i];
    return NULL;
}

const char *library_version_from_name(struct arena *a, const char *path)
{
    const char *so = strstr(text_base_name(path), ".so."), *version = so != NULL ? so + 4 : "";
    size_t dots = 0;

    for (const char *at = version; *at != '\0'; at++)
        dots += *at == '.';
    return dots < 2 || version[strspn(version, "0123456789.")] != '\0' ? NULL : arena_text(a, version);
}

static void member_version_from_name(struct arena *a, struct member *m)
{
    m->version = library_version_from_name(a, m->place);
    m->source = m->version != NULL ? m->place : m->source;
}

void packages_version_members(const struct packages *p, struct arena *a, struct stack *stack)
{
    struct member *members = (void *)(uintptr_t)stack->members;     /* ours until the stack is handed out */

    for (size_t i = 0; i < stack->n_members; i++) {
        const struct package *from = packages_of_family(p, members[i].family);

        if (members[i].version == NULL && component_that_brings(members[i].family) != NULL)
            member_version_from_name(a, &members[i]);
        if (from != NULL && members[i].version == NULL) {
            members[i].version = from->version;
            members[i].source = from->source;
        }
    }
}

void stack_add_version(struct stack *stack, struct arena *a, const char *what, const char *version, const char *source)
{
    struct stack_version *list;
    char *said;

    if (version == NULL)
        return;
    list = arena_grown(a, (void *)(uintptr_t)stack->versions, stack->n_versions, sizeof *list);
    said = arena_text(a, version);
    text_clean(said);
    list[stack->n_versions++] = (struct stack_version){ what, said, source };
    stack->versions = list;
}

const char *header_number(struct arena *a, const char *text, const char *name)
{
    const char *line;
    size_t n;

    while (text_next_line(&text, &line, &n)) {
        const char *at = line + strspn(line, " \t"), *digits;

        if (strncmp(at, "#define", 7) != 0)
            continue;
        at += 7;
        at += strspn(at, " \t");
        if (strncmp(at, name, strlen(name)) != 0)
            continue;
        at += strlen(name);
        digits = at + strspn(at, " \t");
        if (digits > at && strspn(digits, "0123456789") > 0)
            return arena_copy(a, digits, strspn(digits, "0123456789"));
    }
    return NULL;
}
