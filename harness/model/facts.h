/* facts.h - what files say about a machine: the machine, its GPUs as the bus
 * shows them, its device nodes and its driver libraries. Facts only; what they
 * mean is decided in judge.c and in plan.c.
 */
#ifndef MODEL_FACTS_H
#define MODEL_FACTS_H

#include "base/base.h"

/* One named fact, for reports and for expectations that compare with it
 * ("module.version"). Unknown facts are absent, never empty or 0. */
struct fact { const char *key, *value, *source; };

/* A PCI display (class 03xx) or 3D function of vendor 10de, from /sys/bus/pci. */
struct pci_gpu {
    const char *address;        /* "0000:3b:00.0", lower case */
    unsigned    device_id;      /* PCI device id, 0x2335 for an H200 */
    const char *driver;         /* "nvidia", "nouveau", "vfio-pci"; NULL: none bound */
};

/* A device node and whether this process may use it. */
struct node {
    const char *path;           /* "/dev/nvidia0" */
    bool        opens;          /* for reading and writing, by this process */
    const char *why_not;        /* "Permission denied", the kernel's words; NULL when it opens */
    const char *mode;           /* "0660"; NULL: neither it nor whose the node is is known */
    long        uid, gid;       /* whose it is, and which group's */
    const char *group;          /* "video"; NULL: the group has no name here */
    unsigned    major;          /* which driver it leads to (/proc/devices); 0: not known */
};

enum driver_file_kind {
    DRIVER_INSTALLED,           /* a distribution's or a runfile's driver */
    DRIVER_COMPAT,              /* a forward-compatibility package: .../compat */
    DRIVER_STUB,                /* .../stubs: for linking only, never to be loaded */
    DRIVER_WSL,                 /* /usr/lib/wsl/lib */
};

/* A libcuda.so.1 or libnvidia-ml.so.1 and where it was found. */
struct driver_file {
    const char           *soname;       /* "libcuda.so.1" */
    const char           *path, *real;  /* as found, and with links followed */
    const char           *version;      /* from the real file's name, "580.65.06"; NULL if it has none */
    enum driver_file_kind kind;
    bool                  in_cache;     /* the loader would find this one by its soname */
};

enum place { PLACE_HOST, PLACE_CONTAINER, PLACE_WSL, PLACE_TEGRA };

struct machine {
    const char  *hostname, *os, *os_id, *kernel, *arch;     /* "Debian GNU/Linux 12 (bookworm)", "debian", "6.1.0", "x86_64" */
    enum place   place;
    const char  *container;             /* "docker", "podman", "kubernetes", "lxc", ...; NULL outside */

    const struct pci_gpu     *pci;      size_t n_pci;       /* empty inside a container: /sys shows the host's */
    const struct node        *nodes;    size_t n_nodes;     /* /dev/nvidia*, /dev/dxg, /dev/nvhost-*, /dev/nvidia-caps/... */
    const struct driver_file *drivers;  size_t n_drivers;
    const struct fact        *facts;    size_t n_facts;

    bool         module_loaded;         /* nvidia in /proc/modules or /sys/module */
    bool         nouveau_loaded;
    const char  *module_version;        /* /proc/driver/nvidia/version or /sys/module/nvidia/version */

    /* Whether a GPU is meant for this process, and the fact that says so:
     * "0000:3b:00.0 is an NVIDIA GPU" or "NVIDIA_VISIBLE_DEVICES=all". */
    bool         gpu_meant;
    const char  *why_meant;
    const char  *why_not_meant;         /* "CUDA_VISIBLE_DEVICES is empty", "no NVIDIA device on the PCI bus" */
};

/* What a libcuda at that path is, by its folder. */
enum driver_file_kind driver_file_kind(const char *path);
/* /dev/nvidia0 and the like: one GPU's own. */
bool node_is_gpu(const struct node *n);

/* The value of a fact, or NULL. */
const char *machine_fact(const struct machine *m, const char *key);

#endif
