/* Linux in Windows: its libcuda is Windows' own, and a Linux driver must not be installed there. */
#include "diagnose/look.h"

#include "base/text.h"

static bool has_paravirtual_gpu(const struct look *l)
{
    for (size_t i = 0; i < l->r->machine->n_nodes; i++)
        if (text_is(l->r->machine->nodes[i].path, "/dev/dxg"))
            return l->r->machine->place == PLACE_WSL;
    return false;
}

/* Windows' files are under /usr/lib/wsl, wherever links to them lie. */
static bool is_of_windows(const struct driver_file *f)
{
    return text_starts(f->path, "/usr/lib/wsl/") || text_starts(f->real, "/usr/lib/wsl/");
}

/* Which libcuda the loader takes: one of LD_LIBRARY_PATH's folders comes first, then the cache, then the system's own folders. The list of driver
 * files has that order but for the cache's, which is marked. */
static const struct driver_file *libcuda_taken(const struct look *l)
{
    const struct machine *m = l->r->machine;
    const char *path = variable(l, "LD_LIBRARY_PATH");
    const struct driver_file *taken = NULL;

    for (size_t i = 0; i < m->n_drivers; i++) {
        const struct driver_file *f = &m->drivers[i];

        if (!text_is(f->soname, "libcuda.so.1"))
            continue;
        if (path != NULL && text_has(text_make(l->a, ":%s:", path), text_make(l->a, ":%s:", text_dir_name(l->a, f->path))))
            return f;
        if (f->in_cache || (taken == NULL && !is_of_windows(f) && text_starts(f->path, "/usr/lib")))
            taken = f;
        if (f->in_cache)
            break;
    }
    return taken;
}

static void look_for_shadow(struct look *l)
{
    const struct driver_file *taken = libcuda_taken(l);

    if (!has_paravirtual_gpu(l) || l->r->machine->container != NULL || taken == NULL || is_of_windows(taken) || taken->kind != DRIVER_INSTALLED || report_answering(l->r) > 0)
        return;
    found(l, SHOWN, "a Linux driver's libcuda comes before Windows' own: %s", taken->path);
    evidence(l, "%s%s%s", taken->path, text_is(taken->real, taken->path) ? "" : " is ", text_is(taken->real, taken->path) ? "" : taken->real);
    evidence(l, "/dev/dxg: the GPU is Windows', whose libcuda is in /usr/lib/wsl/lib");
    if (text_is(l->r->machine->os_id, "ubuntu") || text_is(l->r->machine->os_id, "debian"))
        fix(l, "sudo apt-get purge -y 'libnvidia-compute-*' 'libcuda1' 'nvidia-driver-*' && sudo ldconfig");
    else
        fix(l, "export LD_LIBRARY_PATH=/usr/lib/wsl/lib");
}

/* 500: libcuda does not find what it opens by name. */
static void look_for_old_toolkit(struct look *l)
{
    const struct judged *told = ended_by(l, "cuInit", 500);

    if (!has_paravirtual_gpu(l) || l->r->machine->container == NULL || told == NULL)
        return;
    found(l, text_is(fact(l, "wsl.libnvdxgdmal"), "missing") ? SHOWN : LIKELY,
          "this container lacks a part of Windows' driver: the NVIDIA Container Toolkit that started it is older than the driver, and does not know libnvdxgdmal.so.1");
    evidence_of_call(l, told);
    evidence_of_fact(l, "wsl.libnvdxgdmal");
    fix(l, "sudo apt-get update && sudo apt-get install -y --only-upgrade nvidia-container-toolkit");
    l->found[l->n - 1].on_host = true;
    advise(l, "or update Docker Desktop, where that started it");
}

static const struct judged *no_device(const struct look *l)
{
    return ended_by(l, NULL, 46) != NULL ? ended_by(l, NULL, 46) : ended_by(l, NULL, 100) != NULL ? ended_by(l, NULL, 100) : ended_by(l, NULL, 500);
}

/* In a container Windows' files may lie anywhere that its runtime chose. libdxcore is opened by libcuda, which then finds no GPU. */
static void look_for_broken_windows(struct look *l)
{
    const struct machine *m = l->r->machine;
    const struct judged *told = no_device(l);
    bool has_libcuda = false;

    for (size_t i = 0; i < m->n_drivers; i++)
        has_libcuda |= text_is(m->drivers[i].soname, "libcuda.so.1") && is_of_windows(&m->drivers[i]);
    if (!has_paravirtual_gpu(l) || m->container != NULL || report_proved(l->r) > 0 || (has_libcuda && (told == NULL || !text_is(fact(l, "wsl.libdxcore"), "missing"))))
        return;
    found(l, SHOWN, "Windows did not bring its driver's part for Linux whole: /usr/lib/wsl/lib/%s is missing", has_libcuda ? "libdxcore.so" : "libcuda.so.1");
    evidence(l, "/dev/dxg is there");
    if (told != NULL)
        evidence_of_call(l, told);
    evidence_of_fact(l, "wsl.libdxcore");
    fix(l, "wsl.exe --update && wsl.exe --shutdown");
}

/* libcuda.so, as linkers and some programs name it; Windows' folder has it, and the loader's cache lists files by their soname alone. */
static bool names_it(const char *text)
{
    return text != NULL && (text_has(text, "libcuda.so: cannot open") || text_has(text, "libcuda.so is not found") || text_has(text, "libcuda.so cannot found"));
}

static void look_for_unlinked(struct look *l)
{
    const char *said = NULL;

    for (size_t i = 0; l->r->complaint != NULL && i < l->r->complaint->n_lines; i++)
        if (names_it(l->r->complaint->lines[i]))
            said = l->r->complaint->lines[i];
    if (!has_paravirtual_gpu(l) || said == NULL)
        return;
    found(l, SHOWN, "a program opens libcuda.so, and the loader knows only libcuda.so.1 of Windows' driver");
    evidence(l, "/dev/dxg: the GPU is Windows', whose libcuda is in /usr/lib/wsl/lib");
    fix(l, "export LD_LIBRARY_PATH=/usr/lib/wsl/lib");
}

const struct rule wsl_rules[] = {
    { { "wsl-driver-incomplete", LINK_DRIVER_LIBRARY, .what = "In WSL the driver is Windows' own; its parts for Linux are put into /usr/lib/wsl/lib by Windows, and one is missing.",
        .unlike = "wsl-linux-driver: there they are, and others are found first." }, look_for_broken_windows },
    { { "wsl-linux-driver", LINK_DRIVER_LIBRARY, .what = "In WSL the driver is Windows' own. A Linux driver that was installed beside it brings a libcuda that finds no GPU "
        "(https://docs.nvidia.com/cuda/wsl-user-guide/).",
        .unlike = "libcuda-missing: there none is found." }, look_for_shadow },
    { { "wsl-libcuda-unlinked", LINK_WORK, .what = "Windows brings libcuda.so and libcuda.so.1 as two copies, of which ldconfig lists the second alone: a program that opens libcuda.so fails.",
        .unlike = "libcuda-missing: there libcuda.so.1 is not found either." }, look_for_unlinked },
    { { "container-toolkit-old", LINK_DRIVER, .what = "Since driver 555 for Windows libcuda needs libnvdxgdmal.so.1, which the NVIDIA Container Toolkit gives containers from 1.14.4 on, and Docker Desktop from 4.31 on.",
        .unlike = "wsl-driver-incomplete: there WSL itself lacks a part." }, look_for_old_toolkit },
    { { .id = NULL }, NULL },
};
