/* images.h - our kernels as the driver loads them, carried inside the program. */
#ifndef KERNELS_IMAGES_H
#define KERNELS_IMAGES_H

#include <stddef.h>

struct kernel_image {
    const char *name;           /* "gemm": the .cu file's */
    const void *fatbin;         /* machine code for several architectures; NULL if built without nvcc */
    const char *ptx;            /* low PTX for every driver since R410; ends with NUL */
};

extern const struct kernel_image kernel_images[];       /* ends with a NULL name */

/* Whether it is loaded where one of its kernels is first launched, and not with the others. */
int kernel_image_is_on_demand(const struct kernel_image *image);

/* The image that holds a kernel; NULL if there is no such kernel. */
const struct kernel_image *kernel_image_of(const char *kernel);

/* The architectures of its machine code (90 for sm_90), at most `max` of them;
 * returns how many there are, 0 if it was built without nvcc. */
size_t kernel_image_archs(const struct kernel_image *image, int *archs, size_t max);

/* The lowest compute capability, times ten, that its PTX is for: as its own head says. */
int kernel_image_floor(const struct kernel_image *image);

#endif
