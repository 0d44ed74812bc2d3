// block.h - what a block of threads knows of its share of the work.
#ifndef KERNELS_BLOCK_H
#define KERNELS_BLOCK_H

#include <kernels/ptx.h>

// How many of this block's threads have one of `all` elements, one a thread, counted on from block to block along x.
INSIDE u64 elements_of_block(u64 all)
{
    u64 first = (u64)blockIdx.x * blockDim.x, left = all > first ? all - first : 0;

    return left < blockDim.x ? left : blockDim.x;
}

#endif
