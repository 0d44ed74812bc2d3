family 18 "NOT_INITIALIZED: no memory for a library, or a cache that is not writable"

# https://github.com/EleutherAI/lm-evaluation-harness/issues/1689
F145() {
    well_host
    says 'RuntimeError: CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`'
    top library-without-memory
    also cache-not-writable program-fault memory-held-by-others
}

# https://github.com/jax-ml/jax/issues/7118
F146() {
    well_host
    says "CUBLAS_STATUS_NOT_INITIALIZED"
    top library-without-memory
    also cache-not-writable program-fault memory-held-by-others
    mended_by XLA_PYTHON_CLIENT_PREALLOCATE
}
