import Datapath
import Fields
import OpenFlow
import Runtime

/// The arguments of `ofproto/trace`, understood.
struct TraceRequest {
  let bridge: Bridge
  let port: BridgePort?
  /// `key.inPort` is the port's number in the bridge.
  let flow: Flow
  let actions: [any Action]
  /// The packet is real enough to teach the bridges something.
  let learns: Bool

  init(_ arguments: [String], packetOut: Bool, _ pipeline: Pipeline) throws(TextError) {
    var words = arguments.filter { $0 != "-consistent" && $0 != "--consistent" }
    words = try Self.withoutConntrackStates(words)
    var actions: [any Action] = []
    if packetOut {
      guard let text = words.popLast() else { throw TextError("Must specify actions") }
      do { actions = try ActionText.parse(text, allowed: InstructionOrder.actionsOnly) } catch {
        throw TextError(error.description)
      }
    }
    self.actions = actions
    let isGenerated = words.last == "-generate" || words.last == "--generate"
    if isGenerated { words.removeLast() }
    var packet: [UInt8]?
    if !isGenerated, words.count == 3 || (words.count == 2 && Self.isDatapathFlow(words[0])) {
      packet = try Self.packet(words.removeLast())
    }
    learns = isGenerated || packet != nil
    (bridge, port, flow) = try Self.place(words, packet, pipeline)
    do { try PreparedPacketOut.check(actions, for: flow, in: bridge) } catch {
      throw TextError("Bad actions: \(error)")
    }
  }

  private static func isDatapathFlow(_ text: String) -> Bool { text.contains("(") }

  private static func withoutConntrackStates(_ words: [String]) throws(TextError) -> [String] {
    var result: [String] = []
    var index = 0
    while index < words.count {
      if words[index] == "--ct-next" {
        guard index + 1 < words.count else { throw TextError("Missing argument for --ct-next") }
        index += 2
      } else {
        result.append(words[index])
        index += 1
      }
    }
    return result
  }

  private static func place(
    _ words: [String], _ packet: [UInt8]?, _ pipeline: Pipeline
  ) throws(TextError) -> (Bridge, BridgePort?, Flow) {
    guard let text = words.last, words.count <= 2 else { throw TextError("syntax error") }
    if words.count == 2, let bridge = pipeline.bridges[words[0]] {
      let flow = try bridgeFlow(text, packet, bridge)
      return (bridge, bridge.ports[flow.key.inPort], flow)
    }
    guard isDatapathFlow(text) else {
      throw TextError(
        words.count == 2
          ? "\(words[0]): unknown bridge"
          : "syntax error at \(text) (or the bridge name was omitted)")
    }
    if words.count == 2, !datapathNames.contains(words[0]) {
      throw TextError("Cannot find the datapath")
    }
    var flow: Flow
    do {
      flow = try DatapathFlowText.parseFlow(text) { name in
        pipeline.datapathPorts.first { $0.value.name == name }?.key
      }.flow
    } catch {
      throw TextError("\(error) (or the bridge name was omitted)")
    }
    guard let port = pipeline.port(datapathPort: flow.key.inPort) else {
      throw TextError("no OpenFlow port for datapath port \(flow.key.inPort)")
    }
    if let packet { takeHeaders(of: packet, into: &flow) }
    flow.key.inPort = port.ofport
    return (port.bridge, port, flow)
  }

  private static let datapathNames: Set<String> = [
    "ovs-netdev", "netdev@ovs-netdev", "ovs-system", "system@ovs-system",
  ]

  private static func bridgeFlow(
    _ text: String, _ packet: [UInt8]?, _ bridge: Bridge
  ) throws(TextError) -> Flow {
    let names = Dictionary(bridge.ports.values.map { ($0.name, $0.ofport) }) { first, _ in first }
    let context = TextContext(ports: names, tunnelOptions: bridge.tunnelOptions)
    let match: Match
    do { match = try MatchText.parseFlow(text, context) } catch {
      let reason = error.description.replacingPrefix("unknown keyword", with: "unknown field")
      throw TextError("Bad openflow flow syntax: \(text): \(reason)")
    }
    guard let packet else { return match.value }
    var flow = match.value
    takeHeaders(of: packet, into: &flow)
    return flow
  }

  /// The packet's headers instead of those that the flow speaks of; what else is known stays.
  private static func takeHeaders(of packet: [UInt8], into flow: inout Flow) {
    let real = HeaderParser.flow(packet, inPort: flow.key.inPort)
    let recircID = flow.key.recircID
    flow.key = real.key
    flow.key.recircID = recircID
    flow.headers = real.headers
    // A second tag is not looked behind.
    flow.setBytes(Flow.Offset.headers + HeaderFields.Offset.innerVLANTCI, 2, 0)
  }

  /// A packet in hexadecimal digits.
  private static func packet(_ text: String) throws(TextError) -> [UInt8] {
    var bytes: [UInt8] = []
    var high: UInt8?
    for character in text.utf8 where character != UInt8(ascii: " ") {
      guard let digit = Character(Unicode.Scalar(character)).hexDigitValue else {
        throw TextError("Trailing garbage in packet data")
      }
      if let first = high {
        bytes.append(first << 4 | UInt8(digit))
        high = nil
      } else {
        high = UInt8(digit)
      }
    }
    guard high == nil, !bytes.isEmpty else { throw TextError("Trailing garbage in packet data") }
    guard bytes.count >= 14 else { throw TextError("Packet data too short for Ethernet") }
    return bytes
  }
}

extension String {
  fileprivate func replacingPrefix(_ prefix: String, with other: String) -> String {
    hasPrefix(prefix) ? other + dropFirst(prefix.count) : self
  }
}
