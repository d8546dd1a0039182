#!/bin/bash
# Sockets that are none, sockets that others left or use, peers that send nonsense, and a guest whose
# descriptors are nonsense: each port says what is wrong, and a well-behaved guest's packets flow on.
# ovs: no, because stale sockets, files in the way and half messages end its ports for good, or hang it
source "$(dirname "$0")/_init.sh"
source "$(dirname "$0")/_guest.sh"
dpdk_switch
bridge br0
client() { # NAME PATH
  ovs-vsctl add-port br0 "$1" -- set interface "$1" type=dpdkvhostuserclient options:vhost-server-path="$2"
}
server() { ovs-vsctl add-port br0 "$1" -- set interface "$1" type=dpdkvhostuser; }
hostile() { exec /usr/bin/python3 "$(dirname "$0")/vhost_peer.py" "$@"; } # ends by itself
says() { "$@" 2>&1; } # ovs-vsctl shows the error and goes on
reason() { column interface "$1" status:reason; }

# Somebody whose packets must not suffer: a guest that sends to itself through the switch.
card=server=1,queue_size=1024,mrg_rxbuf=0,in_order=0,vectorized=1
client good "$tmp/good.sock"
ovs-ofctl add-flow br0 in_port=good,actions=in_port
virtio_user good "path=$tmp/good.sock,$card" --forward-mode=flowgen
flowing() {
  local before
  before=$(dump_counter br0 good tx)
  sleep 0.1
  [ "$(dump_counter br0 good tx)" -gt $((before + 100)) ]
}
wait_until 20 flowing || fail "the good guest does not work"
pid=$(cat "$OVS_RUNDIR/ovs-vswitchd.pid")
still_well() {
  wait_until 10 flowing || fail "the good guest suffers from $1"
  same "the switch lives" "$pid" "$(cat "$OVS_RUNDIR/ovs-vswitchd.pid")"
  kill -0 "$pid" || fail "$1 ended the switch"
  timeout 5 ovs-appctl version >/dev/null || fail "the control thread hangs after $1"
}

# Paths.
contains "a name" "Invalid argument" "$(says server a/b)"
ovs-vsctl --if-exists del-port a/b
contains "a long path" "at most 107 bytes" "$(says client long "/$(printf 'x%.0s' {1..120})")"
ovs-vsctl del-port long
echo keep >"$OVS_RUNDIR/file"
contains "a file in the way" "file: $OVS_RUNDIR/file is not a socket, and is not replaced" "$(says server file)"
same "the file is as it was" keep "$(cat "$OVS_RUNDIR/file")"
contains "in use" "socket $OVS_RUNDIR/db.sock is in use by another program" "$(says server db.sock)"
ovs-vsctl show >/dev/null || fail "the database's socket is gone"
ovs-vsctl del-port file -- del-port db.sock
ovs-vsctl add-port br0 nopath -- set interface nopath type=dpdkvhostuserclient
same "no path" "options:vhost-server-path is not set" "$(reason nopath)"
client afile "$OVS_RUNDIR/file"
becomes 5 "afile: $OVS_RUNDIR/file is not a socket" column interface afile error
rm "$OVS_RUNDIR/file"
becomes 5 "[]" ovs-vsctl get interface afile error
contains "why" "^waiting for the hypervisor to make the socket" "$(reason afile)"
contains "the same path twice" "is already in use by 'good'" "$(says client twice "$tmp/good.sock")"
ovs-vsctl del-port nopath -- del-port afile -- del-port twice
still_well "paths"

# A switch that was killed leaves its socket; the next one replaces it, and guests come back.
server left
same "waits" "waiting for a guest to connect to $OVS_RUNDIR/left since" "$(reason left | sed 's/ 20.*//')"
kill_switch
test -S "$OVS_RUNDIR/left" || fail "nothing was left"
start_daemon "$SWITCH"
pid=$(cat "$OVS_RUNDIR/ovs-vswitchd.pid")
ovs-ofctl add-flow br0 in_port=good,actions=in_port
same "no error" "[]" "$(ovs-vsctl get interface left error)"
virtio_user left "path=$OVS_RUNDIR/left,queue_size=256" --forward-mode=rxonly
becomes 10 up column interface left link_state
guest_gone left
becomes 10 down column interface left link_state
still_well "a killed switch"

# Nonsense on the socket.
for kind in half garbage messages; do
  for seed in 1 2 3; do
    (hostile "$OVS_RUNDIR/left" connect $kind $seed) >/dev/null
  done
  becomes 10 down column interface left link_state
  still_well "$kind"
  client bad "$tmp/bad.sock"
  (hostile "$tmp/bad.sock" listen $kind 4) >/dev/null
  ovs-vsctl del-port bad
  still_well "$kind from a hypervisor"
done
# While one peer stalls, others' guests come and go.
hostile "$OVS_RUNDIR/left" connect half >/dev/null &
sleep 0.15
ovs-vsctl del-port left
wait $! || true
still_well "a port deleted in the middle of a message"

# Until the switch has seen it, the port shows the guest that was.
end_evil() {
  kill -KILL "$evil" 2>/dev/null || true
  wait "$evil" 2>/dev/null || true
  becomes 10 down column interface evil link_state
}
# A guest whose descriptors are nonsense, with packets for it.
server evil
ovs-ofctl add-flow br0 in_port=evil,actions=good
ovs-ofctl add-flow br0 in_port=good,actions=in_port,evil
for seed in 1 2 3; do
  # On a busy machine it may be too slow for the switch, which then hangs up.
  for _ in 1 2 3 4; do
    hostile "$OVS_RUNDIR/evil" connect rings $seed &
    evil=$!
    if wait_until 10 prints up column interface evil link_state; then break; fi
    end_evil
  done
  same "the guest with nonsense in its rings" up "$(column interface evil link_state)"
  still_well "nonsense in rings"
  end_evil
done
# One that takes away the memory it shares.
for seed in 1 2; do
  (hostile "$OVS_RUNDIR/evil" connect shrink $seed) || true
  still_well "memory that is gone"
done
# One that changes descriptors while they are read.
hostile "$OVS_RUNDIR/evil" connect race & evil=$!
sleep 3
still_well "descriptors that change"
end_evil
# One that dies at any time, under traffic.
for delay in 0.3 0.5 0.7 1.1; do
  hostile "$OVS_RUNDIR/evil" connect rings 7 & evil=$!
  sleep $delay
  end_evil
done
still_well "guests that die"
# The socket becomes another file: the port says so, and when it goes the file stays.
rm "$OVS_RUNDIR/evil"
echo mine >"$OVS_RUNDIR/evil"
becomes 10 "evil: another file has taken the place of socket $OVS_RUNDIR/evil" column interface evil error
ovs-vsctl del-port evil
same "the file stays" mine "$(cat "$OVS_RUNDIR/evil")"
still_well "a replaced socket"
# One that somebody removes is made again.
server lost
rm "$OVS_RUNDIR/lost"
wait_until 10 test -S "$OVS_RUNDIR/lost" || fail "the socket is not made again"
ovs-vsctl del-port lost
[ ! -e "$OVS_RUNDIR/lost" ] || fail "the socket stays"
still_well "a lost socket"
guest_gone good
