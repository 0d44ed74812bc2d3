# The words in which a broken machine is written down: each file beside this one holds the reports of one family of failures, a function each.
# scripts/reproduce builds what the function says, asks `gpuvet doctor`, and compares.
#
#   family 49 "Nouveau owns the GPU"            once a file: the number that the table is ordered by (0: of no family), and its title
#   F273() { host ubuntu 24.04; gpu 01:00.0 2684 nouveau; top nouveau-owns-gpu; }
#
# A function's name says what it is made from:
#   F273          a public report whose cause is confirmed; its address is in the comment above it
#   mechanism_X   no such report: from how the thing works
#   alike_X       what looks the same and is another thing
#   healthy_X     nothing is wrong: no finding is right
#
# A root: every path below is one of the machine; FOLDER is where it is built.

# ---- The machine ----

# file PATH [TEXT...] - a file with these lines; none: an empty one.
file() {
    local path=$FOLDER$1
    shift
    mkdir -p "$(dirname "$path")"
    if [ $# = 0 ]; then : >"$path"; else printf '%s\n' "$@" >"$path"; fi
}

# add PATH LINE... - lines at its end.
add() {
    local path=$FOLDER$1
    shift
    mkdir -p "$(dirname "$path")"
    printf '%s\n' "$@" >>"$path"
}

# link PATH TARGET
link() {
    mkdir -p "$(dirname "$FOLDER$1")"
    ln -sfn "$2" "$FOLDER$1"
}

# host ID VERSION [KERNEL] - a machine of that distribution, without a GPU.
host() {
    file /etc/os-release "PRETTY_NAME=\"$1 $2\"" "ID=$1" "VERSION_ID=\"$2\""
    file /proc/sys/kernel/osrelease "${3:-6.8.0-45-generic}"
    file /proc/sys/kernel/hostname machine
    file /proc/sys/kernel/arch x86_64
    file /proc/modules
    mkdir -p "$FOLDER/proc/self" "$FOLDER/sys/bus/pci/devices"
    : >"$FOLDER/proc/self/environ"
}

# container KIND [ID VERSION] - docker, podman or kubernetes, of that image.
container() {
    host "${2:-ubuntu}" "${3:-22.04}"
    case $1 in
        podman) file /run/.containerenv ;;
        kubernetes) file /proc/self/cgroup "0::/kubepods/pod1" ;;
        *) file /.dockerenv ;;
    esac
}

# wsl [ID VERSION] - a distribution in Windows.
wsl() {
    host "${1:-ubuntu}" "${2:-22.04}" 5.15.153.1-microsoft-standard-WSL2
    file /proc/version "Linux version 5.15.153.1-microsoft-standard-WSL2"
}

# gpu ADDRESS DEVICE [DRIVER] - an NVIDIA GPU of that PCI device id (2684 is an RTX 4090, 2330 an H100 SXM) and what drives it.
gpu() {
    local dir=/sys/bus/pci/devices/0000:$1
    file "$dir/vendor" 0x10de
    file "$dir/device" "0x$2"
    file "$dir/class" 0x030200
    if [ -n "${3:-}" ]; then
        mkdir -p "$FOLDER/sys/bus/pci/drivers/$3"
        link "$dir/driver" "../../drivers/$3"
    fi
}

# modules NAME... - loaded kernel modules.
modules() { for name; do add /proc/modules "$name 16384 0 - Live 0x0000000000000000"; done; }

# module VERSION [open] - NVIDIA's, loaded, with its memory module.
module() {
    modules nvidia nvidia_uvm
    file /sys/module/nvidia/version "$1"
    file /proc/driver/nvidia/version \
        "NVRM version: NVIDIA UNIX ${2:+Open Kernel Module for }x86_64 ${2:-Kernel Module}  $1  Release Build  (builder@host)"
    file /proc/devices "Character devices:" "195 nvidia" "195 nvidiactl" "505 nvidia-uvm"
}

# kernel_tree [KERNEL] - the running kernel's own modules and headers. ko KERNEL DIR [LAST LINE] - nvidia.ko for that kernel, in that folder of it.
kernel_tree() {
    local kernel=${1:-$(cat "$FOLDER/proc/sys/kernel/osrelease")}
    mkdir -p "$FOLDER/lib/modules/$kernel/kernel" "$FOLDER/usr/src/linux-headers-$kernel"
    link "/lib/modules/$kernel/build" "/usr/src/linux-headers-$kernel"
}
ko() { file "/lib/modules/$1/$2/nvidia.ko" "a module" "${3:-}"; }

# secure_boot - is on.
secure_boot() {
    local path=/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
    file "$path"
    printf '\6\0\0\0\1' >"$FOLDER$path"
}

# below BRIDGE ADDRESS... - these devices hang at that PCI bridge, whose slot has 16 lanes. acs BRIDGE CONTROL - of its access control, in hex.
below() {
    local bridge=/sys/devices/pci0000:00/0000:$1 one
    file "$bridge/class" 0x060400
    file "$bridge/max_link_width" 16
    file "$bridge/max_link_speed" "16.0 GT/s PCIe"
    link "/sys/bus/pci/devices/0000:$1" "../../../devices/pci0000:00/0000:$1"
    shift
    for one; do
        mv "$FOLDER/sys/bus/pci/devices/0000:$one" "$FOLDER$bridge/0000:$one"
        link "/sys/bus/pci/devices/0000:$one" "../../../devices/pci0000:00/$(basename "$bridge")/0000:$one"
    done
}
acs() {
    local path=$FOLDER/sys/bus/pci/devices/0000:$1/config
    { head -c 256 /dev/zero; printf '\x0d\x00\x01\x00\x00\x00'; printf "\\x${2:2:2}\\x${2:0:2}"; } >"$path"
}

# pci_link ADDRESS WIDTH [SPEED] - of a GPU that can do 16 lanes at 16 GT/s.
pci_link() {
    local dir=/sys/bus/pci/devices/0000:$1
    file "$dir/current_link_width" "$2"
    file "$dir/max_link_width" 16
    file "$dir/current_link_speed" "${3:-16.0 GT/s PCIe}"
    file "$dir/max_link_speed" "16.0 GT/s PCIe"
}

# of_gpu ADDRESS FILE TEXT... - a file of its folder on the bus.
of_gpu() {
    local path=/sys/bus/pci/devices/0000:$1/$2
    shift 2
    file "$path" "$@"
}

# nodes NAME... - device nodes that open: nvidia0 nvidiactl nvidia-uvm. node NAME WHY - one that does not.
nodes() { for name; do file "/dev/$name"; done; }
node() { file "/dev/$1" "$2"; }

# loader_cache PATH... - /etc/ld.so.cache, as ldconfig writes it for x86_64, with these files, each by its own name.
loader_cache() {
    mkdir -p "$FOLDER/etc"
    python3 - "$FOLDER/etc/ld.so.cache" "$@" <<'END'
import os, struct, sys
rows, strings, at = b"", b"", 48 + 24 * len(sys.argv[2:])
for path in sys.argv[2:]:
    name = os.path.basename(path).encode() + b"\0"
    rows += struct.pack("<iIIIQ", 0x0303, at + len(strings), at + len(strings) + len(name), 0, 0)
    strings += name + path.encode() + b"\0"
head = b"glibc-ld.so.cache1.1" + struct.pack("<7I", len(sys.argv[2:]), len(strings), 0, 0, 0, 0, 0)
open(sys.argv[1], "wb").write(head + rows + strings)
END
}

# driven ADDRESS MODEL - what the module says of a GPU.
driven() { file "/proc/driver/nvidia/gpus/0000:$1/information" "Model: 		 $2" "GPU UUID: 	 GPU-00000000-0000-0000-0000-000000000000"; }

# variable NAME=VALUE... - of the process.
variable() { for one; do printf '%s\0' "$one" >>"$FOLDER/proc/self/environ"; done; }

# kernel_log LINE... - as dmesg would print them, without their time.
kernel_log() { for line; do add /dev/kmsg "$line"; done; }

# library PATH [CC'S ARGUMENTS] - a small real shared library; its soname is its file's name unless -Wl,-soname= says another.
library() {
    local path=$FOLDER$1 soname
    shift
    soname=$(basename "$path")
    mkdir -p "$(dirname "$path")"
    case " $* " in *-soname*) ;; *) set -- "-Wl,-soname,$soname" "$@" ;; esac
    printf 'void gpuvet_toy(void);void gpuvet_toy(void){}\n' | cc -shared -fPIC -nostdlib -x c - -o "$path" "$@"
}

# driver_libraries VERSION [DIR] - libcuda and libnvidia-ml, where distributions have them.
driver_libraries() {
    local dir=${2:-/usr/lib/x86_64-linux-gnu} name
    for name in libcuda libnvidia-ml; do
        library "$dir/$name.so.$1" "-Wl,-soname,$name.so.1"
        link "$dir/$name.so.1" "$name.so.$1"
    done
}

# toolkit DIR - a whole CUDA toolkit that works: the fake one.
toolkit() {
    mkdir -p "$(dirname "$FOLDER$1")"
    cp -a "$FAKES/toolkit" "$FOLDER$1"
}

# well_host [VERSION] - a host on which all is well, but for what a test goes on to break: one RTX 4090.
well_host() {
    host ubuntu 24.04
    gpu 01:00.0 2684 nvidia
    module "${1:-580.65.06}" open
    nodes nvidia0 nvidiactl nvidia-uvm nvidia-uvm-tools
}

# ---- What answers ----

# answering [VERSION] - a driver that works: the fake one, of that version. Without it, nothing is tried on a GPU.
answering() { printf 'driver\n' >>"$SPEC"; setting "FAKE_NVML=${1:-580.65.06}"; }

# answering_from DIR VERSION - the same, but libcuda is a copy in that folder of the machine, which comes first on the search path: what FAKE_FAULT
# orders with FAKE_FAULT_FROM=DIR it alone does. libcuda_that_works DIR VERSION - another copy, which a diagnosis may try instead.
answering_from() {
    libcuda_that_works "$1" "$2"
    printf 'driver %s\n' "$FOLDER$1" >>"$SPEC"
    setting "FAKE_NVML=$(cat "$FOLDER/sys/module/nvidia/version")"
}
libcuda_that_works() {
    mkdir -p "$FOLDER$1"
    cp "$FAKES/driver/libcuda.so.1" "$FOLDER$1/libcuda.so.$2"
    link "$1/libcuda.so.1" "libcuda.so.$2"
}

# setting NAME=VALUE - of the fake driver's environment (tests/fakes/gate.h). fails CALL CODE - that call answers so.
setting() { printf 'env %s\n' "$1" >>"$SPEC"; }
fails() { setting "FAKE_FAULT=fail:$1:0:$2"; }

# with ARGUMENT... - more of the command line.
with() { for word; do printf 'arg %s\n' "$word" >>"$SPEC"; done; }

# ---- What is expected ----

# top ID - the first finding. also ID... - more that are right. nothing - none at all.
top() { printf 'top %s\n' "$1" >>"$SPEC"; }
also() { for id; do printf 'also %s\n' "$id" >>"$SPEC"; done; }
nothing() { printf 'nothing\n' >>"$SPEC"; }

# untold - no finding, and that the cause cannot be told.
untold() { printf 'untold\n' >>"$SPEC"; }

# mended_by TEXT - the first finding's command has it. shown_by TEXT - its evidence, or its cause.
mended_by() { printf 'fix %s\n' "$1" >>"$SPEC"; }
shown_by() { printf 'evidence %s\n' "$1" >>"$SPEC"; }

family() { printf 'family %s %s\n' "$1" "$2" >>"${SPEC:-/dev/null}"; }
