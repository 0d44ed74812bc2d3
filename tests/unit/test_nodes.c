/* What a device node, a folder and a container's surroundings are to a process: as the kernel says here, as its lines say in a recorded machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "discover/facts/facts.h"
#include "discover/machine.h"

static struct arena arena;
static char dir[64];

static int begin(void **state)
{
    (void)state;
    text_format(dir, sizeof dir, "/tmp/gpuvet-test-XXXXXX");
    return mkdtemp(dir) == NULL;
}

static int end(void **state)
{
    (void)state;
    arena_free(&arena);
    return system(text_make(&arena, "rm -rf '%s'", dir));
}

static void put(const char *path, const char *text)
{
    const char *file = text_make(&arena, "%s%s", dir, path);
    FILE *f;

    assert_int_equal(system(text_make(&arena, "mkdir -p '%s'", text_dir_name(&arena, file))), 0);
    f = fopen(file, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static struct machine read_machine(void)
{
    struct environment env;
    struct machine m;
    struct root root;
    struct err e;

    assert_true(root_open(&root, &arena, dir, &e));
    environment_read(&env, &arena, &root);
    machine_read(&m, &arena, &root, &env);
    return m;
}

static struct node read_node(const char *lines)
{
    struct machine m;

    put("/dev/nvidia0", lines);
    m = read_machine();
    assert_int_equal(m.n_nodes, 1);
    return m.nodes[0];
}

static void a_node_of_a_recorded_machine_is_what_its_lines_say(void **state)
{
    struct node n = read_node("");

    (void)state;
    assert_true(n.opens && n.why_not == NULL && n.mode == NULL && n.major == 0);
    put("/etc/group", "root:x:0:\nbroken\nvideo:x:44:alice,bob\nrender:x:109:\n");
    n = read_node("Permission denied\nmode 0660 root:video\nmajor 195\n");
    assert_false(n.opens);
    assert_string_equal(n.why_not, "Permission denied");
    assert_string_equal(n.mode, "0660");
    assert_int_equal(n.uid, 0);
    assert_int_equal(n.gid, 44);
    assert_string_equal(n.group, "video");
    assert_int_equal(n.major, 195);
    n = read_node("mode 1232 1000:109\n");
    assert_true(n.opens);
    assert_int_equal(n.uid, 1000);
    assert_string_equal(n.group, "render");
    n = read_node("mode 0666 65534:65534");                     /* no newline at its end, and a group without a name */
    assert_string_equal(n.mode, "0666");
    assert_null(n.group);
}

static void what_is_no_mode_and_no_number_is_not_known(void **state)
{
    static const char *const lines[] = { "mode ", "mode 0660", "mode 0660 root", "mode 9 root:video", "mode 7777777 0:0", "major ", "major -1", "major 99999999999", "major x" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        const struct node n = read_node(lines[i]);

        if (n.mode != NULL || n.major != 0)
            fail_msg("\"%s\": mode %s, major %u", lines[i], n.mode, n.major);
    }
}

/* To be allowed to is not to have it opened: without a terminal /dev/tty answers ENXIO, though anybody may. */
static void a_node_here_is_opened_where_that_is_asked_for(void **state)
{
    static const char *const paths[] = { "/dev/null", "/dev/tty" };
    struct fact_reader r = { .arena = &arena };
    struct root root;
    struct node n;
    struct err e;

    (void)state;
    assert_true(root_open(&root, &arena, "/", &e));
    r.root = &root;
    (void)setsid();
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        const int fd = open(paths[i], O_RDWR | O_NONBLOCK | O_NOCTTY);
        const char *why = fd < 0 ? strerror(errno) : NULL;

        if (fd >= 0)
            close(fd);
        assert_true(fact_node(&r, paths[i], true, &n));
        assert_int_equal(n.opens, why == NULL);
        assert_true(why == NULL ? n.why_not == NULL : text_is(n.why_not, why));
        assert_true(n.mode != NULL && n.major != 0);
    }
    assert_false(fact_node(&r, "/dev/nothing-of-this-name", true, &n));
    assert_true(fact_node(&r, dir, false, &n));                 /* a folder of our own */
    assert_true(n.opens);
}

static void the_surroundings_are_read_from_their_files(void **state)
{
    struct machine m;

    (void)state;
    put("/proc/devices", "Character devices:\n  1 mem\n195 nvidia\n195 nvidiactl\n505 nvidia-uvm\n\nBlock devices:\n  8 sd\n");
    put("/proc/self/status", "Name:\tx\nUid:\t0\t1000\t0\t0\nGid:\t0\t100\t0\t0\nGroups:\t44 109 \n");
    put("/proc/self/uid_map", "         0       1000          1\n         1     100000      65536\n");
    put("/proc/self/mounts", "shm /dev/shm tmpfs rw,size=65536k 0 0\nx /dev/shmem tmpfs size=1k 0 0\n");
    put("/proc/self/environ", "HOME=/home/user");
    put("/home/user/.nv", "Permission denied\nmode 0755 root:root\n");
    put("/etc/cdi/nvidia.yaml", "kind: nvidia.com/gpu\n - hostPath: /usr/lib/libcuda.so.1\n - hostPath: \"/usr/lib/libcuda.so.570.86.10\"\n");
    put("/etc/cdi/other.yaml", "kind: example.com/nic\n/usr/lib/libcuda.so.1.2\n");
    m = read_machine();
    assert_string_equal(machine_fact(&m, "major.nvidia"), "195");
    assert_string_equal(machine_fact(&m, "major.nvidia-uvm"), "505");
    assert_string_equal(machine_fact(&m, "process.uid"), "1000");
    assert_string_equal(machine_fact(&m, "process.groups"), "100 44 109");
    assert_string_equal(machine_fact(&m, "process.userns"), "yes");
    assert_string_equal(machine_fact(&m, "shm.size"), "65536 kB");
    assert_string_equal(machine_fact(&m, "cache.path"), "~/.nv");
    assert_string_equal(machine_fact(&m, "cache.uid"), "0");
    assert_string_equal(machine_fact(&m, "cdi.nvidia.yaml.libcuda"), "/usr/lib/libcuda.so.570.86.10");
    assert_string_equal(machine_fact(&m, "cdi.nvidia.yaml.stands"), "no");
    assert_null(machine_fact(&m, "cdi.other.yaml.libcuda"));
    put("/proc/self/uid_map", "         0          0 4294967295\n");
    m = read_machine();
    assert_string_equal(machine_fact(&m, "process.userns"), "no");
}

static void garbage_in_these_files_says_nothing_and_breaks_nothing(void **state)
{
    static const char *const paths[] = { "/proc/devices", "/proc/self/status", "/proc/self/uid_map", "/proc/self/mounts", "/proc/driver/nvidia/params", "/etc/group", "/etc/cdi/a.json",
                                         "/etc/docker/daemon.json", "/proc/self/attr/current", "/sys/fs/selinux/enforce", "/dev/nvidiactl", "/home/user/.nv", "/proc/meminfo" };
    static const char *const texts[] = { "libcuda.so.", "nvidia.com/gpu libcuda.so./x.", "mode\nmode :", "shm /dev/shm", "a /dev/shm b size=", "Uid:", "Uid:\t", "Uid: 1 ", "::::", "x:x\nroot", "\xff\xfe\x01 \x80", "195 ", " ", "\n\n",
                                         "x /dev/shm tmpfs ,size=9999999999999999999999k" };

    (void)state;
    put("/proc/self/environ", "HOME=/home/user");
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        for (size_t k = 0; k < COUNT_OF(paths); k++)
            put(paths[k], texts[i]);
        (void)read_machine();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_node_of_a_recorded_machine_is_what_its_lines_say, begin, end),
        cmocka_unit_test_setup_teardown(what_is_no_mode_and_no_number_is_not_known, begin, end),
        cmocka_unit_test_setup_teardown(a_node_here_is_opened_where_that_is_asked_for, begin, end),
        cmocka_unit_test_setup_teardown(the_surroundings_are_read_from_their_files, begin, end),
        cmocka_unit_test_setup_teardown(garbage_in_these_files_says_nothing_and_breaks_nothing, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
