/* expected.h - what official builds, toolkits, drivers and GPUs need of one
 * another: the tables of results/expected (its README says what each column
 * holds). NULL, an empty list and ANSWER_UNKNOWN are "not known".
 */
#ifndef MODEL_EXPECTED_H
#define MODEL_EXPECTED_H

#include "base/arena.h"
#include "model/elf_facts.h"
#include "model/pin.h"

enum answer { ANSWER_UNKNOWN, ANSWER_NO, ANSWER_YES };

struct list { const char *const *items; size_t n; };

/* Where a row's facts stand. */
struct origin { const char *source, *as_of, *notes; };

struct torch_build {
    const char *torch, *variant, *platform;     /* "2.4.1", "cu124", "linux-x86_64" */
    const char *cuda, *cuda_full;               /* "12.4", "12.4.0" */
    const char *cudnn, *nccl;                   /* as compiled: "9.1.0.70", "2.20.5" */
    struct list python;                         /* "3.8", "3.9", ... */
    const struct gpu_code *codes; size_t n_codes;       /* libtorch_cuda's */
    const char *codes_basis;                    /* "measured", "build script", "RELEASE.md" */
    enum answer on_pypi;                        /* `pip install torch==VERSION` gives this one */
    const char *index;                          /* "whl/cu124", below https://download.pytorch.org/ */
    const char *conda;                          /* "pytorch-cuda=12.4 -c pytorch -c nvidia"; NULL: not known to be in its own channel */
    const char *glibc;                          /* "2.17": the wheel's platform tag */
    const struct pin *pins; size_t n_pins;
    const char *released, *status;              /* "2024-09", "stable" */
    struct origin origin;
};

struct cuda_release {
    const char *cuda, *minor;                   /* "12.4.1", "12.4" */
    const char *bundled_driver;                 /* "550.54.15" */
    const char *driver_floor;                   /* "525.60.13": the oldest Linux driver that runs programs of it */
    int         driver_api;                     /* 12040 */
    struct origin origin;
};

struct driver_branch {
    int         branch;                         /* 535 */
    int         driver_api;                     /* 12020 */
    const char *cuda;                           /* "12.2", as nvidia-smi shows it */
    const char *type, *released, *eol, *last_version;
    struct origin origin;
};

struct compat_package {
    const char *package, *cuda;                 /* "cuda-compat-12-9", "12.9" */
    const int  *branches; size_t n_branches;    /* older branches that it works on */
    const int  *not_on;   size_t n_not_on;
    const char *gpus;                           /* "data-center" */
    struct origin origin;
};

struct gpu_arch {
    int         cc;                             /* compute capability times ten */
    const char *arch;                           /* "Blackwell" */
    const char *first_cuda, *last_cuda;         /* "12.8", "12.9" */
    int         min_driver, last_driver;        /* branches; 0: not known, or none */
    const char *cudnn_last;
    enum answer tegra;                          /* on a system-on-chip, where desktop GPUs' code is not promised to run */
    struct list examples;
    struct origin origin;
};

/* A block of PCI device ids of vendor 10de. */
struct gpu_chip {
    int         first, last;
    const char *chip;                           /* "GP104" */
    int         cc;
    const char *module;                         /* the only type of kernel module that drives it, "open" or "proprietary"; NULL: either */
    struct origin origin;
};

struct gpu_model {
    const char *gpu;                            /* "NVIDIA GeForce RTX 5090", as the driver spells it */
    int         cc;
    const char *kind;                           /* "datacenter", "workstation", "geforce", "jetson" */
    const char *platform;                       /* "linux-aarch64" for those that come with a processor; NULL: any */
    struct origin origin;
};

/* What a model can do at most. */
struct gpu_peak {
    const char *gpu;                            /* as gpu_model */
    int         sms;                            /* multiprocessors */
    int         memory_gbs;                     /* 10^9 bytes a second */
    int         boost_mhz, tensor_mhz;          /* the clocks of the figures below: of vector units and tensor cores */
    const char *family;                         /* as struct sm_rate */
    double      fp64, fp64_tensor, fp32, tf32, fp16, bf16, fp8, int8, fp4;      /* 10^12 operations a second, no sparsity; 0: not known, or it has no such */
    struct list quoted;                         /* those that are as the vendor says; the others are multiprocessors times rate times clock */
    int         pcie_generation, pcie_lanes;    /* 0: it is not joined by PCIe */
    double      nvlink_gbs;                     /* each way, of all links; 0: it has none */
    struct origin origin;
};

/* What one multiprocessor does in a clock, by compute capability: operations, of which a multiply-add is two. */
struct sm_rate {
    int         cc;
    const char *family;                         /* "GeForce": of those that are called so; NULL: the others */
    int         fp64, fp64_tensor, fp32, tf32, fp16, bf16, fp8, int8, fp4;
    struct origin origin;
};

/* What a healthy GPU reaches of that in a measurement; or, of links, which a datasheet does not bound, what it reaches. */
struct healthy_rate {
    const char *measure;                        /* a probe: "bench.memory.read" */
    const char *gpu;                            /* NULL: any */
    int         gpus;                           /* of so many together; 0: of one */
    int         percent;                        /* of the peak; 0: least says it */
    double      least;                          /* in the measurement's unit; 0: percent says it */
    struct origin origin;
};

struct cudnn_build { const char *cuda, *min_driver; struct list cc; };

struct cudnn_release {
    const char *cudnn, *full;                   /* "9.10.2", "9.10.2.21" */
    const struct cudnn_build *builds; size_t n_builds;
    struct origin origin;
};

struct cudnn_parts { int major; struct list files; struct origin origin; };

struct framework_release {
    const char *framework, *version, *last;     /* "vllm", "0.8.0", "0.8.5"; last is NULL for a single release */
    const char *torch;                          /* "==2.6.0" */
    struct list cuda;                           /* alternatives: "12.4"; "12" is any 12.x */
    const char *cudnn;                          /* "9.3", ">=9.1,<10" */
    struct list python;
    int         min_cc;                         /* 0: not known */
    struct list install;                        /* what pip is given: "tensorflow[and-cuda]==2.18.0" */
    struct origin origin;
};

/* A package that is built for one minor release of PyTorch. */
struct companion { const char *torch, *distribution, *version; struct origin origin; };     /* "2.4", "torchvision", "0.19" */

struct expected {
    const char *where;                          /* "this program's own data", or the folder of --data */
    const struct torch_build       *torch;      size_t n_torch;
    const struct cuda_release      *cuda;       size_t n_cuda;
    const struct driver_branch     *drivers;    size_t n_drivers;
    const struct compat_package    *compat;     size_t n_compat;
    const struct gpu_arch          *archs;      size_t n_archs;
    const struct gpu_chip          *chips;      size_t n_chips;
    const struct gpu_model         *gpus;       size_t n_gpus;
    const struct gpu_peak          *peaks;      size_t n_peaks;
    const struct sm_rate           *sm_rates;   size_t n_sm_rates;
    const struct healthy_rate      *rates;      size_t n_rates;
    const struct cudnn_release     *cudnn;      size_t n_cudnn;
    const struct cudnn_parts       *parts;      size_t n_parts;
    const struct framework_release *frameworks; size_t n_frameworks;
    const struct companion         *companions; size_t n_companions;
};

/* The build of exactly that release, variant and platform; NULL if there is no such row. */
const struct torch_build *expected_build(const struct expected *x, const char *torch, const char *variant, const char *platform);

/* The newest known releases below and above one that is not known ("2.4.7": "2.4.1", "2.5.0"); NULL at the ends. */
void expected_nearest(const struct expected *x, const char *torch, const char **below, const char **above);

/* "2026-11-28": the newest day up to which any source of the PyTorch builds was read. */
const char *expected_as_of(const struct expected *x);

/* The oldest Linux driver that runs programs built with that CUDA ("12.4.1", "12.4", or "12" for any 12.x); NULL if it is not known. */
const char *expected_driver_floor(const struct expected *x, const char *cuda);

const struct driver_branch *expected_branch(const struct expected *x, int branch);
const struct gpu_arch *expected_arch(const struct expected *x, int cc);

/* NULL: no such chip is known. */
const struct gpu_chip *expected_chip(const struct expected *x, unsigned device_id);

/* What a name stands for. */
struct named_gpu {
    int         cc;                             /* 0: no GPU is called so; -1: several of different capability are */
    const char *platform;                       /* as struct gpu_model; NULL: any, or several */
    struct list names;                          /* up to 6 that are called so, for a sentence */
};

/* "sm_120", "12.0", "120", "RTX 5090" or a whole name, whatever the case of its letters. */
struct named_gpu expected_gpu(const struct expected *x, struct arena *a, const char *name);

/* Of a GPU by the driver's name; NULL if it is not known. */
const struct gpu_peak *expected_peak(const struct expected *x, const char *gpu);

/* Of a compute capability times ten, and by the GPU's name of its family; NULL if it is not known. */
const struct sm_rate *expected_sm_rate(const struct expected *x, int cc, const char *gpu);

/* The row of exactly that GPU, else that of any; NULL if nothing is expected of that measurement. */
const struct healthy_rate *expected_rate(const struct expected *x, const char *measure, const char *gpu, size_t gpus);

/* "12.0" as 120; 0 if it is no compute capability. */
int cc_parse(const char *text);

#endif
