/* crumb.h - the page that parent and child share: what the child is doing now,
 * and after a fault, the raw facts about it. The child only copies; the parent
 * explains (model/blame.h).
 */
#ifndef MODEL_CRUMB_H
#define MODEL_CRUMB_H

#include "base/base.h"

enum { CRUMB_CALL = 200, CRUMB_LIBRARY = 400, CRUMB_STACK = 32768, CRUMB_MAPS = 1 << 20, CRUMB_FRAMES = 64 };

struct crumb {
    _Atomic uint32_t calls;             /* how many vendor calls were entered */
    _Atomic uint32_t inside;            /* 1 while one is in progress */
    _Atomic uint32_t stop;              /* set by the parent: a trial that beats ends soon, and says what it has seen */
    _Atomic uint64_t done_bytes, all_bytes;     /* of long work that can say how far it is; all_bytes 0: there is none */
    char     call[CRUMB_CALL];          /* its text, "cuInit(0)" */
    char     library[CRUMB_LIBRARY];    /* the file that serves it */

    /* Filled by the fault handler. */
    int32_t  signo, code;               /* 0: no fault */
    int32_t  tid, main_tid;
    uint64_t address, pc, sp;
    uint32_t stack_bytes, maps_bytes, n_frames, unused;
    unsigned char stack[CRUMB_STACK];   /* raw words from sp upwards */
    char     maps[CRUMB_MAPS];          /* /proc/self/maps */
    uint64_t frames[CRUMB_FRAMES];      /* return addresses, from the handler outwards, as far as they can be told */
};

#endif
