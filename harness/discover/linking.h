/* linking.h - what a stack's own way of opening it comes to, from files alone: which libraries the loader would take, what is found
 * nowhere, what another file defines or does not.
 */
#ifndef DISCOVER_LINKING_H
#define DISCOVER_LINKING_H

#include "discover/loaded.h"
#include "discover/owner.h"

/* Fills stack->unmet of a PyTorch. */
void linking_read(struct search *s, struct stack *stack);

/* The parts of it. */
struct linking {
    struct search *s;
    struct stack  *stack;
    struct arena  *own;         /* of what is needed while it is looked at */
    struct loaded  l;
    struct owners  owners;
    const char    *package;     /* brought the extension that is looked at; NULL: it is the stack itself */
    struct unmet  *list;  size_t n;
    bool           system_known;        /* libc is found: the machine's own libraries are there to be looked for */
};

/* Appends one. The file's path and the name are copied, and cleaned. */
struct unmet *linking_add(struct linking *k, enum unmet_kind kind, const char *file, const char *name);

/* What is known of the version of a file, as the machine spells it; NULL: nothing. */
const char *linking_version(struct linking *k, const char *place);

/* What an object's file is: a member of the stack, or NULL. */
const struct member *linking_member(const struct linking *k, const struct object *o);

/* In the arena of the stack, without control bytes. */
const char *linking_text(struct linking *k, const char *s);

/* Says what is used for it instead, and what the stack has of its own. */
void linking_taken(struct linking *k, struct unmet *u, const struct object *o, const struct member *own);

/* The answer that the loader gave when it looked for an object; NULL: it was there before. */
const struct answer *linking_answer(const struct linking *k, const struct object *o);

/* Symbols that the objects from that one on want and nothing defines (linking_symbols.c). */
void linking_check_symbols(struct linking *k, size_t from);

/* What an object opens by its name while it runs: cuDNN its parts, NVRTC its built-in headers (linking_parts.c). */
void linking_check_parts(struct linking *k, struct object *o);

/* Compiled modules of other packages beside the PyTorch (extensions.c). */
void linking_check_extensions(struct linking *k);

/* Of the needs of the objects from that one on, what is found nowhere, and whatever is not the stack's own. */
void linking_check_needs(struct linking *k, size_t from_object, size_t from_answer);

#endif
