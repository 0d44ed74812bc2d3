/* pattern_text.h - pattern.h and the kernel fill_words (memory.cu) once more, as text: for a
 * compiler and a linker that are themselves on trial. tests/unit/test_pattern.c runs both
 * on the CPU, and holds them to pattern.h.
 */
#ifndef KERNELS_PATTERN_TEXT_H
#define KERNELS_PATTERN_TEXT_H

/* C, and after `extern "C" __global__` CUDA. */
#define FILL_WORDS \
    void fill_words(unsigned *p, unsigned long long words, unsigned long long seed) \
    { \
        unsigned long long i = (unsigned long long)blockIdx.x * blockDim.x + threadIdx.x; \
        unsigned long long z = seed + (i + 1) * 0x9E3779B97F4A7C15ull; \
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull; \
        z = (z ^ z >> 27) * 0x94D049BB133111EBull; \
        z = z ^ z >> 31; \
        if (i < words) \
            p[i] = (unsigned)(z >> 32); \
    }

#define TEXT_OF_EXPANDED(...) #__VA_ARGS__
#define TEXT_OF(...) TEXT_OF_EXPANDED(__VA_ARGS__)

/* The kernel, but for what it calls. */
#define FILL_WORDS_PTX \
    ".version 6.3\n.target sm_60\n.address_size 64\n" \
    ".extern .func (.param .b64 mixed) mix_word(.param .b64 word);\n" \
    ".visible .entry fill_words(.param .u64 p, .param .u64 words, .param .u64 seed)\n" \
    "{\n" \
    "    .reg .pred %outside;\n" \
    "    .reg .b32 %r<4>;\n" \
    "    .reg .b64 %i, %word, %limit, %at;\n" \
    "    mov.u32 %r1, %ctaid.x;\n" \
    "    mov.u32 %r2, %ntid.x;\n" \
    "    mov.u32 %r3, %tid.x;\n" \
    "    mul.wide.u32 %i, %r1, %r2;\n" \
    "    cvt.u64.u32 %at, %r3;\n" \
    "    add.u64 %i, %i, %at;\n" \
    "    ld.param.u64 %limit, [words];\n" \
    "    setp.ge.u64 %outside, %i, %limit;\n" \
    "    @%outside bra done;\n" \
    "    ld.param.u64 %word, [seed];\n" \
    "    add.u64 %at, %i, 1;\n" \
    "    mad.lo.u64 %word, %at, 0x9E3779B97F4A7C15, %word;\n" \
    "    {\n" \
    "        .param .b64 word, mixed;\n" \
    "        st.param.b64 [word], %word;\n" \
    "        call.uni (mixed), mix_word, (word);\n" \
    "        ld.param.b64 %word, [mixed];\n" \
    "    }\n" \
    "    shr.u64 %word, %word, 32;\n" \
    "    ld.param.u64 %at, [p];\n" \
    "    cvta.to.global.u64 %at, %at;\n" \
    "    shl.b64 %i, %i, 2;\n" \
    "    add.u64 %at, %at, %i;\n" \
    "    st.global.u32 [%at], %word;\n" \
    "done:\n" \
    "    ret;\n" \
    "}\n"

/* What it calls: the finaliser. */
#define MIX_WORD_PTX \
    ".version 6.3\n.target sm_60\n.address_size 64\n" \
    ".visible .func (.param .b64 mixed) mix_word(.param .b64 word)\n" \
    "{\n" \
    "    .reg .b64 %z, %high;\n" \
    "    ld.param.b64 %z, [word];\n" \
    "    shr.u64 %high, %z, 30;\n" \
    "    xor.b64 %z, %z, %high;\n" \
    "    mul.lo.u64 %z, %z, 0xBF58476D1CE4E5B9;\n" \
    "    shr.u64 %high, %z, 27;\n" \
    "    xor.b64 %z, %z, %high;\n" \
    "    mul.lo.u64 %z, %z, 0x94D049BB133111EB;\n" \
    "    shr.u64 %high, %z, 31;\n" \
    "    xor.b64 %z, %z, %high;\n" \
    "    st.param.b64 [mixed], %z;\n" \
    "    ret;\n" \
    "}\n"

#endif
