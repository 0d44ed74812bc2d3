/* stacks.h - finds the CUDA stacks of a machine, from files alone. */
#ifndef DISCOVER_STACKS_H
#define DISCOVER_STACKS_H

#include "base/root.h"
#include "discover/environment.h"
#include "model/facts.h"
#include "model/stack.h"

/* All stacks, best known first: those asked for by --stack (dirs), the active
 * virtual and conda environments, python3 on PATH, the user site, toolkits,
 * the distribution's libtorch. Each file set appears once. A folder that was
 * asked for and holds no stack comes back with `broken` set. */
size_t stacks_find(struct stack **out, struct arena *a, const struct root *root, const struct environment *env,
                   const struct machine *m, const char *const *dirs, size_t n_dirs);

/* The parts of it, each appending to an array in the arena. */
struct stack_list { struct stack *items; size_t n; };
struct search {
    struct arena             *arena;
    const struct root        *root;
    const struct environment *env;
    const struct machine     *machine;
    struct stack_list         found;
};

void toolkits_find(struct search *s);
bool toolkit_in(struct search *s, const char *dir, const char *found_by);       /* false: no toolkit there */

void pythons_find(struct search *s);
bool python_in(struct search *s, const char *dir, const char *found_by);        /* an environment's prefix, its bin/python or a site-packages folder */

void libtorches_find(struct search *s);
bool libtorch_in(struct search *s, const char *dir, const char *found_by);

/* The last part, once all are found: each has a name of its own, and what its libraries want of one another is looked at. */
void stacks_complete(struct search *s);

/* Whether a stack with these libraries has been found already. */
bool stack_is_known(const struct search *s, const char *lib_dir);

/* Whether the real file at `place` is a member of any stack found so far. */
bool stack_has_any(const struct search *s, const char *place);

/* Appends the library at `place` (as the machine spells it) to a stack's
 * members: follows links, reads its ELF facts, says why it is bad if it is (a
 * link to a file that is not there is bad too). NULL if there is no such name
 * or the same real file is a member already. */
struct member *member_add(struct search *s, struct stack *stack, const char *place);

#endif
