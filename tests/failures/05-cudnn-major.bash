family 5 "cuDNN sublibrary missing / wrong major / too old for framework / wrong CUDA major"

# An environment with PyTorch's cuDNN of that version, complete.
_app() {
    local version=$1 one
    host ubuntu 22.04
    venv /opt/app 3.10
    for one in cudnn cudnn_graph cudnn_ops cudnn_cnn; do library "$SITE/nvidia/cudnn/lib/lib$one.so.${version%%.*}"; done
    MAJOR=12 brought cudnn "$version"
    torch "$2" "$3"
}

# _ctranslate2 VERSION CUDNN PART - a cuDNN without its parts, as that package brings.
_ctranslate2() {
    SONAME=libcudnn-74a4c495.so.$2 library_of "$SITE/ctranslate2.libs/libcudnn-74a4c495.so.$2" "const char *const gpuvet_parts[] = { \"$3\" };"
    SEARCH=none library_of "$SITE/ctranslate2.libs/libctranslate2-bc15bf3f.so.$1" '' "$SITE/ctranslate2.libs/libcudnn-74a4c495.so.$2"
    SEARCH=rpath library_of "$SITE/ctranslate2/_ext.cpython-310-x86_64-linux-gnu.so" '' "$SITE/ctranslate2.libs/libctranslate2-bc15bf3f.so.$1"
    dist ctranslate2 "$1" ctranslate2/_ext.cpython-310-x86_64-linux-gnu.so "ctranslate2.libs/libcudnn-74a4c495.so.$2"
}

# https://github.com/MahmoudAshraf97/whisper-diarization/issues/259
F020() {
    _app 9.1.0.70 2.5.0 12.1
    _ctranslate2 4.5.0 9.1.0 libcudnn_ops.so
    top extension-cudnn-missing
    mended_by "export LD_LIBRARY_PATH=/opt/app/lib/python3.10/site-packages/nvidia/cudnn/lib"
    shown_by "libcudnn_ops.so"
}

# https://github.com/daswer123/xtts-finetune-webui/issues/18
F021() {
    _app 9.1.0.70 2.4.0 12.1
    _ctranslate2 4.4.0 8.9.7 libcudnn_ops_infer.so.8
    top cudnn-8-vs-9
    mended_by "--upgrade ctranslate2"
    shown_by "libcudnn_ops_infer.so.8"
}

# The other way round.
mechanism_cudnn_9_beside_8() {
    _app 8.9.2.26 2.2.2 12.1
    _ctranslate2 4.5.0 9.1.0 libcudnn_ops.so.9
    top cudnn-8-vs-9
}

# The path leads there: nothing is missing.
healthy_path_leads_there() {
    host ubuntu 22.04
    venv /opt/app 3.10
    torch 2.5.0 12.1
    _ctranslate2 4.5.0 9.1.0 libcudnn_ops.so
    library /opt/cudnn/lib/libcudnn_ops.so.9
    variable LD_LIBRARY_PATH=/opt/cudnn/lib
    nothing
}

# A part of PyTorch's own cuDNN is gone, and there is none elsewhere.
mechanism_part_deleted() {
    host ubuntu 22.04
    venv /opt/app 3.10
    library_of "$SITE/nvidia/cudnn/lib/libcudnn.so.9" 'const char *const gpuvet_parts[] = { "libcudnn_ops.so", "libcudnn_cnn.so" };'
    library "$SITE/nvidia/cudnn/lib/libcudnn_ops.so.9"
    MAJOR=12 brought cudnn 9.1.0.70
    torch 2.5.1 12.4
    requires "nvidia-cudnn-cu12==9.1.0.70"
    torch_cuda '' "$SITE/nvidia/cudnn/lib/libcudnn.so.9"
    top cudnn-sublibrary-missing
    mended_by "nvidia-cudnn-cu12==9.1.0.70"
    shown_by "libcudnn_cnn.so.9"
}
