# shellcheck shell=bash
# Two switches to compare, each with a bridge br0 of six dummy ports.

# pair PROGRAM: one of them, in a directory of its own.
pair() {
  use_rundir "$tmp/$1"
  start_database
  ovs-vsctl --no-wait init
  start_daemon "$1" --enable-dummy --disable-system
  ovs-vsctl add-br br0 -- set bridge br0 datapath_type=dummy fail_mode=secure \
    other_config:datapath-id=0000000000000001 other_config:hwaddr=02:00:00:00:00:aa
  for n in 1 2 3 4 5 6; do
    ovs-vsctl add-port br0 "p$n" -- set interface "p$n" type=dummy "ofport_request=$n" \
      "options:tx_pcap=$tmp/$1/p$n.pcap"
  done
}

# compare PROGRAM ARGUMENT...: runs a program of this folder; shows what differs if something does.
compare() {
  local program=$1
  shift
  PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$repository/scripts/smoke/differential/$program" \
    "$tmp/patchbay" "$tmp/ovs" "$@" >"$tmp/compared" 2>&1 ||
    fail "the switches differ"$'\n'"$(cat "$tmp/compared")"
  cat "$tmp/compared"
}

# stop_pair: ends both.
stop_pair() {
  for program in ovs patchbay; do
    stop_pid "$tmp/$program/ovs-vswitchd.pid" TERM
    stop_pid "$tmp/$program/ovsdb-server.pid" TERM
  done
}
