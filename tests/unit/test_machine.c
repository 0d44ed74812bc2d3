/* What is read from the files of recorded machines (tests/machines). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "discover/machine.h"

static const struct {
    const char *name;
    enum place  place;
    size_t      n_pci, n_nodes, n_drivers;
    bool        meant;
    const char *why;                    /* a part of the sentence */
    const char *module;                 /* NULL: none */
} cases[] = {
    { "bare",                 PLACE_HOST,      0, 0,  0, false, "no NVIDIA GPU on the PCI bus", NULL },
    { "gpu-no-module",        PLACE_HOST,      1, 0,  0, true,  "0000:01:00.0 on the PCI bus", NULL },
    { "nouveau",              PLACE_HOST,      1, 0,  0, true,  "0000:01:00.0 on the PCI bus", NULL },
    { "driver-no-stack",      PLACE_HOST,      1, 5,  2, true,  "0000:01:00.0 on the PCI bus", "580.65.06" },
    { "container-no-runtime", PLACE_CONTAINER, 0, 0,  0, false, "this container was given no NVIDIA device", NULL },
    { "container-asked",      PLACE_CONTAINER, 0, 0,  0, true,  "NVIDIA_VISIBLE_DEVICES=all", NULL },
    { "server-8",             PLACE_HOST,      8, 12, 2, true,  "0000:01:00.0 on the PCI bus", "580.65.06" },
    { "server-7-of-8",        PLACE_HOST,      8, 11, 2, true,  "0000:01:00.0 on the PCI bus", "580.65.06" },
    { "wsl",                  PLACE_WSL,       0, 1,  2, true,  "/dev/dxg exists", NULL },
    { "hidden",               PLACE_HOST,      1, 5,  0, false, "CUDA_VISIBLE_DEVICES is \"\"", "580.65.06" },
    { "passed-through",       PLACE_HOST,      1, 0,  0, false, "no NVIDIA GPU on the PCI bus", NULL },
    { "no-permission",        PLACE_HOST,      1, 2,  0, true,  "0000:01:00.0 on the PCI bus", "580.65.06" },
};

static void read_machine(struct machine *m, struct arena *a, const char *path)
{
    struct environment env;
    struct root root;
    struct err e;

    if (!root_open(&root, a, path, &e))
        fail_msg("%s", e.text);
    environment_read(&env, a, &root);
    machine_read(m, a, &root, &env);
}

static void every_recorded_machine_is_read_right(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct arena a = { NULL };
        struct machine m;

        read_machine(&m, &a, text_join(&a, "tests/machines", cases[i].name));
        if (m.place != cases[i].place || m.n_pci != cases[i].n_pci || m.n_nodes != cases[i].n_nodes || m.n_drivers != cases[i].n_drivers
            || m.gpu_meant != cases[i].meant || !text_has(m.gpu_meant ? m.why_meant : m.why_not_meant, cases[i].why)
            || (cases[i].module != NULL ? !text_is(m.module_version, cases[i].module) : m.module_version != NULL))
            fail_msg("%s: place %d, %zu GPUs, %zu nodes, %zu drivers, meant %d (%s), module %s", cases[i].name, (int)m.place, m.n_pci,
                     m.n_nodes, m.n_drivers, m.gpu_meant, m.gpu_meant ? m.why_meant : m.why_not_meant, m.module_version);
        arena_free(&a);
    }
}

static void drivers_and_permissions_are_told(void **state)
{
    struct arena a = { NULL };
    struct machine m;

    (void)state;
    read_machine(&m, &a, "tests/machines/nouveau");
    assert_true(m.nouveau_loaded);
    assert_false(m.module_loaded);
    assert_string_equal(m.pci[0].driver, "nouveau");
    read_machine(&m, &a, "tests/machines/gpu-no-module");
    assert_null(m.pci[0].driver);
    read_machine(&m, &a, "tests/machines/no-permission");
    assert_false(m.nodes[0].opens);
    read_machine(&m, &a, "tests/machines/driver-no-stack");
    assert_true(m.nodes[0].opens);
    assert_string_equal(m.drivers[0].version, "580.65.06");
    assert_string_equal(machine_fact(&m, "module.flavor"), "open");
    arena_free(&a);
}

static void an_empty_folder_is_a_machine_of_which_nothing_is_known(void **state)
{
    char dir[] = "/tmp/gpuvet-test-XXXXXX";
    struct arena a = { NULL };
    struct machine m;

    (void)state;
    assert_non_null(mkdtemp(dir));
    read_machine(&m, &a, dir);
    assert_null(m.hostname);
    assert_null(m.os);
    assert_null(m.module_version);
    assert_int_equal(m.n_pci + m.n_nodes + m.n_drivers, 0);
    assert_false(m.gpu_meant);
    rmdir(dir);
    arena_free(&a);
}

static void write_file(const char *dir, const char *path, const char *bytes, size_t n)
{
    char command[700], file[512];
    FILE *f;

    snprintf(file, sizeof file, "%s%s", dir, path);
    snprintf(command, sizeof command, "mkdir -p \"$(dirname '%s')\"", file);
    assert_int_equal(system(command), 0);
    f = fopen(file, "w");
    assert_non_null(f);
    fwrite(bytes, 1, n, f);
    fclose(f);
}

static void garbage_in_every_file_says_nothing_and_breaks_nothing(void **state)
{
    static const char *const paths[] = {
        "/etc/os-release", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d/x.conf", "/etc/ld.so.preload", "/tmp/nvidia-mps/control", "/proc/7/comm", "/proc/7/cmdline", "/proc/7/status", "/proc/7/exe", "/proc/self/status",
        "/usr/lib/x86_64-linux-gnu/libcuda.so.1", "/proc/sys/kernel/osrelease", "/proc/sys/kernel/hostname", "/proc/sys/kernel/arch",
        "/proc/modules", "/proc/self/environ", "/proc/self/cgroup", "/proc/self/limits", "/proc/1/environ", "/proc/cpuinfo", "/proc/meminfo",
        "/proc/driver/nvidia/version", "/sys/module/nvidia/version", "/sys/bus/pci/devices/0000:01:00.0/vendor",
        "/sys/bus/pci/devices/0000:01:00.0/device", "/sys/bus/pci/devices/0000:01:00.0/class", "/sys/bus/pci/devices/0000:01:00.0/driver", "/dev/nvidia0",
    };
    char dir[] = "/tmp/gpuvet-test-XXXXXX", command[64], bytes[3000];
    struct arena a = { NULL };
    struct machine m;

    (void)state;
    assert_non_null(mkdtemp(dir));
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = round == 0 ? (char)(i * 2654435761u >> 13) : round == 1 ? '=' : '\n';
        for (size_t i = 0; i < COUNT_OF(paths); i++)
            write_file(dir, paths[i], bytes, round == 2 ? 0 : sizeof bytes);
        read_machine(&m, &a, dir);
        assert_int_equal(m.n_pci, 0);
    }
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    assert_int_equal(system(command), 0);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_recorded_machine_is_read_right),
        cmocka_unit_test(drivers_and_permissions_are_told),
        cmocka_unit_test(an_empty_folder_is_a_machine_of_which_nothing_is_known),
        cmocka_unit_test(garbage_in_every_file_says_nothing_and_breaks_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
