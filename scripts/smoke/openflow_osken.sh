#!/bin/bash
# A controller on os-ken drives a bridge at 1.0, 1.3, 1.4 and 1.5: learning, errors, flow-removed,
# statistics, roles, groups, meters, bundles.
source "$(dirname "$0")/_init.sh"
python=$repository/.build-os-ken/bin/python
[ -x "$python" ] || die "os-ken is not there: scripts/packages --tests installs it"

# ask NAME: what the controller answers.
ask() {
  rm -f "$dir/answer.$1"
  touch "$dir/ask.$1"
  wait_until 20 test -e "$dir/answer.$1" || fail "no answer to $1: $(tail -n 20 "$dir/log")"
  cat "$dir/answer.$1"
}
event() { wait_until 10 grep -qE -- "$1" "$dir/events" || fail "no event '$1': $(cat "$dir/events"; tail -n 20 "$dir/log")"; }
# number PORT: the controller has each version use ports of its own.
number() { echo $(($1 + 10 * ${version#1.})); }
# datagrams PORT COUNT: from host 1 to host 2, each from another address.
datagrams() {
  local frame
  frame=$(udp - 1 2 "$(number "$1")")
  scapy h1 <<<"
sock = conf.L2socket(iface='eth0')
for i in range($2): sock.send(${frame/IP(src=\'10.0.0.1\'/IP(src=\'10.1.0.%d\' % (i + 1)})"
}
count_heard() { heard "$1" | grep -cE " IPv4, .*\.$(number "$2"): " || true; }

start_switch
bridge br0 fail_mode=secure
for n in 1 2 3; do host "h$n" br0 "10.0.0.$n/24"; done
listen h2 h3

run_version() {
  local version=$1 port=$((6700 + ${1#1.}))
  dir=$tmp/osken-$version
  mkdir "$dir"
  "$python" "$repository/scripts/smoke/osken/controller.py" "$version" "$port" "$dir" \
    >"$dir/log" 2>&1 &
  controller=$!
  ovs-vsctl set bridge br0 "protocols=OpenFlow${version/./}" -- set-controller br0 "tcp:127.0.0.1:$port" \
    -- set controller br0 connection_mode=out-of-band
  event '^features dpid=[0-9a-f]{16} tables=254$'
  event '^connected$'
  becomes 10 true ovs-vsctl get controller br0 is_connected

  reaches h1 10.0.0.2; reaches h2 10.0.0.3; reaches h3 10.0.0.1
  event '^packet-in port=1 reason=[01] src=02:00:00:00:00:01$'
  contains "$version: learned flows" 'priority=10' "$(ask flow_stats)"
  contains "$version: port statistics" '^port 1 rx yes$' "$(ask port_stats)"
  same "$version: flow removed" ok "$(ask flow_removed)"
  event '^flow-removed reason=2 priority=77$'
  same "$version: bad port" "error 2 4" "$(ask bad_port)"
  ip link set v-h3 down; event '^port-status reason=2 name=v-h3$'
  ip link set v-h3 up

  [ "$version" = 1.0 ] || with_groups_and_meters "$version"
  ovs-vsctl del-controller br0
  kill "$controller"
  wait "$controller" 2>/dev/null || true
  ovs-vsctl clear bridge br0 protocols
  for what in flows groups meters; do ovs-ofctl -O OpenFlow15 "del-$what" br0; done
}

with_groups_and_meters() {
  local version=$1
  same "$version: role" $'role 2 generation 7\nerror 11 0' "$(ask role)"
  same "$version: groups" ok "$(ask group_all)"
  datagrams 5000 1; datagrams 5001 1
  for to in h2 h3; do hears $to "\.$(number 5000): UDP"; hears $to "\.$(number 5001): UDP"; done
  same "$version: select" ok "$(ask group_select)"
  datagrams 5002 64
  within "$version: bucket of h2" 8 56 "$(becomes_counted h2 5002)"
  within "$version: bucket of h3" 8 56 "$(becomes_counted h3 5002)"
  # os-ken cannot read 1.5's weights.
  [ "$version" = 1.5 ] || same "$version: group desc" "group 1 type 0 buckets 2
group 2 type 2 buckets 1
group 3 type 1 buckets 2" "$(ask group_desc)"
  wait_until 10 grep -q '^group 1 packets 2 buckets \[2, 2\]$' <(ask group_stats) ||
    becomes 10 'group 1 packets 2 buckets [2, 2]' first_group
  same "$version: group errors" $'error 6 0\nerror 2 9\nerror 6 8' "$(ask group_errors)"

  same "$version: meter" "error 12 1" "$(ask meter)"
  datagrams 6000 200
  within "$version: metered" 5 100 "$(becomes_counted h2 6000)"
  contains "$version: meter statistics" '^meter 5 in [0-9]+ dropped [1-9][0-9]+$' "$(ask meter_stats)"
  [ "$version" = 1.3 ] || bundles "$version"
}
first_group() { ask group_stats | head -n 1; }
# becomes_counted HOST PORT: waits for silence, then says how many came.
becomes_counted() {
  local last=-1 now
  while now=$(count_heard "$1" "$2"); [ "$now" != "$last" ]; do last=$now; sleep 0.3; done
  echo "$now"
}

bundles() {
  local version=$1 answer flows
  answer=$(ask bundle)
  contains "$version: bundle" '^bundle 1 type 5$' "$answer"
  contains "$version: bundle refused" '^error 17 13$' "$answer"
  event '^error type=2 code=9$'
  flows=$(ask flow_stats)
  same "$version: committed" 2 "$(grep -c '^priority=71$' <<<"$flows")"
  lacks "$version: nothing of what was refused" '^priority=72$' "$flows"
}

for version in 1.0 1.3 1.4 1.5; do run_version "$version"; done
