/* What the kernel's log says of GPUs, from the device's records and from dmesg's lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "discover/kernel_log.h"
#include "discover/machine.h"

static struct arena arena;

static struct kernel_log taken(const char *text)
{
    static const struct pci_gpu gpu = { .address = "0000:01:00.0" };
    struct kernel_log log = { .arena = &arena, .gpus = &gpu, .n_gpus = 1 };

    kernel_log_take_text(&log, text);
    return log;
}

static const char *line_of(const struct kernel_log *log, const char *name)
{
    for (size_t i = 0; i < log->n_lines; i++)
        if (text_is(log->lines[i].name, name))
            return log->lines[i].text;
    return NULL;
}

static void an_address_is_read_in_every_spelling(void **state)
{
    static const struct { const char *told, *address; long number; } cases[] = {
        { "NVRM: Xid (PCI:0000:18:00): 79, pid='<unknown>', name=<unknown>, GPU has fallen off the bus.", "0000:18:00.0", 79 },
        { "NVRM: Xid (0000:01:00): 13, Graphics Exception", "0000:01:00.0", 13 },
        { "NVRM: Xid (PCI:0000:DB:00.0): 31, pid=1, name=a, MMU Fault", "0000:db:00.0", 31 },
        { "NVRM: Xid (PCI:0009:01:00): 119, Timeout", "0009:01:00.0", 119 },
        { "NVRM: Xid (PCI:00000009:01:00): 119, Timeout", "0009:01:00.0", 119 },
        { "NVRM: Xid (PCI:10000:01:00): 62, 0a6f", "10000:01:00.0", 62 },
        { "NVRM: Xid (PCI:0000:90:00 GPU-I:05): 43, pid=71, name=b", "0000:90:00.0", 43 },
        { "[Tue Mar  4 10:11:12 2025] NVRM: Xid (PCI:0000:90:00): 94, pid=71, name=b", "0000:90:00.0", 94 },
        { "Mar  4 10:11:12 host kernel: NVRM: Xid (PCI:0000:90:00): 48, DBE", "0000:90:00.0", 48 },
        { "4,1,2,-;NVRM: Xid (PCI:0000:90:00): 145, RLW", "0000:90:00.0", 145 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct kernel_log log = taken(cases[i].told);

        if (log.n_xids != 1)
            fail_msg("%s: %zu Xids", cases[i].told, log.n_xids);
        assert_string_equal(log.xids[0].address, cases[i].address);
        assert_int_equal(log.xids[0].number, cases[i].number);
    }
}

static void what_is_no_xid_is_none(void **state)
{
    static const char *const told[] = {
        "NVRM: Xid (PCI:0000:18:00)", "NVRM: Xid (PCI:0000:18:00):", "NVRM: Xid (PCI:0000:18:00): , a", "NVRM: Xid (PCI:zz:18:00): 79, a", "NVRM: Xid (",
        "NVRM: Xid (PCI:0000:18:00): -79, a", "NVRM: Xid (PCI:0000:18:99): 79, a", "NVRM: Xid (PCI:0000): 79, a", "NVRM: Xid (PCI:0000:18:00): 99999999999999, a",
        "python3: my log says Xid 79", "NVRM: Xid (PCI:0000:18:00: 79, a",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(told); i++)
        if (taken(told[i]).n_xids != 0)
            fail_msg("%s", told[i]);
}

static void xids_are_counted_by_gpu_and_number_in_their_order_with_their_programs(void **state)
{
    const struct kernel_log log = taken(
        "[    1.0] NVRM: Xid (PCI:0000:18:00): 31, pid=11, name=train, Ch 1\n"
        "[    2.0] NVRM: Xid (PCI:0000:18:00): 45, pid=11, name=train, Ch 1\n"
        "[    3.0] NVRM: Xid (PCI:0000:18:00): 31, pid=12, name=serve, Ch 2\n"
        "[    3.0] NVRM: Xid (PCI:0000:18:00): 31, pid=13, name=serve, Ch 2\n"
        "[    4.0] NVRM: Xid (PCI:0000:3b:00): 31, pid='<unknown>', name=<unknown>, Ch 2\n");

    (void)state;
    assert_int_equal(log.n_xids, 3);
    assert_int_equal(log.xids[0].count, 3);
    assert_string_equal(log.xids[0].told, "NVRM: Xid (PCI:0000:18:00): 31, pid=11, name=train, Ch 1");
    assert_int_equal(log.xids[0].n_programs, 2);
    assert_string_equal(log.xids[0].programs[1], "serve");
    assert_int_equal(log.xids[1].number, 45);
    assert_string_equal(log.xids[2].address, "0000:3b:00.0");
    assert_int_equal(log.xids[2].n_programs, 0);
}

static void of_what_has_to_be_done_the_last_word_counts(void **state)
{
    const struct kernel_log log = taken("NVRM: Xid (PCI:0000:18:00): 154, a changed from 0x0 (None) to 0x1 (GPU Reset Required)\n"
                                        "NVRM: Xid (PCI:0000:18:00): 154, a changed from 0x1 (GPU Reset Required) to 0x0 (None)\n");

    (void)state;
    assert_int_equal(log.xids[0].count, 2);
    assert_true(text_ends(log.xids[0].told, "to 0x0 (None)"));
}

static void every_known_line_has_its_name(void **state)
{
    static const struct { const char *name, *told; } cases[] = {
        { "key-rejected", "Lockdown: modprobe: unsigned module loading is restricted; see man kernel_lockdown.7" },
        { "key-rejected", "Loading of module with unavailable key is rejected" },
        { "rm-init-failed", "NVRM: GPU 0000:01:00.0: RmInitAdapter failed! (0x62:0xffff:2477)" },
        { "needs-open-module", "NVRM: The NVIDIA GPU 0000:01:00.0 (PCI ID: 10de:2b85)\nNVRM: installed in this system requires use of the NVIDIA open kernel modules." },
        { "legacy-driver", "NVRM: The NVIDIA GeForce GT 710 GPU installed in this system is\nNVRM:  supported through the NVIDIA 470.xx Legacy drivers. Please" },
        { "open-needs-gsp", "NVRM: nvidia.ko because it does not include the required GPU\nNVRM: System Processor (GSP)." },
        { "api-mismatch", "NVRM: API mismatch: the client has the version 535.171.04, but\nNVRM: this kernel module has the version 535.161.08.  Please" },
        { "bound-to-nouveau", "NVRM: The NVIDIA probe routine was not called for 1 device(s)." },
        { "gsp-firmware", "nvidia 0000:01:00.0: Direct firmware load for nvidia/550.54.14/gsp_ga10x.bin failed with error -2" },
        { "bar-unassigned", "pci 0000:01:00.0: BAR 1: no space for [mem size 0x400000000 64bit pref]" },
        { "bar-unassigned", "pci 0000:01:00.0: BAR 1 [mem size 0x400000000 64bit pref]: can't assign; no space" },
        { "bar-unassigned", "NVRM: This PCI I/O region assigned to your NVIDIA device is invalid:\nNVRM: BAR0 is 0M @ 0x0 (PCI:0000:01:00.0)" },
        { "resumed", "PM: suspend exit" },
        { "gsp-timeout", "NVRM: Xid (PCI:0000:01:00): 119, pid=1, name=a, Timeout after 6s of waiting for RPC response from GPU0 GSP!" },
        { "gsp-timeout", "NVRM: GPU0 GSP RM heartbeat timed out" },
        { "fallen-off", "NVRM: GPU 0000:01:00.0: GPU has fallen off the bus." },
        { "not-supported", "NVRM: The NVIDIA GPU 0000:01:00.0 (PCI ID: 10de:1b06)\nNVRM: installed in this system is not supported by the\nNVRM: NVIDIA 590.44.01 driver release." },
        { "oom-killer", "Out of memory: Killed process 71 (python3) total-vm:1kB" },
        { "selinux-denied", "audit: type=1400 audit(1.2:3): avc:  denied  { read write } for  pid=1 comm=\"python3\" name=\"nvidiactl\"" },
        { "apparmor-denied", "audit: type=1400 apparmor=\"DENIED\" operation=\"open\" profile=\"a\" name=\"/dev/nvidia0\"" },
        { "nvswitch-error", "nvidia-nvswitch0: SXid (PCI:0000:c1:00.0): 12028, Non-fatal, Link 32 egress non-posted PRIV error" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct kernel_log log = taken(cases[i].told);

        if (line_of(&log, cases[i].name) == NULL)
            fail_msg("%s is not seen in: %s", cases[i].name, cases[i].told);
    }
}

static void what_is_harmless_or_of_another_device_has_none(void **state)
{
    static const char *const told[] = {
        "pci 0000:02:00.0: BAR 1: no space for [mem size 0x400000000 64bit pref]", "nvidia: module verification failed: signature and/or required key missing - tainting kernel",
        "NVRM: loading NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build", "avc:  denied  { read } for  pid=1 comm=\"a\" name=\"b\"",
        "nvidia-nvlink: Nvlink Core is being initialized, major device number 236", "firmware: failed to load iwlwifi.bin",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(told); i++)
        if (taken(told[i]).n_lines != 0)
            fail_msg("%s", told[i]);
}

static void a_message_of_several_lines_is_told_whole_and_ends_where_another_begins(void **state)
{
    static const char *const spellings[] = {
        "[   14.1] NVRM: API mismatch: the client has the version 535.171.04, but\n[   14.1] NVRM: this kernel module has the version 535.161.08.  Please\n"
        "[   14.1] NVRM: make sure of it.\n[   14.1] NVRM: GPU 0000:01:00.0: RmInitAdapter failed!\n",
        "3,9,8,-;NVRM: API mismatch: the client has the version 535.171.04, but\\x0aNVRM: this kernel module has the version 535.161.08.  Please\\x0aNVRM: make sure of it.\n"
        "3,9,8,-;NVRM: GPU 0000:01:00.0: RmInitAdapter failed!\n",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(spellings); i++) {
        const struct kernel_log log = taken(spellings[i]);

        assert_string_equal(line_of(&log, "api-mismatch"),
                            "NVRM: API mismatch: the client has the version 535.171.04, but this kernel module has the version 535.161.08.  Please make sure of it.");
        assert_string_equal(line_of(&log, "rm-init-failed"), "NVRM: GPU 0000:01:00.0: RmInitAdapter failed!");
    }
}

static void a_log_without_end_is_kept_within_bounds(void **state)
{
    struct text t = { .arena = &arena };
    struct kernel_log log;

    (void)state;
    for (int i = 0; i < 4000; i++)
        text_add(&t, "NVRM: Xid (PCI:0000:%02x:00): %d, pid=1, name=program%d, a\n", i % 200, 1 + i % 150, i);
    for (int i = 0; i < 4000; i++)
        text_add(&t, "NVRM: goes on and on, ");
    log = taken(t.s);
    assert_int_equal(log.n_xids, 64);
    for (size_t i = 0; i < log.n_xids; i++)
        assert_in_range(log.xids[i].n_programs, 1, 8);
}

/* ---- As facts ---- */

static void read_folder(struct machine *m, const char *log)
{
    char dir[] = "/tmp/gpuvet-test-XXXXXX", path[64];
    struct environment env;
    struct root root;
    struct err e;

    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/dev", dir);
    assert_int_equal(mkdir(path, 0755), 0);
    if (log != NULL) {
        FILE *f;

        snprintf(path, sizeof path, "%s/dev/kmsg", dir);
        f = fopen(path, "w");
        assert_non_null(f);
        fputs(log, f);
        fclose(f);
    }
    assert_true(root_open(&root, &arena, dir, &e));
    environment_read(&env, &arena, &root);
    machine_read(m, &arena, &root, &env);
    snprintf(path, sizeof path, "rm -rf '%s'", dir);
    assert_int_equal(system(path), 0);
}

static void a_log_that_could_not_be_read_is_not_one_that_says_nothing(void **state)
{
    struct machine m;

    (void)state;
    read_folder(&m, "Operation not permitted\n");
    assert_string_equal(machine_fact(&m, "log.readable"), "no: Operation not permitted");
    read_folder(&m, NULL);
    assert_string_equal(machine_fact(&m, "log.readable"), "no: No such file or directory");
    read_folder(&m, "");
    assert_string_equal(machine_fact(&m, "log.readable"), "yes");
}

static void xids_and_lines_are_facts(void **state)
{
    struct machine m;

    (void)state;
    read_folder(&m, "NVRM: Xid (PCI:0000:18:00): 31, pid=1, name=a, b\nNVRM: Xid (PCI:0000:18:00): 31, pid=1, name=c, b\nPM: suspend exit\n");
    assert_string_equal(machine_fact(&m, "log.xid.0000:18:00.0.31"), "2: NVRM: Xid (PCI:0000:18:00): 31, pid=1, name=a, b");
    assert_string_equal(machine_fact(&m, "log.programs.0000:18:00.0.31"), "a, c");
    assert_string_equal(machine_fact(&m, "log.line.resumed"), "PM: suspend exit");
}

static void of_a_long_log_the_newest_is_read(void **state)
{
    struct text t = { .arena = &arena };
    struct machine m;

    (void)state;
    text_add(&t, "PM: suspend exit\n");
    for (int i = 0; i < 300 * 1024; i++)
        text_put(&t, "filler\n\n", 8);
    text_add(&t, "NVRM: Xid (PCI:0000:18:00): 79, a\n");
    read_folder(&m, t.s);
    assert_null(machine_fact(&m, "log.line.resumed"));
    assert_non_null(machine_fact(&m, "log.xid.0000:18:00.0.79"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_read_in_every_spelling),
        cmocka_unit_test(what_is_no_xid_is_none),
        cmocka_unit_test(xids_are_counted_by_gpu_and_number_in_their_order_with_their_programs),
        cmocka_unit_test(of_what_has_to_be_done_the_last_word_counts),
        cmocka_unit_test(every_known_line_has_its_name),
        cmocka_unit_test(what_is_harmless_or_of_another_device_has_none),
        cmocka_unit_test(a_message_of_several_lines_is_told_whole_and_ends_where_another_begins),
        cmocka_unit_test(a_log_without_end_is_kept_within_bounds),
        cmocka_unit_test(a_log_that_could_not_be_read_is_not_one_that_says_nothing),
        cmocka_unit_test(xids_and_lines_are_facts),
        cmocka_unit_test(of_a_long_log_the_newest_is_read),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);

    arena_free(&arena);
    return failed;
}
