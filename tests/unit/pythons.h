/* pythons.h - Python environments for tests: the shapes that PyTorch's wheels have. */
#ifndef TESTS_PYTHONS_H
#define TESTS_PYTHONS_H

#include "tests/unit/layout.h"

#define SITE "/lib/python3.11/site-packages"

/* What torch/__init__.py of each time says about preloading, cut to the lines that matter. */
#define INIT_1_13 \
    "    try:\n        ctypes.CDLL(lib_path, mode=ctypes.RTLD_GLOBAL)\n    except OSError as err:\n" \
    "        if 'libcublas.so.11' not in err.args[0]:\n" \
    "    cublas_path = os.path.join(nvidia_path, 'cublas', 'lib', 'libcublas.so.11')\n" \
    "    cudnn_path = os.path.join(nvidia_path, 'cudnn', 'lib', 'libcudnn.so.8')\n"

#define INIT_2_0 \
    "    try:\n        ctypes.CDLL(lib_path, mode=ctypes.RTLD_GLOBAL)\n    except OSError as err:\n" \
    "        cuda_libs: Dict[str, str] = {\n            'cublas': 'libcublas.so.*[0-9]',\n" \
    "            'cuda_nvrtc': 'libnvrtc.so.*[0-9].*[0-9]',\n            'nccl': 'libnccl.so.*[0-9]',\n        }\n"

#define INIT_2_6 \
    "    try:\n        ctypes.CDLL(global_deps_lib_path, mode=ctypes.RTLD_GLOBAL)\n" \
    "            if \"nvidia/cuda_runtime/lib/libcudart.so\" not in _maps:\n                return\n" \
    "            # _preload_cuda_deps(\"cublas\", \"libcublas.so.*[0-9]\")\n" \
    "            _preload_cuda_deps(\"cuda_nvrtc\", \"libnvrtc.so.*[0-9]\")\n" \
    "            _preload_cuda_deps(\"nvjitlink\", \"libnvJitLink.so.*[0-9]\")\n    except OSError as err:\n" \
    "        cuda_libs: dict[str, str] = {\n            \"cublas\": \"libcublas.so.*[0-9]\",\n" \
    "            \"cudnn\": \"libcudnn.so.*[0-9]\",\n        }\n"

#define INIT_2_11 \
    "        os.path.join(path, \"nvidia\", f\"cu{maj_cuda_version}\", \"lib\", lib_name)\n" \
    "    lib_paths = glob.glob(os.path.join(path, lib_folder, \"lib\", lib_name))\n" \
    "def _preload_cuda_deps(err = None):\n    cuda_libs = [\n" \
    "        (\"cublas\", \"libcublasLt.so.*[0-9]\"),\n        (\"cublas\", \"libcublas.so.*[0-9]\"),\n" \
    "        (\"cudnn\", \"libcudnn.so.*[0-9]\"),\n        (\"cusparselt\", \"libcusparseLt.so.*[0-9]\"),\n    ]\n" \
    "    _preload_cuda_lib(\"nvtx\", \"libnvToolsExt.so.*[0-9]\", required=False)\n" \
    "    try:\n        ctypes.CDLL(global_deps_lib_path, mode=ctypes.RTLD_GLOBAL)\n" \
    "            if \"libcudart.so\" not in _maps:\n                return\n            _preload_cuda_deps()\n" \
    "    except OSError as err:\n        _preload_cuda_deps(err)\n"

/* torch/ in a site-packages folder: the libraries that every CUDA build has. */
static inline void put_torch(struct layout *l, const char *site, const char *version, const char *cuda, const char *init)
{
    struct arena *a = &l->arena;

    put_text(l, text_make(a, "%s/torch/version.py", site),
             cuda == NULL ? text_make(a, "__version__ = '%s'\ncuda: Optional[str] = None\n", version)
                          : text_make(a, "__version__ = '%s'\ncuda: Optional[str] = '%s'\n", version, cuda));
    if (init != NULL)
        put_text(l, text_make(a, "%s/torch/__init__.py", site), init);
    put_library(l, text_make(a, "%s/torch/lib/libc10.so", site));
    put_library(l, text_make(a, "%s/torch/lib/libtorch.so", site));
    put_library(l, text_make(a, "%s/torch/lib/libtorch_cpu.so", site));
    if (cuda != NULL)
        put_library(l, text_make(a, "%s/torch/lib/libtorch_cuda.so", site));
    put_library(l, text_make(a, "%s/torch/lib/libtorch_global_deps.so", site));
    put_library_needing(l, text_make(a, "%s/torch/lib/libtorch_python.so", site), "libcudart.so.12 libtorch.so libc10.so libc.so.6");
}

static inline void put_venv(struct layout *l, const char *prefix, bool system_too)
{
    put_text(l, text_make(&l->arena, "%s/pyvenv.cfg", prefix),
             text_make(&l->arena, "home = /usr/bin\ninclude-system-site-packages = %s\nversion = 3.11.2\n", system_too ? "true" : "false"));
    put_link(l, text_make(&l->arena, "%s/bin/python3", prefix), "/usr/bin/python3");
    put_folder(l, text_make(&l->arena, "%s" SITE, prefix));
}

#endif
