/* crosscheck.h - an installed PyTorch against what its official build is known
 * to be and to need. Pure.
 *
 * What is expected travels as facts of the stack, beside the versions that its
 * files state: "expect:driver" 525.60.13, "machine:driver" 535.54.03. So a child,
 * a saved run and a test compare the same things by the same words:
 *
 *     build, build:kind, build:why_not     which build it is; why nothing is compared with a row
 *     build:version                        "2.4.1+cu124", also where torch/version.py says 2.4.1 alone
 *     build:install                        what pip is given to have that very build
 *     build:surprise                       the tables should know it, and do not
 *     expect:cuda, :driver, :cudnn, :nccl, :codes, :codes_basis, :glibc, :python    of its row, or of its CUDA
 *     expect:pin:NAME                      what its metadata pins, by the row
 *     expect:fits, fits:install            a build of the same release that does run here, "2.4.1+cu118", and what pip is given for it
 *     driver:holds, driver:why             whether this machine's driver runs it: "yes", "no", "unknown"
 *     driver:cuda                          what nvidia-smi shows for that driver by itself
 *     cudnn:sm_NN, cudnn:sm_NN:why         whether the installed cuDNN has code for such a GPU
 *     usable, usable:install, :conda       a build that this machine can use, of the same release if there is one, and what pip and conda are given for it
 *     expect:companion:NAME                the release of torchvision or torchaudio that is built for it, "0.19"
 *     first_cuda:sm_NN                     the first CUDA whose tools know a GPU that answers
 *     machine:driver, :driver_cuda, :compat, :glibc, :glibcxx, :cxxabi
 *     machine:toolkit, :toolkit_asked      a CUDA toolkit that is there, and whether CUDA_HOME names it
 *     want:torch, want:install             what --expect asks for, and what pip is given for it
 */
#ifndef MODEL_CROSSCHECK_H
#define MODEL_CROSSCHECK_H

#include "model/build_of.h"
#include "model/fit.h"
#include "model/want.h"
#include "model/weight.h"

/* What is known of the machine a stack is to run on; NULL: not known. */
struct host {
    const char *arch;                   /* "x86_64" */
    bool        tegra;
    const char *driver;                 /* "535.54.03", as it answered or as the module's files say */
    const char *driver_cuda;            /* "12.2", as cuDriverGetVersion says */
    const char *compat;                 /* the libcuda.so.1 of a package for forward compatibility; NULL: none is here */
    const struct fit_gpu *gpus; size_t n_gpus;
    const char *glibc, *glibc_file;     /* "2.36": the newest version that libc.so.6 defines */
    const char *glibcxx, *glibcxx_file; /* "3.4.30": of the libstdc++.so.6 that this stack gets */
    const char *cxxabi;                 /* "1.3.13": of the same file */
    const char *toolkit, *toolkit_dir;  /* "13.0": the CUDA toolkit that an extension would be compiled with */
    bool        toolkit_asked;          /* by CUDA_HOME or CUDA_PATH */
};

/* The facts of one stack, in the arena. want->text is NULL where nothing is asked for. */
size_t crosscheck_facts(struct stack_version **out, struct arena *a, const struct expected *x, const struct stack *s,
                        const struct host *h, const struct want *want);

/* "3.7 3.8 3.9 3.10": for which Pythons the official builds of a release are made on that platform, whatever their CUDA; of the newest
 * release where the text is no version. NULL: the tables do not say. */
const char *crosscheck_pythons(struct arena *a, const struct expected *x, const char *torch, const char *platform);

struct finding { enum weight weight; const char *key, *text; };

/* What a check found, in the order in which it looked. */
struct findings {
    struct arena   *arena;
    struct finding *items;
    size_t          n;
    const char     *not_known;          /* why it could not be found out; NULL: it could */
};

void check_build(struct findings *f, const struct stack *s);
void check_pins(struct findings *f, const struct stack *s);
void check_toolkit(struct findings *f, const struct stack *s);
void check_host(struct findings *f, const struct stack *s);

/* loaded: what cuDNN says of itself once it is loaded; NULL: it was not. */
void check_cudnn(struct findings *f, const struct stack *s, const char *loaded);

/* cc: the GPU's compute capability times ten. */
void check_cudnn_for_gpu(struct findings *f, const struct stack *s, int cc);

/* For the checks: why nothing can be said where no file states a CUDA. */
const char *check_why_no_cuda(const struct stack *s);

/* For the checks: adds one. */
void finding_add(struct findings *f, enum weight weight, const char *key, const char *fmt, ...) PRINTF_LIKE(4, 5);

void check_driver(struct findings *f, const struct stack *s);

#endif
