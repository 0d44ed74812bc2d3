#include "discover/stacks.h"

#include "base/text.h"
#include "discover/linking.h"

static const char *absolute(struct search *s, const char *dir)
{
    const char *here;

    if (dir[0] == '/')
        return dir;
    here = environment_get(s->env, "PWD");
    return here != NULL && here[0] == '/' ? text_join(s->arena, here, dir) : text_join(s->arena, "/", dir);
}

static void find_asked(struct search *s, const char *asked)
{
    const char *dir = absolute(s, asked);
    struct stack *stack;

    if (python_in(s, dir, "--stack") || libtorch_in(s, dir, "--stack") || toolkit_in(s, dir, "--stack"))
        return;
    stack = ARENA_PUSH(s->arena, s->found.items, s->found.n);
    *stack = (struct stack){
        .name = text_make(s->arena, "dir:%s", dir), .kind = STACK_TOOLKIT, .prefix = dir, .found_by = "--stack",
        .broken = text_make(s->arena, "%s: %s", dir, root_is_folder(s->root, dir)
            ? "no torch in its site-packages, no lib/libtorch.so and no libcudart.so.N in lib64 or lib"
            : "no such folder"),
    };
}

/* Two stacks of one name would make two trials of one id. */
static void make_names_unique(struct search *s)
{
    for (size_t i = 0; i < s->found.n; i++) {
        int again = 1;

        for (size_t k = 0; k < i; k++)
            again += text_is(s->found.items[k].name, s->found.items[i].name);
        if (again > 1)
            s->found.items[i].name = text_make(s->arena, "%s:%s", s->found.items[i].name, s->found.items[i].prefix);
    }
}

void stacks_complete(struct search *s)
{
    make_names_unique(s);
    for (size_t i = 0; i < s->found.n; i++)
        linking_read(s, &s->found.items[i]);
}

size_t stacks_find(struct stack **out, struct arena *a, const struct root *root, const struct environment *env,
                   const struct machine *m, const char *const *dirs, size_t n_dirs)
{
    struct search s = { a, root, env, m, { NULL, 0 } };

    for (size_t i = 0; i < n_dirs; i++)
        find_asked(&s, dirs[i]);
    pythons_find(&s);
    libtorches_find(&s);
    toolkits_find(&s);
    stacks_complete(&s);
    *out = s.found.items;
    return s.found.n;
}
