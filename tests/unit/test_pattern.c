/* What is compiled and linked at run time gives the words that it is checked against: as C,
 * and its PTX by an interpreter of the few instructions that it is made of. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/pattern.h"
#include "kernels/pattern_text.h"

enum { WORDS = 1000, NAMES_MAX = 32 };

static const unsigned long long seeds[] = { 0, 1, 0x123456789ABCDEFull, ~0ull };

static struct { unsigned x; } blockIdx, blockDim = { 64 }, threadIdx;

static FILL_WORDS

static void the_source_gives_the_words_of_the_pattern(void **state)
{
    unsigned words[WORDS];

    (void)state;
    for (size_t s = 0; s < sizeof seeds / sizeof *seeds; s++) {
        for (blockIdx.x = 0; blockIdx.x * blockDim.x < WORDS; blockIdx.x++)
            for (threadIdx.x = 0; threadIdx.x < blockDim.x; threadIdx.x++)
                fill_words(words, WORDS, seeds[s]);
        for (unsigned i = 0; i < WORDS; i++)
            assert_int_equal(words[i], pattern_word(seeds[s], i));
    }
}

static void the_text_of_the_source_is_the_source(void **state)
{
    const char *text = TEXT_OF(FILL_WORDS);

    (void)state;
    assert_non_null(strstr(text, "void fill_words(unsigned *p"));
    assert_non_null(strstr(text, "z = z ^ z >> 31;"));
}

/* ---- PTX ---- */

static struct { char name[16]; uint64_t value; } registers[NAMES_MAX];

static uint64_t *at(const char *name)
{
    size_t i = 0;

    while (registers[i].name[0] != '\0' && strcmp(registers[i].name, name) != 0)
        i++;
    assert_true(i + 1 < NAMES_MAX && strlen(name) < sizeof registers[i].name);
    memcpy(registers[i].name, name, strlen(name) + 1);
    return &registers[i].value;
}

/* A register, a parameter, or a number. */
static uint64_t value_of(const char *operand)
{
    return operand[0] >= '0' && operand[0] <= '9' ? strtoull(operand, NULL, 0) : *at(operand);
}

static uint64_t computed(const char *op, uint64_t a, uint64_t b, uint64_t c)
{
    if (strcmp(op, "mul.wide.u32") == 0 || strcmp(op, "mul.lo.u64") == 0)
        return a * b;
    if (strcmp(op, "mad.lo.u64") == 0)
        return a * b + c;
    if (strcmp(op, "add.u64") == 0)
        return a + b;
    if (strcmp(op, "xor.b64") == 0)
        return a ^ b;
    if (strcmp(op, "shr.u64") == 0)
        return a >> b;
    if (strcmp(op, "shl.b64") == 0)
        return a << b;
    if (strcmp(op, "setp.ge.u64") == 0)
        return a >= b;
    if (strncmp(op, "mov.", 4) == 0 || strncmp(op, "cvt.", 4) == 0 || strncmp(op, "cvta.", 5) == 0 || strncmp(op, "ld.param.", 9) == 0
        || strncmp(op, "st.param.", 9) == 0)
        return a;
    fail_msg("%s is not known", op);
    return 0;
}

/* What the kernel stored last. */
static struct { uint64_t at; unsigned value; } stored;

static void interpret(const char *text);

/* False where a branch leaves. */
static bool step(char *line)
{
    char op[32] = "", to[32] = "", operand[3][32] = { "", "", "" };

    for (char *p = line; *p != '\0'; p++)
        *p = strchr("[](),;", *p) != NULL ? ' ' : *p;
    sscanf(line, "%31s %31s %31s %31s %31s", op, to, operand[0], operand[1], operand[2]);
    if (op[0] == '@')
        return *at(op + 1) == 0;
    if (strcmp(op, "call.uni") == 0)
        interpret(MIX_WORD_PTX);
    else if (strcmp(op, "st.global.u32") == 0)
        stored.at = *at(to), stored.value = (unsigned)*at(operand[0]);
    else if (op[0] != '.' && operand[0][0] != '\0')
        *at(to) = computed(op, value_of(operand[0]), operand[1][0] != '\0' ? value_of(operand[1]) : 0, operand[2][0] != '\0' ? value_of(operand[2]) : 0);
    return true;
}

static void interpret(const char *text)
{
    char line[256];

    for (const char *end; (end = strchr(text, '\n')) != NULL; text = end + 1) {
        assert_true((size_t)(end - text) < sizeof line);
        memcpy(line, text, (size_t)(end - text));
        line[end - text] = '\0';
        if (strchr(line, ';') != NULL && !step(line))
            return;
    }
}

static void the_linked_pieces_give_the_words_of_the_pattern(void **state)
{
    (void)state;
    for (size_t s = 0; s < sizeof seeds / sizeof *seeds; s++)
        for (unsigned i = 0; i < WORDS + 24; i++) {
            memset(registers, 0, sizeof registers);
            memset(&stored, 0, sizeof stored);
            *at("%ctaid.x") = i / 64;
            *at("%ntid.x") = 64;
            *at("%tid.x") = i % 64;
            *at("p") = 4096;
            *at("words") = WORDS;
            *at("seed") = seeds[s];
            interpret(FILL_WORDS_PTX);
            assert_int_equal(stored.at, i < WORDS ? 4096 + 4 * i : 0);
            assert_int_equal(stored.value, i < WORDS ? pattern_word(seeds[s], i) : 0);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_source_gives_the_words_of_the_pattern),
        cmocka_unit_test(the_text_of_the_source_is_the_source),
        cmocka_unit_test(the_linked_pieces_give_the_words_of_the_pattern),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
