#!/bin/bash
# Frames of every malformed kind through the kernel's ports: nothing crashes, nothing sticks, and
# good traffic passes on.
source "$(dirname "$0")/_init.sh"
start_switch
bridge br-a
bridge br-b
patch br-a p-a p-b br-b
host left br-a 10.0.0.1/24
host right br-b 10.0.0.2/24
host evil br-a 10.0.0.3/24
pid=$(cat "$OVS_RUNDIR/ovs-vswitchd.pid")
ovs-ofctl add-flow br-b priority=9,udp6,tp_src=77,actions=drop # look at every layer
ovs-ofctl add-flow br-b priority=9,udp,tp_src=77,actions=drop
stream left 10.0.0.2

scapy evil <<'END'
import random, socket, time
random.seed(7)
sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
sock.bind(("eth0", 0))
def send(frame):
    try: sock.send(frame)
    except OSError: pass                   # the kernel takes none below its header's length
    if random.random() < 0.05: time.sleep(0.01)
base = Ether(src="02:00:00:00:00:03", dst="02:00:00:00:00:02")
kinds = [
    base/IP(src="10.0.0.3", dst="10.0.0.2")/UDP(sport=7, dport=9)/b"abcd",
    base/IP(dst="10.0.0.2", options=[IPOption(b"\x83\x03\x10")])/TCP(options=[("MSS", 1460)]),
    base/IP(dst="10.0.0.2", flags="MF", frag=3)/b"later fragment",
    base/IP(dst="10.0.0.2")/ICMP(),
    base/IPv6(dst="fe80::2")/IPv6ExtHdrHopByHop()/IPv6ExtHdrFragment(m=1)/UDP(),
    base/IPv6(dst="fe80::2")/ICMPv6ND_NS(tgt="fe80::1")/ICMPv6NDOptSrcLLAddr(),
    base/Dot1Q(vlan=5)/Dot1Q(vlan=6)/Dot1Q(vlan=7)/IP()/UDP(),
    base/ARP(pdst="10.0.0.2"),
    Ether(src="02:00:00:00:00:03", dst="ff:ff:ff:ff:ff:ff", type=0x8847)/b"\x00\x01\x01\x40"/IP(),
    Dot3(src="02:00:00:00:00:03", dst="01:80:c2:00:00:00")/LLC()/STP(),
]
for kind in kinds:
    whole = bytes(kind)
    for length in range(14, len(whole) + 1):     # truncated at each byte
        send(whole[:length])
    for _ in range(300):                         # and with bytes changed behind the addresses
        frame = bytearray(whole)
        for _ in range(random.randint(1, 4)):
            frame[random.randrange(12, len(frame))] = random.choice((0, 1, 0x45, 0x4f, 0x60, 0x81, 255, random.randrange(256)))
        send(bytes(frame))
for _ in range(500):
    send(bytes(base)[:12] + random.randbytes(random.randint(2, 1400)))
END
same "the same process" "$pid" "$(cat "$OVS_RUNDIR/ovs-vswitchd.pid")"
running "$OVS_RUNDIR/ovs-vswitchd.pid" || fail "the daemon is gone"
within "loss of good traffic, percent" 0 20 "$(stream_loss left 10.0.0.2)"
reaches left 10.0.0.2
reaches evil 10.0.0.2
ovs-appctl dpctl/dump-flows >/dev/null
