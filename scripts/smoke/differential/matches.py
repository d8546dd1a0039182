"""Random matches in flow text."""

from randomness import IP6S, MACS, PORTS, Chance


class Matches(Chance):
    def match(self):
        parts = []
        if self.chance(35):
            parts.append('in_port=%d' % self.pick(*PORTS))
        if self.chance(20):
            parts.append('dl_src=' + self.mac())
        if self.chance(20):
            parts.append('dl_dst=' + self.mac())
        if self.chance(15):
            parts += self.vlan()
        if self.chance(25):
            parts.append(self.register())
        if self.chance(4):
            parts.append(self.context())
        return parts + self.pick(
            self.nothing, self.ipv4, self.ipv4, self.ipv4, self.ipv4, self.ipv6, self.ipv6,
            self.arp, self.icmp, self.icmp6, self.mpls, self.ethertype, self.nsh)()

    def vlan(self):
        return self.pick(['dl_vlan=%d' % self.number(12)], ['dl_vlan_pcp=%d' % self.number(3)],
                         ['vlan_tci=0x0000'], ['vlan_tci=0x1000/0x1000'], ['dl_vlan=10'],
                         ['dl_vlan=10', 'dl_vlan_pcp=3'], ['vlan_tci=%s' % self.masked(16)],
                         ['vlan_vid=%d' % (4096 + self.number(12))], ['vlan_vid=0'],
                         ['vlan_vid=0x1000/0x1000', 'vlan_pcp=%d' % self.number(3)])

    def register(self):
        return self.pick(
            'reg%d=%s' % (self.number(4), self.masked(32)), 'reg0=0', 'reg1=0',
            'tun_id=' + self.masked(64), 'pkt_mark=' + self.masked(32),
            'metadata=' + self.masked(64), 'xreg%d=%s' % (self.number(3), self.masked(64)),
            'xxreg%d=%s' % (self.number(2), self.masked(128)))

    def context(self):
        """What a packet has besides its headers."""
        return self.pick(
            'tun_src=' + self.ip(), 'tun_dst=' + self.ip(), 'tun_ipv6_src=' + self.ip6(),
            'tun_flags=' + self.pick('oam', '+csum', '+key-df', '-oam'),
            'tun_gbp_id=' + self.masked(16), 'conj_id=%d' % self.number(32),
            'recirc_id=%d' % self.number(2), 'dp_hash=' + self.masked(32),
            'ct_state=' + self.pick('+trk', '-trk', '+new+trk', '+est-rel+trk', '0/0x20'),
            'ct_zone=' + self.masked(16), 'ct_mark=' + self.masked(32),
            'ct_label=' + self.masked(128), 'actset_output=%d' % self.pick(*PORTS),
            'packet_type=(0,0)', 'packet_type=(1,0x800)', 'tun_ttl=%d' % self.number(8),
            'skb_priority=%d' % self.number(16), 'tun_metadata0=%#x' % self.number(16))

    def nothing(self):
        return []

    def ethertype(self):
        return ['dl_type=%#06x' % self.pick(0x88cc, 0x1234, 0x05ff, 0x8847, 0x894f, 0x0800, 0x86dd)]

    def ipv4(self):
        kind = self.pick('ip', 'ip', 'tcp', 'tcp', 'udp', 'udp', 'sctp')
        parts = [kind] + self.some(35, 'nw_src=' + self.ip()) + self.some(40, 'nw_dst=' + self.ip())
        if kind != 'ip':
            parts += self.ports()
        elif self.chance(10):
            parts.append('nw_proto=%d' % self.pick(1, 2, 6, 17, 132, self.number(8)))
        return parts + self.tcp_flags(kind) + self.ip_bits()

    def tcp_flags(self, kind):
        if kind.startswith('tcp') and self.chance(15):
            return ['tcp_flags=' + self.pick('+syn-ack', '+rst', '0x010/0x017', 'syn|ack', '-fin')]
        return []

    def ip_bits(self):
        return (self.some(8, 'nw_tos=%d' % (self.number(6) << 2)) +
                self.some(5, 'ip_dscp=%d' % self.number(6)) +
                self.some(8, 'nw_ecn=%d' % self.number(2)) +
                self.some(8, 'nw_ttl=%d' % self.number(8)) +
                self.some(8, 'ip_frag=' + self.pick('no', 'yes', 'first', 'later', 'not_later')))

    def ports(self):
        return [part for name in ('tp_src', 'tp_dst') for part in self.some(
            40, '%s=%s' % (name, self.pick('80', '443', '53', '80/0xfff0', self.masked(16))))]

    def ipv6(self):
        kind = self.pick('ipv6', 'tcp6', 'udp6', 'sctp6')
        parts = [kind] + self.some(35, 'ipv6_src=' + self.ip6()) + self.some(
            35, 'ipv6_dst=' + self.ip6())
        if kind != 'ipv6':
            parts += self.ports()
        return parts + self.some(10, 'ipv6_label=' + self.masked(20)) + self.tcp_flags(
            kind) + self.ip_bits()

    def arp(self):
        return [self.pick('arp', 'arp', 'rarp')] + self.some(
            25, 'arp_op=%d' % self.pick(1, 2, 3), 'arp_spa=' + self.ip(), 'arp_tpa=' + self.ip(),
            'arp_sha=' + self.mac(), 'arp_tha=' + self.mac())

    def icmp(self):
        return ['icmp'] + self.some(
            40, 'icmp_type=%d' % self.pick(0, 8, 3), 'icmp_code=%d' % self.number(2))

    def icmp6(self):
        if self.chance(40):
            return ['icmp6'] + ['icmp_type=%d' % self.pick(128, 129, 135, 136)]
        kind = self.pick(135, 136)
        return ['icmp6', 'icmp_type=%d' % kind, 'icmp_code=0'] + self.some(
            50, 'nd_target=' + self.ip6(),
            ('nd_sll=' if kind == 135 else 'nd_tll=') + self.pick(*MACS)) + self.some(
            5, 'nd_options_type=%d' % self.number(2), 'nd_reserved=%d' % self.number(3))

    def mpls(self):
        return [self.pick('mpls', 'mpls', 'mplsm')] + self.some(
            30, 'mpls_label=%d' % self.number(20), 'mpls_tc=%d' % self.number(3),
            'mpls_bos=%d' % self.number(1), 'mpls_ttl=%d' % self.number(8))

    def nsh(self):
        return ['dl_type=0x894f'] + self.some(
            30, 'nsh_spi=%#x' % self.number(24), 'nsh_si=%d' % self.number(8),
            'nsh_mdtype=%d' % self.pick(1, 2), 'nsh_np=%d' % self.pick(1, 2, 3),
            'nsh_ttl=%d' % self.number(6), 'nsh_flags=%d' % self.number(2),
            'nsh_c%d=%s' % (self.pick(1, 2, 3, 4), self.masked(32)))

    def has(self, match, *kinds):
        return any(kind in match for kind in kinds)
