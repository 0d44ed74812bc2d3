/* elf.h - reads an ELF file's facts, by libelf, without mapping the file. */
#ifndef DISCOVER_ELF_H
#define DISCOVER_ELF_H

#include "base/arena.h"
#include "base/err.h"
#include "model/elf_facts.h"

/* Fills everything but the GPU code. A truncated file still gives its header's
 * facts, with bytes_needed > bytes. False if it is no ELF file, or is cut
 * inside its first 64 bytes: the error says which. */
bool elf_read(struct elf_facts *f, struct arena *a, int fd, struct err *e) MUST_USE;

/* The GPU architectures in the file's fat binaries, from their headers alone,
 * by pread: nothing is decompressed. Fat binary sections only. Takes about 1 ms per library when cached,
 * up to seconds when not. A file without any gives none. False, and the codes
 * untouched, where the file is cut or its headers contradict one another: a
 * part of the list would read as "has no code for this GPU". */
bool fatbin_read(struct elf_facts *f, struct arena *a, int fd, struct err *e) MUST_USE;

/* The same of the code outside its fat binary sections: libraries that load their
 * own images at run time (cuFFT, cuSPARSE, cuSPARSELt) keep whole fat binaries
 * among their data, thousands of them. All data sections are looked through: about
 * 0.1 s for 300 MB when cached. */
bool fatbin_read_loose(struct elf_facts *f, struct arena *a, int fd, struct err *e) MUST_USE;

#endif
