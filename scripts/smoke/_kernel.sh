# shellcheck shell=bash
# Sourced by what makes guests' images: Debian's kernels, unpacked into the working directory. Nothing of
# them is installed. Needs lib.sh.

# fetch_kernel META-PACKAGE: vmlinux, and the package's files in package/. Does nothing when they are there.
fetch_kernel() {
  if [ -e vmlinux ]; then return 0; fi
  rm -rf package linux-image-*.deb
  apt-get download -q "$(kernel_package "$1")"
  dpkg-deb -x linux-image-*.deb package
  unpack_kernel package/boot/vmlinuz-*
  rm -f linux-image-*.deb
}
# The package that the meta package stands for today.
kernel_package() { apt-cache depends "$1" | sed -n 's/^ *Depends: \(linux-image-.*\)/\1/p' | head -n 1; }

# unpack_kernel BZIMAGE: the payload's place stands in the boot protocol's header.
unpack_kernel() {
  local setup offset length
  read_number() { od -An -t "u$2" -j "$1" -N "$2" "$3" | tr -d ' '; }
  setup=$((($(read_number 497 1 "$1") + 1) * 512))
  offset=$((setup + $(read_number 584 4 "$1"))) length=$(read_number 588 4 "$1")
  # Behind the compressed data are four bytes that neither format knows.
  head -c $((offset + length - 4)) "$1" | tail -c $((length - 4)) >payload
  if ! lz4 -dcq payload >vmlinux.new 2>/dev/null; then xz -dcq <payload >vmlinux.new; fi
  mv vmlinux.new vmlinux
  rm payload
}
