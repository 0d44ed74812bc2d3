/* Fuzzes what the machine's own files say. */
#include "discover/machine.h"
#include "discover/environment.h"
#include "tests/fuzz/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static const char *const files[] = {
    "/etc/os-release", "/proc/self/environ", "/proc/self/cgroup", "/proc/modules", "/proc/driver/nvidia/version",
    "/sys/module/nvidia/version", "/proc/self/limits", "/sys/bus/pci/devices/0000:01:00.0/vendor",
    "/sys/bus/pci/devices/0000:01:00.0/class", "/sys/bus/pci/devices/0000:01:00.0/device", "/dev/nvidia0", "/proc/sys/kernel/osrelease",
    "/proc/sys/kernel/hostname", "/proc/meminfo", "/proc/device-tree/compatible", "/proc/1/environ", "/proc/driver/nvidia/gpus/0000:01:00.0/information",
    "/etc/nv_tegra_release", "/etc/ld.so.preload", "/usr/lib64/libcuda.so.580.65.06",
    "/sys/bus/pci/devices/0000:01:00.0/resource", "/sys/bus/pci/devices/0000:01:00.0/config", "/etc/modprobe.d/nvidia.conf", "/proc/cmdline",
    "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c", "/lib/modules/6.8.0/updates/dkms/nvidia.ko", "/proc/self/mountinfo",
    "/dev/kmsg", "/dev/nvidia-nvswitchctl", "/proc/4242/comm", "/proc/4242/stat", "/var/lib/dpkg/status", "/var/log/fabricmanager.log", "/proc/cpuinfo",
    "/proc/devices", "/proc/driver/nvidia/params", "/proc/self/status", "/proc/self/uid_map", "/proc/self/mounts", "/etc/group", "/etc/cdi/nvidia.yaml",
    "/dev/nvidia-uvm", "/home/user/.nv",
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const struct root *root = tree_of(files, sizeof files / sizeof *files, bytes, n);
    struct arena arena = { NULL };
    struct environment env;
    struct machine m;

    environment_read(&env, &arena, root);
    machine_read(&m, &arena, root, &env);
    if ((m.gpu_meant ? m.why_meant : m.why_not_meant) == NULL)
        __builtin_trap();
    for (size_t i = 0; i < m.n_facts; i++)
        if (m.facts[i].key == NULL || m.facts[i].value == NULL)
            __builtin_trap();
    arena_free(&arena);
    return 0;
}
