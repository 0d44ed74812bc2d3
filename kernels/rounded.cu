// rounded.cu - whether a matrix in 16 bits is, bit for bit, the nearest-even
// rounding of one in fp32. Zeros of either sign are one number.
// Launch: blocks of 256 threads, enough of them to cover rows * columns; column-major, one leading dimension for both.
// *wrong counts the differences, *first is the smallest column * rows + row of them; the caller sets them to 0 and ~0.
#include <kernels/formats.h>
#include <kernels/ptx.h>

KERNEL compare_rounded(const unsigned short *narrow, u32 format, const float *wide, u64 ld, u32 rows, u32 columns, u64 *wrong, u64 *first)
{
    u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x;
    bool in = i < (u64)rows * columns;
    u64 at = in ? i / rows * ld + i % rows : 0;
    float v = wide[at];
    u32 got = narrow[at], want = format == NUMBER_FP16 ? fp16_of_float(v) : bf16_of_float(v);
    bool zeros = ((got | want) & 0x7FFFu) == 0;

    if (in && got != want && !zeros) {
        atomicAdd(wrong, 1ull);
        atomicMin(first, i);
    }
}
