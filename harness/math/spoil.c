#include "math/spoil.h"

#include <math.h>
#include <string.h>

static char *element(const struct matrix *m, int row, int column)
{
    return (char *)m->d + ((size_t)column * (size_t)m->ld + (size_t)row) * number_bytes(m->type);
}

static void put(const struct matrix *m, int row, int column, double v)
{
    number_set(m->type, element(m, row, column), 0, v);
}

/* Little-endian, as every host of the driver is. */
static void flip(const struct matrix *m, const struct spoiling *s)
{
    element(m, s->row, s->column)[s->bit / 8] ^= (char)(1 << s->bit % 8);
}

static void shift(const struct matrix *m)
{
    size_t bytes = number_bytes(m->type), others = (size_t)(m->rows - 1) * bytes;
    char last[8];

    for (int j = 0; j < m->columns; j++) {
        memcpy(last, element(m, m->rows - 1, j), bytes);
        memmove(element(m, 0, j) + bytes, element(m, 0, j), others);
        memcpy(element(m, 0, j), last, bytes);
    }
}

static void scale(const struct matrix *m, double factor)
{
    for (int j = 0; j < m->columns; j++)
        for (int i = 0; i < m->rows; i++)
            put(m, i, j, factor * number_get(m->type, element(m, i, j), 0));
}

static void fill(const struct matrix *m, int byte)
{
    for (int j = 0; j < m->columns; j++)
        memset(element(m, 0, j), byte, (size_t)m->rows * number_bytes(m->type));
}

void spoil(const struct matrix *m, const struct spoiling *s)
{
    switch (s->fault) {
    case FAULT_NONE:  break;
    case FAULT_BIT:   flip(m, s); break;
    case FAULT_SHIFT: shift(m); break;
    case FAULT_SCALE: scale(m, s->factor); break;
    case FAULT_NAN:   put(m, s->row, s->column, (double)NAN); break;
    case FAULT_ZEROS: fill(m, 0); break;
    case FAULT_STALE: fill(m, 0xFF); break;
    }
}
