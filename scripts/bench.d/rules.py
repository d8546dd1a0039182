"""Prints the rules of one row of scripts/bench for its first bridge, in the words of ovs-ofctl.

usage: rules.py KIND CAPTURE PORT

All match on IP, because OVS answers a bare in_port rule without a lookup. KIND:
  one       a rule for all           each      a rule for every destination in the capture
  masks:M   4,096 megaflows in M masks (by source MAC and bits of the source address)
  cold:M    4,096 megaflows in M masks, by bits of both addresses
  ipv6 both tag                      a rule for all packets with IPv6, with either IP, with VLAN 5
  l3 nat push pop                    one, with an action that rewrites
  four group meter                   one, to four ports, a select group of four, through a meter
PORT is where packets go.
"""

import random
import sys

ONE = 'in_port=in,ip,nw_dst=10.192.0.0/10,actions='


def destinations(path):
    data, at = open(path, 'rb').read(), 24
    while at < len(data):
        yield '%d.%d.%d.%d' % tuple(data[at + 46:at + 50])
        at += 16 + int.from_bytes(data[at + 8:at + 12], 'little')


def spread(value, mask):
    """The bits of value, put where the mask has ones."""
    result, bit = 0, 0
    for position in range(32):
        if mask >> position & 1:
            result |= (value >> bit & 1) << position
            bit += 1
    return result


def dotted(address):
    return '.'.join(str(address >> shift & 255) for shift in (24, 16, 8, 0))


def masks(count, port):
    random.seed(3)
    bits = (4096 // count).bit_length() - 1
    seen = set()
    while len(seen) < count:
        seen.add(sum(1 << position for position in random.sample(range(22), bits)))
    for n in range(64):
        yield 'in_port=in,ip,dl_src=02:00:00:00:00:%02x,actions=resubmit(,%d)' % (n, n % count + 1)
    for table, mask in enumerate(sorted(seen), 1):
        for value in range(1 << bits):
            yield 'table=%d,ip,nw_src=%s/%s,actions=%s' % (
                table, dotted(spread(value, mask)), dotted(mask), port)


def cold(count, port):
    """The destination's lowest bits say which mask it is; every other bit that varies is in some mask."""
    random.seed(5)
    choice, bits = count.bit_length() - 1, (4096 // count).bit_length() - 1
    variable = [(side, bit) for side, first, last in (('src', 0, 8), ('dst', choice, 16))
                for bit in range(first, last)]
    for n in range(count):
        yield 'in_port=in,ip,nw_dst=%s/%s,actions=resubmit(,%d)' % (
            dotted(0x0ac00000 + n), dotted(0xffc00000 + count - 1), n + 1)
    seen = set()
    for table in range(1, count + 1):
        start = (table - 1) * bits
        chosen = [variable[i % len(variable)] for i in range(start, start + bits)]
        while tuple(sorted(chosen)) in seen:
            chosen = random.sample(variable, bits)
        seen.add(tuple(sorted(chosen)))
        mask = {side: sum(1 << bit for s, bit in chosen if s == side) for side in ('src', 'dst')}
        split = bin(mask['src']).count('1')
        for value in range(1 << bits):
            yield 'table=%d,ip,nw_src=%s/%s,nw_dst=%s/%s,actions=%s' % (
                table, dotted(spread(value, mask['src'])), dotted(mask['src']),
                dotted(spread(value >> split, mask['dst'])), dotted(mask['dst']), port)


def rules(kind, capture, port):
    name, _, argument = kind.partition(':')
    if name == 'each':
        return ['in_port=in,ip,nw_dst=%s,actions=%s' % (d, port)
                for d in sorted(set(destinations(capture)))]
    if name == 'masks':
        return masks(int(argument), port)
    if name == 'cold':
        return cold(int(argument), port)
    return {
        'one': [ONE + port],
        'ipv6': ['in_port=in,ipv6,ipv6_dst=2001:db8::/32,actions=' + port],
        'both': [ONE + port, 'in_port=in,ipv6,ipv6_dst=2001:db8::/32,actions=' + port],
        'tag': ['in_port=in,dl_vlan=5,actions=' + port],
        'l3': [ONE + 'mod_dl_dst:02:00:00:00:00:09,dec_ttl,' + port],
        'nat': [ONE + 'mod_nw_dst:10.200.0.1,' + port],
        'push': [ONE + 'push_vlan:0x8100,set_field:4101->vlan_vid,' + port],
        'pop': ['in_port=in,dl_vlan=5,actions=strip_vlan,' + port],
        'four': [ONE + 'out,out2,out3,out4'],
        'group': [ONE + 'group:1'],
        'meter': [ONE.replace('actions=', 'actions=meter:1,') + port],
    }[name]


for line in rules(*sys.argv[1:]):
    print(line)
