/* network.h - the SimpleCNN by PyTorch's own operations. */
#ifndef PROBES_TORCH_NETWORK_H
#define PROBES_TORCH_NETWORK_H

#include "child/torch/torch.h"
#include "math/cnn.h"

struct torch_network { struct torch *torch; AtenTensorHandle x, w1, b1, w2, b2, w3, b3; };

void torch_network_begin(struct torch_network *n, struct torch *t, const struct cnn_data *d);
void torch_network_end(struct torch_network *n);

/* The logits, a new tensor, of CNN_N images; does not wait. */
AtenTensorHandle torch_network_forward(const struct torch_network *n);

/* Gives them back. */
void torch_network_take(struct torch_network *n, AtenTensorHandle logits, float *to);

/* Of integer data: observes "integers.wrong", and what else shows it. */
void torch_network_judge_integers(struct torch *t, const float *logits, const double *expected);

#endif
