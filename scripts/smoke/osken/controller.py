"""An OpenFlow controller on os-ken for scenarios: a learning switch that also does what it is asked.

usage: controller.py VERSION PORT DIR       VERSION 1.0, 1.3, 1.4 or 1.5; listens on 127.0.0.1:PORT

It writes what happens to DIR/events, one line each. The scenario asks by making a file DIR/ask.NAME;
`answer_NAME` below does it and writes its lines to DIR/answer.NAME.
"""

import logging
import os
import sys

from os_ken import cfg
from os_ken.base.app_manager import AppManager, OSKenApp
from os_ken.controller import ofp_event
from os_ken.controller.handler import (CONFIG_DISPATCHER, DEAD_DISPATCHER, HANDSHAKE_DISPATCHER,
                                       MAIN_DISPATCHER, set_ev_cls)
from os_ken.lib import hub
from os_ken.lib.packet import ethernet, packet
from os_ken.ofproto import (ofproto_v1_0, ofproto_v1_3, ofproto_v1_4, ofproto_v1_5)

VERSIONS = {'1.0': ofproto_v1_0, '1.3': ofproto_v1_3, '1.4': ofproto_v1_4, '1.5': ofproto_v1_5}
# os-ken's own handler of errors asks every version for this name; 1.0 has none.
ofproto_v1_0.OFPET_EXPERIMENTER = 0xffff
HOST = '02:00:00:00:00:%02x'
ALL = [HANDSHAKE_DISPATCHER, CONFIG_DISPATCHER, MAIN_DISPATCHER]


class Controller(OSKenApp):
    OFP_VERSIONS = [VERSIONS[sys.argv[1]].OFP_VERSION]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.directory = sys.argv[3]
        self.journal = open(os.path.join(self.directory, 'events'), 'w', buffering=1)
        self.switch = None
        self.ports = {}
        self.waiting = {}
        hub.spawn(self.serve)

    def note(self, text):
        self.journal.write(text + '\n')

    # What the scenario asks for

    def serve(self):
        while True:
            for name in os.listdir(self.directory):
                if name.startswith('ask.') and self.switch:
                    os.unlink(os.path.join(self.directory, name))
                    self.answer(name[4:])
            hub.sleep(0.05)

    def answer(self, name):
        try:
            lines = getattr(self, 'answer_' + name)()
        except Exception as problem:  # the scenario shows it
            lines = ['exception %r' % problem]
        path = os.path.join(self.directory, 'answer.' + name)
        with open(path + '.part', 'w') as out:
            out.writelines(line + '\n' for line in lines)
        os.rename(path + '.part', path)

    def send(self, message):
        """Sends, and returns what came back up to the barrier's reply."""
        self.switch.set_xid(message)
        barrier = self.parser.OFPBarrierRequest(self.switch)
        self.switch.set_xid(barrier)
        replies, done = [], hub.Event()
        self.waiting[message.xid] = replies
        self.waiting[barrier.xid] = done
        self.switch.send_msg(message)
        self.switch.send_msg(barrier)
        if not done.wait(timeout=10):
            raise TimeoutError('no barrier reply')
        del self.waiting[message.xid], self.waiting[barrier.xid]
        return replies

    def send_all(self, *messages):
        """Sends in turn; the lines say what was wrong."""
        lines = []
        for message in messages:
            for reply in self.send(message):
                lines.append(self.describe(reply))
        return lines or ['ok']

    @staticmethod
    def describe(reply):
        kind = type(reply).__name__
        if kind == 'OFPErrorMsg':
            return 'error %d %d' % (reply.type, reply.code)
        if kind == 'OFPBundleCtrlMsg':
            return 'bundle %d type %d' % (reply.bundle_id, reply.type)
        return kind

    @property
    def ofp(self):
        return self.switch.ofproto

    @property
    def parser(self):
        return self.switch.ofproto_parser

    @property
    def version(self):
        return sys.argv[1]

    def flow(self, match, actions, priority=10, command=None, **more):
        p = self.parser
        if command is None:
            command = self.ofp.OFPFC_ADD
        if self.version == '1.0':
            return p.OFPFlowMod(self.switch, p.OFPMatch(**match), 0, command, priority=priority,
                                actions=actions, **more)
        apply = [p.OFPInstructionActions(self.ofp.OFPIT_APPLY_ACTIONS, actions)] if actions else []
        instructions = more.pop('instructions', []) + apply
        if command in (self.ofp.OFPFC_DELETE, self.ofp.OFPFC_DELETE_STRICT):
            more.update(out_port=self.ofp.OFPP_ANY, out_group=self.ofp.OFPG_ANY)
        return p.OFPFlowMod(self.switch, match=p.OFPMatch(**match), command=command,
                            priority=priority, instructions=instructions, **more)

    def output(self, port):
        return self.parser.OFPActionOutput(port)

    def udp(self, port):
        """A match on a UDP destination port, which every version has its own of."""
        port += 10 * int(self.version[2:])
        if self.version == '1.0':
            return {'dl_type': 0x800, 'nw_proto': 17, 'tp_dst': port}
        return {'eth_type': 0x800, 'ip_proto': 17, 'udp_dst': port}

    # The learning switch

    @set_ev_cls(ofp_event.EventOFPSwitchFeatures, CONFIG_DISPATCHER)
    def on_features(self, ev):
        self.switch = ev.msg.datapath
        self.note('features dpid=%016x tables=%d' % (ev.msg.datapath_id, ev.msg.n_tables))
        if self.version != '1.0':
            miss = [self.parser.OFPActionOutput(self.ofp.OFPP_CONTROLLER,
                                                self.ofp.OFPCML_NO_BUFFER)]
            self.switch.send_msg(self.flow({}, miss, priority=0))

    @set_ev_cls(ofp_event.EventOFPPacketIn, MAIN_DISPATCHER)
    def on_packet_in(self, ev):
        message = ev.msg
        frame = packet.Packet(message.data).get_protocol(ethernet.ethernet)
        port = message.in_port if self.version == '1.0' else message.match['in_port']
        self.note('packet-in port=%d reason=%d src=%s' % (port, message.reason, frame.src))
        self.ports[frame.src] = port
        out = self.ports.get(frame.dst, self.ofp.OFPP_FLOOD)
        if out != self.ofp.OFPP_FLOOD:
            names = ('dl_src', 'dl_dst') if self.version == '1.0' else ('eth_src', 'eth_dst')
            match = dict(zip(names, (frame.src, frame.dst)), in_port=port)
            self.switch.send_msg(self.flow(match, [self.output(out)]))
        self.switch.send_msg(self.packet_out(port, [self.output(out)], message.data))

    def packet_out(self, port, actions, data):
        p = self.parser
        if self.version == '1.5':
            return p.OFPPacketOut(self.switch, self.ofp.OFP_NO_BUFFER,
                                  p.OFPMatch(in_port=port), actions, data)
        return p.OFPPacketOut(self.switch, self.ofp.OFP_NO_BUFFER, port, actions, data)

    # News and answers

    @set_ev_cls([ofp_event.EventOFPBarrierReply], MAIN_DISPATCHER)
    def on_barrier(self, ev):
        done = self.waiting.get(ev.msg.xid)
        if done:
            done.set()

    @set_ev_cls(ofp_event.EventOFPErrorMsg, ALL)
    def on_error(self, ev):
        self.note('error type=%d code=%d' % (ev.msg.type, ev.msg.code))
        self.collect(ev.msg)

    def collect(self, message):
        replies = self.waiting.get(message.xid)
        if isinstance(replies, list):
            replies.append(message)

    @set_ev_cls(ofp_event.EventOFPFlowRemoved, MAIN_DISPATCHER)
    def on_flow_removed(self, ev):
        self.note('flow-removed reason=%d priority=%d' % (ev.msg.reason, ev.msg.priority))

    @set_ev_cls(ofp_event.EventOFPPortStatus, MAIN_DISPATCHER)
    def on_port_status(self, ev):
        name = ev.msg.desc.name.rstrip(b'\0').decode()
        self.note('port-status reason=%d name=%s' % (ev.msg.reason, name))

    @set_ev_cls(ofp_event.EventOFPStateChange, [MAIN_DISPATCHER, DEAD_DISPATCHER])
    def on_state(self, ev):
        self.note('connected' if ev.state == MAIN_DISPATCHER else 'disconnected')

    # Questions

    def answer_flow_removed(self):
        """A flow that tells when it goes, and its deletion."""
        flags = self.ofp.OFPFF_SEND_FLOW_REM
        return self.send_all(
            self.flow(self.udp(4000), [], priority=77, flags=flags),
            self.flow(self.udp(4000), [], command=self.ofp.OFPFC_DELETE))

    def answer_bad_port(self):
        return self.send_all(self.flow(self.udp(4001), [self.output(0xffef)]))

    def answer_flow_stats(self):
        p = self.parser
        match = p.OFPMatch()
        if self.version == '1.0':
            request = p.OFPFlowStatsRequest(self.switch, 0, match, 0xff, self.ofp.OFPP_NONE)
        elif self.version == '1.5':
            request = p.OFPFlowDescStatsRequest(self.switch)
        else:
            request = p.OFPFlowStatsRequest(self.switch)
        return sorted('priority=%d' % flow.priority
                      for reply in self.send(request) for flow in reply.body)

    def answer_port_stats(self):
        p = self.parser
        any_port = self.ofp.OFPP_NONE if self.version == '1.0' else self.ofp.OFPP_ANY
        replies = self.send(p.OFPPortStatsRequest(self.switch, 0, any_port))
        return sorted('port %x rx %s' % (port.port_no, 'yes' if port.rx_packets else 'no')
                      for reply in replies for port in reply.body)

    def answer_role(self):
        request = self.parser.OFPRoleRequest(self.switch, self.ofp.OFPCR_ROLE_MASTER, 7)
        if self.version == '1.5':
            request = self.parser.OFPRoleRequest(self.switch, self.ofp.OFPCR_ROLE_MASTER,
                                                 None, 7)
        stale = self.parser.OFPRoleRequest(self.switch, self.ofp.OFPCR_ROLE_SLAVE, 6)
        if self.version == '1.5':
            stale = self.parser.OFPRoleRequest(self.switch, self.ofp.OFPCR_ROLE_SLAVE, None, 6)
        replies = self.send(request) + self.send(stale)
        return ['role %d generation %d' % (r.role, r.generation_id)
                if hasattr(r, 'role') else self.describe(r) for r in replies]

    def answer_group_all(self):
        """UDP to port 5000 goes to hosts 2 and 3, to 5001 through a group that leads to it."""
        p = self.parser
        buckets = [self.bucket([self.output(self.ports[HOST % n])]) for n in (2, 3)]
        chain = [self.bucket([p.OFPActionGroup(1)])]
        return self.send_all(
            p.OFPGroupMod(self.switch, self.ofp.OFPGC_ADD, self.ofp.OFPGT_ALL, 1,
                          **self.buckets(buckets)),
            p.OFPGroupMod(self.switch, self.ofp.OFPGC_ADD, self.ofp.OFPGT_INDIRECT, 2,
                          **self.buckets(chain)),
            self.flow(self.udp(5000), [p.OFPActionGroup(1)], priority=50),
            self.flow(self.udp(5001), [p.OFPActionGroup(2)], priority=50))

    def answer_group_select(self):
        """UDP to port 5002 goes to host 2 or 3, by weight."""
        p = self.parser
        buckets = [self.bucket([self.output(self.ports[HOST % n])], weight=w)
                   for n, w in ((2, 1), (3, 1))]
        return self.send_all(
            p.OFPGroupMod(self.switch, self.ofp.OFPGC_ADD, self.ofp.OFPGT_SELECT, 3,
                          **self.buckets(buckets)),
            self.flow(self.udp(5002), [p.OFPActionGroup(3)], priority=50))

    def buckets(self, buckets):
        return {'buckets': buckets}

    def bucket(self, actions, weight=0):
        p, any_port, any_group = self.parser, self.ofp.OFPP_ANY, self.ofp.OFPG_ANY
        if self.version != '1.5':
            return p.OFPBucket(weight, any_port, any_group, actions)
        self.bucket_id = getattr(self, 'bucket_id', 0) + 1
        properties = []
        if weight:
            properties.append(p.OFPGroupBucketPropWeight(
                type_=self.ofp.OFPGBPT_WEIGHT, weight=weight))
        return p.OFPBucket(bucket_id=self.bucket_id, actions=actions, properties=properties)

    def answer_group_desc(self):
        request = self.parser.OFPGroupDescStatsRequest
        request = request(self.switch) if self.version != '1.5' else request(
            self.switch, group_id=self.ofp.OFPG_ALL)
        replies = self.send(request)
        return sorted('group %d type %d buckets %d' % (g.group_id, g.type, len(g.buckets))
                      for reply in replies for g in reply.body)

    def answer_group_stats(self):
        replies = self.send(self.parser.OFPGroupStatsRequest(self.switch, 0, self.ofp.OFPG_ALL))
        return sorted('group %d packets %d buckets %s' % (
            g.group_id, g.packet_count, [b.packet_count for b in g.bucket_stats])
            for reply in replies for g in reply.body)

    def answer_group_errors(self):
        """A group that is there already, a flow to one that is not, a change of one that is not."""
        p = self.parser
        mod = p.OFPGroupMod
        return self.send_all(
            mod(self.switch, self.ofp.OFPGC_ADD, self.ofp.OFPGT_ALL, 1, **self.buckets([])),
            self.flow(self.udp(5003), [p.OFPActionGroup(99)]),
            mod(self.switch, self.ofp.OFPGC_MODIFY, self.ofp.OFPGT_ALL, 98, **self.buckets([])))

    def answer_meter(self):
        """UDP to port 6000 goes to host 2, ten packets a second."""
        p = self.parser
        band = p.OFPMeterBandDrop(rate=10, burst_size=10)
        flags = self.ofp.OFPMF_PKTPS | self.ofp.OFPMF_BURST | self.ofp.OFPMF_STATS
        mod = p.OFPMeterMod(self.switch, self.ofp.OFPMC_ADD, flags, 5, [band])
        actions = [self.output(self.ports[HOST % 2])]
        if self.version == '1.5':
            flow = self.flow(self.udp(6000), [p.OFPActionMeter(5)] + actions, priority=60)
        else:
            meter = [p.OFPInstructionMeter(5, self.ofp.OFPIT_METER)]
            flow = self.flow(self.udp(6000), actions, priority=60, instructions=meter)
        again = p.OFPMeterMod(self.switch, self.ofp.OFPMC_ADD, flags, 5, [band])
        return self.send_all(mod, flow, again)

    def answer_meter_stats(self):
        replies = self.send(self.parser.OFPMeterStatsRequest(self.switch, 0, self.ofp.OFPM_ALL))
        return ['meter %d in %d dropped %d' % (
            m.meter_id, m.packet_in_count, m.band_stats[0].packet_band_count)
            for reply in replies for m in reply.body]

    def answer_bundle(self):
        """A bundle that is committed, and one that must change nothing."""
        lines = self.bundle(1, self.flow(self.udp(7000), [self.output(1)], priority=71),
                            self.flow(self.udp(7001), [self.output(1)], priority=71))
        return lines + self.bundle(
            2, self.flow(self.udp(7002), [self.output(1)], priority=72),
            self.flow(self.udp(7003), [self.parser.OFPActionGroup(99)], priority=72))

    def bundle(self, number, *messages):
        p, ofp = self.parser, self.ofp
        flags = ofp.OFPBF_ATOMIC | ofp.OFPBF_ORDERED
        control = [p.OFPBundleCtrlMsg(self.switch, number, kind, flags, [])
                   for kind in (ofp.OFPBCT_OPEN_REQUEST, ofp.OFPBCT_COMMIT_REQUEST)]
        # An addition has the number of the message in it, which it sets itself.
        adds = [p.OFPBundleAddMsg(self.switch, number, flags, m, []) for m in messages]
        return self.send_all(control[0], *adds, control[1])

    @set_ev_cls([getattr(ofp_event, name) for name in (
        'EventOFPFlowStatsReply', 'EventOFPFlowDescStatsReply', 'EventOFPPortStatsReply',
        'EventOFPGroupDescStatsReply', 'EventOFPGroupStatsReply', 'EventOFPMeterStatsReply',
        'EventOFPRoleReply', 'EventOFPBundleCtrlMsg') if hasattr(ofp_event, name)],
        MAIN_DISPATCHER)
    def on_reply(self, ev):
        self.collect(ev.msg)


if __name__ == '__main__':
    logging.basicConfig(level=logging.INFO)
    cfg.CONF(args=['--ofp-tcp-listen-port', sys.argv[2], '--ofp-listen-host', '127.0.0.1'],
             project='scenario', version='0')
    AppManager.run_apps([os.path.abspath(__file__), 'os_ken.controller.ofp_handler'])
