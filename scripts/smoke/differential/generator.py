"""Random flows, groups, meters and traces in text: the same for the same seed.

Most of what comes out is right; some is wrong on purpose, or in ways that only the switch sees
(ports, groups and tables that are not there, fields without what they need).
"""

from actions import Actions
from randomness import IP6S, IPS, MACS, PORTS, TABLES


class Generator(Actions):
    def start(self, teaches=True, labels=True):
        """A bridge without anything."""
        self.groups, self.meters = [], []
        self.teaches, self.labels = teaches, labels

    # Flows

    def flow(self):
        table = self.pick(0, 0, 0, self.rng.randrange(TABLES), self.rng.randrange(TABLES))
        head = ['table=%d' % table, 'priority=%d' % self.pick(0, 1, 100, 100, 200, 32768, 65535)]
        head += self.some(20, 'cookie=%#x' % self.number(64))
        head += self.some(10, 'idle_timeout=%d' % self.pick(600, 900))
        head += self.some(10, 'hard_timeout=%d' % self.pick(600, 900))
        head += self.some(8, self.pick('send_flow_rem', 'check_overlap', 'reset_counts'))
        if self.version >= 'OpenFlow13':
            head += self.some(5, self.pick('no_packet_counts', 'no_byte_counts'))
        if self.version >= 'OpenFlow14':
            head += self.some(5, 'importance=%d' % self.number(16))
        if self.chance(4):
            return self.conjunction(head)
        match = self.match()
        return ','.join(head + match) + ',actions=' + self.actions(table, match)

    def conjunction(self, head):
        """Flows of one conjunction are told by table and priority."""
        head = ['table=0', 'priority=%d' % self.pick(100, 200)] + head[2:]
        number, clauses = self.pick(1, 2), self.pick(2, 3)
        if self.chance(30):
            return ','.join(head) + ',conj_id=%d,ip,actions=%s' % (number, self.output())
        match = self.pick(['ip', 'nw_src=' + self.ip()], ['ip', 'nw_dst=' + self.ip()],
                          ['tcp', 'tp_dst=80'], ['ip', 'in_port=%d' % self.pick(*PORTS)])
        parts = ['conjunction(%d,%d/%d)' % (self.pick(number, number, 3),
                                            self.rng.randrange(1, clauses + 1), clauses)
                 for _ in range(self.rng.randrange(1, 3))]
        return ','.join(head + match) + ',actions=' + ','.join(parts)

    def change(self):
        """A command for flows that are there, and its argument."""
        command = self.pick(['mod-flows'], ['mod-flows', '--strict'], ['del-flows'], ['del-flows'],
                            ['del-flows', '--strict'])
        match = self.match()
        head = self.some(40, 'table=%d' % self.pick(0, 0, self.rng.randrange(TABLES)))
        head += self.some(10, 'cookie=%#x/%#x' % (self.number(2), self.number(2)))
        if '--strict' in command:
            head.append('priority=%d' % self.pick(0, 1, 100, 200))
        if 'mod-flows' in command:
            head += self.some(20, 'cookie=%#x' % self.number(16), 'reset_counts')
            return command, ','.join(head + match + ['actions=' + self.actions(0, match)])
        head += self.some(15, 'out_port=%d' % self.pick(*PORTS))
        if self.version != 'OpenFlow10' and self.groups:
            head += self.some(15, 'out_group=%d' % self.pick(*self.groups))
        return command, ','.join(head + match)

    # Groups and meters

    def group(self):
        number = self.rng.randrange(1, 30)
        kind = self.pick('all', 'all', 'select', 'select', 'indirect', 'ff')
        count = 1 if kind == 'indirect' else self.rng.randrange(0 if kind == 'all' else 1, 5)
        buckets = ''.join(',' + self.bucket(kind) for _ in range(count))
        method = ''
        if kind == 'select' and self.version == 'OpenFlow15' and self.chance(70):
            method = self.pick(
                ',selection_method=dp_hash', ',selection_method=dp_hash,selection_method_param=5',
                ',selection_method=hash', ',selection_method=hash,fields=eth_dst',
                ',selection_method=hash,selection_method_param=7,fields(eth_src,ip_dst,tcp_dst)',
                ',selection_method=hash,fields(ipv6_src,nw_proto,vlan_vid)',
                ',selection_method=hash,fields(ip_src=255.255.0.0,reg0,in_port)')
        self.groups.append(number)
        return 'group_id=%d,type=%s%s%s' % (number, kind, method, buckets)

    def bucket(self, kind):
        parts = []
        if self.version == 'OpenFlow15':
            parts += self.some(20, 'bucket_id:%d' % self.number(4))
        if kind == 'select':
            parts.append('weight:%d' % self.pick(0, 1, 1, 2, 5, 100, 1000))
        if kind == 'ff':
            parts.append(self.pick('watch_port:%d' % self.pick(*PORTS, 9),
                                   'watch_group:%d' % self.pick(*self.groups, 77)))
        if self.chance(12):
            actions = ['drop']
        else:
            actions = [self.simple([]) for _ in range(self.rng.randrange(0, 3))]
            if self.groups and self.chance(15):
                actions.append('group:%d' % self.pick(*self.groups))
            elif self.chance(10):
                actions.append('resubmit(,%d)' % (TABLES - 1))
            else:
                actions.append('output:%d' % self.pick(*PORTS))
        return 'bucket=' + ','.join(parts + ['actions=' + ','.join(actions)])

    def group_change(self):
        number = self.pick(*self.groups, 77)
        kinds = ['mod-group', 'del-groups']
        if self.version == 'OpenFlow15':
            kinds += ['insert-buckets', 'remove-buckets'] * 2
        command = self.pick(*kinds)
        place = self.pick('first', 'last', str(self.number(2)))
        if command == 'mod-group':
            # With its own number: the one that `group` says is not there yet.
            text = self.group().split(',', 1)[1]
            self.groups.pop()
            return command, 'group_id=%d,%s' % (number, text)
        if command == 'del-groups':
            return command, 'group_id=%d' % number
        if command == 'remove-buckets':
            place = self.pick(place, 'all')
            return command, 'group_id=%d,command_bucket_id=%s' % (number, place)
        return command, 'group_id=%d,command_bucket_id=%s,%s' % (
            number, place, self.bucket(self.pick('all', 'select')))

    def meter(self):
        number = self.rng.randrange(1, 20)
        self.meters.append(number)
        return 'meter=%d,%s' % (number, self.meter_body())

    def meter_body(self):
        flags = self.pick('kbps', 'pktps') + self.pick('', ',burst') + self.pick('', ',stats')
        # Only rates that no test exceeds where packets flow.
        rate = self.pick(1, 100, 100000) if self.teaches else 1000000
        burst = ',burst_size=%d' % (rate * self.pick(1, 10)) if 'burst' in flags else ''
        kind = 'drop' if self.chance(90) else 'dscp_remark'
        level = ',prec_level=1' if kind != 'drop' else ''
        band = 'type=%s,rate=%d%s%s' % (kind, rate, burst, level)
        return '%s,bands=%s' % (flags, band)

    def meter_change(self):
        number = self.pick(*self.meters, 99)
        command = self.pick('mod-meter', 'del-meter')
        return command, 'meter=%d' % number + (
            ',' + self.meter_body() if command == 'mod-meter' else '')

    # Packets

    def packet(self):
        """What ofproto/trace is asked about."""
        parts = ['in_port=%d' % self.pick(*PORTS), 'dl_src=' + self.pick(*MACS),
                 'dl_dst=' + self.pick(*MACS, 'ff:ff:ff:ff:ff:ff', '01:00:5e:00:00:01')]
        if self.chance(20):
            parts += ['dl_vlan=%d' % self.pick(0, 10, 20), 'dl_vlan_pcp=%d' % self.number(3)]
        parts += self.some(4, 'reg0=%#x' % self.number(16), 'metadata=%#x' % self.number(8),
                           'tun_id=%#x' % self.number(8), 'pkt_mark=%#x' % self.number(4))
        return ','.join(parts + self.pick(
            self.packet_ipv4, self.packet_ipv4, self.packet_ipv4, self.packet_ipv6,
            self.packet_icmp6, self.packet_arp, self.packet_mpls, self.packet_nsh)())

    def packet_ipv4(self):
        kind = self.pick('tcp', 'tcp', 'udp', 'icmp', 'sctp', 'ip')
        parts = [kind, 'nw_src=' + self.pick(*IPS), 'nw_dst=' + self.pick(*IPS),
                 'nw_ttl=%d' % self.pick(64, 1, 2)]
        parts += self.some(10, 'nw_tos=%d' % (self.number(6) << 2), 'nw_ecn=%d' % self.number(2),
                           'nw_frag=' + self.pick('first', 'later'))
        if kind == 'tcp':
            parts += self.some(20, 'tcp_flags=' + self.pick('syn', 'fin|ack', 'rst', '0x12'))
        if kind == 'ip':
            return parts + ['nw_proto=%d' % self.pick(2, 47, 50, 4)]
        if kind == 'icmp':
            return parts + ['icmp_type=%d' % self.pick(0, 3, 8)] + self.some(20, 'icmp_code=1')
        return parts + self.packet_ports(kind, self.pick(80, 443, 53))

    def packet_ports(self, kind, destination):
        """A trace takes tp_src for TCP's."""
        name = 'tp' if self.chance(5) else kind.rstrip('6')
        return ['%s_src=%d' % (name, self.number(16)), '%s_dst=%d' % (name, destination)]

    def packet_ipv6(self):
        kind = self.pick('tcp6', 'udp6', 'sctp6')
        return [kind, 'ipv6_src=' + self.pick(*IP6S), 'ipv6_dst=' + self.pick(*IP6S),
                'nw_ttl=%d' % self.pick(64, 1)] + self.some(
            10, 'ipv6_label=%#x' % self.number(20), 'nw_frag=' + self.pick('first', 'later')
        ) + self.packet_ports(kind, self.pick(80, 443))

    def packet_icmp6(self):
        kind = self.pick(128, 129, 135, 136)
        parts = ['icmp6', 'ipv6_src=' + self.pick(*IP6S), 'ipv6_dst=' + self.pick(*IP6S),
                 'nw_ttl=%d' % self.pick(64, 255), 'icmp_type=%d' % kind, 'icmp_code=0']
        if kind >= 135:
            parts += ['nd_target=' + self.pick(*IP6S)] + self.some(
                60, ('nd_sll=' if kind == 135 else 'nd_tll=') + self.pick(*MACS))
        return parts

    def packet_arp(self):
        return [self.pick('arp', 'arp', 'rarp'), 'arp_op=%d' % self.pick(1, 2),
                'arp_spa=' + self.pick(*IPS), 'arp_tpa=' + self.pick(*IPS),
                'arp_sha=' + self.pick(*MACS)]

    def packet_mpls(self):
        return ['mpls', 'mpls_label=%d' % self.number(20), 'mpls_tc=%d' % self.number(3),
                'mpls_ttl=%d' % self.pick(64, 1, 2), 'mpls_bos=%d' % self.pick(1, 1, 1, 0)]

    def packet_nsh(self):
        return ['dl_type=0x894f', 'nsh_mdtype=1', 'nsh_np=%d' % self.pick(1, 2, 3),
                'nsh_spi=%#x' % self.number(24), 'nsh_si=%d' % self.pick(255, 1),
                'nsh_ttl=%d' % self.pick(63, 1), 'nsh_c1=%#x' % self.number(32)]
