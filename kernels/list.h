/* list.h - every kernel and the file it is in. To add one: write it, add a line. */
#ifndef KERNELS_LIST_H
#define KERNELS_LIST_H

#define KERNEL_IMAGES(X) X(memory) X(reduce) X(conv) X(march) X(sm_map) X(operand) X(tilecheck) X(rounded) X(errors) X(contract) X(soak) X(stream) X(caches) X(tick) X(gate)

/* Of selftest.*, for whom alone they are loaded. */
#define SELFTEST_IMAGES(X) X(sm_map_spoilt)

#define KERNELS(X) \
    X(fill_words,   memory) \
    X(verify_words, memory) \
    X(copy_words,   memory) \
    X(sum_words,    reduce) \
    X(conv_f32,     conv) \
    X(fill_integers, operand) \
    X(fill_reals,   operand) \
    X(combine_fp64, tilecheck) \
    X(combine_fp32, tilecheck) \
    X(combine_fp16, tilecheck) \
    X(combine_bf16, tilecheck) \
    X(combine_e4m3, tilecheck) \
    X(combine_e5m2, tilecheck) \
    X(combine_int8, tilecheck) \
    X(expect_tiles, tilecheck) \
    X(found_fp64,   tilecheck) \
    X(found_fp32,   tilecheck) \
    X(found_fp16,   tilecheck) \
    X(found_bf16,   tilecheck) \
    X(found_int32,  tilecheck) \
    X(compare_rounded, rounded) \
    X(product_errors, errors) \
    X(hash_columns, errors) \
    X(march_write,  march) \
    X(march_step,   march) \
    X(march_read,   march) \
    X(sm_map,       sm_map) \
    X(sm_map_spoilt, sm_map_spoilt) \
    X(contract_channel, contract) \
    X(correlate_one,    contract) \
    X(correlate_filter, contract) \
    X(soak_judge,   soak) \
    X(soak_multiply, soak) \
    X(stream_read_2, stream) \
    X(stream_write_2, stream) \
    X(stream_copy_2, stream) \
    X(stream_triad_2, stream) \
    X(stream_read_4, stream) \
    X(stream_write_4, stream) \
    X(stream_copy_4, stream) \
    X(stream_triad_4, stream) \
    X(stream_read_8, stream) \
    X(stream_write_8, stream) \
    X(stream_copy_8, stream) \
    X(stream_triad_8, stream) \
    X(stream_wrong, stream) \
    X(cache_read,   caches) \
    X(shared_read,  caches) \
    X(chain_write,  caches) \
    X(chain_follow, caches) \
    X(tick, tick) \
    X(gate_wait,    gate) \
    X(gate_clocks,  gate)

#endif
