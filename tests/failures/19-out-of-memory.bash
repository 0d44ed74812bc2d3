family 19 "Out of memory: real, in pieces, held by others, or a limit of the host"

# More than the GPU has: nothing can be freed that would help.
mechanism_too_large() {
    well_host
    says "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 30.00 GiB. GPU 0 has a total capacity of 23.69 GiB of which 23.10 GiB is free."
    top out-of-memory
}

# https://github.com/pytorch/pytorch/issues/35901 (its cause was told by a maintainer): half of the memory is reserved and not used.
mechanism_in_pieces() {
    well_host
    says "RuntimeError: CUDA out of memory. Tried to allocate 1.34 GiB. GPU 0 has a total capacity of 14.76 GiB of which 1.10 GiB is free. Including non-PyTorch memory, this process has 13.60 GiB memory in use. Of the allocated memory 6.00 GiB is allocated by PyTorch, and 7.10 GiB is reserved by PyTorch but unallocated."
    top memory-in-pieces
    also out-of-memory memory-held-by-others
    mended_by expandable_segments:True
}

# Older releases say the same in other words.
mechanism_in_pieces_of_old() {
    well_host
    says "RuntimeError: CUDA out of memory. Tried to allocate 1.34 GiB (GPU 0; 14.76 GiB total capacity; 6.00 GiB already allocated; 1.10 GiB free; 13.10 GiB reserved in total by PyTorch)"
    top memory-in-pieces
    also out-of-memory memory-held-by-others
}

mechanism_of_another() {
    well_host
    says "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 23.69 GiB of which 115.69 MiB is free. Process 4711 has 20.57 GiB memory in use. Including non-PyTorch memory, this process has 3.00 GiB memory in use. Of the allocated memory 2.60 GiB is allocated by PyTorch, and 10.35 MiB is reserved by PyTorch but unallocated."
    top memory-held-by-others
}

# A container calls the process itself by its number.
alike_itself_by_number() {
    well_host
    says "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 4.00 GiB. GPU 0 has a total capacity of 23.69 GiB of which 115.69 MiB is free. Process 4711 has 23.57 GiB memory in use. Of the allocated memory 22.14 GiB is allocated by PyTorch, and 910.35 MiB is reserved by PyTorch but unallocated."
    top out-of-memory
    also memory-held-by-others memory-in-pieces
}

# https://github.com/jhc13/taggui/issues/188 (no cause was established): what is free would do.
mechanism_refused() {
    well_host
    says "CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 4.00 GiB of which 2.35 GiB is free."
    top memory-refused
    also memory-in-pieces memory-held-by-others
}
