family 3 "cuDNN: system copy shadows wheel / sublibrary mix / incomplete wheel"

# _cudnn FOLDER VERSION PART... - a cuDNN 9 without most of itself: libcudnn.so.9 opens libcudnn_graph, and that the parts, of which these are there.
_cudnn() {
    local dir=$1 version=$2 one all
    shift 2
    all=${ALL:-graph ops cnn engines_tensor_ir}
    for one in "" $all; do
        case " $* " in *" $one "*) ;; *) [ -z "$one" ] || continue ;; esac
        SONAME=libcudnn${one:+_$one}.so.9 library_of "$dir/libcudnn${one:+_$one}.so.${REAL:-9}" "const char *const gpuvet_parts[] = { $(
            case $one in "") printf '"libcudnn_graph.so", "libcudnn_ops.so", "libcudnn_cnn.so"' ;; graph) printf '"libcudnn_ops.so", "libcudnn_engines_tensor_ir.so"' ;; *) printf '""' ;; esac) };"
        [ -z "${REAL:-}" ] || link "$dir/libcudnn${one:+_$one}.so.9" "libcudnn${one:+_$one}.so.$REAL"
    done
}
_app() { host ubuntu 22.04; venv /opt/app 3.10; }

# cu13's 9.20.0.48 has no libcudnn_engines_tensor_ir, and the system's cuDNN for CUDA 12 has one.
_incomplete() {
    _app
    _cudnn "$SITE/nvidia/cudnn/lib" 9.20.0.48 graph ops cnn
    MAJOR=13 brought cudnn 9.20.0.48
    torch "$1" 13.0
    torch_cuda '' "$SITE/nvidia/cudnn/lib/libcudnn.so.9"
    REAL=9.23.2 _cudnn /usr/lib/x86_64-linux-gnu 9.23.2 graph ops cnn engines_tensor_ir
}

# https://github.com/pytorch/pytorch/issues/188892, https://github.com/pytorch/pytorch/issues/185512, https://github.com/pytorch/pytorch/issues/187824
F016() { _incomplete 2.12.0; top cudnn-sublibrary-mixing; mended_by "'nvidia-cudnn-cu13>=9.21,<10'"; shown_by "/usr/lib/x86_64-linux-gnu/libcudnn_engines_tensor_ir.so.9.23.2"; }
F017() { _incomplete 2.12.0; top cudnn-sublibrary-mixing; shown_by "has no libcudnn_engines_tensor_ir.so.9"; }
F018() { _incomplete 2.12.1; top cudnn-sublibrary-mixing; shown_by "version 9.23.2"; }

# https://github.com/pytorch/pytorch/issues/119989: cuDNN 8 opens its parts by their sonames, and the system's libcudnn_cnn_train wants what the wheel's libcudnn_cnn_infer lacks.
F013() {
    local dir=/usr/local/cuda/lib64
    host ubuntu 22.04
    venv /opt/app 3.11
    NODE=libcudnn_cnn_infer.so.8 library_of "$SITE/nvidia/cudnn/lib/libcudnn_cnn_infer.so.8" 'void cnn(void){}'
    NODE=libcudnn_cnn_train.so.8 library_of "$SITE/nvidia/cudnn/lib/libcudnn_cnn_train.so.8" 'void cnn(void); void use(void){cnn();}' "$SITE/nvidia/cudnn/lib/libcudnn_cnn_infer.so.8"
    library_of "$SITE/nvidia/cudnn/lib/libcudnn.so.8" 'const char *const gpuvet_parts[] = { "libcudnn_cnn_infer.so.8", "libcudnn_cnn_train.so.8" };' "$SITE/nvidia/cudnn/lib/libcudnn_cnn_infer.so.8"
    MAJOR=12 brought cudnn 8.9.2.26
    torch 2.2.0 12.1
    torch_cuda '' "$SITE/nvidia/cudnn/lib/libcudnn_cnn_infer.so.8" "$SITE/nvidia/cudnn/lib/libcudnn.so.8"
    NODE=libcudnn_cnn_infer.so.8 SONAME=libcudnn_cnn_infer.so.8 library_of /opt/built/libcudnn_cnn_infer.so.8 'void cnn(void){} void layerNormFwd_execute(void){}'
    NODE=libcudnn_cnn_train.so.8 SONAME=libcudnn_cnn_train.so.8 library_of "$dir/libcudnn_cnn_train.so.8.9.7" 'void layerNormFwd_execute(void); void use(void){layerNormFwd_execute();}' \
        /opt/built/libcudnn_cnn_infer.so.8
    link "$dir/libcudnn_cnn_train.so.8" libcudnn_cnn_train.so.8.9.7
    variable "LD_LIBRARY_PATH=$dir"
    top cudnn-sublibrary-mixing
    mended_by "unset LD_LIBRARY_PATH"
    shown_by "libcudnn_cnn_train.so.8"
}

# https://github.com/pytorch/pytorch/issues/104591: conda's PyTorch, and a second cuDNN from pip in the folder that is searched first.
F015() {
    host ubuntu 20.04
    conda /opt/conda 3.10
    torch_files 2.1.0 11.8
    NODE=libcudnn_ops_infer.so.8 library_of "$CONDA/lib/libcudnn_ops_infer.so.8" 'void nvrtcHelper_load(void){}'
    NODE=libcudnn_cnn_infer.so.8 library_of "$CONDA/lib/libcudnn_cnn_infer.so.8" 'void nvrtcHelper_load(void); void use(void){nvrtcHelper_load();}' "$CONDA/lib/libcudnn_ops_infer.so.8"
    torch_cuda '' "$CONDA/lib/libcudnn_cnn_infer.so.8"
    conda_package pytorch 2.1.0 py3.10_cuda11.8_cudnn8.7.0_0
    NODE=libcudnn_ops_infer.so.8 library_of "$SITE/nvidia/cudnn/lib/libcudnn_ops_infer.so.8" 'void other(void){}'
    MAJOR=11 brought cudnn 8.9.6.50
    variable "LD_LIBRARY_PATH=$SITE/nvidia/cudnn/lib"
    top cudnn-sublibrary-mixing
    shown_by "nvrtcHelper_load"
}

# A whole cuDNN of another release first on the path; and one of its parts alone.
mechanism_part_ahead() {
    _app
    _cudnn "$SITE/nvidia/cudnn/lib" 9.1.0.70 graph ops cnn engines_tensor_ir
    MAJOR=12 brought cudnn 9.1.0.70
    torch 2.5.1 12.4
    torch_cuda '' "$SITE/nvidia/cudnn/lib/libcudnn.so.9"
    REAL=9.8.0 _cudnn /opt/cudnn/lib 9.8.0 graph ops
    rm "$FOLDER"/opt/cudnn/lib/libcudnn.so.9*
    variable LD_LIBRARY_PATH=/opt/cudnn/lib:/opt/other
    top cudnn-sublibrary-mixing
    mended_by "export LD_LIBRARY_PATH=/opt/other"
    shown_by "/opt/cudnn/lib/libcudnn_graph.so.9.8.0"
}
