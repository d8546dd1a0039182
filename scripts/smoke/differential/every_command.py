"""Asks two switches every command of ovs-ofctl(8) at every version, and compares what it prints.

usage: every_command.py RUNDIR RUNDIR

Each RUNDIR is that of a running switch with a bridge br0 of six ports. The commands are in COMMANDS,
in an order in which later ones find something to show; a test of this file's own is that none of
those that `ovs-ofctl --help` lists for switches is missing. Prints what differs, and false then.
"""

import difflib
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

from switch import LOG_LINE, Switch, normal_dump

VERSIONS = ['OpenFlow10', 'OpenFlow11', 'OpenFlow12', 'OpenFlow13', 'OpenFlow14', 'OpenFlow15']
FRAME = ('020000000002' '020000000001' '0800' '4500001c00000000401166cf0a0000010a000002'
         '0035003500080000')
# Lines of standard input come after " < ".
COMMANDS = """
show br0
dump-desc br0
dump-tables br0
dump-table-features br0
dump-table-desc br0
mod-port br0 p1 down
mod-port br0 2 no-flood
mod-port br0 nosuch up
dump-ports-desc br0
dump-ports-desc br0 3
dump-ports-desc br0 77
mod-port br0 p1 up
mod-port br0 2 flood
mod-table br0 0 controller
mod-table br0 0 drop
mod-table br0 0 evict
mod-table br0 1 vacancy:20,80
mod-table br0 all noevict
mod-table br0 255 evict
dump-table-desc br0
get-frags br0
set-frags br0 drop
get-frags br0
set-frags br0 reassemble
set-frags br0 nx-match
get-frags br0
set-frags br0 normal
dump-ports br0
dump-ports br0 p3
dump-ports br0 88
add-flow br0 priority=10,ip,nw_dst=10.0.0.0/8,actions=output:2
add-flow br0 cookie=0x7/0x7,actions=drop
add-flow br0 tcp,tp_dst=80,tp_src=80,check_overlap,actions=dec_ttl,output:3
add-flow br0 tcp,tp_dst=80,check_overlap,actions=drop
add-flow br0 table=3,idle_timeout=60,hard_timeout=600,send_flow_rem,importance=3,arp,actions=NORMAL
add-flow br0 table=255,actions=drop
add-flow br0 dl_vlan=7,actions=strip_vlan,output:99999
add-flow br0 udp,nw_src=1.2.3.4,actions=group:5
add-flow br0 udp,actions=meter:5,output:1
add-flow br0 actions=set_field:1->nw_src
add-flow br0 ipv6,ipv6_dst=fe80::/10,actions=controller(max_len=40,id=3)
add-flow br0 -O OpenFlow10 in_port=6,actions=output:1
add-flows br0 - < add table=4,ip,actions=output:1|delete table=4|modify table=4,actions=drop
--bundle add-flows br0 - < table=5,ip,actions=output:1|table=5,ip,actions=group:404
--bundle add-flows br0 - < table=5,ip,actions=output:1|table=5,arp,actions=output:2
dump-flows br0
dump-flows br0 table=5
dump-flows br0 ip,nw_dst=10.0.0.0/8
dump-flows br0 out_port=2
dump-flows br0 cookie=0x7/-1
--names dump-flows br0
--sort=priority dump-flows br0 table=0
--rsort=nw_dst dump-flows br0 table=0
dump-flows br0 nosuchfield=3
-F NXM dump-flows br0
-F OXM-OpenFlow13 dump-flows br0
dump-aggregate br0
dump-aggregate br0 table=5
mod-flows br0 table=5,ip,actions=output:4
--strict mod-flows br0 table=5,priority=1,ip,actions=output:5
mod-flows br0 table=6,actions=output:5
del-flows br0 cookie=0x7/-1
--strict del-flows br0 table=5,priority=32768,arp
del-flows br0 table=0,out_port=2
dump-flows br0
replace-flows br0 - < ip,actions=output:1|arp,actions=output:2
--readd replace-flows br0 - < ip,actions=output:1
--bundle replace-flows br0 - < ip,actions=output:3
diff-flows br0 - < ip,actions=output:1|arp,actions=drop
diff-flows br0 br0
queue-stats br0
queue-stats br0 1
queue-stats br0 1 0
queue-stats br0 77
queue-get-config br0
queue-get-config br0 1
queue-get-config br0 77
packet-out br0 in_port=1,packet=FRAME,actions=output:2
packet-out br0 in_port=controller,packet=FRAME,actions=TABLE
packet-out br0 in_port=1,packet=FRAME,actions=output:99999
packet-out br0 1 output:2 FRAME
packet-out br0 in_port=1,packet=00,actions=output:2
-t 1 monitor br0
-t 1 monitor br0 65535 invalid_ttl
-t 1 monitor br0 watch:
-t 1 monitor br0 watch:!initial,table=0
-t 1 -P nxt_packet_in monitor br0 64
-t 1 -P openflow10 monitor br0 64
-t 1 -m monitor br0 watch:out_port=3
-t 1 snoop br0
add-group br0 group_id=1,type=all,bucket=output:1,bucket=output:2
add-group br0 group_id=2,type=select,bucket=weight:3,output:1,bucket=weight:4,output:2
add-group br0 group_id=3,type=fast_failover,bucket=watch_port:1,output:1,bucket=watch_port:2,output:2
add-group br0 group_id=4,type=indirect,bucket=dec_ttl,output:4
add-group br0 group_id=1,type=all,bucket=output:1
add-group br0 group_id=5,type=indirect
add-group br0 group_id=6,type=all,bucket=group:77
add-groups br0 - < group_id=8,type=all,bucket=output:1|group_id=9,type=all,bucket=group:8
--bundle add-groups br0 - < group_id=10,type=all,bucket=output:1|group_id=10,type=all,bucket=output:2
mod-group br0 group_id=8,type=select,bucket=output:3
mod-group br0 group_id=88,type=all,bucket=output:3
--may-create mod-group br0 group_id=88,type=all,bucket=output:3
mod-group br0 group_id=8,type=all,bucket=group:9
insert-buckets br0 group_id=1,command_bucket_id=last,bucket=bucket_id:7,actions=output:3
insert-buckets br0 group_id=1,command_bucket_id=77,bucket=bucket_id:8,actions=output:3
remove-buckets br0 group_id=1,command_bucket_id=first
remove-buckets br0 group_id=99,command_bucket_id=all
dump-groups br0
dump-groups br0 2
dump-group-stats br0
dump-group-stats br0 group_id=2
dump-group-features br0
del-groups br0 group_id=9
del-groups br0 group_id=404
del-groups br0
dump-groups br0
add-meter br0 meter=1,kbps,burst,stats,bands=type=drop,rate=1000,burst_size=500
add-meter br0 meter=1,kbps,bands=type=drop,rate=1000
add-meter br0 meter=2,pktps,bands=type=drop,rate=10
add-meter br0 meter=3,pktps,bands=type=dscp_remark,rate=10,prec_level=1
add-meter br0 meter=controller,pktps,bands=type=drop,rate=10
add-meter br0 meter=0,pktps,bands=type=drop,rate=10
mod-meter br0 meter=2,kbps,bands=type=drop,rate=20
mod-meter br0 meter=99,kbps,bands=type=drop,rate=20
dump-meters br0
dump-meter br0 meter=1
meter-stats br0
meter-stats br0 meter=2
meter-features br0
del-meters br0 meter=1
del-meter br0 meter=77
del-meters br0
dump-meters br0
add-tlv-map br0 {class=0xffff,type=0,len=4}->tun_metadata0
add-tlv-map br0 {class=0xffff,type=1,len=8}->tun_metadata1
add-tlv-map br0 {class=0xffff,type=1,len=8}->tun_metadata2
add-tlv-map br0 {class=0xffff,type=2,len=5}->tun_metadata3
dump-tlv-map br0
add-flow br0 tun_metadata0=0x12345678,actions=drop
dump-flows br0
del-tlv-map br0 {class=0xffff,type=0,len=4}->tun_metadata0
del-flows br0
del-tlv-map br0
dump-tlv-map br0
dump-ipfix-bridge br0
dump-ipfix-flow br0
ct-flush-zone br0 5
ct-flush br0
ct-flush br0 zone=5 ct_nw_src=10.1.1.1,ct_nw_dst=10.1.1.2,ct_nw_proto=6
probe br0
ping br0 100
benchmark br0 64 10
bundle br0 - < flow add table=7,ip,actions=output:1|group group_id=3,type=all,bucket=output:1|flow add table=7,arp,actions=group:3
bundle br0 - < flow add table=8,ip,actions=output:1|flow add table=8,arp,actions=group:33
bundle br0 - < flow add table=8,ip,actions=output:1|packet-out in_port=1,packet=FRAME,actions=output:2
dump-flows br0
del-groups br0
del-flows br0
""".strip().replace('FRAME', FRAME).splitlines()
# For peers that are no switches, or not asked at all.
LOCAL = {'ofp-parse', 'ofp-parse-pcap'}


def listed():
    """What --help says there is for switches."""
    text = subprocess.run(['ovs-ofctl', '--help'], capture_output=True, text=True).stdout
    found = re.findall(r'(?m)^  (?:\[--may-create\] )?([a-z]+(?:-[a-z]+)*) ', text.split('Other commands')[0])
    return set(found) - LOCAL


def arguments(command):
    words, _, lines = command.partition(' < ')
    # What follows the bridge is one word for commands that take a flow with spaces: none here.
    return words.split(), lines.replace('|', '\n') + '\n' if lines else None


def ask(switch, version, command):
    words, text = arguments(command)
    done = subprocess.run(['ovs-ofctl', '-O', version, *words], env=switch.environment, input=text,
                          capture_output=True, text=True, timeout=60)
    lines = [line for line in (done.stdout + done.stderr).splitlines() if not LOG_LINE.match(line)]
    return 'exit %d\n%s' % (done.returncode, normal('\n'.join(lines), command))


def answers(pool, switches, version, commands):
    """Each command with both switches' answers: those that only watch for a while at the same time, the
    others one by one."""
    if not commands[0].startswith('-t '):
        for command in commands:
            yield command, *pool.map(lambda switch: ask(switch, version, command), switches)
        return
    asked = [(command, [pool.submit(ask, switch, version, command) for switch in switches])
             for command in commands]
    for command, replies in asked:
        yield command, *(reply.result() for reply in replies)


def normal(text, command):
    """Times, process numbers and features that depend on the machine are anyone's."""
    text = re.sub(r'time=[0-9.]+ ms|[Ff]inished in .*', 'TIME', text)
    # Whether the greeting or the goodbye comes first is anyone's.
    text = re.sub(r'(ovs-ofctl: ).*(?:Connection reset by peer|Broken pipe)\)', r'\1closed', text)
    text = re.sub(r'unix:\S*/', 'unix:', re.sub(r'\(pid \d+\)', '(pid)', text))
    text = re.sub(r'duration_sec:\d+, duration_nsec:\d+', 'duration', text)
    return normal_dump(text)


def main():
    switches = [Switch(sys.argv[1]), Switch(sys.argv[2])]
    for switch in switches:
        switch.wait_for_ports(7)
    asked = {word for command in COMMANDS for word in command.split()}
    missing = sorted(listed() - asked)
    if missing:
        sys.exit('commands that are not asked: ' + ' '.join(missing))
    pool, differ, count = ThreadPoolExecutor(16), 0, 0
    for version in VERSIONS:
        for _, run in groupby(COMMANDS, lambda command: command.startswith('-t ')):
            for command, mine, theirs in answers(pool, switches, version, list(run)):
                count += 1
                if mine != theirs:
                    differ += 1
                    print('--- %s %s' % (version, command))
                    print('\n'.join(list(difflib.unified_diff(
                        theirs.splitlines(), mine.splitlines(), 'expected', 'got', lineterm='', n=0))[2:]))
    print('%d commands compared, %d differ' % (count, differ))
    sys.exit(1 if differ else 0)


main()
