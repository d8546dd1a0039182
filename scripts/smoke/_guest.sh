# shellcheck shell=bash
# Sourced by scenarios with guests on vhost-user sockets: testpmd in a guest's place (virtio_user), and
# small virtual machines (boot). Needs _init.sh.
# shellcheck disable=SC2154 # tmp and repository are its

# testpmd_guest NAME MEGABYTES OPTION...: testpmd on core 0; its commands come from NAME.in, which never
# ends.
testpmd_guest() {
  local name=$1 memory=$2
  shift 2
  if [ ! -p "$tmp/$name.in" ]; then mkfifo "$tmp/$name.in"; fi
  dpdk-testpmd --lcores 0@0,1@0 --in-memory --single-file-segments --no-pci -m "$memory" "$@" \
    <>"$tmp/$name.in" >"$tmp/$name.out" 2>&1 &
  echo $! >"$tmp/$name.pid"
  disown
}
# virtio_user NAME DEVARGS [TESTPMD OPTION...]: testpmd as the driver of a virtio card on a vhost-user
# socket; DEVARGS begin with path=SOCKET, and with server=1 it makes the socket.
virtio_user() {
  local name=$1 devargs=$2
  shift 2
  testpmd_guest "$name" 64 --vdev "net_virtio_user0,$devargs" -- --total-num-mbufs=4096 --auto-start "$@"
}
# guest_gone NAME [SIGNAL]
guest_gone() { stop_pid "$tmp/$1.pid" "${2:-KILL}"; }
# since START: milliseconds since then, START as of `now`.
now() { echo $(($(date +%s%N) / 1000000)); }
since() { echo $(($(now) - $1)); }

# boot NAME SOCKET|=SOCKET ADDRESS/LEN [QEMU OPTION...]: a virtual machine with a card of two queues (or
# QUEUES=N), whose last byte of the MAC is the address's. QEMU makes the SOCKET; with = it connects to it.
# MTU=N is the card's, and CARD=OPTION,... are more of its options; INITRD=initrd.iperf3 has iperf3.
boot() {
  local name=$1 socket=$2 address=$3 last side=server=on,wait=off
  shift 3
  last=${address%/*}; last=$(printf %02x "${last##*.}")
  if [[ $socket = =* ]]; then socket=${socket#=} side=reconnect=1; fi
  "$repository/scripts/smoke/_guest-image" "$repository/.build-guest"
  if [ ! -p "$tmp/$name.in" ]; then mkfifo "$tmp/$name"{,.monitor}.{in,out}; fi
  # Somebody must read what the guest and QEMU say.
  cat "$tmp/$name.out" >"$tmp/$name.console" &
  cat "$tmp/$name.monitor.out" >"$tmp/$name.monitor" &
  qemu-system-x86_64 -machine q35,accel=tcg -cpu max -smp 2 -nodefaults -display none \
    -kernel "$repository/.build-guest/vmlinux" -initrd "$repository/.build-guest/${INITRD:-initrd}" \
    -append "console=ttyS0 quiet no_timer_check panic=-1 address=$address mtu=${MTU:-1500}" -serial "pipe:$tmp/$name" \
    -chardev "pipe,id=m0,path=$tmp/$name.monitor" -mon chardev=m0 \
    -object memory-backend-memfd,id=mem,size=192M,share=on -m 192M,slots=2,maxmem=1G -numa node,memdev=mem \
    -chardev "socket,id=c0,path=$socket,$side" -netdev "vhost-user,id=n0,chardev=c0,queues=${QUEUES:-2},vhostforce=on" \
    -device "virtio-net-pci,netdev=n0,mac=02:00:00:00:00:$last,mq=on,vectors=0,mrg_rxbuf=on,disable-legacy=on,host_mtu=${MTU:-1500}${CARD:+,$CARD}" \
    "$@" </dev/null >"$tmp/$name.qemu" 2>&1 &
  echo $! >"$tmp/$name.pid"
  disown
}
booted() { grep -q 'guest is up' "$tmp/$1.console"; }
# in_guest NAME COMMAND: prints what the command prints; fails as it does, or after 60 seconds.
in_guest() {
  local mark=done-$RANDOM$RANDOM start
  start=$(($(stat -c %s "$tmp/$1.console") + 1))
  printf '%s\necho %s $?\n' "$2" "$mark" >"$tmp/$1.in"
  said() { tail -c "+$start" "$tmp/$1.console" | tr -d '\r'; }
  wait_until 60 eval "said $1 | grep -qE '^$mark [0-9]'" || { warn "no answer from $1: $(said "$1")"; return 1; }
  said "$1" | sed "/^$mark /,\$d"
  return "$(said "$1" | sed -nE "s/^$mark ([0-9]+).*/\1/p")"
}

# two_guests BRIDGE: a (10.0.0.1) on port vm-a and b (10.0.0.2) on vm-b, when both have booted.
two_guests() {
  local name
  for name in a b; do
    ovs-vsctl add-port "$1" vm-$name -- set interface vm-$name type=dpdkvhostuserclient \
      options:vhost-server-path="$tmp/$name.sock"
  done
  boot a "$tmp/a.sock" 10.0.0.1/24
  boot b "$tmp/b.sock" 10.0.0.2/24
  for name in a b; do
    wait_until 90 booted $name || fail "$name does not boot: $(cat "$tmp/$name.console" "$tmp/$name.qemu")"
  done
}
