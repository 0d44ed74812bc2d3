/* The version of the fake cuDNN, where a toolkit's reader looks for it. */
#define CUDNN_MAJOR 9
#define CUDNN_MINOR 19
#define CUDNN_PATCHLEVEL 0
