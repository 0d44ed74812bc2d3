/* Which symbols of CUDA's libraries and of PyTorch the loaded files want, and whether anything that is loaded defines them. */
#include "discover/linking.h"

#include <string.h>

#include "base/text.h"
#include "discover/symbols.h"

/* One symbol that one file wants. */
struct wish {
    const struct object *by;
    const char *name, *version, *library;       /* library NULL: of PyTorch's own */
    bool        met;
    const char *alike;
    struct wish *next;                          /* of the same slot */
};

/* A libtorch_cuda wants some 700 symbols of CUDA's libraries, a large extension 2000 of PyTorch's. */
enum { SLOTS = 1 << 14, WISHES_MAX = 1 << 14 };

struct wishes {
    struct linking *k;
    const struct object *by, *from;     /* whose symbols are visited */
    struct wish  *slots[SLOTS];
    struct wish **all; size_t n, unmet;
};

static size_t slot_of(const char *name)
{
    size_t hash = 5381;

    for (const char *at = name; *at != '\0'; at++)
        hash = hash * 33 ^ (unsigned char)*at;
    return hash % SLOTS;
}

/* "_ZN3c10", "_ZNK2at", "_ZTIN5torch". */
static bool is_torchs(const char *name)
{
    static const char *const starts[] = { "_ZN", "_ZNK", "_ZTIN", "_ZTVN", "_ZTSN", "_ZGVN" };
    static const char *const spaces[] = { "3c10", "2at", "5torch", "6caffe2" };

    for (size_t i = 0; i < COUNT_OF(starts); i++)
        for (size_t k = 0; text_starts(name, starts[i]) && k < COUNT_OF(spaces); k++)
            if (text_starts(name + strlen(starts[i]), spaces[k]))
                return true;
    return false;
}

/* NCCL's have no version: whichever libnccl is loaded has them. */
static bool is_nccls(const char *name)
{
    return text_starts(name, "nccl") && name[4] >= 'A' && name[4] <= 'Z';
}

static void wish_for(void *arg, const struct symbol *s)
{
    struct wishes *w = arg;
    const char *library = is_nccls(s->name) ? "libnccl.so.2" : s->library;
    struct wish *one;

    if (s->defined || w->n == WISHES_MAX || (!family_is_vendors(library != NULL ? library_family(w->k->own, library) : NULL) && !is_torchs(s->name)))
        return;
    one = arena_alloc(w->k->own, sizeof *one);
    *one = (struct wish){ .by = w->by, .name = arena_text(w->k->own, s->name), .version = arena_text(w->k->own, s->version),
                          .library = is_torchs(s->name) ? NULL : arena_text(w->k->own, library), .next = w->slots[slot_of(s->name)] };
    w->slots[slot_of(s->name)] = one;
    *ARENA_PUSH(w->k->own, w->all, w->n) = one;
    w->unmet++;
}

/* A library without versions serves those who ask for one. */
static void grant(void *arg, const struct symbol *s)
{
    struct wishes *w = arg;

    if (!s->defined)
        return;
    for (struct wish *one = w->slots[slot_of(s->name)]; one != NULL; one = one->next)
        if (!one->met && text_is(one->name, s->name) && (one->version == NULL || s->version == NULL || text_is(one->version, s->version))) {
            one->met = true;
            w->unmet--;
        }
}

/* Equal but for std::string, of which the two C++ ABIs of GCC have one each, up to the first place where it stands. */
static bool differs_in_abi(const char *a, const char *b)
{
    static const char old[] = "Ss", new[] = "NSt7__cxx1112basic_string", tag[] = "B5cxx11";
    size_t n = 0;

    while (a[n] != '\0' && a[n] == b[n])
        n++;
    /* "Ss" and "NSt7" part at their first byte; a tag stands in one alone. */
    return (text_starts(a + n, old) && text_starts(b + n, new)) || (text_starts(b + n, old) && text_starts(a + n, new))
        || text_starts(a + n, tag) || text_starts(b + n, tag);
}

static void compare_abi(void *arg, const struct symbol *s)
{
    struct wishes *w = arg;

    if (!s->defined || !text_starts(s->name, "_Z"))
        return;
    for (size_t i = 0; i < w->n; i++)
        if (!w->all[i]->met && w->all[i]->alike == NULL && w->all[i]->library == NULL && differs_in_abi(w->all[i]->name, s->name))
            w->all[i]->alike = arena_text(w->k->own, s->name);
}

/* What is missing of a library that is not loaded at all, is not to be said again. */
static const struct object *provider(const struct linking *k, const struct wish *w)
{
    for (size_t i = 0; i < k->l.n_objects; i++)
        if (text_is(k->l.objects[i]->elf.soname, w->library))
            return k->l.objects[i];
    return NULL;
}

static bool any_wanted(const struct wishes *w, bool torchs)
{
    for (size_t i = 0; i < w->n; i++)
        if (!w->all[i]->met && (w->all[i]->library == NULL) == torchs)
            return true;
    return false;
}

/* A file's own libraries first, for they are small; then PyTorch's, of which python's need not be loaded by the stack's entries. */
static void ask_everyone(struct wishes *w, size_t from)
{
    struct linking *k = w->k;

    for (size_t i = k->l.n_objects; i-- > 0 && w->unmet > 0;) {
        const char *family = k->l.objects[i]->path != NULL ? library_family(k->own, k->l.objects[i]->path) : NULL;

        if (i >= from || family_is_vendors(family))
            (void)symbols_each(k->l.root, k->l.objects[i]->path, grant, w);
    }
    for (size_t i = 0; i < k->stack->n_members && any_wanted(w, true); i++)
        if (text_starts(k->stack->members[i].family, "torch") || text_starts(k->stack->members[i].family, "c10"))
            (void)symbols_each(k->l.root, k->stack->members[i].place, grant, w);
    for (size_t i = 0; i < k->stack->n_members && any_wanted(w, true); i++)
        if (text_starts(k->stack->members[i].family, "c10"))
            (void)symbols_each(k->l.root, k->stack->members[i].place, compare_abi, w);
}

static bool was_told(const struct linking *k, size_t from, const char *file, const char *library)
{
    for (size_t i = from; i < k->n; i++)
        if (k->list[i].kind == UNMET_SYMBOL && text_is(k->list[i].file, file) && (k->list[i].library == library || text_is(k->list[i].library, library)))
            return true;
    return false;
}

/* Something of c10 that exists with neither std::string: then it is not the ABI alone. */
static bool wants_more_than_abi(const struct wishes *w, const struct object *by)
{
    for (size_t i = 0; i < w->n; i++)
        if (w->all[i]->by == by && !w->all[i]->met && w->all[i]->alike == NULL && (text_starts(w->all[i]->name, "_ZN3c10") || text_starts(w->all[i]->name, "_ZNK3c10")))
            return true;
    return false;
}

/* Of one file and one library the first says it all; one that tells the ABI is told rather than one that does not. */
static void tell(struct wishes *w, size_t from, bool of_abi)
{
    struct linking *k = w->k;

    for (size_t i = 0; i < w->n; i++) {
        const struct wish *one = w->all[i];
        const struct object *by = one->library != NULL ? provider(k, one) : NULL;
        struct unmet *u;

        if (one->met || (one->alike != NULL) != of_abi || (of_abi && wants_more_than_abi(w, one->by)) || (one->library != NULL && by == NULL)
            || was_told(k, from, root_resolve(k->s->root, k->own, one->by->path), one->library))
            continue;
        u = linking_add(k, UNMET_SYMBOL, one->by->path, one->name);
        u->library = linking_text(k, one->library);
        u->alike = linking_text(k, one->alike);
        if (by != NULL)
            linking_taken(k, u, by, linking_member(k, by) == NULL ? stack_member(k->stack, library_family(k->own, by->path)) : NULL);
    }
}

void linking_check_symbols(struct linking *k, size_t from)
{
    struct wishes *w = arena_alloc(k->own, sizeof *w);
    size_t told = k->n;

    w->k = k;
    for (size_t i = from; i < k->l.n_objects; i++) {
        const char *family = k->l.objects[i]->path != NULL ? library_family(k->own, k->l.objects[i]->path) : NULL;

        w->by = k->l.objects[i];
        /* PyTorch's own want each other's, and were linked together. */
        if (family != NULL && (k->package != NULL || family_is_vendors(family) || text_is(family, "torch_cuda") || text_is(family, "torch_cpu")))
            (void)symbols_each(k->l.root, w->by->path, wish_for, w);
    }
    if (w->n == 0)
        return;
    ask_everyone(w, from);
    tell(w, told, true);
    tell(w, told, false);
}
