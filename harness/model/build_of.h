/* build_of.h - which build of PyTorch a stack is, by what its files say. Pure. */
#ifndef MODEL_BUILD_OF_H
#define MODEL_BUILD_OF_H

#include "base/arena.h"
#include "model/expected.h"
#include "model/stack.h"

enum build_kind {
    BUILD_UNNAMED,              /* no file states a version */
    BUILD_OFFICIAL,             /* it has a row */
    BUILD_NOT_LISTED,           /* it calls itself as official builds do, and the tables have no row of it */
    BUILD_CPU,                  /* nothing of CUDA is in it */
    BUILD_ROCM,
    BUILD_NIGHTLY,              /* "2.6.0.dev20241112+cu124" */
    BUILD_NVIDIA,               /* NVIDIA's containers: "2.4.0a0+07cecf4168.nv24.05" */
    BUILD_JETSON,               /* the same spelling, on a Tegra */
    BUILD_CONDA,                /* of a conda channel that is not PyTorch's own */
    BUILD_DISTRIBUTION,         /* Debian's and Ubuntu's packages */
    BUILD_SOURCE,               /* somebody's own: "2.4.0a0+git1a2b3c4", or one that contradicts itself */
};

struct build_of {
    enum build_kind kind;
    const char *torch, *variant, *platform;     /* "2.4.1", "cu124", "linux-x86_64"; NULL where nothing says */
    const char *cuda;                           /* "12.4"; NULL: none, or unknown */
    const struct torch_build *row;              /* BUILD_OFFICIAL alone has one */
    const char *is;                             /* "the official build 2.4.1+cu124 for linux-x86_64" */
    const char *why_not_compared;               /* NULL where there is a row */
    bool        surprising;                     /* BUILD_NOT_LISTED, where neither this platform nor another has it */
};

/* arch: "x86_64"; tegra: the machine is one. */
void build_of(struct build_of *b, struct arena *a, const struct expected *x, const struct stack *s, const char *arch, bool tegra);

/* "official", "source", ...: one word for reports. */
const char *build_kind_name(enum build_kind kind);

#endif
