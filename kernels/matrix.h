// matrix.h - elements of matrices in any number format, chosen when the kernel runs. The
// format is one for all threads, so the branch diverges nowhere.
#ifndef KERNELS_MATRIX_H
#define KERNELS_MATRIX_H

#include <kernels/formats.h>
#include <kernels/ptx.h>

INSIDE void store(void *m, u32 format, u64 at, float v)
{
    switch (format) {
    case NUMBER_FP64:  ((double *)m)[at] = (double)v; break;
    case NUMBER_FP32:  ((float *)m)[at] = v; break;
    case NUMBER_TF32:  ((float *)m)[at] = tf32_of_float(v); break;
    case NUMBER_FP16:  ((unsigned short *)m)[at] = (unsigned short)fp16_of_float(v); break;
    case NUMBER_BF16:  ((unsigned short *)m)[at] = (unsigned short)bf16_of_float(v); break;
    case NUMBER_E4M3:  ((unsigned char *)m)[at] = (unsigned char)e4m3_of_float(v); break;
    case NUMBER_E5M2:  ((unsigned char *)m)[at] = (unsigned char)e5m2_of_float(v); break;
    case NUMBER_INT8:  ((signed char *)m)[at] = (signed char)(int)v; break;
    case NUMBER_INT32: ((int *)m)[at] = (int)v; break;
    }
}

INSIDE double load(const void *m, u32 format, u64 at)
{
    switch (format) {
    case NUMBER_FP64:  return ((const double *)m)[at];
    case NUMBER_FP16:  return (double)float_of_fp16(((const unsigned short *)m)[at]);
    case NUMBER_BF16:  return (double)float_of_bf16(((const unsigned short *)m)[at]);
    case NUMBER_E4M3:  return (double)float_of_e4m3(((const unsigned char *)m)[at]);
    case NUMBER_E5M2:  return (double)float_of_e5m2(((const unsigned char *)m)[at]);
    case NUMBER_INT8:  return (double)((const signed char *)m)[at];
    case NUMBER_INT32: return (double)((const int *)m)[at];
    }
    return (double)((const float *)m)[at];                  // fp32, and TF32 as it lies in memory
}

#endif
