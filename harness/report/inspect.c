#include "report/inspect.h"

#include <string.h>

#include "base/text.h"
#include "model/gpu_code.h"
#include "model/wheel.h"
#include "report/paragraph.h"
#include "report/safe.h"

struct writer {
    FILE                    *f;
    const struct inspection *all;
    const struct terminal   *t;
    struct arena             arena;
};

enum { LABEL = 12 };

static void put_mark(struct writer *w, enum weight weight)
{
    static const struct { const char *colour, *word; } marks[] = {
        [WRONG] = { "\033[31;1m", "[wrong]" }, [UNKNOWN] = { "\033[35;1m", "[unknown]" }, [NOTED] = { "\033[36m", "[note]" },
        [WARNS] = { "\033[33m", "[warn]" },
    };

    fprintf(w->f, "%s%s%s ", w->t->colour ? marks[weight].colour : "", marks[weight].word, w->t->colour ? "\033[0m" : "");
}

/* The same fault seen from several files is told once, for the first. */
static bool was_told(const struct inspection *all, const struct inspected *one, const struct problem *p)
{
    for (const struct inspected *i = all->files; p->key != NULL && i <= one; i++)
        for (size_t k = 0; k < i->problems.n && &i->problems.items[k] != p; k++)
            if (text_is(i->problems.items[k].key, p->key))
                return true;
    return false;
}

static void put_problems(struct writer *w, const struct problems *p, const struct inspected *one, const char *path)
{
    for (size_t i = 0; i < p->n; i++) {
        if (one != NULL && was_told(w->all, one, &p->items[i]))
            continue;
        put_mark(w, p->items[i].weight);
        safe_print(w->f, "%s: %s\n", path, p->items[i].text);
    }
}

static const char *name_of(struct writer *w, const struct inspected *one)
{
    return one->wheel != NULL ? text_make(&w->arena, "%s: %s", text_base_name(one->wheel), one->path) : one->path;
}

static void line(struct writer *w, const char *label, const char *text)
{
    paragraph(w->f, w->t->width, 2, text_make(&w->arena, "%-*s", LABEL - 2, label), text);
}

static const char *size_text(struct arena *a, uint64_t bytes)
{
    return bytes < (1 << 20) ? text_make(a, "%.1f KiB", (double)bytes / (1 << 10)) : text_make(a, "%.1f MiB", (double)bytes / (1 << 20));
}

/* ---- One file, in a few lines ---- */

static void put_identity(struct writer *w, const struct inspected *one)
{
    struct text t = { .arena = &w->arena };

    text_add(&t, "%s", one->elf->soname != NULL ? one->elf->soname : "no soname");
    if (one->version != NULL)
        text_add(&t, ", version %s", one->version);
    text_add(&t, ", %s, %s", one->elf->machine, size_text(&w->arena, one->elf->bytes));
    line(w, "is", t.s);
    if (one->package != NULL)
        line(w, "package", one->package);
    if (one->version_source != NULL && one->package == NULL)
        line(w, "", text_make(&w->arena, "the version is what %s says", one->version_source));
    if (one->place != NULL && !text_is(one->place, one->path))
        line(w, "lies at", one->place);
}

static void put_floors(struct writer *w, const struct elf_facts *elf)
{
    struct text t = { .arena = &w->arena };

    if (elf->glibc != NULL)
        text_add(&t, "glibc %s", elf->glibc);
    if (elf->glibcxx != NULL)
        text_add(&t, "%sa libstdc++ with GLIBCXX_%s", t.n > 0 ? ", " : "", elf->glibcxx);
    if (elf->cxxabi != NULL)
        text_add(&t, "%sCXXABI_%s", elf->glibcxx != NULL ? " and " : t.n > 0 ? ", " : "", elf->cxxabi);
    if (t.n > 0)
        line(w, "at least", t.s);
}

static void put_gpu_code(struct writer *w, const struct inspected *one)
{
    const struct elf_facts *elf = one->elf;

    if (one->gpu_code_unknown != NULL) {
        line(w, "GPU code", text_make(&w->arena, "unknown: %s", one->gpu_code_unknown));
        return;
    }
    if (elf->n_codes == 0 && elf->n_loose == 0)
        line(w, "GPU code", text_is(elf->machine, "cuda") ? "all of it: a cubin, for one GPU" : "none");
    if (elf->n_codes > 0)
        line(w, "GPU code", gpu_code_list(&w->arena, elf->codes, elf->n_codes));
    if (elf->n_loose > 0)
        line(w, elf->n_codes > 0 ? "" : "GPU code", text_make(&w->arena, "%sin %s: %s", elf->n_codes > 0 ? "and " : "", elf->loose_in,
                                                              gpu_code_list(&w->arena, elf->loose, elf->n_loose)));
}

static const char *joined(struct writer *w, const char *const *names, size_t n)
{
    struct text t = { .arena = &w->arena };

    for (size_t i = 0; i < n; i++)
        text_add(&t, "%s%s", i > 0 ? " " : "", names[i]);
    return n > 0 ? t.s : "nothing";
}

static void put_need(struct writer *w, const char *label, const struct loading *l)
{
    if (l->by == FOUND_NOT && l->depth > 1 && l->asked_by != NULL)
        line(w, label, text_make(&w->arena, "%s: nowhere, needed by %s", l->name, l->asked_by));
    else if (l->by == FOUND_NOT)
        line(w, label, text_make(&w->arena, "%s: nowhere", l->name));
    else
        line(w, label, text_make(&w->arena, "%s: %s (%s)", l->name, l->path != NULL ? l->path : "?", loading_why(&w->arena, l)));
}

static void put_needs(struct writer *w, const struct inspected *one)
{
    const char *label = "needs";

    if (one->needs_unknown != NULL) {
        if (one->elf->n_needed == 0) {
            line(w, label, text_make(&w->arena, "not known: %s", one->needs_unknown));
            return;
        }
        line(w, label, joined(w, one->elf->needed, one->elf->n_needed));
        line(w, "", text_make(&w->arena, "where they would be found is not told: %s", one->needs_unknown));
        return;
    }
    if (one->n_needs + one->n_wheel_needs == 0)
        line(w, label, "nothing");
    for (size_t i = 0; i < one->n_needs; i++) {
        if (one->needs[i].depth > 1 && !w->all->whole_needs)
            continue;
        put_need(w, label, &one->needs[i]);
        label = "";
    }
    for (size_t i = 0; i < one->n_wheel_needs; i++) {
        const struct wheel_need *n = &one->wheel_needs[i];

        line(w, label, text_make(&w->arena, "%s: %s%s%s%s", n->name, n->path != NULL ? n->path : "", n->path != NULL ? " (" : "", n->why,
                                 n->path != NULL ? ")" : ""));
        label = "";
    }
}

static void put_file(struct writer *w, const struct inspected *one)
{
    safe_print(w->f, "%s\n", name_of(w, one));
    put_identity(w, one);
    put_floors(w, one->elf);
    put_gpu_code(w, one);
    if (one->elf->rpath != NULL)
        line(w, "RPATH", one->elf->rpath);
    if (one->elf->runpath != NULL)
        line(w, "RUNPATH", one->elf->runpath);
    put_needs(w, one);
}

/* ---- Many files, one line each ---- */

static void add_brief(struct text *t, const char *before, const struct elf_facts *elf, bool ptx)
{
    for (size_t i = 0; i < elf->n_codes; i++) {
        const struct gpu_code *code = &elf->codes[i];
        const char variant[2] = { code->variant, '\0' };

        if (ptx ? !code->ptx : !code->sass)
            continue;
        text_add(t, "%s %d%s", before, code->arch, variant);
        before = "";
    }
}

/* "sm 75 80 90a, PTX 90": on one line. */
static const char *brief_code(struct writer *w, const struct inspected *one)
{
    struct text t = { .arena = &w->arena };

    if (one->gpu_code_unknown != NULL)
        return "unknown";
    add_brief(&t, "sm", one->elf, false);
    add_brief(&t, t.n > 0 ? ", PTX" : "PTX", one->elf, true);
    if (one->elf->n_loose > 0)
        text_add(&t, "%smore in %s", t.n > 0 ? ", " : "", one->elf->loose_in);
    return t.n > 0 ? t.s : "-";
}

static const char *known(const char *s)
{
    return s != NULL ? s : "?";
}

static void put_pins(struct writer *w, const struct wheel *wheel)
{
    struct text t = { .arena = &w->arena };

    for (size_t i = 0; i < wheel->n_pins; i++)
        text_add(&t, "%s%s==%s", i > 0 ? " " : "", wheel->pins[i].distribution, wheel->pins[i].version);
    if (t.n > 0)
        line(w, "fixes", t.s);
}

static void put_wheel(struct writer *w, const struct wheel *wheel)
{
    safe_print(w->f, "%s\n", wheel->path);
    line(w, "is", text_make(&w->arena, "%s %s, %s, %zu members", known(wheel->name), known(wheel->version),
                            size_text(&w->arena, wheel->bytes), wheel->n_members));
    if (wheel->build != NULL)
        line(w, "build", text_make(&w->arena, "%s%s%s (torch/version.py)", wheel->build, wheel->cuda != NULL ? ", CUDA " : "",
                                   wheel->cuda != NULL ? wheel->cuda : ""));
    if (wheel->platform != NULL)
        line(w, "for", text_make(&w->arena, "Python %s, ABI %s, %s%s%s%s", wheel->python, wheel->abi, wheel->platform,
                                 wheel->glibc != NULL ? " (glibc " : "", wheel->glibc != NULL ? wheel->glibc : "",
                                 wheel->glibc != NULL ? " and newer)" : ""));
    put_pins(w, wheel);
    if (!wheel->has_record)
        line(w, "RECORD", "none");
    else
        line(w, "RECORD", text_make(&w->arena, "the sizes of %zu members agree", wheel->n_recorded));
    fputc('\n', w->f);
}

/* Where a wheel's libraries find what is not in the wheel: each once. */
static void put_brought(struct writer *w, const struct wheel *wheel)
{
    const char **told = NULL, *label = "needs";
    size_t n = 0;

    for (size_t i = 0; i < w->all->n_files; i++)
        for (size_t k = 0; k < w->all->files[i].n_wheel_needs; k++) {
            const struct wheel_need *need = &w->all->files[i].wheel_needs[k];
            bool known_already = false;

            for (size_t j = 0; j < n; j++)
                known_already |= text_is(told[j], need->name);
            if (known_already || need->path != NULL || text_is(need->by, "system") || !text_is(w->all->files[i].wheel, wheel->path))
                continue;
            *ARENA_PUSH(&w->arena, told, n) = need->name;
            line(w, label, text_make(&w->arena, "%s: %s", need->name, need->why));
            label = "";
        }
    if (n > 0)
        fputc('\n', w->f);
}

static int widest_name(const struct inspection *all)
{
    size_t n = 0;

    for (size_t i = 0; i < all->n_files; i++) {
        size_t one = strlen(text_base_name(all->files[i].path));

        if (all->files[i].elf != NULL && one > n)
            n = one;
    }
    return n < 48 ? (int)n : 48;
}

static bool same_folder(struct writer *w, const struct inspected *x, const struct inspected *y)
{
    return (x->wheel == y->wheel || text_is(x->wheel, y->wheel))
        && text_is(text_dir_name(&w->arena, x->path), text_dir_name(&w->arena, y->path));
}

static void put_table(struct writer *w)
{
    const int width = widest_name(w->all);
    const struct inspected *last = NULL;

    for (size_t i = 0; i < w->all->n_files; i++) {
        const struct inspected *one = &w->all->files[i];

        if (one->elf == NULL)
            continue;
        if (last == NULL || !same_folder(w, last, one))
            safe_print(w->f, last != NULL ? "\n%s/\n" : "%s/\n", text_dir_name(&w->arena, name_of(w, one)));
        last = one;
        safe_print(w->f, "  %-*s  %-14s  glibc %-6s  %s\n", width, text_base_name(one->path), one->version != NULL ? one->version : "-",
                   one->elf->glibc != NULL ? one->elf->glibc : "-", brief_code(w, one));
    }
}

static void put_closing(struct writer *w)
{
    size_t n_read = 0, n_wrong = 0;

    for (size_t i = 0; i < w->all->n_files; i++) {
        n_read += w->all->files[i].elf != NULL;
        n_wrong += problems_code(&w->all->files[i].problems) != 0;
    }
    for (size_t i = 0; i < w->all->n_wheels; i++)
        n_wrong += problems_code(&w->all->wheels[i].problems) != 0;
    safe_print(w->f, "\ngpuvet: %zu %s read", n_read, n_read == 1 ? "library" : "libraries");
    if (n_wrong > 0)
        safe_print(w->f, ", %zu not well\n", n_wrong);
    else
        safe_print(w->f, ", nothing wrong\n");
}

void inspect_write(FILE *f, const struct inspection *all, const struct terminal *t)
{
    struct writer w = { .f = f, .all = all, .t = t };
    bool any = false;

    for (size_t i = 0; i < all->n_wheels; i++) {
        put_problems(&w, &all->wheels[i].problems, NULL, all->wheels[i].path);
        any |= all->wheels[i].problems.n > 0;
    }
    for (size_t i = 0; i < all->n_files; i++) {
        put_problems(&w, &all->files[i].problems, &all->files[i], name_of(&w, &all->files[i]));
        any |= all->files[i].problems.n > 0;
    }
    if (any)
        fputc('\n', f);
    for (size_t i = 0; i < all->n_wheels; i++)
        if (all->wheels[i].n_members > 0) {
            put_wheel(&w, &all->wheels[i]);
            put_brought(&w, &all->wheels[i]);
        }
    if (all->table && !all->whole_needs)
        put_table(&w);
    for (size_t i = 0, n = 0; i < all->n_files && (!all->table || all->whole_needs); i++) {
        if (all->files[i].elf == NULL)
            continue;
        if (n++ > 0)
            fputc('\n', f);
        put_file(&w, &all->files[i]);
    }
    if (all->n_files + all->n_wheels > 1)
        put_closing(&w);
    arena_free(&w.arena);
}
