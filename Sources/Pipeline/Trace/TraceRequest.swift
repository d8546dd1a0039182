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
      do { actions = try ActionText.parse(text) } catch {
        throw TextError("Bad action syntax: \(error)")
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
    let key: FlowKey
    do {
      key = try DatapathFlowText.parse(text) { name in
        pipeline.datapathPorts.first { $0.value.name == name }?.key
      }
    } catch {
      throw TextError("\(error) (or the bridge name was omitted)")
    }
    guard let port = pipeline.port(datapathPort: key.inPort) else {
      throw TextError("no OpenFlow port for datapath port \(key.inPort)")
    }
    var flow = Flow(packet.map { PacketParser.parse($0, inPort: key.inPort) } ?? key)
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
    let match: Match
    do { match = try MatchText.parse(text, TextContext(ports: names)) } catch {
      let reason = error.description.replacingPrefix("unknown keyword", with: "unknown field")
      throw TextError("Bad openflow flow syntax: \(text): \(reason)")
    }
    guard let packet else { return match.value }
    var flow = Flow(PacketParser.parse(packet, inPort: match.value.key.inPort))
    flow.registers = match.value.registers
    flow.metadata = match.value.metadata
    flow.tunnelID = match.value.tunnelID
    return flow
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
