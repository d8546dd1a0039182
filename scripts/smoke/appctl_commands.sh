#!/bin/bash
# The control socket as the real ovs-appctl uses it: what commands say, and how they refuse.
source "$(dirname "$0")/_init.sh"
start_switch
bridge br0
host h1 br0 10.0.0.1/24
host h2 br0 10.0.0.2/24
reaches h1 10.0.0.2
error="ovs-appctl: ovs-vswitchd: server returned an error"
refused() { # MESSAGE COMMAND...
  local message=$1
  shift
  same "$*" "$message
$error" "$(fails ovs-appctl "$@")"
}

same "version" "ovs-vswitchd (Open vSwitch) 3.1.0" "$(ovs-appctl version | head -n 1)"
refused '"nosuch" is not a valid command (use "list-commands" to see a list of valid commands)' nosuch
refused '"fdb/show" command requires at least 1 arguments' fdb/show
refused '"version" command takes at most 0 arguments' version x
refused 'No such counter' coverage/read-counter nosuch
commands=$(ovs-appctl list-commands)
same "heading" "The available commands are:" "$(head -1 <<<"$commands")"
for command in 'bridge/dump-flows +\[--offload-stats\] bridge' 'fdb/add +bridge port vlan mac' \
  'dpctl/dump-flows +\[-m\] \[--names\]' exit memory/show ofproto/trace upcall/show vlog/set; do
  contains "list-commands" "^  $command" "$commands"
done

ovs-appctl vlog/set dpif:file:dbg
contains "a level" '^dpif +OFF +INFO +DBG$' "$(ovs-appctl vlog/list)"
refused 'no destination, level, or module "bogus"' vlog/set bogus
contains "patterns" '^FILE +none +%D\{%Y-%m-%dT%H:%M:%S\.###Z\}\|%05N\|%c%T\|%p\|%m$' "$(ovs-appctl vlog/list-pattern)"
mv "$OVS_LOGDIR/ovs-vswitchd.log" "$OVS_LOGDIR/rotated"
ovs-appctl vlog/reopen
contains "reopened" '^....-..-..T..:..:..\....Z\|[0-9]+\|vlog\|INFO\|opened log file ' "$(cat "$OVS_LOGDIR/ovs-vswitchd.log")"

contains "coverage/show" '^Event coverage, avg rate over last: 5 seconds, last minute, last hour,  hash=' "$(ovs-appctl coverage/show)"
contains "memory/show" '(^| )ports:[0-9]+' "$(ovs-appctl memory/show)"
same "ofproto/list" br0 "$(ovs-appctl ofproto/list)"
same "dpif/dump-dps" netdev@br0 "$(ovs-appctl dpif/dump-dps)"
same "dpctl/dump-dps" netdev@ovs-netdev "$(ovs-appctl dpctl/dump-dps)"
contains "features" '^Max VLAN headers: 1$' "$(ovs-appctl dpif/show-dp-features br0)"
contains "upcall/show" '^  flows         : \(current [0-9]+\) \(avg [0-9]+\) \(max [0-9]+\) \(limit [0-9]+\)$' "$(ovs-appctl upcall/show)"
contains "bridge/dump-flows" '^duration=[0-9]+s, n_packets=[0-9]+, n_bytes=[0-9]+, priority=0,actions=NORMAL$' "$(ovs-appctl bridge/dump-flows br0)"
contains "dpctl/show" '^  lookups: hit:[0-9]+ missed:[0-9]+ lost:[0-9]+$' "$(ovs-appctl dpctl/show)"
ovs-appctl dpctl/del-flows
same "no flows" "" "$(ovs-appctl dpctl/dump-flows | sed '/^flow-dump/d')"
reaches h1 10.0.0.2
ovs-appctl revalidator/purge
ovs-appctl revalidator/wait
ovs-appctl bridge/reconnect
reaches h1 10.0.0.2
