/* elf_facts.h - what a shared library's own bytes say about it. */
#ifndef MODEL_ELF_FACTS_H
#define MODEL_ELF_FACTS_H

#include "base/base.h"

/* Code for GPUs inside a library. Architectures are numbers as in sm_90. */
struct gpu_code {
    int  arch;                  /* 90 */
    char variant;               /* 'a' or 'f' for sm_90a, sm_100f; 0 otherwise */
    bool sass;                  /* machine code */
    bool ptx;                   /* PTX, to be compiled by the driver */
};

struct elf_facts {
    const char        *soname;              /* NULL if it has none */
    const char *const *needed;  size_t n_needed;
    const char        *rpath, *runpath;     /* with $ORIGIN unexpanded; NULL if absent */
    bool               no_default_folders;  /* linked with -z nodefaultlib: its needs are not looked for in the default folders */
    const char        *interpreter;         /* the loader that a program asks for; NULL if the file names none */
    const char        *machine;             /* "x86_64", "aarch64", or "machine 21" */
    uint64_t           bytes;               /* the file's size */
    uint64_t           bytes_needed;        /* what its own headers say it must have at least: more than bytes means truncated */
    const char        *glibc;               /* newest GLIBC_x.y it asks for, "2.17"; NULL if none */
    const struct gpu_code *codes; size_t n_codes;       /* sorted by arch */
};

#endif
