/* inspected.h - what `gpuvet inspect` found out about files: what their own
 * bytes say, which version the files around them state, and what the loader
 * would do with them.
 */
#ifndef MODEL_INSPECTED_H
#define MODEL_INSPECTED_H

#include "base/arena.h"
#include "model/elf_facts.h"
#include "model/loading.h"

/* One thing that is not well. */
struct problem {
    bool        unknown;        /* it could not be found out; else it is wrong */
    const char *text;           /* a sentence without its subject: "libz.so.9 is found nowhere, ..." */
};

struct problems { struct problem *items; size_t n; };

void problems_add(struct problems *p, struct arena *a, bool unknown, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* One library, or what was taken for one. */
struct inspected {
    const char *path;           /* as it was asked for, or below the folder that was; inside a wheel, the member's name */
    const char *version;        /* NULL if nothing says */
    const char *version_source; /* which file said so */
    const struct elf_facts *elf;        /* NULL if it is no readable ELF file */
    const char *gpu_code_unknown;       /* why elf->codes could not be read; NULL if they were */
    const struct loading   *needs;      size_t n_needs;
    struct problems         problems;
};

/* Everything that was asked for: several files, folders, wheels. */
struct inspection {
    struct inspected *files;    size_t n_files;
    bool              table;    /* a folder or a wheel is among them: one line each */
};

/* 0 all well, 1 something is wrong, 3 nothing is, but not everything could be found out. */
int inspection_exit_code(const struct inspection *all);

#endif
