// rounded.cu - whether a matrix in 16 bits is, bit for bit, the nearest-even
// rounding of one in fp32. Zeros of either sign are one number.
// Launch: blocks of 256 threads; ceil(rows / 256) x columns of them. Column-major, one leading dimension for both.
// *wrong counts the differences, *first is the smallest column * rows + row of them; the caller sets them to 0 and ~0.
#include <kernels/formats.h>
#include <kernels/ptx.h>

KERNEL compare_rounded(const unsigned short *narrow, u32 format, const float *wide, u64 ld, u32 rows, u64 *wrong, u64 *first)
{
    u32 row = blockIdx.x * blockDim.x + threadIdx.x, column = blockIdx.y;
    bool in = row < rows;
    u64 at = column * ld + (in ? row : 0);
    float v = wide[at];
    u32 got = narrow[at], want = format == NUMBER_FP16 ? fp16_of_float(v) : bf16_of_float(v);
    bool zeros = ((got | want) & 0x7FFFu) == 0;

    if (in && got != want && !zeros) {
        atomicAdd(wrong, 1ull);
        atomicMin(first, (u64)column * rows + row);
    }
}
