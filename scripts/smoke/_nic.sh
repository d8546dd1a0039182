# shellcheck shell=bash
# Sourced by scenarios on a server with network cards: a virtual machine with an IOMMU that boots a copy of
# this machine's root with the package installed, and two emulated cards whose other ends are hosts h1 and
# h2 (10.0.0.1 and .2) outside. Needs _init.sh, _guest.sh (for in_guest) and _root.sh.
# shellcheck disable=SC2154 # tmp, root and repository are theirs

# prepare_server HUGEPAGES: the root, with our own unit in the place of Debian's.
prepare_server() {
  fresh_root
  make_package
  inside dpkg -i /srv/patchbay.deb >"$tmp/dpkg" 2>&1 || fail "$(cat "$tmp/dpkg")"
  inside systemctl -q enable patchbay-vswitchd
  sed -i "s/^vm.nr_hugepages.*/vm.nr_hugepages = $1/" "$root/etc/patchbay/hugepages.conf"
  console
}
# What in_guest talks to, and all that systemd starts by itself.
console() {
  cat >"$root/srv/console" <<'END'
stty -echo -onlcr
export SYSTEMD_PAGER=
echo "guest is up"
while read -r line; do eval "$line" </dev/null; done
END
  cat >"$root/etc/systemd/system/console.service" <<'END'
[Unit]
DefaultDependencies=no
[Service]
ExecStart=/bin/bash /srv/console
TTYPath=/dev/ttyS0
StandardInput=tty
StandardOutput=tty
StandardError=tty
END
}

# boot_server HUGEPAGES DEVICE DEVICE: QEMU's names of the two cards.
boot_server() {
  local pages=$1 n
  "$repository/scripts/smoke/_nic-image" "$repository/.build-nic"
  mkfifo "$tmp/server.in" "$tmp/server.out"
  # Somebody must read what the server says.
  cat "$tmp/server.out" >"$tmp/server.console" &
  for n in 1 2; do ip tuntap add "card$n" mode tap vnet_hdr; ip link set "card$n" up; done
  local words="console=ttyS0 loglevel=1 no_timer_check panic=-1 mitigations=off intel_iommu=on iommu=pt hugepages=$pages"
  # Nothing but what commands say comes over the console.
  words+=" systemd.log_target=null systemd.default_standard_output=null"
  qemu-system-x86_64 -machine q35,accel=tcg -cpu max -smp 2 -m 1536 -nodefaults -display none -no-reboot \
    -kernel "$repository/.build-nic/vmlinux" -initrd "$repository/.build-nic/initrd" -serial "pipe:$tmp/server" \
    -append "$words" \
    -chardev "socket,id=m0,path=$tmp/server.monitor,server=on,wait=off" -mon chardev=m0 \
    -device intel-iommu,intremap=on,caching-mode=off,device-iotlb=on \
    -virtfs "local,path=$root,mount_tag=root,security_model=none,readonly=on,multidevs=remap" \
    -device pcie-root-port,id=slot1,chassis=1,addr=0x10 -device pcie-root-port,id=slot2,chassis=2,addr=0x11 \
    -netdev tap,id=tap1,ifname=card1,script=no,downscript=no -device "$(device 1 "$2")" \
    -netdev tap,id=tap2,ifname=card2,script=no,downscript=no -device "$(device 2 "$3")" \
    </dev/null >"$tmp/server.qemu" 2>&1 &
  echo $! >"$tmp/server.pid"
  disown
  for n in 1 2; do outside $n; done
}
device() { echo "$2,id=card$1,bus=slot$1,netdev=tap$1,mac=02:00:00:00:01:0$1"; }

# outside N: once QEMU has the tap, its other end moves to host hN.
outside() {
  wait_until 10 grep -q 1 "/sys/class/net/card$1/carrier" || fail "no QEMU: $(cat "$tmp/server.qemu")"
  ip netns add "h$1"
  ip link set "card$1" netns "h$1" name eth0
  ip -n "h$1" link set eth0 up
  ip -n "h$1" link set lo up
  ip -n "h$1" addr add "10.0.0.$1/24" dev eth0
}

# server COMMAND: in it. Lines that end with a backslash are one.
server() { in_guest server "${1//\\$'\n'/}"; }
# monitor COMMAND: to QEMU, as a person would type it.
monitor() {
  /usr/bin/python3 - "$tmp/server.monitor" "$1" <<'END'
import socket, sys
monitor = socket.socket(socket.AF_UNIX)
monitor.settimeout(10)
monitor.connect(sys.argv[1])
def answer():
    said = b''
    while not said.endswith(b'(qemu) '): said += monitor.recv(4096)
    return said.decode()
answer()
monitor.sendall(sys.argv[2].encode() + b'\n')
answer()
END
}
