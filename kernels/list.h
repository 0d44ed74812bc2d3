/* list.h - every kernel and the file it is in. To add one: write it, add a line. */
#ifndef KERNELS_LIST_H
#define KERNELS_LIST_H

#define KERNEL_IMAGES(X) X(memory) X(reduce) X(gemm) X(conv)

#define KERNELS(X) \
    X(fill_words,   memory) \
    X(verify_words, memory) \
    X(copy_words,   memory) \
    X(sum_words,    reduce) \
    X(gemm_f32,     gemm) \
    X(conv_f32,     conv)

#endif
