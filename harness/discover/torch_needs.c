/* What a PyTorch's files say it needs of others: pinned packages and those that
 * are there, the Python it was built for, versions of glibc and libstdc++. */
#include "discover/python.h"

#include <string.h>

#include "base/text.h"
#include "model/pin.h"

static bool is_of_cuda(const char *distribution)
{
    return text_starts(distribution, "nvidia-") || text_starts(distribution, "cuda-toolkit");
}

/* "Requires-Dist: nvidia-cudnn-cu12 (==9.1.0.70) ; platform_machine == "x86_64"": one for all platforms, of which some are another's. */
static void add_requirement(struct search *s, struct stack *stack, const char *line, const char *path)
{
    static const char start[] = "Requires-Dist: ";
    struct pin pin;

    if (text_starts(line, start) && pin_read(&pin, s->arena, line + strlen(start)) && is_of_cuda(pin.distribution) && pin_applies(&pin, s->machine->arch))
        stack_add_version(stack, s->arena, text_make(s->arena, "requires:%s", pin.distribution), pin.version, path);
}

static void add_requirements(struct search *s, struct stack *stack, const struct packages *p)
{
    const struct package *torch = packages_of_distribution(p, "torch");
    const char *path = torch != NULL ? text_join(s->arena, torch->source, "METADATA") : NULL;
    const char *text = path != NULL ? root_read(s->root, s->arena, path, NULL) : NULL, *line;
    size_t n;

    while (text_next_line(&text, &line, &n))
        add_requirement(s, stack, arena_copy(s->arena, line, n), path);
}

/* What is there, and where it is recorded which files it brought. */
static void add_installed(struct search *s, struct stack *stack, const struct packages *p)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct package *one = &p->items[i];
        const char *record = text_join(s->arena, one->source, "RECORD");

        if (!is_of_cuda(one->distribution) && !text_is(one->distribution, "torch") && !text_is(one->distribution, "triton"))
            continue;
        stack_add_version(stack, s->arena, text_make(s->arena, "installed:%s", one->distribution), one->version, one->source);
        if (root_exists(s->root, record))
            stack_add_version(stack, s->arena, text_make(s->arena, "record:%s", one->distribution), root_outer_path(s->root, s->arena, record), one->source);
    }
}

/* "3.11" of "_C.cpython-311-x86_64-linux-gnu.so": there is one for each Python that can import it. */
static void add_python_abi(struct search *s, struct stack *stack, const char *torch_dir)
{
    static const char start[] = "_C.cpython-3";
    char **names;
    size_t n = root_list(s->root, s->arena, torch_dir, &names);

    for (size_t i = 0; i < n; i++) {
        const char *minor = names[i] + sizeof start - 1;

        if (text_starts(names[i], start) && text_ends(names[i], ".so") && strspn(minor, "0123456789") > 0)
            stack_add_version(stack, s->arena, "python:abi", text_make(s->arena, "3.%.*s", (int)strspn(minor, "0123456789"), minor),
                              text_join(s->arena, torch_dir, names[i]));
    }
}

/* conda-meta's "pytorch-2.4.1-py3.11_cuda12.4_cudnn9.1.0_0.json": the build string tells the channel. */
static void add_conda_build(struct search *s, struct stack *stack, const struct python *py)
{
    static const char start[] = "pytorch-", end[] = ".json";
    const char *meta = text_join(s->arena, py->prefix, "conda-meta");
    char **names;
    size_t n = root_list(s->root, s->arena, meta, &names);

    for (size_t i = 0; i < n; i++) {
        const char *version = text_starts(names[i], start) ? names[i] + sizeof start - 1 : "", *build = strchr(version, '-');

        if (text_starts(names[i], "cpuonly-"))
            stack_add_version(stack, s->arena, "conda:cpuonly", "yes", text_join(s->arena, meta, names[i]));
        if (*version < '0' || *version > '9' || build == NULL || !text_ends(build, end))
            continue;
        stack_add_version(stack, s->arena, "conda:version", arena_copy(s->arena, version, (size_t)(build - version)), text_join(s->arena, meta, names[i]));
        stack_add_version(stack, s->arena, "conda:pytorch", arena_copy(s->arena, build + 1, strlen(build + 1) - (sizeof end - 1)),
                          text_join(s->arena, meta, names[i]));
    }
}

static void keep_newer(const struct member **most, const char *now, const char *before, const struct member *m)
{
    if (now != NULL && (*most == NULL || text_compare_versions(now, before) > 0))
        *most = m;
}

/* Torch's own, and what is needed by name: a tool beside them that nobody loads may ask for more. */
static bool is_loaded(const struct stack *stack, const struct member *m)
{
    if (text_starts(m->place, stack->lib_dir))
        return true;
    for (size_t i = 0; i < stack->n_members && m->elf->soname != NULL; i++) {
        const struct elf_facts *elf = stack->members[i].elf;

        for (size_t k = 0; elf != NULL && k < elf->n_needed; k++)
            if (text_is(elf->needed[k], m->elf->soname))
                return true;
    }
    return false;
}

void torch_needs_of_system(struct search *s, struct stack *stack)
{
    const struct member *glibc = NULL, *glibcxx = NULL, *cxxabi = NULL;

    for (size_t i = 0; i < stack->n_members; i++) {
        const struct member *m = &stack->members[i];

        if (m->elf == NULL || !is_loaded(stack, m))
            continue;
        keep_newer(&glibc, m->elf->glibc, glibc != NULL ? glibc->elf->glibc : NULL, m);
        keep_newer(&glibcxx, m->elf->glibcxx, glibcxx != NULL ? glibcxx->elf->glibcxx : NULL, m);
        keep_newer(&cxxabi, m->elf->cxxabi, cxxabi != NULL ? cxxabi->elf->cxxabi : NULL, m);
    }
    if (glibc != NULL)
        stack_add_version(stack, s->arena, "needs:glibc", glibc->elf->glibc, glibc->place);
    if (glibcxx != NULL)
        stack_add_version(stack, s->arena, "needs:glibcxx", glibcxx->elf->glibcxx, glibcxx->place);
    if (cxxabi != NULL)
        stack_add_version(stack, s->arena, "needs:cxxabi", cxxabi->elf->cxxabi, cxxabi->place);
}

void torch_needs(struct search *s, struct stack *stack, const struct python *py, const char *torch_dir, const struct packages *p)
{
    add_requirements(s, stack, p);
    add_installed(s, stack, p);
    add_python_abi(s, stack, torch_dir);
    if (py->is_conda)
        add_conda_build(s, stack, py);
    torch_needs_of_system(s, stack);
}
