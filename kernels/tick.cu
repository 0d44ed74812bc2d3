// tick.cu - the least that a kernel can do and be seen to have done: it counts itself.
// Launch: any; the first thread of the grid adds 1 to *count.
#include <kernels/ptx.h>

KERNEL tick(u64 *count)
{
    if (blockIdx.x == 0 && threadIdx.x == 0)
        atomicAdd(count, u64(1));
}
