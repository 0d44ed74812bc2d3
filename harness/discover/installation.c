#include "discover/installation.h"

#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "discover/elf.h"
#include "discover/record_line.h"

struct reader {
    struct search         *s;
    struct stack          *stack;
    const struct python   *py;
    const char            *site;        /* the folder that holds its torch */
    const struct packages *packages;
};

static void state(struct reader *r, const char *what, const char *version, const char *source)
{
    stack_add_version(r->stack, r->s->arena, what, version, source);
}

static bool is_below(struct reader *r, const char *path, const char *dir)
{
    const char *real = dir != NULL ? root_resolve(r->s->root, r->s->arena, dir) : NULL;

    return real != NULL && (text_is(path, real) || text_starts(path, text_join(r->s->arena, real, "")));
}

/* ---- Which of several ---- */

static bool is_on(struct reader *r, const char *variable, const char *dir)
{
    const char *at = environment_get(r->s->env, variable);

    while (at != NULL && *at != '\0') {
        const size_t n = strcspn(at, ":");
        const char *real = n > 0 && *at == '/' ? root_resolve(r->s->root, r->s->arena, arena_copy(r->s->arena, at, n)) : NULL;

        if (real != NULL && text_is(real, dir))
            return true;
        at += n + (at[n] == ':');
    }
    return false;
}

static const char *kind_of(struct reader *r, const char *dir)
{
    if (is_on(r, "PYTHONPATH", dir))
        return "PYTHONPATH";
    if (is_below(r, dir, python_user_base(r->s)))
        return "user";
    return is_below(r, dir, r->py->prefix) ? "own" : "base";
}

static const char *torch_in(struct reader *r, const char *dir)
{
    const char *text = root_read(r->s->root, r->s->arena, text_join(r->s->arena, dir, "torch/version.py"), NULL);

    return text != NULL ? python_assigned(r->s->arena, text, "__version__") : NULL;
}

static void state_places(struct reader *r)
{
    bool behind = false;

    state(r, "site", r->site, r->site);
    state(r, "site:kind", kind_of(r, r->site), r->site);
    for (size_t i = 0; i < r->py->n_path; i++) {
        const char *dir = r->py->path[i];

        if (behind)
            state(r, "torch.also", torch_in(r, dir), dir);
        behind |= text_is(dir, r->site);
    }
}

/* ---- Who installed it ---- */

static bool is_of_torch(const char *distribution)
{
    static const char *const names[] = { "torch", "torchvision", "torchaudio", "triton", "pytorch-triton" };

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (text_is(distribution, names[i]))
            return true;
    return text_starts(distribution, "nvidia-");
}

static bool is_recorded(struct reader *r, const struct package *p)
{
    return root_exists(r->s->root, text_join(r->s->arena, p->source, "METADATA"));
}

static void state_records(struct reader *r)
{
    const struct packages *all = r->packages;

    for (size_t i = 0; i < all->n; i++) {
        const struct package *one = &all->items[i];
        const char *dir = text_dir_name(r->s->arena, one->source);

        if (text_is(one->distribution, "torch") && text_is(dir, r->site))
            state(r, "installer:torch", root_read_line(r->s->root, r->s->arena, text_join(r->s->arena, one->source, "INSTALLER")), one->source);
        for (size_t k = 0; k < i && is_of_torch(one->distribution); k++)
            if (text_is(all->items[k].distribution, one->distribution) && text_is(text_dir_name(r->s->arena, all->items[k].source), dir)
                && is_recorded(r, one) && is_recorded(r, &all->items[k]))
                state(r, text_make(r->s->arena, "twice:%s", one->distribution), text_make(r->s->arena, "%s %s", all->items[k].version, one->version), dir);
    }
}

/* ---- Files of two packages ---- */

static const char *record_of(struct reader *r, const struct package *p)
{
    return root_read(r->s->root, r->s->arena, text_join(r->s->arena, p->source, "RECORD"), NULL);
}

static bool find_line(struct reader *r, const struct package *p, const char *path, struct record_line *l)
{
    const char *text = record_of(r, p), *line;
    size_t n;

    while (text_next_line(&text, &line, &n))
        if (record_line_read(l, r->s->arena, line, n) && text_is(l->path, path))
            return true;
    return false;
}

/* Unless the records say that both brought the same bytes. */
static bool differ(const struct record_line *one, const struct record_line *other)
{
    if (one->sha256 != NULL && other->sha256 != NULL)
        return !text_is(one->sha256, other->sha256);
    return one->bytes < 0 || one->bytes != other->bytes;
}

/* The first library that both list, and differently. Its size tells whose it is, if they differ in that. */
static void state_common_file(struct reader *r, const struct package *one, const struct package *other)
{
    const char *text = record_of(r, one), *line, *site = text_dir_name(r->s->arena, one->source);
    struct record_line mine, its;
    size_t n;

    while (text_next_line(&text, &line, &n)) {
        struct stat st;

        if (memmem(line, n, "/lib/lib", 8) == NULL || !record_line_read(&mine, r->s->arena, line, n) || !find_line(r, other, mine.path, &its)
            || !differ(&mine, &its) || !root_stat(r->s->root, text_join(r->s->arena, site, mine.path), &st))
            continue;
        state(r, text_make(r->s->arena, "owners:%s", mine.path),
              text_make(r->s->arena, "%s==%s %s==%s", one->distribution, one->version, other->distribution, other->version), site);
        if (((long)st.st_size == mine.bytes) != ((long)st.st_size == its.bytes))
            state(r, text_make(r->s->arena, "owner:%s", mine.path), (long)st.st_size == mine.bytes ? one->distribution : other->distribution, site);
        return;
    }
}

/* nvidia-nccl-cu11 and nvidia-nccl-cu12 are laid into one folder. */
static void state_owners(struct reader *r)
{
    const struct packages *all = r->packages;

    for (size_t i = 0; i < all->n; i++)
        for (size_t k = 0; k < i; k++) {
            const struct package *one = &all->items[k], *other = &all->items[i];

            if (text_starts(one->distribution, "nvidia-") && text_starts(other->distribution, "nvidia-")
                && text_is(one->component, other->component) && !text_is(one->distribution, other->distribution)
                && text_is(text_dir_name(r->s->arena, one->source), text_dir_name(r->s->arena, other->source)))
                state_common_file(r, one, other);
        }
}

/* ---- Libraries out of reach ---- */

static bool is_opened(const struct stack *stack, const char *name)
{
    for (size_t i = 0; i < stack->n_entries; i++)
        if (text_is(text_base_name(stack->entries[i].file), name))
            return true;
    return false;
}

/* A folder of NVIDIA's packages beside another torch's place: $ORIGIN/../../nvidia leads elsewhere. */
static const struct member *brought_from_elsewhere(struct reader *r, const char *name)
{
    const char *near = text_join(r->s->arena, r->site, "");

    for (size_t i = 0; i < r->stack->n_members; i++) {
        const struct member *m = &r->stack->members[i];

        if (m->elf != NULL && text_is(m->elf->soname, name))
            return text_starts(m->place, near) || !text_has(m->place, "/nvidia/") ? NULL : m;
    }
    return NULL;
}

static void state_split(struct reader *r)
{
    for (size_t i = 0; i < r->stack->n_members; i++) {
        const struct member *m = &r->stack->members[i];

        if (m->elf == NULL || !text_starts(m->place, r->stack->lib_dir))
            continue;
        for (size_t k = 0; k < m->elf->n_needed; k++) {
            const struct member *far = brought_from_elsewhere(r, m->elf->needed[k]);
            const char *dir = far != NULL ? text_dir_name(r->s->arena, far->place) : NULL;

            if (far == NULL || is_opened(r->stack, m->elf->needed[k]) || is_on(r, "LD_LIBRARY_PATH", dir))
                continue;
            state(r, text_make(r->s->arena, "split:%s", dir), m->elf->needed[k], m->place);
            return;
        }
    }
}

/* ---- Another libtorch first ---- */

static const char *libtorch_version(struct reader *r, const char *dir)
{
    const char *up = text_dir_name(r->s->arena, dir), *said = root_read_line(r->s->root, r->s->arena, text_join(r->s->arena, up, "build-version"));
    const char *text = said == NULL ? root_read(r->s->root, r->s->arena, text_join(r->s->arena, up, "version.py"), NULL) : NULL;

    return text != NULL ? python_assigned(r->s->arena, text, "__version__") : said;
}

/* RPATH is searched before LD_LIBRARY_PATH, and RUNPATH after it. */
static bool finds_its_own_first(const struct stack *stack)
{
    const struct member *m = stack_member(stack, "torch_python");

    if (m == NULL)
        m = stack_member(stack, "torch_cpu");
    return m != NULL && m->elf != NULL && m->elf->rpath != NULL && m->elf->runpath == NULL;
}

static void state_foreign_libtorch(struct reader *r)
{
    static const char *const names[] = { "libtorch_python.so", "libtorch_cpu.so", "libtorch.so", "libc10.so" };
    const char *at = environment_get(r->s->env, "LD_LIBRARY_PATH");

    while (at != NULL && *at != '\0' && !finds_its_own_first(r->stack)) {
        const size_t n = strcspn(at, ":");
        const char *dir = n > 0 && *at == '/' ? arena_copy(r->s->arena, at, n) : NULL, *file = NULL, *version;

        if (dir != NULL && is_below(r, root_resolve(r->s->root, r->s->arena, dir) != NULL ? root_resolve(r->s->root, r->s->arena, dir) : dir, r->stack->lib_dir))
            return;                     /* its own come first */
        for (size_t i = 0; dir != NULL && file == NULL && i < COUNT_OF(names); i++)
            if (root_exists(r->s->root, text_join(r->s->arena, dir, names[i])))
                file = text_join(r->s->arena, dir, names[i]);
        version = file != NULL ? libtorch_version(r, dir) : NULL;
        if (file != NULL && !text_is(version, stack_version(r->stack, "torch"))) {
            state(r, "libtorch.first", version != NULL ? version : "of unknown version", file);
            return;
        }
        at += n + (at[n] == ':');
    }
}

/* ---- The system's part ---- */

static void state_loader(struct reader *r)
{
    const char *real = r->py->interpreter != NULL ? root_resolve(r->s->root, r->s->arena, r->py->interpreter) : NULL;
    const int fd = real != NULL ? root_fd(r->s->root, real) : -1;
    struct err e = { .kind = ERR_NONE };
    struct elf_facts elf;

    if (fd < 0)
        return;
    if (elf_read(&elf, r->s->arena, fd, &e))
        state(r, "python.loader", elf.interpreter, real);
    close(fd);
}

static void state_unlinked(struct reader *r)
{
    const char *lib = r->py->is_conda ? text_join(r->s->arena, r->py->prefix, "lib") : NULL;
    char **names;
    size_t n = lib != NULL && !root_exists(r->s->root, text_join(r->s->arena, lib, "libstdc++.so.6")) ? root_list(r->s->root, r->s->arena, lib, &names) : 0;

    for (size_t i = 0; i < n; i++)
        if (text_starts(names[i], "libstdc++.so.6.0.") && strspn(names[i] + strlen("libstdc++.so.6.0."), "0123456789") == strlen(names[i]) - strlen("libstdc++.so.6.0.")) {
            state(r, "glibcxx.unlinked", names[i], text_join(r->s->arena, lib, names[i]));
            return;
        }
}

void installation_read(struct search *s, struct stack *stack, const struct python *py, const char *site, const struct packages *p)
{
    struct reader r = { s, stack, py, site, p };

    state_places(&r);
    state_records(&r);
    state_owners(&r);
    state_split(&r);
    state_foreign_libtorch(&r);
    state_loader(&r);
    state_unlinked(&r);
}
