/* own_child.h - a child inside a test program, on the fake driver: for what is between a probe and its calls. */
#ifndef TESTS_UNIT_OWN_CHILD_H
#define TESTS_UNIT_OWN_CHILD_H

#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "child/state.h"

/* The driver beside this program: build/MODE/fakes. It stays loaded, and is found by its name from then on. */
static void load_fake_driver(struct arena *a)
{
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    const char *path;

    self[n > 0 ? n : 0] = '\0';
    path = text_make(a, "%s/../../fakes/driver/libcuda.so.1", text_dir_name(a, self));
    if (dlopen(path, RTLD_NOW | RTLD_LOCAL) == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
}

/* With a context and our kernels; what it observes goes to the file. One in each process. */
static struct child *own_child(const char *observed)
{
    static struct child_state state;
    static struct child_gpu gpu = { .cc = 90 };
    static struct child child;
    static char *env[] = { NULL };

    load_fake_driver(&state.lasting);
    state.crumb_fd = -1;
    child.state = &state;
    child.env = env;
    child.gpus = &gpu;
    child.n_gpus = 1;
    child.fd = open(observed, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    child.crumb = calloc(1, sizeof *child.crumb);
    child_choose_gpu(&child, 0);
    child_open_context(&child);
    child_load_kernels(&child);
    return &child;
}

#endif
