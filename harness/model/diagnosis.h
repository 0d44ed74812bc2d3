/* diagnosis.h - what is wrong with a machine or a stack, why, and what mends it: the doctor's answers. */
#ifndef MODEL_DIAGNOSIS_H
#define MODEL_DIAGNOSIS_H

#include "base/arena.h"
#include "model/report.h"

/* The chain from the bus to a result: a broken link breaks what comes after it, and so the first one is the cause. */
enum link {
    LINK_BUS,                   /* the board, its slot, its power */
    LINK_MODULE,                /* the kernel module */
    LINK_NODES,                 /* device nodes, and whether this process may open them */
    LINK_DRIVER_LIBRARY,        /* which libcuda and libnvidia-ml are loaded */
    LINK_DRIVER,                /* what the driver answers when it is asked to begin */
    LINK_GPU,                   /* the GPU that answers: its health, its mode, its links to others */
    LINK_PYTHON,                /* which installation is used at all */
    LINK_FILES,                 /* a stack's files */
    LINK_LOADING,               /* what the loader makes of them */
    LINK_BUILD,                 /* what they were built for */
    LINK_WORK,                  /* what a program does with them: its memory, processes and settings */
};

enum certainty {
    SHOWN,              /* the evidence allows nothing else */
    LIKELY,             /* what it mostly is; the sentence says what else it may be */
};

/* One thing that may be wrong. */
struct ailment {
    const char *id;             /* "driver-library-mismatch": what users look up; never changes */
    enum link   link;
    bool        of_stack;       /* looked for in each stack */
    bool        general;        /* says less than the others of its link: they come before it */
    bool        though_it_answers;      /* of a link up to the nodes, which is well where a GPU answers: looked for all the same */
    bool        needs_gpu;      /* shown by what a GPU did: a broken link of the machine explains it */
    const char *what;           /* what it is, in a sentence or two */
    const char *unlike;         /* what looks the same, and how to tell */
};

struct diagnosis {
    const struct ailment *ailment;
    const struct stack   *stack;        /* NULL: the machine's */
    enum certainty        certainty;
    const char           *cause;        /* one sentence */
    const char *const    *evidence;     size_t n_evidence;
    const char           *fix;          /* one command for a shell; a word IN CAPITALS is the user's to fill in. NULL: none is known */
    bool                  on_host;      /* ... of the host that this container runs on */
    const char           *advice;       /* what to do where that is no command, or besides it; NULL: nothing */
    bool                  follows;      /* from an earlier one: a note */
};

struct diagnoses {
    const struct diagnosis *list;       size_t n;
    /* What failed or broke, and no ailment explains: the cause cannot be told. */
    const struct judged *const *unexplained;    size_t n_unexplained;
};

/* 0 nothing wrong, 1 a cause was found, 3 it cannot be told, 77 no GPU is meant and nothing is wrong. */
int diagnoses_exit_code(const struct diagnoses *d, const struct report *r);

/* The closing line, without the leading "gpuvet: ". */
const char *diagnoses_closing(const struct diagnoses *d, const struct report *r, struct arena *a);

/* Why the kernel's log was not read, where a GPU is meant and so Xids were not looked at; NULL: it was, or it does not matter. */
const char *diagnoses_log_unread(const struct report *r);

#endif
