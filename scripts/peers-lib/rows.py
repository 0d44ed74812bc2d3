"""rows - what is set beside what, and what the ratio should be."""
from figures import Row

MEMORY = [f'bench.memory.{what}' for what in ('read', 'write', 'copy', 'triad')]
GEMM = {'bf16': 'bench.blas.bf16', 'fp16': 'bench.blas.fp16', 'fp8': 'bench.blas.fp8_e4m3'}
CNN = ['bench.cnn.forward', 'bench.cnn.train']

# Targets in a GPU's own units are those of an H200, whose memory has 4,814 GB/s by its clock and width.
DATASHEET = 4814
ROWS = [
    Row('memory read', MEMORY[0], 'memory.sum', ('ratio', 1)), Row('memory read', MEMORY[0], 'clpeak.read'),
    Row('memory read', MEMORY[0], DATASHEET, ('ratio', 0.91), '≥ 91 % of 4,814 GB/s', True),
    Row('memory write', MEMORY[1], 'memory.fill', ('ratio', 1)), Row('memory write', MEMORY[1], 'driver.memset', ('ratio', 1)),
    Row('memory write', MEMORY[1], DATASHEET, ('ratio', 0.91), '≥ 91 % of 4,814 GB/s', True),
    Row('memory copy', MEMORY[2], 'memory.copy', ('ratio', 1)), Row('memory copy', MEMORY[2], 'driver.copy', ('ratio', 1)),
    Row('memory copy', MEMORY[2], 'nvbandwidth.copy', ('ratio', 1)), Row('memory copy', MEMORY[2], 'babelstream.copy', ('ratio', 1)),
    Row('memory copy', MEMORY[2], DATASHEET, ('ratio', 0.89), '≥ 89 % of 4,814 GB/s', True),
    Row('memory triad', MEMORY[3], 'memory.triad', ('ratio', 1)), Row('memory triad', MEMORY[3], 'babelstream.triad', ('ratio', 1)),
    Row('memory triad', MEMORY[3], DATASHEET, ('ratio', 0.88), '≥ 88 % of 4,814 GB/s', True),
    Row('bf16 product, best of a ladder', GEMM['bf16'], 'gemm.bf16', ('low', 0.99)),
    Row('bf16 product, best of a ladder', GEMM['bf16'], 'clpeak.gemm.bf16'),
    Row('bf16 product, 8192³ at a glance', GEMM['bf16'] + '/rate.8192', 'gemm.bf16/8192'),
    Row('bf16 product, 8192³ at a glance', GEMM['bf16'] + '/rate.8192', 760, ('ratio', 1), '≥ 760 TFLOP/s', True),
    Row('fp16 product, best of a ladder', GEMM['fp16'], 'gemm.fp16'), Row('fp16 product, best of a ladder', GEMM['fp16'], 'clpeak.gemm.fp16'),
    Row('fp8 product, best of a ladder', GEMM['fp8'], 'gemm.fp8', ('ratio', 1)), Row('fp8 product, best of a ladder', GEMM['fp8'], 'clpeak.gemm.fp8'),
    Row('fp8 product, best of a ladder', GEMM['fp8'], 1300, ('ratio', 1), '≥ 1,300 TFLOP/s', True),
    Row('fp32 product, best of a ladder', 'bench.blas.fp32', 'gpu-burn.fp32'), Row('fp32 product, best of a ladder', 'bench.blas.fp32', 'clpeak.gemm.fp32'),
    Row('SimpleCNN forward', CNN[0], 'cnn.forward.eager', ('ratio', 2)),
    Row('SimpleCNN forward, both captured', CNN[0] + '/rate.graph', 'cnn.forward.graph', ('ratio', 1)),
    Row('SimpleCNN training step', CNN[1], 'cnn.train.eager', ('ratio', 2)),
    Row('SimpleCNN training step', CNN[1], 'cnn.train.graph'),
    Row('start to verdict', 'start.gpuvet', 'start.torch', ('at most', 0.6)),
    Row('start to verdict', 'start.gpuvet', 'start.bare', ('more', 100)),
]
NAMES = {
    'memory.sum': 'torch.sum', 'memory.fill': 'torch fill_', 'memory.copy': 'torch copy_', 'memory.triad': 'torch.add(alpha=3)',
    'driver.memset': 'cuMemsetD32', 'driver.copy': 'cuMemcpyDtoD', 'gemm.bf16': 'torch.matmul', 'gemm.bf16/8192': 'torch.matmul',
    'gemm.fp16': 'torch.matmul', 'gemm.fp8': 'torch._scaled_mm', 'cnn.forward.eager': 'PyTorch eager', 'cnn.forward.graph': "PyTorch's CUDA graph",
    'cnn.train.eager': 'PyTorch eager', 'cnn.train.graph': "PyTorch's CUDA graph", 'start.torch': 'import torch, one convolution',
    'start.bare': 'C, the same vendor calls',
}
