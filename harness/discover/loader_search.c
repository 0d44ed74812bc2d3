#include "discover/loader_search.h"

#include <elf.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "discover/elf.h"
#include "discover/loaded.h"

/* The objects of one walk, in the order in which it reaches them. */
struct queue { struct object **objects; size_t n; };

static void reach(struct loaded *l, struct queue *q, struct object *o, size_t depth)
{
    if (o->reached)
        return;
    o->reached = true;
    o->depth = depth;
    *ARENA_PUSH(l->arena, q->objects, q->n) = o;
}

static void forget_walk(struct loaded *l)
{
    for (size_t i = 0; i < l->n_objects; i++)
        l->objects[i]->reached = false;
}

static const struct answer *answer_to(const struct loaded *l, const char *name)
{
    for (size_t i = 0; i < l->n_answers; i++)
        if (text_is(l->answers[i].loading.name, name))
            return &l->answers[i];
    return NULL;
}

static bool within_bounds(const struct loaded *l, struct err *e)
{
    if (l->n_objects < OBJECTS_MAX && l->n_answers < ANSWERS_MAX && l->budget > 0)
        return true;
    return err_set(e, ERR_LIMIT, "it needs more libraries, or from more folders, than any real one: %zu so far", l->n_objects);
}

/* The name an object needs, its tokens replaced. */
static const char *needed_name(const struct loaded *l, const struct object *o, size_t k)
{
    const char *name = o->elf.needed[k];
    const char *expanded = strchr(name, '$') != NULL ? path_expand(l->arena, name, &o->tokens) : name;

    return expanded != NULL ? expanded : name;
}

/* Loads all that the objects of the queue need, breadth first. */
static bool load_needs(struct loaded *l, struct queue *q, struct err *e)
{
    for (size_t i = 0; i < q->n; i++) {
        struct object *asker = q->objects[i];

        for (size_t k = 0; k < asker->elf.n_needed; k++) {
            const char *name = needed_name(l, asker, k);
            struct object *o = loaded_match(l, name);

            if (o == NULL && answer_to(l, name) == NULL) {
                if (!within_bounds(l, e))
                    return false;
                o = loaded_find(l, name, asker);
            }
            if (o != NULL)
                reach(l, q, o, asker->depth + 1);
        }
    }
    return true;
}

/* How a name came to its object, for one who asks: it was looked for for the
 * asker's sake, or was there already. */
static struct loading loading_of(const struct loaded *l, const char *name, const struct object *asker, struct object *o)
{
    const struct answer *answer = answer_to(l, name);
    struct loading out = { .name = name, .asked_by = asker->path, .depth = asker->depth + 1, .by = FOUND_LOADED };

    if (answer != NULL && (answer->asker == asker || o == NULL)) {
        out = answer->loading;
        out.asked_by = asker->path;
        out.depth = asker->depth + 1;
        return out;
    }
    if (o == NULL) {
        out.by = FOUND_NOT;
        return out;
    }
    out.path = o->path;
    if (o->preloaded_by != NULL) {
        out.by = FOUND_PRELOAD;
        out.entry = o->preload;
        out.whose = o->preloaded_by;
    }
    return out;
}

static bool is_told(const struct loading *out, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (text_is(out[i].name, name))
            return true;
    return false;
}

/* Goes the loader's way once more from the file itself, now that all is loaded. */
static void tell(struct loaded *l, struct object *from, struct loading **out, size_t *n)
{
    struct queue q = { NULL, 0 };

    forget_walk(l);
    reach(l, &q, from, 0);
    for (size_t i = 0; i < q.n; i++)
        for (size_t k = 0; k < q.objects[i]->elf.n_needed; k++) {
            const char *name = needed_name(l, q.objects[i], k);
            struct object *o = loaded_match(l, name);

            if (!is_told(*out, *n, name))
                *ARENA_PUSH(l->arena, *out, *n) = loading_of(l, name, q.objects[i], o);
            if (o != NULL)
                reach(l, &q, o, q.objects[i]->depth + 1);
        }
}

static const char *copied(struct arena *a, const char *s)
{
    char *copy = arena_text(a, s);

    if (copy != NULL)
        text_clean(copy);
    return copy;
}

/* Looked for as they are written, told without control bytes. */
static struct loading cleaned(struct arena *a, const struct loading *l)
{
    return (struct loading){
        .name = copied(a, l->name), .asked_by = copied(a, l->asked_by), .depth = l->depth, .by = l->by, .path = copied(a, l->path),
        .entry = copied(a, l->entry), .whose = copied(a, l->whose), .passed_over = copied(a, l->passed_over),
    };
}

/* Loads a library because it is to be preloaded. What cannot be found is left
 * out, with a warning, and may still be found by others who need it. */
static struct object *preload_one(struct loaded *l, const char *name, const char *by)
{
    size_t before = l->n_objects;
    struct object *o = loaded_match(l, name);

    if (o != NULL)
        return o;
    o = loaded_find(l, name, l->objects[0]);
    l->answers[l->n_answers - 1].asker = NULL;
    if (o == NULL)
        l->n_answers--;
    if (l->n_objects > before) {
        o->preloaded_by = by;
        o->preload = name;
    }
    return o;
}

static bool preload(struct loaded *l, struct queue *q, const char *list, const char *separators, const char *by, struct err *e)
{
    while (list != NULL && *(list += strspn(list, separators)) != '\0') {
        size_t n = strcspn(list, separators);
        const char *name = path_expand(l->arena, arena_copy(l->arena, list, n), &l->objects[0]->tokens);
        struct object *o;

        if (!within_bounds(l, e))
            return false;
        o = name != NULL ? preload_one(l, name, by) : NULL;
        if (o != NULL)
            reach(l, q, o, 1);
        list += n;
    }
    return true;
}

static char *preload_file(const struct loaded *l)
{
    char *text = root_read(l->root, l->arena, "/etc/ld.so.preload", NULL);

    for (char *at = text; at != NULL && (at = strchr(at, '#')) != NULL;)
        memset(at, ' ', strcspn(at, "\n"));
    return text;
}

/* What is there when a program has started: itself, the loader, what is
 * preloaded, and what they need. */
static bool start(struct loaded *l, const struct environment *env, struct err *e)
{
    struct object *program = l->objects[0];
    const char *library_path = environment_get(env, "LD_LIBRARY_PATH");
    struct queue q = { NULL, 0 };

    if (library_path != NULL)
        l->environment = search_path_of(l->arena, library_path, ":;", &program->tokens, l->current);
    if (l->host.interpreter != NULL) {
        struct loader_file file = loader_file_open(l->root, l->arena, l->host.interpreter, &l->kind);

        if (file.takes == LOADER_TAKES_IT)
            loaded_add(l, &file, l->host.interpreter, l->host.interpreter, NULL);
    }
    reach(l, &q, program, 0);
    return preload(l, &q, environment_get(env, "LD_PRELOAD"), ": ", "LD_PRELOAD", e)
        && preload(l, &q, preload_file(l), ": \t\n", "/etc/ld.so.preload", e)
        && load_needs(l, &q, e);
}

/* Some program that needs the C library; it lies nobody knows where. */
static void add_some_program(struct loaded *l)
{
    static const char *const needed[] = { "libc.so.6" };
    struct object *o = arena_alloc(l->arena, sizeof *o);

    o->elf = (struct elf_facts){ .needed = needed, .n_needed = COUNT_OF(needed) };
    o->tokens = (struct path_tokens){ NULL, l->host.lib, l->host.platform };
    *ARENA_PUSH(l->arena, l->objects, l->n_objects) = o;
}

void loader_is_of(struct loaded *l, const char *arch, const char *interpreter)
{
    loader_host_read(&l->host, l->arena, l->root, arch, interpreter);
    for (size_t i = 0; i < l->host.n_folders; i++)
        *ARENA_PUSH(l->arena, l->defaults.folders, l->defaults.n)
            = (struct search_folder){ .entry = l->host.folders[i], .dir = l->host.folders[i] };
    l->cache = loader_cache_open(l->root, l->arena);
}

const char *loader_folder(struct arena *a, const struct root *root, const struct environment *env)
{
    const char *pwd = environment_get(env, "PWD");
    char here[4096];

    if (root_is_this_machine(root) && getcwd(here, sizeof here) != NULL)
        return arena_text(a, here);
    return pwd != NULL && pwd[0] == '/' ? pwd : "/";
}

/* A program's own folder is the kernel's word: with every link followed. */
static bool start_program(struct loaded *l, struct loader_file *file, const char *path, const struct environment *env, struct err *e)
{
    struct object *program = loaded_add(l, file, path, path, NULL);
    const char *real = root_resolve(l->root, l->arena, path);

    program->tokens.origin = text_dir_name(l->arena, real != NULL ? real : path);
    return start(l, env, e);
}

bool loader_start(struct loaded *l, const struct environment *env, struct err *e)
{
    add_some_program(l);
    return start(l, env, e);
}

struct object *loader_open(struct loaded *l, const char *path, struct object *asker, struct err *e)
{
    struct queue q = { NULL, 0 };
    struct object *library = loaded_match(l, path);

    if (!within_bounds(l, e))
        return NULL;
    if (library == NULL)
        library = loaded_find(l, path, asker != NULL ? asker : l->objects[0]);
    if (library == NULL) {
        err_set(e, ERR_SYS, "the loader does not take %s", path);
        return NULL;
    }
    forget_walk(l);
    reach(l, &q, library, 0);
    return load_needs(l, &q, e) ? library : NULL;
}

/* Some libraries can be started, too: glibc's own, which have a soname, and PAM's, which are named like libraries. */
static bool is_program(const struct loader_file *file, const struct elf_facts *elf, const char *path)
{
    return file->program || (elf->interpreter != NULL && elf->soname == NULL && !text_has(text_base_name(path), ".so"));
}

/* All of it in the arena of `l`. */
static bool search(struct loading **told, size_t *n, struct loaded *l, const struct environment *env, const char *path, struct err *e)
{
    const char *full = loaded_absolute(l, path);
    struct loader_file file = loader_file_open(l->root, l->arena, full, NULL);
    struct object *from = NULL;
    struct elf_facts elf;

    if (file.takes != LOADER_TAKES_IT)
        return err_set(e, ERR_FORMAT, "%s", file.why != NULL ? file.why : "no such file");
    if (!elf_read(&elf, l->arena, file.fd, e)) {
        close(file.fd);
        return false;
    }
    l->kind = file.kind;
    loader_is_of(l, elf.machine, elf.interpreter != NULL ? loaded_absolute(l, elf.interpreter) : NULL);
    if (!is_program(&file, &elf, full)) {
        close(file.fd);
        from = loader_start(l, env, e) ? loader_open(l, full, NULL, e) : NULL;
    } else if (start_program(l, &file, full, env, e)) {
        from = l->objects[0];
    }
    if (from == NULL || !within_bounds(l, e))
        return false;
    tell(l, from, told, n);
    return true;
}

bool loader_search(struct loading **out, size_t *n, struct arena *a, const struct root *root, const struct environment *env,
                   const char *path, struct err *e)
{
    struct arena own = { NULL };        /* the loader's own bytes and its cache go through it: half a MiB for each search */
    struct loaded l = { .arena = &own, .root = root, .budget = BUDGET, .current = loader_folder(&own, root, env) };
    struct loading *told = NULL;
    size_t n_told = 0;
    bool ok = search(&told, &n_told, &l, env, path, e);

    *out = NULL;
    *n = 0;
    for (size_t i = 0; i < n_told; i++)
        *ARENA_PUSH(a, *out, *n) = cleaned(a, &told[i]);
    arena_free(&own);
    return ok || err_in(e, "%s", path);
}

/* The ELF class and machine of a 64-bit library. */
static struct loader_kind kind_of(const char *arch)
{
    return (struct loader_kind){ 64, text_is(arch, "aarch64") ? EM_AARCH64 : text_is(arch, "ppc64le") ? EM_PPC64 : EM_X86_64 };
}

void loader_answers(struct loading *out, const char *const *names, size_t n, struct arena *a, const struct root *root,
                    const struct environment *env, const char *arch)
{
    struct arena own = { NULL };
    struct loaded l = { .arena = &own, .root = root, .budget = BUDGET, .current = loader_folder(&own, root, env), .kind = kind_of(arch) };
    struct err e;
    bool ok;

    loader_is_of(&l, arch, NULL);
    add_some_program(&l);
    ok = start(&l, env, &e);
    for (size_t i = 0; i < n; i++) {
        struct object *o = ok ? loaded_match(&l, names[i]) : NULL;
        struct loading one;

        if (o == NULL && ok && within_bounds(&l, &e))
            o = loaded_find(&l, names[i], l.objects[0]);
        one = loading_of(&l, names[i], l.objects[0], o);
        out[i] = cleaned(a, &one);
    }
    arena_free(&own);
}
