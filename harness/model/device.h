/* device.h - one GPU as the driver and NVML answer about it (the census). */
#ifndef MODEL_DEVICE_H
#define MODEL_DEVICE_H

#include "base/base.h"

struct device {
    int         index;          /* gpu0, gpu1, ...: the driver's order under CUDA_DEVICE_ORDER=PCI_BUS_ID */
    const char *name;           /* "NVIDIA H200" */
    const char *uuid;           /* "GPU-..." or "MIG-...": what CUDA_VISIBLE_DEVICES takes */
    const char *pci;            /* "0000:3b:00.0"; NULL when the driver does not tell */
    int         cc;             /* compute capability times ten: 90 for 9.0 */
    int         sms;
    int         clock_mhz;      /* the highest that its multiprocessors are made for, as the driver says; 0: not known */
    uint64_t    memory_bytes;
    uint64_t    free_bytes;     /* when the run began; only with knows_free */
    bool        knows_free;
    const char *foreign;        /* who else computes on it: "pid 4242 (python3) with 10240 MiB"; NULL: nobody, or unknown */
    bool        answers;        /* false: files name it, the driver does not see it */
};

#endif
