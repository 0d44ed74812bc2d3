# What pip said, where the machine shows nothing.
family 10 "No matching distribution; musl"

# https://github.com/zeyad-mansour/lunar/issues/226
F305_said() {
    well_host
    says "ERROR: Could not find a version that satisfies the requirement torch==1.11.0+cu113 (from versions: none)" \
        "ERROR: No matching distribution found for torch==1.11.0+cu113"
    top no-build-for-python
    mended_by "gpuvet matrix"
}

# https://github.com/pytorch/pytorch/issues/193491
F142_said() {
    well_host
    says "ERROR: ResolutionImpossible: for help visit https://pip.pypa.io/en/latest/topics/dependency-resolution/"
    top pip-resolver-pins
    also no-build-for-python
}

# https://github.com/pytorch/pytorch/issues/102592
F322_said() {
    well_host
    says "OSError: Error relocating /usr/local/lib/python3.9/site-packages/torch/lib/libgomp-a34b3233.so.1: pthread_attr_setaffinity_np: symbol not found"
    top python-on-musl
    also unfit-system
}
