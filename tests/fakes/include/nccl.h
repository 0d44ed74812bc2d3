/* The version of the fake NCCL, where a toolkit's reader looks for it. */
#define NCCL_MAJOR 2
#define NCCL_MINOR 28
#define NCCL_PATCH 9
