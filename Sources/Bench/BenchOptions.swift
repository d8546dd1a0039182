/// All that the user may say, checked.
public struct BenchOptions: Equatable, Sendable {
  public enum SinkPort: Equatable, Sendable {
    /// Packets come back where they went out.
    case same
    case port(String)
    /// Nobody receives: only a generator.
    case none
  }

  public var traffic = Traffic()
  public var port = ""
  public var sink = SinkPort.same
  /// Packets per second; nil: as many as the port takes.
  public var rate: Double?
  public var seconds = 10.0
  public var warmUp = 0.0
  /// The share of packets that may be lost; nil: any.
  public var loss: Double?
  public var searches = false
  public var showsLatency = false
  /// Empty: chosen by us.
  public var cores: [Int] = []
  /// Least number of receive queues; some devices need more than is asked for here.
  public var receiveQueues = 1
  public var eal = ""
  /// Seconds to wait for the ports' links.
  public var linkWait = 10.0

  public init() {}

  /// The ports to open.
  var ports: [String] {
    if case .port(let name) = sink, name != port { [port, name] } else { [port] }
  }
}
