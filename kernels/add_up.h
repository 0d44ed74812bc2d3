// add_up.h - the sum of what the threads of a block have.
#ifndef KERNELS_ADD_UP_H
#define KERNELS_ADD_UP_H

#include <kernels/ptx.h>

// Adds it to *sum, once a block: an atomic operation for every warp would be seen in a figure.
// For blocks of 32 to 1024 threads, in whole warps.
INSIDE void add_up(u64 mine, u64 *sum)
{
    __shared__ u64 of_warp[32];
    u32 warps = blockDim.x / 32, warp = threadIdx.x / 32, lane = threadIdx.x % 32;

    for (u32 lanes = 16; lanes > 0; lanes /= 2)
        mine += __shfl_xor_sync(0xffffffffu, mine, int(lanes));
    if (lane == 0)
        of_warp[warp] = mine;
    __syncthreads();
    mine = lane < warps ? of_warp[lane < warps ? lane : 0] : 0;
    for (u32 lanes = 16; lanes > 0; lanes /= 2)
        mine += __shfl_xor_sync(0xffffffffu, mine, int(lanes));
    if (threadIdx.x == 0)
        atomicAdd(sum, mine);
}

#endif
