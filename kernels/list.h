/* list.h - every kernel and the file it is in. To add one: write it, add a line. */
#ifndef KERNELS_LIST_H
#define KERNELS_LIST_H

#define KERNEL_IMAGES(X) X(memory) X(reduce) X(gemm) X(conv) X(march) X(sm_map)

#define KERNELS(X) \
    X(fill_words,   memory) \
    X(verify_words, memory) \
    X(copy_words,   memory) \
    X(sum_words,    reduce) \
    X(gemm_f32,     gemm) \
    X(conv_f32,     conv) \
    X(march_write,  march) \
    X(march_step,   march) \
    X(march_read,   march) \
    X(sm_map,       sm_map)

#endif
