/* cubin.h - machine code that a library has just made, looked at and run (child only). */
#ifndef CHILD_CUBIN_H
#define CHILD_CUBIN_H

#include "child/child.h"

enum { CUBIN_WORDS = 4096 };

/* Observes "cubin.bytes" and "cubin.is_elf". */
void cubin_see(struct child *c, const char *cubin, size_t bytes);

/* Runs its fill_words (kernels/pattern_text.h) over so many words, in a context that is
 * opened here: how many of them are wrong. */
size_t cubin_run(struct child *c, const char *cubin);

#endif
