import Runtime

/// What `netdev-dummy/...` commands do; their registration is the room Commands'. Control thread.
///
/// The functions return a command's reply or throw a `TextError` with its error. A frame that was
/// received is only on its way when `receive` returns: `Datapath.quiesce` waits for it, then
/// `InterfaceFactory.writeCaptures` brings what was sent into the capture files.
public struct DummyCommands {
  private let factory: InterfaceFactory

  /// Shortest frame that `--len` may ask for.
  static let shortestFrame = 64
  static let longestFrame = 65_535

  public init(_ factory: InterfaceFactory) { self.factory = factory }

  /// `netdev-dummy/receive NAME [--qid QUEUE] PACKET|FLOW [--len LENGTH]...`
  public func receive(_ arguments: [String]) throws -> String {
    guard let device = arguments.first.flatMap({ factory.dummies[$0] }) else {
      throw TextError("no such dummy netdev")
    }
    var rest = arguments.dropFirst()
    if rest.first == "--qid" {
      guard let queue = rest.dropFirst().first.flatMap({ Int($0) }),
        (0..<device.queues).contains(queue)
      else { throw TextError("bad rx queue id.") }
      rest = rest.dropFirst(2)
    }
    try DummyCommands.frames(rest).forEach(device.receive)
    return ""
  }

  /// `netdev-dummy/set-admin-state [NAME] up|down`
  public func setAdminState(_ arguments: [String]) throws -> String {
    guard let state = arguments.last, state == "up" || state == "down" else {
      throw TextError("Invalid Admin State")
    }
    var devices = factory.dummies.all
    if arguments.count > 1 {
      guard let device = factory.dummies[arguments[0]] else {
        throw TextError("Unknown Dummy Interface")
      }
      devices = [device]
    }
    for device in devices where device.adminUp != (state == "up") {
      device.setUp(state == "up")
      factory.onChange?(device.name)
    }
    return "OK"
  }

  /// `netdev-dummy/conn-state [NAME]`: of devices that are wired to others by sockets. There are
  /// none: no state is known, as of a device in OVS that has no `stream` and no `pstream`.
  public func connectionState(_ arguments: [String]) -> String {
    arguments.first.map { "\($0): unknown\n" } ?? ""
  }

  /// `netdev-dummy/ip4addr NAME ADDRESS/PREFIX`, `netdev-dummy/ip6addr`: only what leads tunnels'
  /// packets asks for a device's IP addresses, so an address is judged and not kept.
  public func setAddress(_ arguments: [String], _ check: (String) throws -> Void) throws -> String {
    guard arguments.count == 2, factory.dummies[arguments[0]] != nil else {
      throw TextError("Unknown Dummy Interface")
    }
    try check(arguments[1])
    return "OK"
  }

  /// The frames that the arguments describe, in their order.
  static func frames(_ arguments: ArraySlice<String>) throws -> [[UInt8]] {
    var frames: [[UInt8]] = []
    var rest = arguments
    while let text = rest.popFirst() {
      if let frame = hexFrame(text) {
        frames.append(frame)
        continue
      }
      var payload = FrameComposer.Payload.pattern
      if rest.first == "--len" {
        let length = rest.dropFirst().first.flatMap { Int($0) } ?? 0
        guard (shortestFrame...longestFrame).contains(length) else {
          throw TextError(length > longestFrame ? "too large packet len" : "too small packet len")
        }
        payload = .padded(to: length)
        rest = rest.dropFirst(2)
      }
      guard let frame = FrameComposer.compose(try FlowText.parse(text), payload: payload) else {
        throw TextError("too small packet len")
      }
      frames.append(frame)
    }
    return frames
  }

  /// Bytes in hexadecimal, blanks allowed; nil when it is none, or no Ethernet header.
  static func hexFrame(_ text: String) -> [UInt8]? {
    var nibbles: [UInt8] = []
    for c in text where !c.isWhitespace {
      guard c.isASCII, let value = c.hexDigitValue else { return nil }
      nibbles.append(UInt8(value))
    }
    guard nibbles.count % 2 == 0, nibbles.count >= 28, nibbles.count <= 2 * longestFrame else {
      return nil
    }
    return stride(from: 0, to: nibbles.count, by: 2).map { nibbles[$0] << 4 | nibbles[$0 + 1] }
  }
}
