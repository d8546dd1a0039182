"""Random Ethernet frames in hexadecimal, of the same addresses as the flows."""

import ipaddress
import struct

from randomness import IP6S, IPS, MACS, Chance


def mac(text):
    return bytes.fromhex(text.replace(':', ''))


def checksum(data):
    data += b'\0' * (len(data) % 2)
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return 0xffff - total


class Frames(Chance):
    def frame(self, tags=2):
        frame = mac(self.pick(*MACS, 'ff:ff:ff:ff:ff:ff')) + mac(self.pick(*MACS))
        for _ in range(min(tags, self.pick(0, 0, 0, 1, 1, 2))):
            frame += struct.pack('!HH', self.pick(0x8100, 0x8100, 0x88a8),
                                 self.pick(10, 20, 0) | self.number(3) << 13)
        frame += self.payload()
        return (frame + b'\0' * max(0, 60 - len(frame))).hex()

    def payload(self):
        """Ethertype and what is behind it."""
        return self.pick(self.ipv4, self.ipv4, self.ipv4, self.ipv6, self.arp, self.mpls, self.nsh,
                         self.other)()

    def other(self):
        return struct.pack('!H', self.pick(0x88cc, 0x1234)) + self.filling()

    def filling(self):
        return bytes(range(self.pick(10, 46, 100)))

    def arp(self):
        return (struct.pack('!HHHBBH', 0x0806, 1, 0x0800, 6, 4, self.pick(1, 2)) +
                mac(self.pick(*MACS)) + ipaddress.ip_address(self.pick(*IPS)).packed +
                mac(self.pick(*MACS)) + ipaddress.ip_address(self.pick(*IPS)).packed)

    def ipv4(self):
        source, to = (ipaddress.ip_address(self.pick(*IPS)).packed for _ in range(2))
        protocol = self.pick(6, 17, 132, 1, 47)
        options = self.pick(b'', b'', b'\x94\x04\0\0')
        fragment = self.pick(0, 0, 0x4000, 0x2000, 0x2010, 0x0010)
        pseudo = source + to + struct.pack('!BB', 0, protocol)
        body = self.transport(protocol, pseudo)
        head = struct.pack('!BBHHHBBH', 0x45 + len(options) // 4, self.number(8),
                           20 + len(options) + len(body), 7, fragment, self.pick(64, 2, 1),
                           protocol, 0) + source + to + options
        head = head[:10] + struct.pack('!H', checksum(head)) + head[12:]
        return b'\x08\x00' + head + body

    def ipv6(self):
        source, to = (ipaddress.ip_address(self.pick(*IP6S)).packed for _ in range(2))
        protocol = self.pick(6, 17, 132, 58, 58)
        body = self.transport(protocol, source + to + struct.pack('!IBBBB', 0, 0, 0, 0, protocol))
        for kind in self.pick([], [], [0], [43], [60], [44], [0, 44]):
            if kind == 44:
                body = struct.pack('!BBHI', protocol, 0, self.pick(0, 1, 0x11, 0x10), 9) + body
            else:
                body = struct.pack('!BBBBI', protocol, 0, 1, 4, 0) + body
            protocol = kind
        return b'\x86\xdd' + struct.pack('!IHBB', 6 << 28 | self.number(8) << 20 | self.number(20),
                                         len(body), protocol, self.pick(64, 1, 255)) + (
            source + to + body)

    def transport(self, protocol, pseudo):
        filling = self.filling()
        source, to = self.number(16), self.pick(80, 443, 53)
        if protocol == 6:
            head = struct.pack('!HHIIBBHHH', source, to, 1, 2, 0x50,
                               self.pick(2, 0x10, 0x11, 4), 9, 0, 0)
            return self.summed(head + filling, 16, pseudo)
        if protocol == 17:
            return self.summed(struct.pack('!HHHH', source, to, 8 + len(filling), 0) + filling, 6,
                               pseudo)
        if protocol == 132:
            return struct.pack('!HHII', source, to, 3, 0) + filling
        if protocol == 1:
            return self.summed(struct.pack('!BBHI', self.pick(8, 0, 3), 0, 0, 1) + filling, 2, None)
        if protocol == 58:
            return self.discovery(pseudo) if self.chance(60) else self.summed(
                struct.pack('!BBHI', self.pick(128, 129), 0, 0, 1) + filling, 2, pseudo)
        return filling

    def discovery(self, pseudo):
        kind = self.pick(135, 136)
        body = struct.pack('!BBHI', kind, 0, 0, 0) + ipaddress.ip_address(self.pick(*IP6S)).packed
        if self.chance(70):
            body += bytes([kind - 134, 1]) + mac(self.pick(*MACS))
        return self.summed(body, 2, pseudo)

    def summed(self, body, place, pseudo):
        """With its checksum, over the pseudo header too."""
        before = b'' if pseudo is None else pseudo + struct.pack('!H', len(body))
        return body[:place] + struct.pack('!H', checksum(before + body)) + body[place + 2:]

    def mpls(self):
        count = self.pick(1, 1, 2, 3)
        entries = b''.join(struct.pack('!I', self.number(20) << 12 | self.number(3) << 9 |
                                       (i + 1 == count) << 8 | self.pick(64, 2, 1))
                           for i in range(count))
        return b'\x88\x47' + entries + self.pick(self.ipv4, self.ipv6)()[2:]

    def nsh(self):
        inner = self.ipv4()[2:]
        return b'\x89\x4f' + struct.pack('!HBBI16s', 0x0fc6, 1, 1, self.number(24) << 8 | 255,
                                         bytes(range(16))) + inner
