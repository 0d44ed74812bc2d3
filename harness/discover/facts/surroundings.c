/* What surrounds the process: the boot, the processor, limits and variables. */
#include "discover/facts/facts.h"

#include "base/text.h"

void facts_of_surroundings(struct fact_reader *r)
{
    static const char *const variables[] = {
        "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES", "LD_LIBRARY_PATH", "LD_PRELOAD",
        "CUDA_LAUNCH_BLOCKING", "CUDA_MODULE_LOADING", "CUDA_CACHE_DISABLE", "CUDA_CACHE_PATH", "CUDA_DISABLE_PTX_JIT", "CUDA_FORCE_PTX_JIT",
        "CUDA_MPS_PIPE_DIRECTORY", "TRITON_LIBCUDA_PATH", "NVIDIA_TF32_OVERRIDE", "CUBLAS_EMULATE_SINGLE_PRECISION", "CUBLAS_EMULATE_DOUBLE_PRECISION",
        "CUBLAS_EMULATION_STRATEGY", "CUBLAS_FIXEDPOINT_EMULATION_MANTISSA_BIT_COUNT", "CUBLASLT_HEURISTICS_LUT_FILE",
        "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE",
        "PYTHONPATH", "BNB_CUDA_VERSION", "TRITON_PTXAS_PATH", "TRITON_LIBCUDA_PATH", "TORCH_CUDA_ARCH_LIST", "FORCE_CUDA",
    };

    fact_add(r, "boot.id", fact_line(r, "/proc/sys/kernel/random/boot_id"), "/proc/sys/kernel/random/boot_id");
    fact_add(r, "cpu", fact_proc_value(r, "/proc/cpuinfo", "model name"), "/proc/cpuinfo");
    fact_add(r, "memory", fact_proc_value(r, "/proc/meminfo", "MemTotal"), "/proc/meminfo");
    fact_add(r, "limit.memlock", fact_proc_value(r, "/proc/self/limits", "Max locked memory"), "/proc/self/limits");
    fact_add(r, "limit.address_space", fact_proc_value(r, "/proc/self/limits", "Max address space"), "/proc/self/limits");
    fact_add(r, "limit.nofile", fact_proc_value(r, "/proc/self/limits", "Max open files"), "/proc/self/limits");
    fact_add(r, "process.seccomp", fact_proc_value(r, "/proc/self/status", "Seccomp"), "/proc/self/status");
    fact_add(r, "ld.so.preload", fact_line(r, "/etc/ld.so.preload"), "/etc/ld.so.preload");
    fact_add(r, "tegra.release", fact_line(r, "/etc/nv_tegra_release"), "/etc/nv_tegra_release");
    for (size_t i = 0; i < COUNT_OF(variables); i++)
        fact_add(r, text_make(r->arena, "env.%s", variables[i]), environment_get(r->env, variables[i]), "/proc/self/environ");
}
