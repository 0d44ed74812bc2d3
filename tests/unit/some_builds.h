/* some_builds.h - a few rows of the tables, for tests: real builds, cut to what matters. */
#ifndef TESTS_SOME_BUILDS_H
#define TESTS_SOME_BUILDS_H

#include "model/crosscheck.h"

static const char *const pythons_38_312[] = { "3.8", "3.9", "3.10", "3.11", "3.12" };
static const struct gpu_code codes_50_90[] = { { .arch = 50, .sass = true }, { .arch = 80, .sass = true }, { .arch = 90, .sass = true } };
static const struct pin pins_241[] = { { .distribution = "nvidia-cudnn-cu12", .version = "9.1.0.70" }, { .distribution = "nvidia-nccl-cu12", .version = "2.20.5" } };

#define ROW(release, variant_, cuda_, ...) \
    { .torch = release, .variant = variant_, .platform = "linux-x86_64", .cuda = cuda_, .python = { pythons_38_312, 5 }, \
      .index = "whl/" variant_, .codes = codes_50_90, .n_codes = 3, .codes_basis = "build script", .origin = { .source = "somewhere" }, __VA_ARGS__ }

static const struct torch_build some_rows[] = {
    ROW("1.12.1", "cu102", "10.2", .cudnn = "7.6.5.32"),
    ROW("1.12.1", "cu113", "11.3", .cudnn = "8.3.2.44"),
    ROW("2.4.1", "cu118", "11.8", .cudnn = "9.1.0.70", .nccl = "2.20.5"),
    ROW("2.4.1", "cu121", "12.1", .cudnn = "9.1.0.70", .nccl = "2.20.5", .pins = pins_241, .n_pins = 2),
    ROW("2.4.1", "cu124", "12.4", .cudnn = "9.1.0.70", .nccl = "2.20.5", .pins = pins_241, .n_pins = 2),
    ROW("2.5.0", "cu124", "12.4", .cudnn = "9.1.0.70", .nccl = "2.21.5"),
    ROW("2.11.0", "cu130", "13.0", .cudnn = "9.19.0.56", .nccl = "2.28.9"),
};

static const struct cuda_release some_cudas[] = {
    { .cuda = "10.2.89", .minor = "10.2", .driver_floor = "440.33" }, { .cuda = "11.3.1", .minor = "11.3", .driver_floor = "450.80.02" },
    { .cuda = "11.8.0", .minor = "11.8", .driver_floor = "450.80.02" }, { .cuda = "12.1.1", .minor = "12.1", .driver_floor = "525.60.13" },
    { .cuda = "12.4.0", .minor = "12.4", .driver_floor = "525.60.13" }, { .cuda = "13.0.0", .minor = "13.0", .driver_floor = "580" },
};

static const struct driver_branch some_drivers[] = {
    { .branch = 450, .cuda = "11.0" }, { .branch = 470, .cuda = "11.4" }, { .branch = 525, .cuda = "12.0" }, { .branch = 535, .cuda = "12.2" }, { .branch = 550, .cuda = "12.4" },
    { .branch = 580, .cuda = "13.0" },
};

static const struct gpu_arch some_archs[] = {
    { .cc = 70, .arch = "Volta", .last_cuda = "12.9", .cudnn_last = "9.10.2" }, { .cc = 90, .arch = "Hopper", .first_cuda = "11.8" },
};

static const struct expected some_builds = {
    .where = "a test", .torch = some_rows, .n_torch = COUNT_OF(some_rows), .cuda = some_cudas, .n_cuda = COUNT_OF(some_cudas),
    .drivers = some_drivers, .n_drivers = COUNT_OF(some_drivers), .archs = some_archs, .n_archs = COUNT_OF(some_archs),
};

#endif
