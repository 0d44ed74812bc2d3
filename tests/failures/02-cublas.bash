family 2 "cuBLAS/cublasLt mismatch; nvJitLink; cuBLAS release bugs"

# A PyTorch whose libcusparse links with the libnvJitLink of its own release.
_sparse() {
    host ubuntu 22.04
    venv /opt/app 3.11
    NODE=libnvJitLink.so.12 library_of "$SITE/nvidia/nvjitlink/lib/libnvJitLink.so.12" 'void __nvJitLinkAddData_12_1(void){} void __nvJitLinkComplete_12_4(void){}'
    library_of "$SITE/nvidia/cusparse/lib/libcusparse.so.12" "void __nvJitLink$1(void); void use(void){__nvJitLink$1();}" "$SITE/nvidia/nvjitlink/lib/libnvJitLink.so.12"
    brought nvjitlink 12.4.127
    MAJOR=12 brought cusparse 12.3.1.170
    torch "$2" 12.4
    torch_cuda '' "$SITE/nvidia/cusparse/lib/libcusparse.so.12"
}

# _toolkit VERSION SOURCE - a libnvJitLink of that toolkit, in its folder.
_toolkit() {
    NODE=libnvJitLink.so.12 SONAME=libnvJitLink.so.12 library_of "/usr/local/cuda-${1%.*}/lib64/libnvJitLink.so.$1" "$2"
    link "/usr/local/cuda-${1%.*}/lib64/libnvJitLink.so.12" "libnvJitLink.so.$1"
}

# https://github.com/pytorch/pytorch/issues/134929
F024() {
    _sparse Complete_12_4 2.5.0
    NODE=libnvJitLink.so.12 library_of /opt/conda/lib/libnvJitLink.so.12 'void __nvJitLinkAddData_12_1(void){}'
    variable LD_LIBRARY_PATH=/usr/local/nvidia/lib64:/opt/conda/lib
    top nvjitlink-mismatch
    mended_by "export LD_LIBRARY_PATH=/usr/local/nvidia/lib64"
    shown_by "__nvJitLinkComplete_12_4"
}

# https://github.com/pytorch/pytorch/issues/111469
F025() {
    _sparse AddData_12_1 2.1.0
    _toolkit 12.0.140 'void __nvJitLinkAddData_12_0(void){}'
    variable LD_LIBRARY_PATH=/usr/local/cuda-12.0/lib64
    top nvjitlink-mismatch
    mended_by "unset LD_LIBRARY_PATH"
    shown_by "/usr/local/cuda-12.0/lib64/libnvJitLink.so.12.0.140: is taken"
}

# https://github.com/pytorch/pytorch/issues/140797
F026() {
    _sparse Complete_12_4 2.5.1
    _toolkit 12.3.101 'void __nvJitLinkAddData_12_1(void){} void __nvJitLinkComplete_12_3(void){}'
    variable LD_LIBRARY_PATH=/usr/local/cuda-12.3/lib64:
    top nvjitlink-mismatch
    mended_by "unset LD_LIBRARY_PATH"
}

# The package itself was set back by another's pin: the one that PyTorch pins goes back.
mechanism_older_nvjitlink_installed() {
    _sparse Complete_12_4 2.5.1
    rm -r "$FOLDER$SITE"/nvidia_nvjitlink_cu12-*
    NODE=libnvJitLink.so.12 library_of "$SITE/nvidia/nvjitlink/lib/libnvJitLink.so.12" 'void __nvJitLinkAddData_12_1(void){}'
    brought nvjitlink 12.1.105
    top nvjitlink-mismatch
    shown_by "12.1.105"
}

# _blas LT_SYMBOL [cuda] - libcublas and the other half of its own release; cu11's or cu12's.
_blas() {
    local n=${2:-11}
    host ubuntu 20.04
    venv /opt/app 3.10
    NODE=libcublasLt.so.$n library_of "$SITE/nvidia/cublas/lib/libcublasLt.so.$n" "void cublasLt$1(void){}"
    NODE=libcublas.so.$n library_of "$SITE/nvidia/cublas/lib/libcublas.so.$n" "void cublasLt$1(void); void use(void){cublasLt$1();}" "$SITE/nvidia/cublas/lib/libcublasLt.so.$n"
    MAJOR=$n brought cublas "${3:-11.10.3.66}"
    torch "${4:-1.13.1}" "${5:-11.7}"
    torch_cuda '' "$SITE/nvidia/cublas/lib/libcublas.so.$n"
}

# https://github.com/hcnoh/gail-pytorch/issues/5
F029() {
    _blas GetStatusString
    NODE=libcublasLt.so.11 SONAME=libcublasLt.so.11 library_of /usr/local/cuda-11.1/lib64/libcublasLt.so.11.3.0.106 'void cublasLtCreate(void){}'
    link /usr/local/cuda-11.1/lib64/libcublasLt.so.11 libcublasLt.so.11.3.0.106
    variable LD_LIBRARY_PATH=/usr/local/cuda-11.1/lib64
    top cublas-mismatch
    mended_by "unset LD_LIBRARY_PATH"
    shown_by "cublasLtGetStatusString"
}

# https://github.com/pytorch/pytorch/pull/174320: all symbols are there, and products are refused.
F127() {
    _blas Matmul 12 12.8.4.1 2.10.0 12.8
    NODE=libcublasLt.so.12 SONAME=libcublasLt.so.12 library_of /usr/local/cuda-12.4/lib64/libcublasLt.so.12.4.5.8 'void cublasLtMatmul(void){}'
    link /usr/local/cuda-12.4/lib64/libcublasLt.so.12 libcublasLt.so.12.4.5.8
    variable LD_LIBRARY_PATH=/usr/local/cuda-12.4/lib64
    top cublas-mismatch
    mended_by "unset LD_LIBRARY_PATH"
    shown_by "/usr/local/cuda-12.4/lib64/libcublasLt.so.12.4.5.8"
}

# https://github.com/pytorch/pytorch/issues/91067
F128() {
    _blas HSHMatmulAlgoInit
    NODE=libcublasLt.so.11 library_of /usr/lib/cuda/lib64/libcublasLt.so.11 'void cublasLtMatmul(void){}'
    variable LD_LIBRARY_PATH=/usr/lib/cuda/lib64
    top cublas-mismatch
    mended_by "unset LD_LIBRARY_PATH"
}

# https://github.com/pytorch/pytorch/issues/88882: that libcublas had no path to its other half.
F129() {
    _blas HSHMatmulAlgoInit
    NODE=libcublas.so.11 SEARCH=none library_of "$SITE/nvidia/cublas/lib/libcublas.so.11" 'void cublasLtHSHMatmulAlgoInit(void); void use(void){cublasLtHSHMatmulAlgoInit();}' \
        "$SITE/nvidia/cublas/lib/libcublasLt.so.11"
    MAJOR=11 brought cublas 11.10.3.66
    SEARCH=runpath torch_cuda '' "$SITE/nvidia/cublas/lib/libcublas.so.11"
    top library-missing
    shown_by "libcublasLt.so.11"
}

# Another installation's, of the very same release: nothing comes of it.
alike_same_release() {
    _blas Matmul 12 12.8.4.1 2.10.0 12.8
    NODE=libcublasLt.so.12 SONAME=libcublasLt.so.12 library_of /usr/local/cuda-12.8/lib64/libcublasLt.so.12.8.4.1 'void cublasLtMatmul(void){}'
    link /usr/local/cuda-12.8/lib64/libcublasLt.so.12 libcublasLt.so.12.8.4.1
    variable LD_LIBRARY_PATH=/usr/local/cuda-12.8/lib64
    nothing
}

# Both halves of another installation, of one release: they go with one another.
alike_both_halves() {
    _blas Matmul 12 12.8.4.1 2.10.0 12.8
    local dir=/usr/local/cuda-12.9/lib64
    NODE=libcublasLt.so.12 SONAME=libcublasLt.so.12 library_of $dir/libcublasLt.so.12.9.1.4 'void cublasLtMatmul(void){}'
    link $dir/libcublasLt.so.12 libcublasLt.so.12.9.1.4
    NODE=libcublas.so.12 SONAME=libcublas.so.12 library_of $dir/libcublas.so.12.9.1.4 'void cublasLtMatmul(void); void use(void){cublasLtMatmul();}' $dir/libcublasLt.so.12.9.1.4
    link $dir/libcublas.so.12 libcublas.so.12.9.1.4
    variable "LD_PRELOAD=$dir/libcublas.so.12 $dir/libcublasLt.so.12"
    nothing
}
mechanism_half_preloaded() {
    _blas Matmul 12 12.8.4.1 2.10.0 12.8
    NODE=libcublasLt.so.12 SONAME=libcublasLt.so.12 library_of /opt/blas/libcublasLt.so.12.1.3.1 'void cublasLtMatmul(void){}'
    variable LD_PRELOAD=/opt/blas/libcublasLt.so.12.1.3.1
    top cublas-mismatch
    mended_by "unset LD_PRELOAD"
}

healthy_sparse() { _sparse Complete_12_4 2.5.1; nothing; }
healthy_blas() { _blas Matmul 12 12.8.4.1 2.10.0 12.8; nothing; }
