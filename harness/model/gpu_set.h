/* gpu_set.h - the GPUs of a trial that is about several at once. */
#ifndef MODEL_GPU_SET_H
#define MODEL_GPU_SET_H

#include "base/arena.h"
#include "model/device.h"

enum { GPU_SET_MAX = 64 };      /* a child has room for so many */

struct gpu_set {
    const struct device *const *gpus;       /* in the order of their numbers */
    size_t                      n;
    const char                 *without;    /* who was picked and is not among them: "gpu5 (cuda.launch@gpu5 failed)"; NULL: nobody */
};

bool gpu_set_has(const struct gpu_set *s, const struct device *d);

/* "gpu0, gpu1, gpu3" */
const char *gpu_set_names(const struct gpu_set *s, struct arena *a);

#endif
