/* cuda.h - what the files of the fake driver share. */
#ifndef FAKES_CUDA_H
#define FAKES_CUDA_H

#include "load/cuda.h"
#include "tests/fakes/gate.h"

CUDA_SYMS(FAKE_DECLARE)

enum { GPUS_MAX = 16, SHARED_OPTIN = 65536, SHARED_OF_SM = 98304 };

struct fake_context { bool retained; int device; };

/* 0, or why a call that needs a context cannot be served. */
CUresult fake_need_init(void);
CUresult fake_need_context(void);

int fake_cc(void);                      /* FAKE_CC, compute capability times ten */
int fake_driver_version(void);          /* FAKE_DRIVER, 13000 is CUDA 13.0 */
int fake_visible_devices(void);
int fake_sms(void);                      /* FAKE_SMS */
int fake_current(void);                  /* the current context's device, as this process counts; -1: there is none */
int fake_gpu(int device);                /* its number on the machine */
bool fake_reaches(int who, int whose);   /* peer access is enabled */

/* Tells the twins what is wrong with the machine (trouble.c). */
void fake_make_trouble(bool together);    /* together: by a launch of blocks that wait for each other */

/* Of a stream that captures, a launch is kept and not done (cuda_graph.c): true if it was. */
bool fake_captures_stream(const void *s);
void fake_keep(long (*again)(const void *call), const void *call, size_t bytes);      /* another library's call, instead */
bool fake_captures(CUstream s, CUfunction f, const unsigned dims[6], unsigned shared, void **params, int n);

/* Memory (cuda_memory.c). */
bool fake_owns(const void *address, size_t bytes);
void *fake_largest(void);                                               /* the start of the largest allocation; NULL: there is none */
bool fake_allocation_of(const void *address, void **base, size_t *bytes);
int  fake_alloc(void **address, size_t bytes);
int  fake_release(void *address);
int  fake_device_of(const void *address);                               /* whose memory it is; -1: nobody's */

static inline void *host_of(CUdeviceptr p)
{
    return (void *)(uintptr_t)p;
}

#endif
