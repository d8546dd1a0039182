/// The steps that lead from what runs to what is wanted: a pure function of two values.
///
/// All deletions come before any addition, because a name, an OpenFlow port or a device may move
/// from one bridge to another in one transaction, and a device cannot be opened twice. An interface
/// that failed to come up is not among what runs, so it is an addition in every later change: it is
/// tried again whenever the configuration changes, as operators expect.
public struct Changes: Equatable, Sendable {
  /// Names a port's place: interface names are unique in a switch.
  public struct Place: Hashable, Sendable {
    public let bridge: String
    public let interface: String
  }

  public var removedInterfaces: [Place] = []
  public var removedBridges: [String] = []
  public var addedBridges: [DesiredBridge] = []
  /// In the order in which they must be added: those that request a port number first.
  public var addedInterfaces: [(place: Place, port: DesiredPort, interface: DesiredInterface)] = []
  /// Same device, other options: to be configured in place.
  public var changedInterfaces: [(place: Place, interface: DesiredInterface)] = []
  /// Ports whose VLAN columns or name changed while their interface stays.
  public var changedPorts: [(place: Place, port: DesiredPort)] = []
  /// Bridges that stay and whose settings changed.
  public var changedBridges: [DesiredBridge] = []

  public init() {}

  public var isEmpty: Bool { self == Changes() }

  public init(from running: DesiredSwitch, to wanted: DesiredSwitch) {
    let old = Dictionary(running.bridges.map { ($0.name, $0) }, uniquingKeysWith: { a, _ in a })
    let new = Dictionary(wanted.bridges.map { ($0.name, $0) }, uniquingKeysWith: { a, _ in a })
    for bridge in running.bridges where new[bridge.name] == nil {
      removedBridges.append(bridge.name)
      removedInterfaces += bridge.interfaces.map {
        Place(bridge: bridge.name, interface: $0.1.name)
      }
    }
    for bridge in wanted.bridges {
      if let before = old[bridge.name] {
        compare(before, bridge)
      } else {
        addedBridges.append(bridge)
        add(bridge.interfaces, to: bridge.name)
      }
    }
    let (first, rest) = (
      addedInterfaces.filter { $0.interface.requestedPort != nil },
      addedInterfaces.filter { $0.interface.requestedPort == nil }
    )
    addedInterfaces = first + rest
  }

  private mutating func compare(_ before: DesiredBridge, _ after: DesiredBridge) {
    if before.settings != after.settings { changedBridges.append(after) }
    let old = before.interfacesByName
    let new = after.interfacesByName
    for (_, interface) in before.interfaces {
      if let kept = new[interface.name]?.1, kept.canStay(as: interface) { continue }
      removedInterfaces.append(Place(bridge: after.name, interface: interface.name))
    }
    for (port, interface) in after.interfaces {
      let place = Place(bridge: after.name, interface: interface.name)
      guard let (oldPort, running) = old[interface.name], interface.canStay(as: running) else {
        addedInterfaces.append((place, port, interface))
        continue
      }
      if !interface.isConfigured(as: running) { changedInterfaces.append((place, interface)) }
      if oldPort.vlan != port.vlan || oldPort.name != port.name {
        changedPorts.append((place, port))
      }
    }
  }

  private mutating func add(
    _ interfaces: [(DesiredPort, DesiredInterface)], to bridge: String
  ) {
    for (port, interface) in interfaces {
      addedInterfaces.append((Place(bridge: bridge, interface: interface.name), port, interface))
    }
  }

  public static func == (a: Changes, b: Changes) -> Bool {
    a.removedInterfaces == b.removedInterfaces && a.removedBridges == b.removedBridges
      && a.addedBridges == b.addedBridges && a.changedBridges == b.changedBridges
      && a.addedInterfaces.elementsEqual(b.addedInterfaces, by: ==)
      && a.changedInterfaces.elementsEqual(b.changedInterfaces, by: ==)
      && a.changedPorts.elementsEqual(b.changedPorts, by: ==)
  }
}

extension DesiredBridge {
  /// Every interface with its port, in the order of the rows.
  var interfaces: [(DesiredPort, DesiredInterface)] {
    ports.flatMap { port in port.interfaces.map { (port, $0) } }
  }

  fileprivate var interfacesByName: [String: (DesiredPort, DesiredInterface)] {
    Dictionary(interfaces.map { ($0.1.name, $0) }, uniquingKeysWith: { a, _ in a })
  }

  /// The bridge without its ports.
  fileprivate var settings: DesiredBridge {
    var copy = self
    copy.ports = []
    return copy
  }
}

extension DesiredInterface {
  /// Whether the running interface can become this one without being destroyed.
  fileprivate func canStay(as running: DesiredInterface) -> Bool {
    type == running.type && uuid == running.uuid
      && (requestedPort == nil || requestedPort == running.requestedPort)
  }

  /// Whether nothing that a device is configured with differs.
  fileprivate func isConfigured(as running: DesiredInterface) -> Bool {
    options == running.options && otherConfig == running.otherConfig && mac == running.mac
      && mtuRequest == running.mtuRequest
  }
}
