/* place.h - where this thread runs and takes its memory: beside a GPU, or far from it (child only). */
#ifndef CHILD_PLACE_H
#define CHILD_PLACE_H

#include <sched.h>

#include "child/child.h"

enum side { BESIDE, FAR };

struct places {
    cpu_set_t before;           /* the processors that this thread may use */
    cpu_set_t on[2];            /* those of them on each side of the GPU, by NVML; both empty where that does not tell */
};

struct places places_find(struct child *c);

/* Moves there, and asks for memory of that node; false, and nothing changed, where no processor is on that side. */
bool place_go(const struct places *p, enum side side);

/* To where it was, and to memory from anywhere. */
void place_leave(const struct places *p);

/* The node of the processor that runs this, and of a page in use; -1 where the kernel does not tell. */
int place_of_cpu(void);
int place_of_memory(const void *at);

#endif
