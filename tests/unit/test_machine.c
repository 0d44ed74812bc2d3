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
        "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c", "/etc/modprobe.d/nvidia.conf", "/proc/cmdline", "/proc/self/mountinfo",
        "/sys/kernel/security/lockdown",
        "/dev/kmsg", "/proc/4242/comm", "/proc/4242/stat", "/proc/71/stat", "/var/lib/dpkg/status", "/var/log/fabricmanager.log", "/dev/nvidia-nvswitchctl",
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

/* A machine with one GPU, for files to be added. */
static void begin_machine(const char *dir)
{
    write_file(dir, "/proc/sys/kernel/osrelease", "6.8.0", 5);
    write_file(dir, "/sys/bus/pci/devices/0000:01:00.0/vendor", "0x10de", 6);
    write_file(dir, "/sys/bus/pci/devices/0000:01:00.0/device", "0x2330", 6);
    write_file(dir, "/sys/bus/pci/devices/0000:01:00.0/class", "0x030200", 8);
}

static const char *fact_of(const char *dir, struct arena *a, const char *key)
{
    struct machine m;

    read_machine(&m, a, dir);
    assert_int_equal(m.n_pci, 1);
    return machine_fact(&m, key);
}

static void remove_machine(const char *dir)
{
    char command[64];

    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    assert_int_equal(system(command), 0);
}

static void ranges_without_room_are_told_and_what_is_no_range_is_not(void **state)
{
    static const struct { const char *file, *told; } resources[] = {
        { "0x1000 0x1fff 0x40200\n0x0 0x0 0x0\n", "BAR 1" },
        { "0x1000 0x1fff 0x40200\n0x2000 0x2fff 0x14220c\n", NULL },
        { "0x1000 0x1fff 0x14220c\n0x0 0x0 0x0\n0x2000 0x2fff 0x14220c\n", NULL },      /* the line of a wide range's upper half */
        { "0x1000 0x1fff 0x14220c\n0x0 0x0 0x0\n0x0 0xfff 0x2014220c\n", "BAR 2" },
        { "0x0 0x0 0x0\n0x0 0x0 0x0\n", "BAR 0" },
        { "0x1000 0x1fff 0x40200\n", NULL }, { "0x1000\n", NULL }, { "0x1000 0x1fff 0x40200 0x0\n0x0 0x0 0x0\n", NULL }, { "\n", NULL }, { "zero\n", NULL },
    };
    char dir[] = "/tmp/gpuvet-test-XXXXXX";

    (void)state;
    assert_non_null(mkdtemp(dir));
    begin_machine(dir);
    for (size_t i = 0; i < COUNT_OF(resources); i++) {
        struct arena a = { NULL };
        const char *told;

        write_file(dir, "/sys/bus/pci/devices/0000:01:00.0/resource", resources[i].file, strlen(resources[i].file));
        told = fact_of(dir, &a, "gpu.0000:01:00.0.unassigned");
        if (resources[i].told != NULL ? !text_is(told, resources[i].told) : told != NULL)
            fail_msg("%s gives %s", resources[i].file, told != NULL ? told : "nothing");
        arena_free(&a);
    }
    remove_machine(dir);
}

/* A config space whose one extended capability is of that kind, and goes on at `next`. */
static void write_config(const char *dir, unsigned char kind, unsigned next, size_t n)
{
    unsigned char bytes[0x200] = { 0xde, 0x10 };

    bytes[0x100] = kind;
    bytes[0x102] = (unsigned char)(1 | (next & 0xf) << 4);
    bytes[0x103] = (unsigned char)(next >> 4);
    bytes[0x106] = 0x1d;
    write_file(dir, "/sys/devices/pci0000:00/0000:00:01.0/config", (const char *)bytes, n);
}

static void the_access_control_of_a_bridge_is_read_as_far_as_its_config_space_goes(void **state)
{
    static const struct { unsigned char kind; unsigned next; size_t n; const char *told; } spaces[] = {
        { 0x0d, 0, 0x200, "0x001d" }, { 0x0d, 0, 0x108, "0x001d" }, { 0x0d, 0, 0x107, NULL }, { 0x0d, 0, 64, NULL },
        { 0x01, 0x100, 0x200, NULL }, { 0x01, 0x1fc, 0x200, NULL }, { 0x01, 0xffc, 0x200, NULL }, { 0x01, 0, 0x200, NULL }, { 0x0d, 0, 0, NULL },
    };
    char dir[] = "/tmp/gpuvet-test-XXXXXX", command[300];

    (void)state;
    assert_non_null(mkdtemp(dir));
    begin_machine(dir);
    snprintf(command, sizeof command, "cd %s/sys && mkdir -p devices/pci0000:00/0000:00:01.0 && mv bus/pci/devices/0000:01:00.0 devices/pci0000:00/0000:00:01.0/ && "
             "ln -s ../../../devices/pci0000:00/0000:00:01.0/0000:01:00.0 bus/pci/devices/0000:01:00.0", dir);
    assert_int_equal(system(command), 0);
    for (size_t i = 0; i < COUNT_OF(spaces); i++) {
        struct arena a = { NULL };
        const char *told;

        write_config(dir, spaces[i].kind, spaces[i].next, spaces[i].n);
        told = fact_of(dir, &a, "bridge.0000:00:01.0.acs");
        if (spaces[i].told != NULL ? !text_is(told, spaces[i].told) : told != NULL)
            fail_msg("case %zu gives %s", i, told != NULL ? told : "nothing");
        assert_string_equal(fact_of(dir, &a, "gpu.0000:01:00.0.bridges"), "0000:00:01.0");
        arena_free(&a);
    }
    remove_machine(dir);
}

static void lines_that_keep_the_module_out_are_told_and_others_are_not(void **state)
{
    static const struct { const char *line, *told; } lines[] = {
        { "blacklist nvidia\n", "blacklist nvidia" }, { "  blacklist\tnvidia  # for a guest\n", "blacklist nvidia" }, { "alias nvidia off\n", "alias nvidia off" },
        { "install nvidia /bin/false\n", "install nvidia /bin/false" }, { "install nvidia /sbin/modprobe nvidia-current\n", NULL }, { "# blacklist nvidia\n", NULL },
        { "blacklist nvidiafb\n", NULL }, { "alias nvidia nvidia-current\n", NULL }, { "blacklist", NULL }, { "nvidia\n", NULL }, { "", NULL },
    };
    char dir[] = "/tmp/gpuvet-test-XXXXXX";

    (void)state;
    assert_non_null(mkdtemp(dir));
    begin_machine(dir);
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct arena a = { NULL };
        const char *told;

        write_file(dir, "/etc/modprobe.d/one.conf", lines[i].line, strlen(lines[i].line));
        told = fact_of(dir, &a, "nvidia.blacklisted");
        if (lines[i].told != NULL ? !text_is(told, lines[i].told) : told != NULL)
            fail_msg("%s gives %s", lines[i].line, told != NULL ? told : "nothing");
        arena_free(&a);
    }
    remove_machine(dir);
}

static void only_the_module_itself_counts_as_built_for_a_kernel(void **state)
{
    static const struct { const char *path; bool is; } files[] = {
        { "updates/dkms/nvidia.ko", true }, { "extra/nvidia/nvidia.ko.xz", true }, { "updates/dkms/nvidia-current.ko.zst", true }, { "kernel/drivers/video/nvidia.ko", true },
        { "kernel/nvidia-580-open/nvidia.ko", true }, { "updates/dkms/nvidia_367.ko", true }, { "updates/dkms/nvidia-uvm.ko", false }, { "updates/dkms/nvidia-current-uvm.ko", false },
        { "kernel/drivers/video/nvidiafb.ko", false }, { "kernel/drivers/platform/x86/nvidia-wmi-ec-backlight.ko", false }, { "updates/dkms/nvidia.kodak", false },
        { "updates/dkms/nvidia", false }, { "updates/a/b/c/d/nvidia.ko", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        char dir[] = "/tmp/gpuvet-test-XXXXXX", path[200];
        struct arena a = { NULL };

        assert_non_null(mkdtemp(dir));
        begin_machine(dir);
        snprintf(path, sizeof path, "/lib/modules/6.8.0/%s", files[i].path);
        write_file(dir, path, "x", 1);
        if ((fact_of(dir, &a, "module.file") != NULL) != files[i].is)
            fail_msg("%s", files[i].path);
        arena_free(&a);
        remove_machine(dir);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_recorded_machine_is_read_right),
        cmocka_unit_test(drivers_and_permissions_are_told),
        cmocka_unit_test(an_empty_folder_is_a_machine_of_which_nothing_is_known),
        cmocka_unit_test(garbage_in_every_file_says_nothing_and_breaks_nothing),
        cmocka_unit_test(ranges_without_room_are_told_and_what_is_no_range_is_not),
        cmocka_unit_test(the_access_control_of_a_bridge_is_read_as_far_as_its_config_space_goes),
        cmocka_unit_test(lines_that_keep_the_module_out_are_told_and_others_are_not),
        cmocka_unit_test(only_the_module_itself_counts_as_built_for_a_kernel),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
