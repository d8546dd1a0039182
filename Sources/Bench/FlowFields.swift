/// The fields of a flow, computed from its number, so that millions of flows need no memory.
///
/// Flow n goes from address `source + n / 65536` to `destination + n % 65536`: every flow has a pair
/// of addresses of its own, and whoever writes rules can tell which. The source port is spread by a
/// multiplication; the destination port is 9 (discard).
struct FlowFields {
  static let destinationPort: UInt16 = 9

  /// As they lie in memory.
  let source: UInt32
  let destination: UInt32
  let ports: UInt32

  @inline(__always)
  init(flow: UInt32, source: UInt32, destination: UInt32) {
    self.source = (source &+ flow >> 16).bigEndian
    self.destination = (destination &+ flow & 0xffff).bigEndian
    let port = 1024 &+ (flow &* 0x9e37_79b1) >> 17
    ports = (port << 16 | UInt32(FlowFields.destinationPort)).bigEndian
  }
}
