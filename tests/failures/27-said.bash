family 27 "Static TLS / RTLD order"

# https://github.com/NVIDIA-AI-IOT/torch2trt/issues/563
F086_said() { well_host; says "OSError: /usr/lib/aarch64-linux-gnu/libgomp.so.1: cannot allocate memory in static TLS block"; top static-tls-exhausted; mended_by GLIBC_TUNABLES; }

# https://github.com/triton-inference-server/server/issues/4952
F087_said() { well_host; says "OSError: /opt/app/torch/lib/libgomp-d22c30c5.so.1: cannot allocate memory in static TLS block"; top static-tls-exhausted; }
