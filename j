{
 "format": 1,
 "gpuvet": "0.1.0",
 "files": [
  {
   "path": "/usr/local/cuda/lib64/libcublasLt.so.13",
   "soname": "libcublasLt.so.13",
   "machine": "x86_64",
   "bytes": 541595600,
   "bytes_needed": 541595600,
   "glibc": "2.27",
   "runpath": "$ORIGIN",
   "needed": [
    "librt.so.1",
    "libpthread.so.0",
    "libdl.so.2",
    "libm.so.6",
    "libgcc_s.so.1",
    "libc.so.6",
    "ld-linux-x86-64.so.2"
   ],
   "gpu_code": [
    "sm_75",
    "compute_75",
    "sm_80",
    "sm_86",
    "sm_89",
    "sm_90",
    "sm_90a",
    "sm_100",
    "sm_100a",
    "sm_103",
    "sm_120",
    "compute_120",
    "sm_120f",
    "sm_121"
   ],
   "gpu_images": 5737,
   "gpu_images_compressed": 5737,
   "gpu_code_unknown": null,
   "needs": [],
   "problems": []
  }
 ]
}
