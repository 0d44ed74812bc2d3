/* xid.h - the Xids that the kernel's log has of each GPU, for those who look for what they mean: https://docs.nvidia.com/deploy/xid-errors/ */
#ifndef DIAGNOSE_XID_H
#define DIAGNOSE_XID_H

#include "diagnose/look.h"

struct logged {
    const char *address;        /* "0000:18:00.0" */
    long        number;
    const char *text;           /* "COUNT: FIRST LINE" */
    const char *programs;       /* "python3, train"; NULL: the lines name none */
};

/* All, in the order in which they came. The log that a container reads is its host's: there only those of GPUs that answer in it, if any does. */
size_t logged_xids(const struct look *l, const struct logged **all);

/* Whether this is one of those numbers, of which the last is 0. */
bool is_one_of(long number, const long *numbers);

/* "the GPU at 0000:18:00.0 (NVIDIA H100)" */
const char *gpu_at(const struct look *l, const char *address);

/* Whether the driver has announced since then that nothing remains to be done: the GPU was reset. */
bool was_reset(const struct look *l, const char *address);

/* The first one of those numbers; NULL: the log has none. */
const struct logged *first_logged(const struct look *l, const long *numbers);

/* Every such line as evidence, at most eight. */
void evidence_of_xids(struct look *l, const long *numbers);

/* The log's line of that name (discover/kernel_log.c); NULL: there is none, or it may be of a GPU that is not this container's. And as evidence. */
const char *logged_line(const struct look *l, const char *name);
void evidence_of_line(struct look *l, const char *name);

/* What driver.nvml saw of the GPU that NVML counts so; NULL: nothing. "nvml0.KEY" */
const struct observation *nvml_saw(const struct look *l, unsigned gpu, const char *key);

/* The first GPU of which NVML tells that key with that text, or with a number of at least 1 where the text is NULL. False: there is none. */
bool nvml_says(const struct look *l, const char *key, const char *text, unsigned *gpu);

/* The address of the GPU that NVML counts so. */
const char *nvml_address(const struct look *l, unsigned gpu);

#endif
