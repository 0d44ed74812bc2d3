/* inspected.h - what `gpuvet inspect` found out about files: what their own
 * bytes say, which version the files around them state, and what the loader
 * would do with them.
 */
#ifndef MODEL_INSPECTED_H
#define MODEL_INSPECTED_H

#include "base/arena.h"
#include "model/elf_facts.h"
#include "model/loading.h"
#include "model/weight.h"

/* One thing that is not as expected. */
struct problem {
    enum weight weight;
    const char *text;           /* a sentence without its subject: "libz.so.9 is found nowhere: ..." */
    const char *key;            /* equal for what is the same fault, seen from several files; NULL */
};

struct problems { struct problem *items; size_t n; };

void problems_add(struct problems *p, struct arena *a, enum weight weight, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* Where a library inside a wheel will find what it needs, once it is installed. */
struct wheel_need {
    const char *name;
    const char *path;           /* the member that is it; NULL if it is not in this wheel */
    const char *by;             /* "rpath", "runpath", "wheel" (it is in it, and no path leads there), "package", "system", "unknown" */
    const char *why;            /* "its RUNPATH: $ORIGIN", "nvidia-cublas-cu12 12.4.5.8 brings it" */
};

/* One library, or what was taken for one. */
struct inspected {
    const char *path;           /* as it was asked for, or below the folder that was; inside a wheel, the member's name */
    const char *place;          /* the real file, links followed; NULL inside a wheel, and if it cannot be opened */
    const char *wheel;          /* the wheel that it is inside of; NULL */
    const char *package;        /* the installed package that lists it, "torch 2.5.1"; NULL */
    const char *version;        /* NULL if nothing says */
    const char *version_source; /* which file said so */
    const struct elf_facts *elf;        /* NULL if it is no readable ELF file */
    const char *gpu_code_unknown;       /* why elf->codes could not be read; NULL if they were */
    const char *needs_unknown;          /* why it is not told where its needs would be found; NULL if it is */
    const struct loading   *needs;      size_t n_needs;
    const struct wheel_need *wheel_needs; size_t n_wheel_needs;
    struct problems         problems;
};

struct wheel;

/* Everything that was asked for: several files, folders, wheels. */
struct inspection {
    struct inspected *files;    size_t n_files;
    struct wheel     *wheels;   size_t n_wheels;
    bool              table;    /* a folder or a wheel is among them: one line each */
    bool              whole_needs;      /* --needs: also what is needed by what is needed */
};

/* 0, 1 or 3, as below, of one file's. */
int problems_code(const struct problems *p);

/* 0 all well, 1 something is wrong, 3 nothing is, but not everything could be found out. */
int inspection_exit_code(const struct inspection *all);

#endif
