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
    bool lto;                   /* intermediate code for the linker: no GPU runs it as it is */
};

struct elf_facts {
    const char        *soname;              /* NULL if it has none */
    const char *const *needed;  size_t n_needed;
    const char        *rpath, *runpath;     /* with $ORIGIN unexpanded; NULL if absent */
    bool               no_default_folders;  /* linked with -z nodefaultlib: its needs are not looked for in the default folders */
    const char        *interpreter;         /* the loader that a program asks for; NULL if the file names none */
    const char        *machine;             /* "x86_64", "aarch64", or "machine 21" */
    bool               is_32_bit;
    uint64_t           bytes;               /* the file's size */
    uint64_t           bytes_needed;        /* what its own headers say it must have at least: more than bytes means truncated */
    const char        *glibc;               /* newest GLIBC_x.y it asks for, "2.17"; NULL if none */
    const char        *glibcxx;             /* newest GLIBCXX_x.y of libstdc++, "3.4.21"; NULL if none */
    const char        *cxxabi;              /* newest CXXABI_x.y of it, "1.3.9"; NULL if none */
    const struct gpu_code *codes; size_t n_codes;       /* of its fat binary sections; sorted by arch */
    size_t             n_images, n_compressed;          /* images in there, of every kind */
    const struct gpu_code *loose; size_t n_loose;       /* of fat binaries among its data; sorted by arch */
    const char        *loose_in;                        /* the first section that holds any, ".ldata"; NULL if none does */
};

#endif
