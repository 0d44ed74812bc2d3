/* twin.h - the CPU twins of our kernels: the same .cu files compiled for the
 * host. The fake driver's cuLaunchKernel runs them.
 */
#ifndef TESTS_HOST_TWIN_H
#define TESTS_HOST_TWIN_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The number of parameters of a kernel; -1 if there is no such kernel. */
int twin_params(const char *kernel);

/* Runs a kernel over a grid of gx*gy*gz blocks of bx*by*bz threads. params holds
 * the addresses of its parameters, as cuLaunchKernel takes them. False for an
 * unknown kernel or an impossible shape. */
bool twin_launch(const char *kernel, unsigned gx, unsigned gy, unsigned gz,
                 unsigned bx, unsigned by, unsigned bz, void **params);

#ifdef __cplusplus
}
#endif

#endif
