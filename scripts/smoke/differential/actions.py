"""Random lists of actions in flow text, mostly such as suit the flow's match."""

from matches import Matches
from randomness import IP6S, IPS, MACS, PORTS, TABLES

FIELDS = ['NXM_NX_REG0[]', 'NXM_NX_REG1[0..15]', 'NXM_NX_REG2[4..11]', 'OXM_OF_METADATA[0..31]',
          'NXM_NX_XXREG1[0..47]', 'NXM_OF_ETH_SRC[]', 'NXM_OF_ETH_DST[0..31]', 'NXM_OF_IN_PORT[]',
          'NXM_NX_TUN_ID[0..31]', 'NXM_NX_PKT_MARK[]', 'OXM_OF_PKT_REG1[8..39]',
          'NXM_OF_VLAN_TCI[0..11]']
HASHES = ['eth_src', 'symmetric_l4', 'symmetric_l3l4', 'symmetric_l3l4+udp', 'nw_src', 'nw_dst',
          'symmetric_l3']


class Actions(Matches):
    """`teaches`: flows may learn others, and bridges addresses; off where the order of packets is
    anyone's. `labels`: off where frames have two tags, because Open vSwitch puts labels between
    them."""

    teaches = True
    labels = True
    groups = ()
    meters = ()

    def actions(self, table, match):
        if self.chance(6):
            return 'drop'
        parts = [self.action(table, match) for _ in range(self.rng.randrange(1, 5))]
        if self.version != 'OpenFlow10' and self.chance(25):
            parts += self.instructions(table, match)
        return ','.join(parts)

    def instructions(self, table, match):
        parts = []
        if self.chance(20):
            parts.append('clear_actions')
        if self.chance(50):
            parts.append('write_actions(%s)' % ','.join(
                self.written(match) for _ in range(self.rng.randrange(1, 4))))
        if self.chance(40):
            parts.append('write_metadata:' + self.masked(64))
        if table + 1 < TABLES and self.chance(60):
            parts.append('goto_table:%d' % self.rng.randrange(table + 1, TABLES))
        return parts

    def written(self, match):
        if self.groups and self.chance(20):
            return 'group:%d' % self.pick(*self.groups)
        return self.simple(match)

    def action(self, table, match):
        choices = [self.output] * 5 + [lambda: self.simple(match)] * 6 + [
            self.load, self.move, self.stack, lambda: self.resubmit(table),
            lambda: self.resubmit(table), lambda: self.odd(table, match)]
        if self.teaches:
            choices.append(self.learn)
        if self.groups:
            choices.append(lambda: 'group:%d' % self.pick(*self.groups, 77))
        if self.meters and self.version != 'OpenFlow10':
            choices.append(lambda: 'meter:%d' % self.pick(*self.meters))
        return self.pick(*choices)()

    def output(self):
        if self.chance(75):
            return self.pick('output:%d', 'output:%d', '%d', 'output(port=%d,max_len=100)') % (
                self.pick(*PORTS, 9))
        normal = ['NORMAL'] if self.teaches else []
        return self.pick(
            'FLOOD', 'ALL', 'IN_PORT', 'LOCAL', 'output:NXM_NX_REG0[0..15]',
            'output:NXM_OF_IN_PORT[]', self.controller(), *normal)

    def controller(self):
        return self.pick(
            'CONTROLLER', 'CONTROLLER:128', 'controller(max_len=64)',
            'controller(reason=%s,id=3)' % self.pick('no_match', 'action', 'invalid_ttl'),
            'controller(userdata=01.02.03.04)', 'controller(pause)',
            'controller(userdata=ff,max_len=32,pause)', 'controller(meter_id=1)')

    def simple(self, match):
        """An action that changes a header, or an output."""
        choices = ['mod_dl_src:' + self.pick(*MACS), 'mod_dl_dst:' + self.pick(*MACS),
                   'set_field:%s->eth_dst' % self.pick(*MACS), 'mod_vlan_vid:%d' % self.number(12),
                   'set_field:0%d:00:00:00:00:00/ff:ff:00:00:00:00->eth_src' % self.pick(2, 4),
                   'strip_vlan', 'mod_vlan_pcp:%d' % self.number(3),
                   'output:%d' % self.pick(*PORTS), 'set_tunnel:%#x' % self.number(32),
                   'set_tunnel64:%#x' % self.number(64),
                   'set_field:%s->reg%d' % (self.masked(32), self.number(3)),
                   'set_queue:%d' % self.number(2)]
        if self.version != 'OpenFlow10':
            if self.labels:
                choices.append(self.pick('push_mpls:0x8847', 'push_mpls:0x8848'))
            choices += ['push_vlan:0x8100', 'push_vlan:0x88a8',
                        'set_field:%d->vlan_vid' % (4096 + self.number(12))]
        choices += self.of_network(match)
        if self.chance(3):
            choices = ['mod_nw_src:1.2.3.4', 'mod_tp_dst:99', 'dec_mpls_ttl',
                       'set_field:1->icmp_type', 'set_field:1->nsh_si']
        return self.pick(*choices)

    def of_network(self, match):
        choices = []
        if self.has(match, 'ip', 'tcp', 'udp', 'sctp', 'icmp'):
            choices += ['mod_nw_src:' + self.pick(*IPS), 'mod_nw_dst:' + self.pick(*IPS),
                        'set_field:%s->ip_dst' % self.pick(*IPS), 'set_field:10.0.0.0/8->ip_src']
        if self.has(match, 'ip', 'tcp', 'udp', 'sctp', 'icmp', 'ipv6', 'tcp6', 'udp6', 'icmp6'):
            choices += ['mod_nw_tos:%d' % (self.number(6) << 2), 'dec_ttl', 'dec_ttl',
                        'mod_nw_ttl:%d' % self.number(8), 'mod_nw_ecn:%d' % self.number(2)]
        if self.has(match, 'tcp', 'udp', 'sctp', 'tcp6', 'udp6', 'sctp6'):
            choices += ['mod_tp_src:%d' % self.number(16), 'mod_tp_dst:%d' % self.number(16)]
        if self.has(match, 'ipv6', 'tcp6', 'udp6', 'icmp6'):
            choices += ['set_field:%s->ipv6_src' % self.pick(*IP6S),
                        'set_field:%s->ipv6_dst' % self.pick(*IP6S),
                        'set_field:%#x->ipv6_label' % self.number(20)]
        if self.has(match, 'arp', 'rarp'):
            choices += ['set_field:%d->arp_op' % self.pick(1, 2),
                        'set_field:%s->arp_spa' % self.pick(*IPS),
                        'set_field:%s->arp_sha' % self.pick(*MACS),
                        'set_field:%s->arp_tha' % self.pick(*MACS)]
        if self.has(match, 'mpls', 'mplsm'):
            choices += ['dec_mpls_ttl', 'set_mpls_ttl:%d' % self.number(8),
                        'pop_mpls:%#06x' % self.pick(0x0800, 0x8847, 0x86dd, 0x0806),
                        'set_field:%d->mpls_label' % self.number(20),
                        'set_mpls_tc:%d' % self.number(3), 'set_mpls_label:%d' % self.number(20)]
        if self.has(match, 'dl_type=0x894f'):
            choices += ['dec_nsh_ttl', 'set_field:%#x->nsh_spi' % self.number(24),
                        'set_field:%d->nsh_si' % self.number(8), 'decap()']
        if self.has(match, 'icmp'):
            choices.append('set_field:%d->icmp_type' % self.number(8))
        if self.has(match, 'icmp_type=135'):
            choices += ['set_field:%s->nd_target' % self.pick(*IP6S),
                        'set_field:%s->nd_sll' % self.pick(*MACS)]
        return choices

    def load(self):
        return self.pick('load:%#x->NXM_NX_REG1[]' % self.number(32),
                         'load:%#x->NXM_NX_REG2[4..11]' % self.number(8),
                         'load:%#x->NXM_OF_VLAN_TCI[]' % self.number(16),
                         'load:%#x->NXM_OF_VLAN_TCI[13..15]' % self.number(3),
                         'load:%#x->NXM_OF_ETH_DST[]' % self.number(48),
                         'load:%#x->NXM_OF_IN_PORT[]' % self.pick(0, *PORTS),
                         'load:%#x->NXM_NX_PKT_MARK[]' % self.number(32),
                         'load:%#x->OXM_OF_METADATA[]' % self.number(32),
                         'set_field:%s->xreg%d' % (self.masked(64), self.number(2)),
                         'set_field:%s->xxreg%d' % (self.masked(128), self.number(1)),
                         'set_field:%s->metadata' % self.masked(64),
                         'set_field:%s->tun_dst' % self.pick(*IPS))

    def move(self):
        return self.pick('move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[]',
                         'move:NXM_OF_IN_PORT[]->NXM_NX_REG0[0..15]',
                         'move:NXM_NX_REG0[0..15]->NXM_NX_REG1[16..31]',
                         'move:NXM_OF_ETH_SRC[0..11]->NXM_OF_VLAN_TCI[0..11]',
                         'move:NXM_NX_XXREG0[0..63]->NXM_NX_XXREG1[64..127]',
                         'move:NXM_OF_ETH_TYPE[]->NXM_NX_REG3[0..15]')

    def stack(self):
        return self.pick('push:NXM_NX_REG0[]', 'push:NXM_OF_IN_PORT[]', 'pop:NXM_NX_REG1[]',
                         'push:%s,pop:%s' % (self.pick(*FIELDS), self.pick(*FIELDS)),
                         'push:NXM_OF_ETH_SRC[],pop:NXM_OF_ETH_DST[]')

    def resubmit(self, table):
        if table + 1 >= TABLES:
            return 'note:01.02.03'
        target = self.rng.randrange(table + 1, TABLES)
        return self.pick('resubmit(,%d)' % target, 'resubmit(,%d)' % target,
                         'resubmit(%d,%d)' % (self.pick(*PORTS), target),
                         'resubmit(,%d,ct)' % target, 'resubmit(IN_PORT,%d)' % target)

    def learn(self):
        """All kinds of what a flow can be taught; in the last tables, so that it is met. Without
        delete_learned, under which Open vSwitch 3.1 may abort when flows are deleted."""
        options = ['table=%d' % self.pick(TABLES - 1, TABLES - 2)] + self.some(
            30, 'idle_timeout=%d' % self.pick(600, 900), 'hard_timeout=%d' % self.pick(700, 1000),
            'priority=%d' % self.pick(1, 5, 65535), 'cookie=%#x' % self.number(64))
        options += self.some(10, 'send_flow_rem', 'fin_idle_timeout=60',
                             'fin_hard_timeout=70', 'limit=3', 'limit=2,result_dst=NXM_NX_REG4[5]')
        options.append(self.pick(
            'NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[]', 'NXM_OF_VLAN_TCI[0..11]', 'NXM_OF_ETH_SRC[]',
            'eth_type=0x800,NXM_OF_IP_DST[]=NXM_OF_IP_SRC[]', 'dl_type=0x800,nw_src=10.0.0.1',
            'NXM_NX_REG0[0..7]=0x12', 'in_port=%d' % self.pick(*PORTS),
            'eth_type=0x800,nw_proto=6,NXM_OF_TCP_SRC[]=NXM_OF_TCP_DST[]'))
        options += self.some(
            40, 'output:NXM_OF_IN_PORT[]', 'load:NXM_OF_IN_PORT[]->NXM_NX_REG0[0..15]',
            'load:0x5->NXM_NX_REG2[0..3]', 'load:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[]')
        return 'learn(%s)' % ','.join(options)

    def members(self):
        return ','.join(str(self.pick(*PORTS, 9)) for _ in range(self.rng.randrange(1, 5)))

    def link(self):
        """One of several ways by a hash."""
        fields, basis = self.pick(*HASHES), self.number(16)
        kind = self.pick('hrw', 'active_backup')
        return self.pick(
            'bundle(%s,%d,%s,ofport,members:%s)' % (fields, basis, kind, self.members()),
            'bundle_load(%s,%d,%s,ofport,NXM_NX_REG3[0..15],members:%s),output:NXM_NX_REG3[]' % (
                fields, basis, kind, self.members()),
            'multipath(%s,%d,%s,%d,%d,NXM_NX_REG%d[0..15])' % (
                fields, basis, self.pick('modulo_n', 'hash_threshold', 'hrw', 'iter_hash'),
                self.pick(1, 2, 3, 7, 64, 65, 65536), self.pick(0, 3, 8, 100), self.number(2)))

    def inner(self, table, match):
        return ','.join(self.simple(match) if self.chance(70) else self.resubmit(table)
                        for _ in range(self.rng.randrange(1, 4)))

    def odd(self, table, match):
        return self.pick(
            self.link, self.link, self.link, lambda: 'clone(%s)' % self.inner(table, match),
            lambda: 'clone(%s,clone(%s),output:3)' % (
                self.inner(table, match), self.inner(table, match)),
            lambda: 'check_pkt_larger(%d)->reg0[%d]' % (self.pick(100, 1500), self.number(2)),
            lambda: 'sample(probability=%d,collector_set_id=1,obs_domain_id=2,obs_point_id=3%s)' % (
                self.number(16), self.pick('', ',sampling_port=1', ',egress')),
            self.header, self.header, self.plain)()

    def header(self):
        """Another header in front, or one less."""
        return self.pick(
            'encap(mpls)' if self.labels else 'decap()', 'encap(nsh(md_type=1))',
            'encap(nsh(md_type=2,tlv(0x1000,10,0x12345678)))',
            'encap(nsh),set_field:0x123->nsh_spi,encap(ethernet)',
            'encap(nsh(md_type=1)),set_field:5->nsh_si,set_field:0x9->nsh_c1,encap(ethernet),'
            'set_field:02:00:00:00:00:05->eth_dst', 'encap(ethernet)', 'decap()',
            'decap(packet_type(ns=1,type=0x894f))', 'dec_nsh_ttl')

    def plain(self):
        return self.pick(
            'note:00.11.22.33', 'exit', 'clear_actions', 'enqueue:1:2', 'enqueue(2,5)', 'pop_queue',
            'fin_timeout(idle_timeout=300)', 'fin_timeout(hard_timeout=600,idle_timeout=300)',
            'set_field:%d->tun_id' % self.number(20), 'dec_ttl(1,2)', 'conjunction(1,1/2)',
            'delete_field:tun_metadata0', 'set_field:%d->in_port' % self.pick(*PORTS))
