/* installation.h - how a PyTorch is installed, and what beside it goes with it or against it: facts, as versions of its stack. */
#ifndef DISCOVER_INSTALLATION_H
#define DISCOVER_INSTALLATION_H

#include "discover/python.h"

/* Its place among other installations (installation.c):
 *     site, site:kind              the folder that `import torch` takes it from; "own", "user", "PYTHONPATH", or "base" of the environment's base
 *     torch.also                   another PyTorch later on sys.path; the source is its folder
 *     installer:torch              who wrote its record: "pip", "conda", "uv"
 *     twice:NAME                   two versions of one distribution that are recorded in one folder
 *     owners:FILE, owner:FILE      two packages of NVIDIA's that list one file; the one whose size it has
 *     split:FOLDER                 a library that PyTorch needs, below a folder of NVIDIA's packages to which none of its paths leads
 *     libtorch.first               another PyTorch's library in a folder of LD_LIBRARY_PATH, which goes before PyTorch's own
 *     python.loader                the dynamic loader of the interpreter, "/lib/ld-musl-x86_64.so.1"
 *     glibcxx.unlinked             a libstdc++.so.6.0.N of a conda environment that no longer has libstdc++.so.6 */
void installation_read(struct search *s, struct stack *stack, const struct python *py, const char *site, const struct packages *p);

/* What is made for a PyTorch (companions.c):
 *     companion:NAME               torchvision or torchaudio, "0.19.1+cu121"
 *     companion:NAME:torch         the PyTorch that its metadata pins
 *     triton                       its version
 *     triton:searches              where it looks for libcuda.so.1
 *     ptxas, ptxas.blackwell       the CUDA of the assemblers that Triton brings, or is told to take
 *     bitsandbytes                 its version
 *     bitsandbytes:cuda            the CUDAs that it has binaries for: "118 121"
 *     bitsandbytes:chooses         "yes": it takes another binary of the same major where there is none for the very CUDA
 *     bitsandbytes:searches        where it looks for libcudart without asking PyTorch, and finds none */
void companions_read(struct search *s, struct stack *stack, const struct python *py, const struct packages *p);

/* Of the modules of another package beside it (extension_needs.c):
 *     codes:PACKAGE                the GPUs that they have code for, "sm_80 sm_90 compute_90"
 *     wants:glibc:PACKAGE, wants:glibcxx:PACKAGE       the newest version of symbols that they ask for, if the system has none so new */
void extensions_read(struct search *s, struct stack *stack, const char *site);

#endif
