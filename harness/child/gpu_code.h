/* gpu_code.h - the GPU code of a library file (child only). */
#ifndef CHILD_GPU_CODE_H
#define CHILD_GPU_CODE_H

#include "base/err.h"
#include "model/gpu_code.h"

/* list: as gpu_code_list. False if the file cannot be read. */
bool gpu_code_cover(struct gpu_cover *out, const char **list, struct arena *a, const char *path, int cc, struct err *e) MUST_USE;

#endif
