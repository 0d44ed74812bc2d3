#include "tests/fakes/product.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fakes/gate.h"
#include "tests/fakes/number.h"

enum { R_32F = 0, R_64F = 1, R_16F = 2, R_8I = 3, R_32I = 10, R_16BF = 14, R_8F_E4M3 = 28, R_8F_E5M2 = 29, R_4F_E2M1 = 33 };

size_t fake_type_bytes(int type)
{
    switch (type) {
    case R_64F: return 8;
    case R_32F: case R_32I: return 4;
    case R_16F: case R_16BF: return 2;
    case R_8I: case R_8F_E4M3: case R_8F_E5M2: case R_4F_E2M1: return 1;
    }
    return 0;
}

/* Blocks in a column; where there is room for a multiple of 4, so many times 4. */
static size_t fours(const struct fake_matrix *m)
{
    return ((size_t)(m->rows / m->block) + 3) / 4;
}

static size_t bytes_of_scales(const struct fake_matrix *m)
{
    size_t tall = ((size_t)m->columns + 127) / 128;

    if (m->block < 128)
        return tall * fours(m) * 512;
    return 4 * (m->of_columns == 1 ? (size_t)m->columns * (size_t)(m->rows / 128) : tall * fours(m) * 4);
}

bool fake_matrix_is_there(const struct fake_matrix *m)
{
    size_t last = (size_t)(m->columns - 1) * (size_t)m->ld + (size_t)m->rows;
    size_t bytes = m->type == R_4F_E2M1 ? (last + 1) / 2 : last * fake_type_bytes(m->type);

    if (m->rows == 0 || m->columns == 0)
        return true;
    return fake_driver()->owns(m->at, bytes) && (m->scales == NULL || fake_driver()->owns(m->scales, bytes_of_scales(m)));
}

static float from_e4m3(unsigned char v)
{
    int exponent = v >> 3 & 15, fraction = v & 7;
    float a = exponent == 15 && fraction == 7 ? NAN
            : exponent == 0 ? (float)fraction * 0x1p-9f : ldexpf((float)(8 + fraction), exponent - 10);

    return v & 0x80 ? -a : a;
}

static double from_e2m1(unsigned v)
{
    static const double magnitudes[] = { 0, 0.5, 1, 1.5, 2, 3, 4, 6 };

    return v >= 8 ? -magnitudes[v - 8] : magnitudes[v];
}

static double get(const void *at, int type, size_t i)
{
    switch (type) {
    case R_64F:     return ((const double *)at)[i];
    case R_32F:     return (double)((const float *)at)[i];
    case R_32I:     return ((const int32_t *)at)[i];
    case R_16F:     return (double)fake_from_fp16(((const uint16_t *)at)[i]);
    case R_16BF:    return (double)fake_from_bf16(((const uint16_t *)at)[i]);
    case R_8I:      return ((const int8_t *)at)[i];
    case R_8F_E4M3: return (double)from_e4m3(((const unsigned char *)at)[i]);
    case R_8F_E5M2: return (double)fake_from_fp16((uint16_t)(((const unsigned char *)at)[i] << 8));
    case R_4F_E2M1: return from_e2m1(((const unsigned char *)at)[i / 2] >> (i % 2 == 0 ? 0 : 4) & 15);
    }
    return (double)NAN;
}

/* 8 bits: of an array [columns / 128][blocks / 4][32][4][4]. */
static double factor(const struct fake_matrix *m, size_t column, size_t row)
{
    const unsigned char *bytes = m->scales;
    size_t block, four;
    unsigned char v;

    if (m->scales == NULL || fake_lie_is(UNSCALED))
        return 1;
    block = row / (size_t)m->block;
    if (fake_lie_is(MIXED_SCALES) && (block ^ 1) < (size_t)(m->rows / m->block))
        block ^= 1;
    if (m->block == 128)
        return (double)((const float *)m->scales)[m->of_columns == 1 ? block * (size_t)m->columns + column : column / 128 * fours(m) * 4 + block];
    four = column / 128 * fours(m) + block / 4;
    v = bytes[((four * 32 + column % 32) * 4 + column / 32 % 4) * 4 + block % 4];
    if (m->type == R_4F_E2M1)
        return fabs((double)from_e4m3(v));
    return v == 255 ? (double)NAN : ldexp(1, v - 127);
}

static void put(void *at, int type, size_t i, double v)
{
    switch (type) {
    case R_64F:  ((double *)at)[i] = v; break;
    case R_32F:  ((float *)at)[i] = (float)v; break;
    case R_32I:  ((int32_t *)at)[i] = (int32_t)v; break;
    case R_16F:  ((uint16_t *)at)[i] = fake_to_fp16((float)v); break;
    case R_16BF: ((uint16_t *)at)[i] = fake_to_bf16((float)v); break;
    }
}

/* op(M) without gaps, column by column; in TF32, if the factors are. */
static double *unpacked(const struct fake_matrix *m, bool tf32, bool swapped)
{
    int rows = m->transposed ? m->columns : m->rows, columns = m->transposed ? m->rows : m->columns;
    double *out = malloc(((size_t)rows * (size_t)columns + 1) * sizeof *out);

    for (int j = 0; j < columns; j++)
        for (int i = 0; i < rows; i++) {
            bool other = swapped && i < columns && j < rows;
            size_t x = (size_t)(other ? j : i), y = (size_t)(other ? i : j);
            size_t row = m->transposed ? y : x, column = m->transposed ? x : y;
            double v = get(m->at, m->type, column * (size_t)m->ld + row) * factor(m, column, row);

            out[(size_t)j * (size_t)rows + (size_t)i] = tf32 ? (double)fake_rounded((float)v, 13) : v;
        }
    return out;
}

/* One column of the product, summed as the type is: one term after the other. */
#define COLUMN(name, type) \
    static void name(const double *a, const double *b, int m, int k, double *out, type *restrict sum, type *restrict row) \
    { \
        memset(sum, 0, (size_t)m * sizeof *sum); \
        for (int i = 0; i < k; i++) { \
            type factor = (type)b[i]; \
            for (int r = 0; r < m; r++) \
                row[r] = (type)a[(size_t)i * (size_t)m + (size_t)r]; \
            for (int r = 0; r < m; r++) \
                sum[r] += row[r] * factor; \
        } \
        for (int r = 0; r < m; r++) \
            out[r] = (double)sum[r]; \
    }
COLUMN(column_of_floats, float)
COLUMN(column_of_doubles, double)

/* Integers are exact in double as long as int32 holds them. */
static void columns_of(const struct fake_product *p, const double *a, const double *b, double *out)
{
    void *sum = malloc((size_t)p->m * sizeof(double) + 8), *row = malloc((size_t)p->m * sizeof(double) + 8);

    for (int j = 0; j < p->n; j++) {
        const double *of_b = b + (size_t)j * (size_t)p->k;
        double *to = out + (size_t)j * (size_t)p->m;

        if (p->a.type == R_64F || p->a.type == R_8I)
            column_of_doubles(a, of_b, p->m, p->k, to, sum, row);
        else
            column_of_floats(a, of_b, p->m, p->k, to, sum, row);
    }
    free(sum);
    free(row);
}

static void write(const struct fake_product *p, const double *product)
{
    int shift = fake_lie_is(SHIFTED_ROWS) ? 1 : 0;

    for (int j = 0; j < p->n; j++)
        for (int i = 0; i < p->m; i++) {
            double v = p->alpha * product[(size_t)j * (size_t)p->m + (size_t)((i + shift) % p->m)];

            if (p->beta != 0)
                v += p->beta * get(p->c.at, p->c.type, (size_t)j * (size_t)p->c.ld + (size_t)i);
            put(p->d, p->d_type, (size_t)j * (size_t)p->ldd + (size_t)i, fake_lie_is(ZERO_RESULT) ? 0 : v);
        }
}

/* The last column's first element, or its last: to another value, however large it is. */
static void spoil_one(const struct fake_product *p)
{
    size_t column = (size_t)(p->n - 1) * (size_t)p->ldd, last = column + (size_t)p->m - 1, bytes = fake_type_bytes(p->d_type);
    double before = get(p->d, p->d_type, last);

    if (fake_lie_is(NAN_RESULT))
        put(p->d, p->d_type, column, p->d_type == R_32I ? 0x7FFFFFFF : (double)NAN);
    if (!fake_lie_is(WRONG_RESULT))
        return;
    put(p->d, p->d_type, last, before + 1);
    if (get(p->d, p->d_type, last) == before)
        ((unsigned char *)p->d)[last * bytes] ^= 1;
}

void fake_multiply(const struct fake_product *p)
{
    bool tf32 = p->tf32 || (p->a.type == R_32F && fake_lie_is(IN_TF32));
    float nothing;

    if (p->m > 0 && p->n > 0 && !fake_lie_is(STALE_RESULT)) {
        double *a = unpacked(&p->a, tf32, fake_lie_is(SWAPPED)), *b = unpacked(&p->b, tf32, false);
        double *product = malloc((size_t)p->m * (size_t)p->n * sizeof *product);

        columns_of(p, a, b, product);
        write(p, product);
        spoil_one(p);
        free(a);
        free(b);
        free(product);
    }
    fake_spoil(&nothing, 0);            /* the order is carried out */
}
