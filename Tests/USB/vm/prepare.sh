#!/usr/bin/env bash
# Makes what the virtual machine boots, from Debian's own kernel package: prepare.sh DIR
#
# The last line printed is the directory in DIR that holds `vmlinux` and `initrd`. It is named after the kernel's package
# and version, so a kernel is fetched once. Ends with 77 when this machine cannot make them; the last line says why.
set -euo pipefail

mkdir -p "$1"
cache=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)

# Ways into the machine; then the drivers that a user's kernel would load for the probes: HID, serial port, drive.
modules="virtio_pci virtio_console virtio_net 9pnet_virtio 9p overlay vhci-hcd usbhid hid-generic cdc-acm usb-storage sd_mod"

cannot() {
    echo "$1"
    exit 77
}

for program in apt-get dpkg-deb depmod modprobe cpio xz busybox; do
    command -v $program >/dev/null || [ -x "/usr/sbin/$program" ] || cannot "$program is not installed"
done
PATH=$PATH:/usr/sbin:/sbin
busybox=$(command -v busybox)
# In the initial root nothing is there to link with.
! ldd "$busybox" >/dev/null 2>&1 || cannot "$busybox is not the one of package busybox-static"

# Which package is Debian's present kernel, and in which version.
read -r package version < <(LC_ALL=C apt-cache show --no-all-versions linux-image-amd64 2>/dev/null |
    sed -n 's/^Depends: .*\(linux-image-[0-9][^ ]*-amd64\) (= \([^)]*\)).*/\1 \2/p') || true
[ -n "${version:-}" ] || cannot "apt knows no linux-image-amd64; apt-get update may help"

machine=$cache/${package}_$version
partial=$machine.partial
mkdir -p "$machine"
# Two runs at once do not write the same files.
exec 9>"$machine/lock"
flock 9
trap 'rm -rf "$partial"' EXIT

# The kernel as it lies in the boot sector's payload, xz-compressed and followed by its size: the boot protocol's
# setup_sects, payload_offset and payload_length (Documentation/arch/x86/boot.rst). QEMU enters it without the boot
# sector, which would unpack it in the emulated processor for seconds.
number() { od -An -j "$2" -N "$3" -t "u$3" "$1" | tr -d ' '; }
unpack_kernel() { # image, output
    local start length
    start=$(((1 + $(number "$1" $((0x1f1)) 1)) * 512 + $(number "$1" $((0x248)) 4)))
    length=$(number "$1" $((0x24c)) 4)
    # Not `tail | head`: the pipe would end early.
    dd if="$1" iflag=skip_bytes,count_bytes skip=$start count=$((length - 4)) bs=1M status=none | xz -dc >"$2"
    [ "$(stat -c %s "$2")" = "$(number "$1" $((start + length - 4)) 4)" ] || cannot "the payload of $1 is not a kernel"
}

fetch_kernel() {
    rm -rf "$partial"
    mkdir "$partial"
    echo "fetching $package $version" >&2
    # A user's own directory is closed to apt's sandbox.
    (cd "$partial" && apt-get download -qq -o APT::Sandbox::User=root "$package=$version") >&2 ||
        cannot "apt-get cannot download $package $version"
    dpkg-deb --fsys-tarfile "$partial"/*.deb | tar -x -C "$partial" ./boot ./lib/modules
    local release
    release=$(basename "$partial"/lib/modules/*)
    unpack_kernel "$partial/boot/vmlinuz-$release" "$partial/vmlinux"
    depmod -b "$partial" "$release"
    mkdir "$partial/modules"
    # Each module after those it needs; the order is the file's.
    local module kind path
    for module in $modules; do
        modprobe -d "$partial" -S "$release" --show-depends "$module" | while read -r kind path _; do
            [ "$kind" = insmod ] || continue
            grep -qx "$(basename "$path")" "$partial/modules/order" 2>/dev/null && continue
            cp "$path" "$partial/modules/"
            basename "$path" >>"$partial/modules/order"
        done
    done
    rm -rf "$machine/modules"
    mv "$partial/modules" "$partial/vmlinux" "$machine/"
    echo "$modules" >"$machine/complete"
    rm -rf "$partial"
    # Debian's kernels before this one.
    local old
    for old in "$cache"/linux-image-*; do [ "$old" = "$machine" ] || rm -rf "$old"; done
}
[ "$(cat "$machine/complete" 2>/dev/null)" = "$modules" ] || fetch_kernel

make_initrd() {
    rm -rf "$partial"
    mkdir -p "$partial"/{bin,proc,sys,dev,host,memory,root}
    cp "$busybox" "$partial/bin/busybox"
    cp "$here/init" "$partial/init"
    cp -R "$machine/modules" "$partial/modules"
    # Not compressed: unpacking costs more in the emulated processor than it saves.
    (cd "$partial" && find . | cpio -o -H newc --quiet) >"$machine/initrd.partial"
    mv "$machine/initrd.partial" "$machine/initrd"
    rm -rf "$partial"
}
is_newest() { # file, others
    local newest=$1 other
    shift
    for other in "$@"; do [ "$newest" -nt "$other" ] || return 1; done
}
is_newest "$machine/initrd" "$0" "$here/init" "$busybox" "$machine/complete" || make_initrd

echo "$machine"
