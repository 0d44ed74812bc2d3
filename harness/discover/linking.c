#include "discover/linking.h"

#include <string.h>

#include "base/text.h"
#include "discover/elf.h"

const char *linking_text(struct linking *k, const char *s)
{
    char *copy = arena_text(k->s->arena, s);

    if (copy != NULL)
        text_clean(copy);
    return copy;
}

struct unmet *linking_add(struct linking *k, enum unmet_kind kind, const char *file, const char *name)
{
    struct unmet *u = ARENA_PUSH(k->s->arena, k->list, k->n);
    const char *real = root_resolve(k->s->root, k->own, file);

    *u = (struct unmet){ .kind = kind, .file = linking_text(k, real != NULL ? real : file), .name = linking_text(k, name), .package = k->package };
    u->version = linking_version(k, u->file);
    return u;
}

const char *linking_version(struct linking *k, const char *place)
{
    const char *real = root_resolve(k->s->root, k->s->arena, place);

    for (size_t i = 0; real != NULL && i < k->s->found.n; i++)
        for (size_t m = 0; m < k->s->found.items[i].n_members; m++)
            if (text_is(k->s->found.items[i].members[m].place, real) && k->s->found.items[i].members[m].version != NULL)
                return k->s->found.items[i].members[m].version;
    return real != NULL ? linking_text(k, owner_of(&k->owners, real).version) : NULL;
}

const struct member *linking_member(const struct linking *k, const struct object *o)
{
    const char *real = o->path != NULL ? root_resolve(k->s->root, k->own, o->path) : NULL;

    for (size_t i = 0; real != NULL && i < k->stack->n_members; i++)
        if (text_is(k->stack->members[i].place, real))
            return &k->stack->members[i];
    return NULL;
}

const struct answer *linking_answer(const struct linking *k, const struct object *o)
{
    for (size_t i = 0; i < k->l.n_answers; i++)
        if (k->l.answers[i].object == o)
            return &k->l.answers[i];
    return NULL;
}

void linking_taken(struct linking *k, struct unmet *u, const struct object *o, const struct member *own)
{
    const struct answer *answer = o != NULL ? linking_answer(k, o) : NULL;

    if (o != NULL) {
        const char *real = root_resolve(k->s->root, k->s->arena, o->path);

        u->taken = linking_text(k, real != NULL ? real : o->path);
        u->taken_version = linking_version(k, u->taken);
        if (o->preloaded_by != NULL)
            u->how = linking_text(k, text_make(k->own, "preloaded by %s: %s", o->preloaded_by, o->preload));
        else if (answer != NULL)
            u->how = linking_text(k, loading_why(k->own, &answer->loading));
    }
    if (own != NULL) {
        u->own = own->place;
        u->own_version = own->version;
    }
}

/* Every machine without a driver lacks these; a container gets them when it starts. */
static bool is_drivers(const char *name)
{
    return text_starts(name, "libcuda.so") || text_starts(name, "libnvidia-") || text_starts(name, "libnvcuvid");
}

static bool is_of_torch(const char *family)
{
    return text_starts(family, "torch") || text_starts(family, "c10") || text_starts(family, "caffe2");
}

/* A root may hold a stack and no system: then only what belongs to CUDA or PyTorch can be missed. An extension may bring modules for
 * each version of some other library, of which all but one miss theirs. */
static bool is_missed(const struct linking *k, const struct answer *answer)
{
    const char *family = library_family(k->own, answer->loading.name);

    if (answer->object != NULL || answer->loading.asked_by == NULL || is_drivers(answer->loading.name) || family == NULL)
        return false;
    return (k->system_known && k->package == NULL) || family_is_vendors(family) || is_of_torch(family);
}

/* The stack's file that should have been taken: of that family and soname. */
static const struct member *own_twin(const struct linking *k, const struct object *o)
{
    const char *family = o->path != NULL ? library_family(k->own, o->path) : NULL;

    for (size_t i = 0; family != NULL && i < k->stack->n_members; i++) {
        const struct member *m = &k->stack->members[i];

        if (text_is(m->family, family) && m->elf != NULL && text_is(m->elf->soname, o->elf.soname))
            return m;
    }
    return NULL;
}

void linking_check_needs(struct linking *k, size_t from_object, size_t from_answer)
{
    for (size_t i = from_answer; i < k->l.n_answers; i++)
        if (is_missed(k, &k->l.answers[i])) {
            const struct loading *l = &k->l.answers[i].loading;
            struct unmet *u = linking_add(k, UNMET_LIBRARY, l->asked_by, l->name);

            u->how = linking_text(k, l->passed_over);
            linking_taken(k, u, NULL, stack_member(k->stack, library_family(k->own, l->name)));
        }
    for (size_t i = from_object; i < k->l.n_objects; i++) {
        const struct object *o = k->l.objects[i];
        const struct member *own = linking_member(k, o) == NULL ? own_twin(k, o) : NULL;

        if (own != NULL)
            linking_taken(k, linking_add(k, UNMET_OWN, o->asker != NULL && o->asker->path != NULL ? o->asker->path : o->path,
                                         o->elf.soname), o, own);
    }
}

/* The entry's path as the machine spells it. */
static const char *place_of(const struct linking *k, const char *file)
{
    size_t n = strlen(k->s->root->path);

    return root_is_this_machine(k->s->root) || !text_starts(file, k->s->root->path) ? file : file + n;
}

static bool is_mapped(const struct linking *k, const char *part)
{
    for (size_t i = 0; i < k->l.n_objects; i++)
        if (k->l.objects[i]->path != NULL && text_has(k->l.objects[i]->path, part))
            return true;
    return false;
}

static bool misses_any(const struct linking *k, size_t from_answer)
{
    for (size_t i = from_answer; i < k->l.n_answers; i++)
        if (is_missed(k, &k->l.answers[i]))
            return true;
    return false;
}

/* As torch/__init__.py does (model/stack.h). What the first try misses and a later one brings is forgotten. */
static void open_entries(struct linking *k)
{
    size_t answers_before = k->l.n_answers;
    bool deps_failed = false;

    for (size_t i = 0; i < k->stack->n_entries; i++) {
        const struct entry *e = &k->stack->entries[i];
        size_t before = k->l.n_answers;
        struct err ignored;
        bool opened;

        if ((e->when == ENTRY_IF_DEPS_FAILED && !deps_failed) || (e->when == ENTRY_IF_DEPS_OPENED && deps_failed)
            || (e->when == ENTRY_IF_DEPS_OPENED && e->if_mapped != NULL && !is_mapped(k, e->if_mapped)))
            continue;
        if (e->when == ENTRY_IF_DEPS_FAILED)
            k->l.n_answers = answers_before;
        opened = loader_open(&k->l, place_of(k, e->file), NULL, &ignored) != NULL && !misses_any(k, before);
        deps_failed |= e->when == ENTRY_DEPS && !opened;
    }
}

static bool begin(struct linking *k)
{
    const char *arch = k->s->machine->arch != NULL ? k->s->machine->arch : "x86_64";
    struct err ignored;

    k->l.kind = (struct loader_kind){ 64, text_is(arch, "aarch64") ? 183 : 62 };        /* EM_AARCH64, EM_X86_64 */
    loader_is_of(&k->l, arch, NULL);
    if (!loader_start(&k->l, k->s->env, &ignored))
        return false;
    k->system_known = loaded_match(&k->l, "libc.so.6") != NULL;
    return true;
}

/* PyTorch opens it late, by its path. */
static void open_nvrtc(struct linking *k)
{
    const struct member *nvrtc = stack_member(k->stack, "nvrtc");
    struct err ignored;

    if (nvrtc != NULL && nvrtc->why_bad == NULL)
        (void)!loader_open(&k->l, nvrtc->place, NULL, &ignored);
}

/* In every process that imports PyTorch, and so whatever extensions need of it by name is there. */
static void open_python(struct linking *k)
{
    const struct member *python = stack_member(k->stack, "torch_python");
    struct err ignored;

    if (python != NULL && python->why_bad == NULL)
        (void)!loader_open(&k->l, python->place, NULL, &ignored);
}

static void look(struct linking *k)
{
    size_t answers = k->l.n_answers, objects;

    open_entries(k);
    open_nvrtc(k);
    linking_check_needs(k, 0, answers);
    answers = k->l.n_answers;
    objects = k->l.n_objects;
    for (size_t i = 0; i < objects; i++)
        linking_check_parts(k, k->l.objects[i]);
    linking_check_symbols(k, 0);
    /* What is opened late is not there yet for one who is opened early. */
    k->l.n_answers = answers;
    k->l.n_objects = objects;
    if (k->stack->unusable == NULL) {
        open_python(k);
        linking_check_extensions(k);
    }
}

/* The deepest folder that something is mounted on and that holds the stack, if no code may be mapped from there. */
static void read_mount(struct search *s, struct stack *stack, struct arena *own)
{
    const char *text = root_read(s->root, own, "/proc/self/mounts", NULL), *line, *deepest = "", *options = "";
    const char *place = stack->lib_dir != NULL ? root_resolve(s->root, own, stack->lib_dir) : NULL;
    size_t n;

    while (place != NULL && text_next_line(&text, &line, &n)) {
        char *words = arena_copy(own, line, n), *on;
        size_t length;

        if (strtok_r(words, " ", &words) == NULL || (on = strtok_r(NULL, " ", &words)) == NULL || strtok_r(NULL, " ", &words) == NULL)
            continue;
        length = strlen(on);
        if (text_starts(place, on) && (on[length - 1] == '/' || place[length] == '/') && length >= strlen(deepest)) {
            deepest = on;
            options = words;
        }
    }
    if (text_has(text_make(own, ",%s,", options), ",noexec,") || text_has(options, ",noexec ") || text_starts(options, "noexec "))
        stack_add_version(stack, s->arena, "mounted:noexec", deepest, "/proc/self/mounts");
}

void linking_read(struct search *s, struct stack *stack)
{
    struct arena own = { NULL };
    struct search searched = *s;
    struct linking k = {
        .s = s, .stack = stack, .own = &own,
        .l = { .arena = &own, .root = s->root, .budget = BUDGET, .current = loader_folder(&own, s->root, s->env) },
    };

    if (stack->kind == STACK_TOOLKIT || stack->broken != NULL)
        return;
    read_mount(s, stack, &own);
    searched.arena = &own;
    k.owners.search = searched;
    if (begin(&k))
        look(&k);
    stack->unmet = k.list;
    stack->n_unmet = k.n;
    arena_free(&own);
}
