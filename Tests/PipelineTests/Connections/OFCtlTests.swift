import Glibc
import Testing

@testable import Pipeline

/// What the real `ovs-ofctl` (3.1) says to the switch and prints of its answers. Texts were recorded
/// with Debian's OVS.
@Suite(.enabled(if: access("/usr/bin/ovs-ofctl", X_OK) == 0)) struct OFCtlTests {
  /// Runs `ovs-ofctl` on the fixture's bridge: what it printed, and its status if that is not 0.
  private func ofctl(_ fixture: ServiceFixture, _ arguments: [String]) -> String {
    let output = fixture.directory + "/out"
    defer { unlink(output) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    let words = ["ovs-ofctl"] + arguments.map { $0 == "br0" ? "unix:" + fixture.socket : $0 }
    var argv = words.map { strdup($0) } + [nil]
    defer { for word in argv { free(word) } }
    var pid = pid_t()
    guard posix_spawn(&pid, "/usr/bin/ovs-ofctl", &actions, nil, &argv, environ) == 0 else {
      return "cannot start"
    }
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    let text = String(decoding: read(output), as: UTF8.self)
    return status == 0 ? text : text + "status \(status >> 8)\n"
  }

  private func read(_ path: String) -> [UInt8] {
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = fread(&bytes, 1, bytes.count, file)
    return Array(bytes[..<count])
  }

  private func with(_ body: ((String...) -> String) throws -> Void) throws {
    let fixture = try ServiceFixture()
    defer { fixture.stop() }
    try body { (arguments: String...) in ofctl(fixture, arguments) }
  }

  @Test func show() throws {
    try with { ofctl in
      #expect(
        ofctl("show", "br0") == """
          OFPT_FEATURES_REPLY (xid=0x2): dpid:00000a15395ec940
          n_tables:254, n_buffers:0
          capabilities: FLOW_STATS TABLE_STATS PORT_STATS QUEUE_STATS ARP_MATCH_IP
          actions: output enqueue set_vlan_vid set_vlan_pcp strip_vlan mod_dl_src mod_dl_dst mod_nw_src \
          mod_nw_dst mod_nw_tos mod_tp_src mod_tp_dst
           1(p1): addr:aa:55:aa:55:00:01
               config:     0
               state:      0
               speed: 0 Mbps now, 0 Mbps max
           2(p2): addr:aa:55:aa:55:00:02
               config:     0
               state:      0
               speed: 0 Mbps now, 0 Mbps max
           LOCAL(br0): addr:aa:55:aa:55:00:03
               config:     0
               state:      0
               speed: 0 Mbps now, 0 Mbps max
          OFPT_GET_CONFIG_REPLY (xid=0x4): frags=normal miss_send_len=0

          """)
    }
  }

  @Test func ports() throws {
    try with { ofctl in
      #expect(
        ofctl("dump-ports", "br0", "1") == """
          OFPST_PORT reply (xid=0x2): 1 ports
            port  1: rx pkts=0, bytes=0, drop=0, errs=?, frame=?, over=?, crc=?
                     tx pkts=0, bytes=0, drop=0, errs=?, coll=?

          """)
      #expect(ofctl("dump-ports", "br0").hasPrefix("OFPST_PORT reply (xid=0x2): 3 ports\n"))
      #expect(
        ofctl("dump-ports-desc", "br0").hasPrefix("OFPST_PORT_DESC reply (xid=0x2):\n 1(p1): "))
      #expect(ofctl("mod-port", "br0", "p1", "no-flood") == "")
      #expect(
        ofctl("show", "br0").contains(" 1(p1): addr:aa:55:aa:55:00:01\n     config:     NO_FLOOD\n")
      )
      #expect(ofctl("mod-port", "br0", "1", "flood") == "")
    }
  }

  @Test func tables() throws {
    try with { ofctl in
      #expect(
        ofctl("dump-tables", "br0") == """
          OFPST_TABLE reply (xid=0x2):
            table 0:
              active=0, lookup=0, matched=0
              max_entries=1000000
              matching:
                exact match or wildcard: in_port eth_{src,dst,type} vlan_{vid,pcp} ip_{src,dst} \
          nw_{proto,tos} tcp_{src,dst}

            tables 1...253: ditto

          """)
      #expect(
        ofctl("dump-desc", "br0") == """
          OFPST_DESC reply (xid=0x2):
          Manufacturer: Nicira, Inc.
          Hardware: Open vSwitch
          Software: 3.1.0
          Serial Num: None
          DP Description: None

          """)
      #expect(ofctl("get-frags", "br0") == "normal\n")
      #expect(ofctl("probe", "br0") == "")
    }
  }

  @Test func flows() throws {
    try with { ofctl in
      #expect(
        ofctl("add-flow", "br0", "in_port=p1,ip,actions=mod_dl_src:00:00:00:00:00:01,p2") == "")
      #expect(
        ofctl(
          "add-flow", "br0", "table=3,priority=1,cookie=0x5,tcp6,tp_dst=80,actions=resubmit(,4)")
          == "")
      #expect(
        ofctl("add-flow", "br0", "priority=9,reg0=5,actions=load:1->NXM_NX_REG1[],IN_PORT") == "")
      #expect(
        ofctl("--no-stats", "dump-flows", "br0") == """
           ip,in_port=1 actions=mod_dl_src:00:00:00:00:00:01,output:2
           priority=9,reg0=0x5 actions=load:0x1->NXM_NX_REG1[],IN_PORT
           cookie=0x5, table=3, priority=1,tcp6,tp_dst=80 actions=resubmit(,4)

          """)
      #expect(
        ofctl("dump-aggregate", "br0")
          == "NXST_AGGREGATE reply (xid=0x4): packet_count=0 byte_count=0 flow_count=3\n")
      #expect(ofctl("--strict", "mod-flows", "br0", "in_port=1,ip,actions=drop") == "")
      #expect(ofctl("--no-stats", "dump-flows", "br0", "ip") == " ip,in_port=1 actions=drop\n")
      #expect(ofctl("del-flows", "br0", "cookie=5/-1") == "")
      #expect(ofctl("del-flows", "br0", "reg0=5") == "")
      #expect(ofctl("--no-stats", "dump-flows", "br0") == " ip,in_port=1 actions=drop\n")
    }
  }

  /// `add-flows` with several flows, and `replace-flows`, which only changes what differs.
  @Test func manyFlows() throws {
    let fixture = try ServiceFixture()
    defer { fixture.stop() }
    let path = fixture.directory + "/flows"
    defer { unlink(path) }
    func write(_ flows: [String]) throws {
      let file = try #require(fopen(path, "w"))
      for flow in flows { fputs(flow + "\n", file) }
      fclose(file)
    }
    let flows = (0..<500).map { "priority=\($0),tcp,tp_dst=\($0),actions=output:2" }
    try write(flows)
    #expect(ofctl(fixture, ["add-flows", "br0", path]) == "")
    #expect(ofctl(fixture, ["dump-aggregate", "br0"]).contains("flow_count=500"))
    #expect(ofctl(fixture, ["diff-flows", "br0", path]) == "")
    try write(Array(flows.prefix(20)) + ["ip,nw_src=10.0.0.0/8,actions=NORMAL"])
    #expect(ofctl(fixture, ["replace-flows", "br0", path]) == "")
    #expect(ofctl(fixture, ["diff-flows", "br0", path]) == "")
    #expect(ofctl(fixture, ["dump-aggregate", "br0"]).contains("flow_count=21"))
  }

  @Test func queues() throws {
    try with { ofctl in
      #expect(ofctl("add-flow", "br0", "actions=enqueue:1:2") == "")
      #expect(ofctl("--no-stats", "dump-flows", "br0").hasSuffix(" actions=enqueue:1:2\n"))
      #expect(ofctl("queue-stats", "br0").contains(": 0 queues"))
    }
  }

  @Test func refusals() throws {
    try with { ofctl in
      let option = ofctl("add-flow", "br0", "tun_metadata0=5,actions=drop")
      #expect(option.contains("NXFMFC_INVALID_TLV_FIELD"))
    }
  }
}
