#!/bin/bash
# Peers of memif ports come and go, again and again, while other work takes the poller's core away from it in
# the middle of its bursts: their memory goes, the daemon stays.
source "$(dirname "$0")/_init.sh"
patchbay=$(dirname "${PATCHBAYD:-$repository/.build/release/patchbayd}")/patchbay
memif() { echo "net_memif$1,role=$2,id=$1,socket=$tmp/memif.sock,socket-abstract=no"; }
dpdk_switch
bridge br0 fail_mode=secure
ovs-vsctl add-port br0 in -- set interface in type=dpdk options:dpdk-devargs="$(memif 0 server)" \
  -- add-port br0 out -- set interface out type=dpdk options:dpdk-devargs="$(memif 1 server)"
ovs-ofctl add-flow br0 in_port=in,actions=out
pid=$(cat "$OVS_RUNDIR/ovs-vswitchd.pid")
for _ in 1 2 3; do
  taskset -c 1 timeout 60 sh -c 'while :; do :; done' &
  echo $! >"$tmp/spinner-$!.pid"
done
for _ in $(seq 20); do
  timeout 30 "$patchbay" bench --cores 0 --eal "-m 128" --port "$(memif 0 client)" --sink "$(memif 1 client)" \
    --queues 2 --rate 0.01 --seconds 0.3 --warm-up 0.1 --loss 1 >"$tmp/bench" 2>&1 || true
  kill -0 "$pid" || fail "the daemon is gone: $(cat "$tmp/bench")"
done
contains "packets crossed" '^lost ' "$(cat "$tmp/bench")"
for spinner in "$tmp"/spinner-*.pid; do stop_pid "$spinner"; done
