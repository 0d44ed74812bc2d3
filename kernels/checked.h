/* checked.h - what a check of ours found. One that never ran finds nothing wrong: it says how much it looked at, too.
 * The caller sets it to CHECKED_NOTHING. */
#ifndef KERNELS_CHECKED_H
#define KERNELS_CHECKED_H

struct checked {
    unsigned long long wrong;           /* elements */
    unsigned long long first;           /* the smallest of their indexes */
    unsigned long long looked;          /* elements that were looked at; once a block */
};

#define CHECKED_NOTHING { 0, ~0ull, 0 }

#endif
