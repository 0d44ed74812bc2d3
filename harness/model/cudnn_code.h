/* cudnn_code.h - which GPUs a cuDNN release still serves, by the tables. Pure. */
#ifndef MODEL_CUDNN_CODE_H
#define MODEL_CUDNN_CODE_H

#include "model/expected.h"

/* NO where the support matrix of that release ("9.1.0.70", of its build for that
 * CUDA) begins above the GPU. A release whose matrix is not in the tables is
 * judged by its neighbours: where the older one serves the GPU and the newer one no
 * longer does, the answer is UNKNOWN. Only what was dropped is judged: where nothing
 * is known, and for a GPU newer than the matrix, it is YES. *oldest: what the matrix
 * begins with, 50 for 5.0; 0 where nothing is known. */
enum answer cudnn_serves(const struct expected *x, const char *cudnn, const char *cuda, int cc, int *oldest);

#endif
