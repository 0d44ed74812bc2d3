/* What cuBLASLt says of an algorithm. */
#include "lt.h"

#include "base/text.h"

static const struct { uint64_t flag; const char *words; } numerics[] = {
    { CUBLASLT_NUMERICAL_IMPL_FLAGS_FMA,  "FMA" },   { CUBLASLT_NUMERICAL_IMPL_FLAGS_HMMA, "HMMA" },
    { CUBLASLT_NUMERICAL_IMPL_FLAGS_IMMA, "IMMA" },  { CUBLASLT_NUMERICAL_IMPL_FLAGS_DMMA, "DMMA" },
    { CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_16F, "of fp16" },      { CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_16BF, "of bf16" },
    { CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_TF32, "of tf32" },     { CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_32F, "of fp32" },
    { CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_64F, "of fp64" },      { CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_8I, "of int8" },
    { CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_8F_E4M3, "of e4m3" },  { CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_8F_E5M2, "of e5m2" },
    { CUBLASLT_NUMERICAL_IMPL_FLAGS_ACCUMULATOR_16F, "summed in fp16" },   { CUBLASLT_NUMERICAL_IMPL_FLAGS_ACCUMULATOR_32F, "summed in fp32" },
    { CUBLASLT_NUMERICAL_IMPL_FLAGS_ACCUMULATOR_64F, "summed in fp64" },   { CUBLASLT_NUMERICAL_IMPL_FLAGS_ACCUMULATOR_32I, "summed in int32" },
};

static uint64_t flags_of(struct child *c, const cublasLtMatmulAlgo_t *algo)
{
    uint64_t flags = 0;
    size_t written;

    if (c->cublaslt.cublasLtMatmulAlgoCapGetAttribute == NULL
        || CALL(c, cublaslt, cublasLtMatmulAlgoCapGetAttribute(algo, CUBLASLT_ALGO_CAP_NUMERICAL_IMPL_FLAGS, &flags, sizeof flags, &written)) != 0)
        return 0;
    return flags;
}

static uint32_t config(struct child *c, const cublasLtMatmulAlgo_t *algo, cublasLtMatmulAlgoConfigAttributes_t which)
{
    uint32_t value = 0;
    size_t written;

    if (c->cublaslt.cublasLtMatmulAlgoConfigGetAttribute == NULL
        || CALL(c, cublaslt, cublasLtMatmulAlgoConfigGetAttribute(algo, which, &value, sizeof value, &written)) != 0)
        return 0;
    return value;
}

/* "algorithm 21, tile 15, split K 4, reduction scheme 2, HMMA of bf16 summed in fp32" */
static const char *words_of(struct child *c, const cublasLtMatmulAlgo_t *algo)
{
    struct text t = { .arena = &c->arena };
    uint64_t flags = flags_of(c, algo);

    text_add(&t, "algorithm %d, tile %u, split K %d, reduction scheme %u,", (int)config(c, algo, CUBLASLT_ALGO_CONFIG_ID),
             config(c, algo, CUBLASLT_ALGO_CONFIG_TILE_ID), (int)config(c, algo, CUBLASLT_ALGO_CONFIG_SPLITK_NUM),
             config(c, algo, CUBLASLT_ALGO_CONFIG_REDUCTION_SCHEME));
    for (size_t i = 0; i < COUNT_OF(numerics); i++)
        if (flags & numerics[i].flag)
            text_add(&t, " %s", numerics[i].words);
    return t.s;
}

/* fp32 was asked for: what the library says that it does instead. The data decide whether the result is one. */
static void look_at_narrowing(struct child *c, enum number type, uint64_t flags)
{
    const uint64_t narrower = CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_16F | CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_16BF | CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_TF32;

    if (type == NUMBER_FP32 && (flags & narrower) != 0)
        saw_text(c, "warning", "cuBLASLt offers an algorithm on narrower numbers for fp32");
}

const char *lt_tell(struct child *c, struct lt *lt, enum number type, const cublasLtMatmulAlgo_t *algo)
{
    const char *words = words_of(c, algo);

    if (lt->told == NULL || !text_is(lt->told, words)) {
        saw_text(c, "algorithm", "%s", words);
        look_at_narrowing(c, type, flags_of(c, algo));
    }
    lt->told = words;
    return words;
}
