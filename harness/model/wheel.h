/* wheel.h - what a Python wheel says about itself. */
#ifndef MODEL_WHEEL_H
#define MODEL_WHEEL_H

#include "base/arena.h"
#include "model/inspected.h"
#include "model/pin.h"

struct wheel {
    const char *path;
    uint64_t    bytes;
    const char *name, *version;         /* by its METADATA; NULL if that cannot be read */
    const char *python, *abi, *platform;        /* "cp311", "cp311", "manylinux1_x86_64": by its file name, else by its WHEEL file */
    const char *glibc;                  /* what the platform promises to start on, "2.5"; NULL if it says nothing */
    const char *build, *cuda;           /* "2.5.1+cu124" and "12.4" of torch/version.py; NULL if it has none */
    const struct pin *pins; size_t n_pins;
    size_t      n_members;
    bool        has_record;
    size_t      n_recorded;             /* members whose size its RECORD confirms */
    struct problems problems;
};

/* "2.17" for "manylinux_2_17_x86_64" and "manylinux2014_x86_64"; of several, joined by dots, the oldest. NULL for others. */
const char *wheel_glibc(struct arena *a, const char *platform);

/* The tags of "torch-2.5.1-cp311-cp311-manylinux1_x86_64.whl"; false if it is no wheel's name. */
bool wheel_tags(struct wheel *w, struct arena *a, const char *file_name);

/* "x86_64" of "manylinux_2_28_x86_64"; NULL if it is for several, or for another. */
const char *wheel_arch(const char *platform);

#endif
