family 4 "Extension built for another PyTorch"

# _app TORCH CUDA SYMBOL... - a PyTorch whose libc10 defines these.
_app() {
    local version=$1 cuda=$2 source='' one
    shift 2
    host ubuntu 22.04
    venv /opt/app 3.10
    torch "$version" "$cuda"
    for one; do source+="void $one(void){} "; done
    library_of "$SITE/torch/lib/libc10.so" "$source"
}
# _extension NAME VERSION FILE SYMBOL - a module that wants it.
_extension() {
    library_of "$SITE/$3" "void $4(void); void gpuvet_use(void){$4();}" "$SITE/torch/lib/libc10.so"
    dist "$1" "$2" "$3"
}

OLD=_ZN3c105ErrorC2ENS_14SourceLocationESs
NEW=_ZN3c105ErrorC2ENS_14SourceLocationENSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE
FLASH=flash_attn_2_cuda.cpython-310-x86_64-linux-gnu.so

# https://github.com/Dao-AILab/flash-attention/issues/1644
F081() { _app 2.7.0 12.8 $NEW; _extension flash-attn 2.7.4.post1 $FLASH $OLD; top extension-cxx11-abi; mended_by "flash-attn"; shown_by "with the old C++ ABI of GCC"; }

# https://github.com/Dao-AILab/flash-attention/issues/853
F082() { _app 2.3.1 12.1 $OLD; _extension flash-attn 2.5.9.post1 $FLASH _ZN3c104cuda9SetDeviceEi; top extension-torch-mismatch; mended_by "--no-build-isolation --no-binary flash-attn flash-attn"; shown_by "_ZN3c104cuda9SetDeviceEi"; }

# https://github.com/huggingface/open-r1/issues/684
F083() { _app 2.6.0 12.4 $OLD; _extension flash-attn 2.8.0.post2 $FLASH $NEW; top extension-cxx11-abi; shown_by "with the new C++ ABI of GCC"; }

# A function whose result carries the ABI in its name.
mechanism_tagged_name() { _app 2.6.0 12.4 _ZN3c104demoEv; _extension demo 1.0 demo/_C.so _ZN3c104demoB5cxx11Ev; top extension-cxx11-abi; }

# A library of an older PyTorch, split in two.
mechanism_library_of_an_older_torch() {
    _app 2.1.0 12.1
    library /opt/built/libtorch_cuda_cu.so
    library_of "$SITE/pytorch3d/_C.cpython-310-x86_64-linux-gnu.so" '' "$SITE/torch/lib/libc10.so" /opt/built/libtorch_cuda_cu.so
    rm -r "$FOLDER/opt/built"
    dist pytorch3d 0.7.0 pytorch3d/_C.cpython-310-x86_64-linux-gnu.so
    top extension-torch-mismatch
    shown_by "libtorch_cuda_cu.so"
}

# Two packages, each broken its own way: both are said.
mechanism_two_extensions() {
    _app 2.7.0 12.8 $NEW
    _extension flash-attn 2.7.4.post1 $FLASH $OLD
    _extension xformers 0.0.27 xformers/_C.so _ZN3c104cuda9SetDeviceEi
    top extension-cxx11-abi
    also extension-torch-mismatch
}

# Of the other ABI, and of another release as well: it is the release.
mechanism_other_release_and_abi() {
    _app 2.6.0 12.4 $OLD
    library_of "$SITE/vllm/_C.abi3.so" "void $NEW(void); void _ZN3c104cuda9SetDeviceEi(void); void gpuvet_use(void){$NEW(); _ZN3c104cuda9SetDeviceEi();}" "$SITE/torch/lib/libc10.so"
    dist vllm 0.11.0 vllm/_C.abi3.so
    top extension-torch-mismatch
}

# A module names PyTorch's library for Python, to which no path of its own leads.
healthy_needs_torch_python() {
    _app 2.7.0 12.8 $NEW
    SEARCH=none library_of "$SITE/$FLASH" "void $NEW(void); void gpuvet_use(void){$NEW();}" "$SITE/torch/lib/libc10.so" "$SITE/torch/lib/libtorch_python.so" "$SITE/torch/lib/libtorch_cuda.so"
    dist flash-attn 2.8.0 "$FLASH"
    nothing
}

# Built for it; and one that wants nothing of PyTorch's but Python's names.
healthy_extension() { _app 2.7.0 12.8 $NEW; _extension flash-attn 2.8.0 $FLASH $NEW; nothing; }
healthy_other_module() { _app 2.7.0 12.8 $NEW; _extension msgpack 1.0 msgpack/_cmsgpack.cpython-310-x86_64-linux-gnu.so PyObject_Call; nothing; }
