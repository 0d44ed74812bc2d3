/* arena.h - memory that is given back all at once.
 *
 * The program is short-lived and its facts live until it ends, so nothing is
 * freed one by one. Running out of memory ends the program with exit code 3
 * and one line: there is nothing useful left to do.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/base.h"

struct arena { struct arena_block *blocks; };       /* zero-initialised is empty */

void *arena_alloc(struct arena *a, size_t size);    /* zeroed, aligned for any type */
char *arena_copy(struct arena *a, const char *s, size_t n);     /* n bytes and a NUL */
char *arena_text(struct arena *a, const char *s);   /* a copy; NULL stays NULL */
void  arena_free(struct arena *a);

/* Appends one zeroed element to an array in the arena and gives its address:
 *
 *     struct entry *e = ARENA_PUSH(a, stack->entries, stack->n_entries);
 */
#define ARENA_PUSH(arena, items, n) \
    ((items) = arena_grown((arena), (items), (n), sizeof *(items)), &(items)[(n)++])

/* The array itself, or a copy of it with room for one more: capacities are
 * powers of two, so they need not be stored. */
void *arena_grown(struct arena *a, void *items, size_t n, size_t size);

#endif
