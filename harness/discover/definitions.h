/* definitions.h - which symbols, and which versions of them, a library offers. */
#ifndef DISCOVER_DEFINITIONS_H
#define DISCOVER_DEFINITIONS_H

#include "discover/stacks.h"

/* The newest version with that prefix ("GLIBC_") that an ELF file defines,
 * without the prefix: "2.36". NULL if it defines none, or is no ELF file. */
const char *elf_newest_definition(struct arena *a, int fd, const char *prefix);

/* The first name that an ELF file defines for others and that is one of those meant, in the arena. NULL if there is none, or it is no ELF file. */
const char *elf_first_export(struct arena *a, int fd, bool (*is_meant)(const char *name));

struct offered { const char *version, *file; };         /* both NULL: not known */

/* What the libc.so.6 of that machine offers. */
struct offered glibc_offered(const struct search *s);

/* What the libstdc++.so.6 offers that a stack gets: that of the conda whose Python runs it, of a folder of LD_LIBRARY_PATH, or the
 * one in the loader's cache. */
struct offered glibcxx_offered(const struct search *s, const struct stack *stack);
struct offered cxxabi_offered(const struct search *s, const struct stack *stack);

#endif
