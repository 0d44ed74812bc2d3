/* hostile.h - a run in which every word from outside tries to be something else. */
#ifndef TESTS_HOSTILE_H
#define TESTS_HOSTILE_H

#include "model/comparison.h"
#include "model/report.h"

#define HOSTILE "a]]>b<script>alert(\"1\")</script>'&amp;|`*_[x](y)\\\x1b[31m\n::error::\r\n# \xff\xfe \xef\xbf\xbe \xed\xa0\x80 \xc3\xa4 \x7f\xc2\x9b%0A,"

static const struct probe hostile_probe = { .name = "p" HOSTILE, .claim = HOSTILE, .scope = SCOPE_STACK_DEVICE, .needs = NEEDS_CONTEXT };
static const struct device hostile_device = { .index = 3, .name = HOSTILE, .uuid = HOSTILE, .pci = HOSTILE, .answers = true };
static const struct stack_version hostile_versions[] = { { "torch", HOSTILE, HOSTILE } };
static const struct stack hostile_stack = { .name = "s.1.2" HOSTILE, .versions = hostile_versions, .n_versions = 1 };
static const struct machine hostile_machine = { .hostname = HOSTILE, .module_version = HOSTILE };
static const struct requirement hostile_requires[] = { { "q" HOSTILE, false, HOSTILE, false }, { "m" HOSTILE, true, "", false }, { "u" HOSTILE, false, HOSTILE, true } };
static const struct gpu_set hostile_set = { NULL, 0, HOSTILE };
static const struct judged hostile_trials[] = {
    { .trial = { &hostile_probe, &hostile_device, &hostile_stack, "f" HOSTILE, NULL, NULL }, .verdict = FAIL, .why = HOSTILE, .act = HOSTILE, .outcome = { .said = HOSTILE "\n" HOSTILE } },
    { .trial = { &hostile_probe, &hostile_device, NULL, "b" HOSTILE, NULL, NULL }, .verdict = BROKEN, .why = HOSTILE, .act = HOSTILE, .outcome = { .said = HOSTILE } },
    { .trial = { &hostile_probe, NULL, &hostile_stack, "k" HOSTILE, NULL, NULL }, .verdict = SKIP, .why = HOSTILE },
    { .trial = { &hostile_probe, NULL, NULL, "w" HOSTILE, NULL, &hostile_set }, .verdict = PASS, .warns = true, .why = HOSTILE },
};
static const struct pair hostile_pair = { HOSTILE, { .unit = HOSTILE, .is = SLOWER, .ratio = { .middle = 0.5, .low = 0.4, .high = 0.6 } }, 2, 1 };
static const struct circumstance hostile_change = { HOSTILE, HOSTILE, HOSTILE };
static const char *const hostile_missing = HOSTILE;
static const struct comparison hostile_comparison = { &hostile_pair, 1, &hostile_change, 1, &hostile_missing, 1, { [SLOWER] = 1 } };
static const char *const hostile_command[] = { HOSTILE, "--stack", HOSTILE };

static const struct report hostile_report = {
    .version = HOSTILE, .began = HOSTILE, .took_ms = 1, .command = hostile_command, .n_command = COUNT_OF(hostile_command),
    .machine = &hostile_machine, .devices = &hostile_device, .n_devices = 1, .stacks = &hostile_stack, .n_stacks = 1,
    .trials = hostile_trials, .n_trials = COUNT_OF(hostile_trials), .requires = hostile_requires, .n_requires = COUNT_OF(hostile_requires),
    .comparison = &hostile_comparison, .baseline = HOSTILE, .exit_code = 1, .closing = "FAIL - " HOSTILE,
};

#endif
