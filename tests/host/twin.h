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

/* As cuLaunchCooperativeKernel: all blocks at once, each with `shared` bytes of
 * dynamic shared memory, spread evenly over the multiprocessors. */
bool twin_launch_together(const char *kernel, unsigned gx, unsigned bx, unsigned shared, void **params);

/* ---- What is wrong with the simulated machine ---- */
enum twin_cell { CELL_SOUND, CELL_STUCK_0, CELL_STUCK_1, CELL_ALIAS, CELL_COUPLED };

struct twin_trouble {
    unsigned       sms;             /* multiprocessors; 0 counts as 2 */
    /* Memory, as ptx_load, ptx_store and ptx_reread see it: a bit of the word `cell` is stuck; the word is another
     * one in truth; or the other one's bit becomes 1 when this one's does. */
    enum twin_cell kind;
    unsigned long long *cell, *other;
    unsigned       cell_bit;
    /* Arithmetic: __fmaf_rn on that multiprocessor, in that lane (-1: in all), gives another bit. */
    bool           bad_unit;
    unsigned       sm, result_bit;
    int            lane;
    /* Blocks of twin_launch_together: those of the last multiprocessor never start, or run on the first. */
    bool           lost_sm, moved_sm;
};

extern struct twin_trouble twin_trouble;

/* How many atomic operations the kernels have done. */
extern unsigned long twin_atomics;

unsigned long long twin_read_cell(const unsigned long long *p);
void twin_write_cell(unsigned long long *p, unsigned long long value);

#ifdef __cplusplus
}
#endif

#endif
