family 27 "Static TLS / RTLD order"

# _app LIBRARY - a PyTorch that needs it; it wants 64 KiB among every thread's variables, for which glibc keeps some 1.6 KiB.
_app() {
    host ubuntu 20.04
    venv /opt/app 3.8
    torch 1.11.0 11.3
    library_of "$SITE/torch/lib/$1" '__thread __attribute__((tls_model("initial-exec"))) char room[65536]; char *gpuvet_room(void){return room;}'
    SEARCH=rpath library_of "$SITE/torch/lib/libtorch_cpu.so" '' "$SITE/torch/lib/libc10.so" "$SITE/torch/lib/$1"
}

# https://github.com/NVIDIA-AI-IOT/torch2trt/issues/563, https://github.com/triton-inference-server/server/issues/4952
F086() { _app libgomp.so.1; top static-tls-exhausted; mended_by "export LD_PRELOAD="; shown_by "libgomp.so.1"; }
F087() { _app libgomp-d22c30c5.so.1; top static-tls-exhausted; mended_by "libgomp-d22c30c5.so.1"; }
