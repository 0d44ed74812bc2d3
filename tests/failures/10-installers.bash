family 10 "Python/pip: no matching distribution; musl"

# https://github.com/zeyad-mansour/lunar/issues/226
F305() {
    well_host
    says "ERROR: Could not find a version that satisfies the requirement torch==1.11.0+cu113 (from versions: none)" \
        "ERROR: No matching distribution found for torch==1.11.0+cu113"
    top no-build-for-python
    mended_by "gpuvet matrix"
}

# https://github.com/pytorch/pytorch/issues/193491
F142() {
    well_host
    says "ERROR: ResolutionImpossible: for help visit https://pip.pypa.io/en/latest/topics/dependency-resolution/"
    top pip-resolver-pins
    also no-build-for-python
}

