// operand.cu - fills a matrix of any number format with integers or with full
// mantissas, both a hash of (seed, row * columns + column).
// The element lies at row * row_stride + column * column_stride, so that either
// order and any leading dimension are one kernel.
// Launch: blocks of 256 threads, enough of them to cover rows * columns.
#include <kernels/integers.h>
#include <kernels/matrix.h>
#include <kernels/ptx.h>

// fp32 holds every integer that is asked for: none is above 2^24.
KERNEL fill_integers(void *m, u32 format, u32 rows, u32 columns, u64 row_stride, u64 column_stride, u64 seed, struct integers range)
{
    u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x;

    if (i < (u64)rows * columns)
        store(m, format, i / columns * row_stride + i % columns * column_stride, (float)integer_at(range, seed, i));
}

KERNEL fill_reals(void *m, u32 format, u32 rows, u32 columns, u64 row_stride, u64 column_stride, u64 seed)
{
    u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x;

    if (i < (u64)rows * columns)
        store(m, format, i / columns * row_stride + i % columns * column_stride, real_at(seed, i));
}
