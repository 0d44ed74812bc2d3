# Device code. kernel_objects is what the program links.
kernel_objects :=
