/* The fake libcudnn_ops.so.9: the part that the fake cuDNN opens by name. */
#include "tests/fakes/gate.h"

const long fake_failure = 4000;

EXPORT void cudnn_ops_relu(const float *x, float *y, size_t n, float alpha, float beta);

void cudnn_ops_relu(const float *x, float *y, size_t n, float alpha, float beta)
{
    for (size_t i = 0; i < n; i++) {
        float v = x[i] < 0 ? 0 : x[i];          /* NaN stays */

        y[i] = beta == 0 ? alpha * v : alpha * v + beta * y[i];
    }
}
