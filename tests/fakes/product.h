/* product.h - matrix products as the fake cuBLAS and cuBLASLt compute them: plain
 * loops that round as the types say, and that lie on order. */
#ifndef FAKES_PRODUCT_H
#define FAKES_PRODUCT_H

#include <stdbool.h>
#include <stddef.h>

/* Column-major; rows and columns as they lie there, before a transpose. type is a cudaDataType.
 * scales: factors of so many neighbours in a column: of 16 in UE4M3, of 32 in UE8M0, of 128 in fp32, of that many columns. */
struct fake_matrix { const void *at; int type; int rows, columns; long ld; bool transposed; const void *scales; int block, of_columns; };

struct fake_product {
    int                m, n, k;
    struct fake_matrix a, b, c;
    void              *d;
    int                d_type;
    long               ldd;
    double             alpha, beta;
    bool               tf32;            /* factors are rounded to it */
};

/* 0 for a type that the fakes do not have. Of fp4, two share one. */
size_t fake_type_bytes(int type);

/* It is all device memory. */
bool fake_matrix_is_there(const struct fake_matrix *m);

/* D = alpha op(A) op(B) + beta C, and the lie that was ordered. C is not read where beta is 0. */
void fake_multiply(const struct fake_product *p);

#endif
