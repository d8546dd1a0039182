"""Writes a capture file of frames for one row of scripts/bench.

usage: packets.py KIND FLOWS FILE

KIND says what the frames are (64 bytes with checksum unless said):
  udp tcp ipv6 vlan qinq   one each of FLOWS 5-tuples
  mix                      IPv4 and IPv6, UDP and TCP, in random order
  imix                     udp of 64, 594 and 1518 bytes, 7 to 4 to 1
  broken                   udp, and as many that are cut off, malformed or too long, in turns
  zipf                     udp, 150,000 frames of FLOWS flows, the n-th most frequent with weight 1/n
Destinations are in 10.192.0.0/10 and 2001:db8::/32; sources have random low bits; the source MAC
ends in the flow's number modulo 64.
"""

import random
import struct
import sys


def checksum(header):
    total = sum(struct.unpack('!%dH' % (len(header) // 2), header))
    total = (total & 0xffff) + (total >> 16)
    return ~(total + (total >> 16)) & 0xffff


def ethernet(n, tags, kind, payload, size):
    head = bytes.fromhex('020000000002') + bytes.fromhex('0200000000') + bytes([n % 64])
    for tag in tags:
        head += struct.pack('!HH', *tag)
    return (head + struct.pack('!H', kind) + payload).ljust(size - 4, b'\0')


def transport(proto, n, length):
    ports = struct.pack('!HH', random.randrange(1024, 65536), n & 0xffff)
    if proto == 6:
        return ports + struct.pack('!IIHHHH', 1, 1, 0x5010, 512, 0, 0)
    return ports + struct.pack('!HH', length, 0)


def ipv4(n, proto, length):
    source = 0x0a000000 | random.getrandbits(22)
    target = 0x0ac00000 | random.getrandbits(22)
    head = struct.pack('!BBHHHBBHII', 0x45, 0, 20 + length, n & 0xffff, 0, 64, proto, 0,
                       source, target)
    return head[:10] + struct.pack('!H', checksum(head)) + head[12:] + transport(proto, n, length)


def ipv6(n, proto, length):
    prefix = bytes.fromhex('20010db8') + bytes(8)
    return (struct.pack('!IHBB', 0x60000000, length, proto, 64) + prefix
            + struct.pack('!I', random.getrandbits(22)) + prefix
            + struct.pack('!I', random.getrandbits(22)) + transport(proto, n, length))


def broken(n):
    """Frames as they should not be: what is wrong depends on n."""
    good4, good6 = frame('udp', n), frame('ipv6', n)
    tagged = good4[:12] + bytes.fromhex('81000005')
    return [
        lambda: good4[:10],                                 # no whole Ethernet header
        lambda: good4[:26],                                 # cut off in the IPv4 header
        lambda: good4[:14] + b'\x42' + good4[15:],          # header length of 8
        lambda: good4[:14] + b'\x65' + good4[15:],          # version 6
        lambda: good4[:16] + b'\x05\xdc' + good4[18:],      # longer than the frame
        lambda: good4[:16] + b'\0\x10' + good4[18:],        # shorter than its header
        lambda: good4[:38],                                 # cut off in the UDP header
        lambda: good4[:23] + b'\x06' + good4[24:46] + b'\x20' + good4[47:],  # TCP header of 8
        lambda: good6[:40],                                 # cut off in the IPv6 header
        lambda: good6[:18] + b'\xff\xff' + good6[20:],      # longer than the frame
        lambda: tagged[:16],                                # nothing behind the tag
        lambda: good4 + bytes(1700),                        # longer than any port sends
    ][n % 12]()


def frame(kind, n):
    if kind == 'broken':
        return frame('udp', n) if n % 2 else broken(n // 2)
    size = random.choices((64, 594, 1518), (7, 4, 1))[0] if kind == 'imix' else 64
    tags = {'vlan': [(0x8100, 5)], 'qinq': [(0x88a8, 5), (0x8100, 6)]}.get(kind, [])
    size = max(size, 64 + 4 * len(tags))
    proto = 6 if kind == 'tcp' or kind == 'mix' and random.random() < 0.5 else 17
    is6 = kind == 'ipv6' or kind == 'mix' and random.random() < 0.5
    if is6:
        size = max(size, 78)
        return ethernet(n, tags, 0x86dd, ipv6(n, proto, size - 58), size)
    return ethernet(n, tags, 0x0800, ipv4(n, proto, size - 38 - 4 * len(tags)), size)


def main():
    kind, flows, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    random.seed(1)
    frames = [frame(kind, n) for n in range(flows)]
    if kind == 'zipf':
        frames = random.choices(frames, [1 / (n + 1) for n in range(flows)], k=150000)
    with open(path, 'wb') as out:
        out.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for data in frames:
            out.write(struct.pack('<IIII', 0, 0, len(data), len(data)) + data)


main()
