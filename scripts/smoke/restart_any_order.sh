#!/bin/bash
# kill -9 of daemon and database under traffic, in any order: forwarding is back within two seconds
# of the restart, and every port has the ofport it had.
source "$(dirname "$0")/_init.sh"
start_switch
bridge br-ex
bridge br-int
host left br-ex 10.0.0.1/24
host right br-int 10.0.0.2/24
patch br-ex p-ex p-int br-int
ovs-vsctl add-port br-ex extra -- set interface extra type=internal ofport_request=77
ip addr add 10.0.0.9/24 dev br-ex
ip link set br-ex up
reaches left 10.0.0.2
reaches left 10.0.0.9
stream left 10.0.0.2

numbers() { ovs-vsctl --format=csv --columns=name,ofport list interface | sort; }
before=$(numbers)
contains "requested" '^"?extra"?,77$' "$before"
back() { # WHAT: measures from now on until a packet comes through
  local start now
  start=$(date +%s%N)
  wait_until 10 on left ping -n -q -c 1 -W 1 10.0.0.2 || fail "$1: no way through"
  now=$((($(date +%s%N) - start) / 1000000))
  say "$1: $now ms until a packet came through"
  within "$1: milliseconds" 0 2000 "$now"
  becomes 10 "$before" numbers
  if ours; then reaches left 10.0.0.9; fi # Debian's OVS makes the bridge's device anew
}
database_back() { start_database; }
daemon_back() { start_daemon "$SWITCH"; }

kill_switch; daemon_back; back "daemon"
kill_database
# Without a database forwarding goes on (Debian's OVS stops: its main thread is busy reconnecting).
if ours; then reaches left 10.0.0.2; fi
database_back; back "database"
kill_switch; kill_database; database_back; daemon_back; back "both, database first"
kill_database; kill_switch; daemon_back & waiting=$!
sleep 0.5; database_back; wait $waiting; back "both, daemon first"

# The daemon takes changes again, and what was changed while it was away.
kill_switch
ovs-vsctl --no-wait set port v-left tag=10
daemon_back
cut_off left 10.0.0.2
ovs-vsctl clear port v-left tag
reaches left 10.0.0.2
