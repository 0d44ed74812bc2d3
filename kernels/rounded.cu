// rounded.cu - whether a matrix in 16 bits is, bit for bit, the nearest-even
// rounding of one in fp32. Zeros of either sign are one number.
// Launch: blocks of 256 threads; ceil(rows / 256) x columns of them. Column-major, one leading dimension for both.
// An element's index is column * rows + row.
#include <kernels/block.h>
#include <kernels/checked.h>
#include <kernels/formats.h>
#include <kernels/ptx.h>

KERNEL compare_rounded(const unsigned short *narrow, u32 format, const float *wide, u64 ld, u32 rows, struct checked *found)
{
    u32 row = blockIdx.x * blockDim.x + threadIdx.x, column = blockIdx.y;
    bool in = row < rows;
    u64 at = column * ld + (in ? row : 0);
    float v = wide[at];
    u32 got = narrow[at], want = format == NUMBER_FP16 ? fp16_of_float(v) : bf16_of_float(v);
    bool zeros = ((got | want) & 0x7FFFu) == 0;

    if (in && got != want && !zeros) {
        atomicAdd(&found->wrong, 1ull);
        atomicMin(&found->first, (u64)column * rows + row);
    }
    if (threadIdx.x == 0)
        atomicAdd(&found->looked, elements_of_block(rows));
}
