#!/bin/bash
# 1,000 bridges and 2,000 patch ports in one transaction settle in seconds, and packets pass; then
# all of them go again.
source "$(dirname "$0")/_init.sh"
start_switch
limit=20 # other scenarios run beside this one
if ! ours; then limit=60; fi # Debian's OVS deletes a bridge at a time
# settle WHAT OVS-VSCTL-ARGUMENT...: the seconds that ovs-vsctl did not itself compute (about ten).
settle() {
  local what=$1 took
  shift
  TIMEFORMAT='%0R %0U'
  took=$({ time ovs-vsctl "$@" >&3 2>&3; } 3>&2 2>&1)
  say "$what after ${took% *} s, of which ovs-vsctl computed ${took#* } s"
  within "seconds" 0 $limit $((${took% *} - ${took#* }))
}
bridge hub
host left hub 10.0.0.1/24
args=()
for ((n = 1; n <= 1000; n++)); do
  args+=(-- add-br b$n -- set bridge b$n datapath_type=netdev
    -- add-port hub h$n -- set interface h$n type=patch options:peer=s$n
    -- add-port b$n s$n -- set interface s$n type=patch options:peer=h$n)
done
settle "settled" "${args[@]}"
same "bridges" 1001 "$(ovs-appctl ofproto/list | wc -l)"
same "patch ports" 2000 "$(ovs-appctl dpif/show | grep -c '/none: (patch: peer=')"
same "no errors" "" "$(ovs-vsctl --bare --columns=error find interface type=patch | tr -d '\n')"

host right b777 10.0.0.2/24
reaches left 10.0.0.2

args=()
for ((n = 1; n <= 1000; n++)); do args+=(-- del-br b$n -- del-port h$n); done
settle "gone" "${args[@]}"
same "left" "hub" "$(ovs-appctl ofproto/list)"
