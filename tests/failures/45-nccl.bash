family 45 "NCCL mismatch (undefined ncclCommRegister...)"

# _app TORCH CUDA SYMBOL VERSION - a PyTorch that calls that function of NCCL's, which its own NCCL has.
_app() {
    host ubuntu 22.04
    venv /opt/app 3.11
    library_of "$SITE/nvidia/nccl/lib/libnccl.so.2" "void $3(void){}"
    MAJOR=12 brought nccl "$4"
    torch "$1" "$2"
    requires "nvidia-nccl-cu12==$4"
    SEARCH=runpath torch_cuda "void $3(void); void gpuvet_use(void){$3();}" "$SITE/nvidia/nccl/lib/libnccl.so.2"
}

# https://github.com/pytorch/pytorch/issues/119932
F032() {
    _app 2.2.0 12.1 ncclCommRegister 2.19.3
    library_of /usr/local/lib/libnccl.so.2.18.3 'void ncclCommInitRank(void){}'
    SONAME=libnccl.so.2 library_of /usr/local/lib/libnccl.so.2.18.3 'void ncclCommInitRank(void){}'
    link /usr/local/lib/libnccl.so.2 libnccl.so.2.18.3
    variable LD_LIBRARY_PATH=/usr/local/lib
    top nccl-mismatch
    mended_by "unset LD_LIBRARY_PATH"
    shown_by "libnccl.so.2.18.3"
}
mechanism_older_package_in_place() {
    _app 2.2.0 12.1 ncclCommRegister 2.19.3
    rm -r "$FOLDER$SITE"/nvidia_nccl_cu12-2.19.3.dist-info
    library_of "$SITE/nvidia/nccl/lib/libnccl.so.2" 'void ncclCommInitRank(void){}'
    MAJOR=12 brought nccl 2.18.1
    top nccl-mismatch
    mended_by "2.19.3"
}
healthy_nccl() { _app 2.2.0 12.1 ncclCommRegister 2.19.3; nothing; }
