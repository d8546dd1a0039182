#!/bin/bash
# Every command that Debian's daemon lists is there, with the same usage text.
# ovs: no, because it is the one compared with
source "$(dirname "$0")/_init.sh"

# commands PROGRAM: what it lists when it runs with dummy devices, without the columns' spaces.
commands() {
  use_rundir "$tmp/$1"
  start_database
  ovs-vsctl --no-wait init
  start_daemon "$1" --enable-dummy
  ovs-vsctl add-br br0 -- set bridge br0 datapath_type=dummy
  ovs-appctl list-commands | tail -n +2 | sed -E 's/ +/ /g; s/ $//' | sort
  stop_pid "$OVS_RUNDIR/ovs-vswitchd.pid" TERM
  stop_pid "$OVS_RUNDIR/ovsdb-server.pid" TERM
}
commands ovs >"$tmp/theirs"
commands patchbay >"$tmp/ours"
same "commands that are missing" "" "$(comm -23 "$tmp/theirs" "$tmp/ours")"
within "how many they are" 130 1000 "$(wc -l <"$tmp/theirs")"  # 3.1 lists 139 with dummies
