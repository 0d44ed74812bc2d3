/* stream.h - what host and device agree on about streaming over memory: words that
 * rise from `base` by `step`, so that their sum, and what a kernel makes of two such
 * rows, are known without looking. */
#ifndef KERNELS_STREAM_H
#define KERNELS_STREAM_H

enum { STREAM_SLOTS = 64 };         /* sums are kept apart, so that blocks do not wait for one another */

#endif
