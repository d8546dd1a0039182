import CDPDKShim
import Runtime

let log = Log("netdev")

/// What `--enable-dummy` asked for.
public enum DummyMode: Sendable {
  case off
  /// Types dummy, dummy-pmd and the datapath type dummy exist.
  case on
  /// Type system is simulated too.
  case system
  /// Every type but patch is simulated: a switch that touches nothing of the machine.
  case override
}

/// Makes devices for rows of the Interface table. Control thread.
public final class InterfaceFactory {
  public let dummyMode: DummyMode
  /// Whether `--enable-dummy` was given.
  public var dummyEnabled: Bool { dummyMode != .off }
  /// Called when a device of the kernel came, went or changed (link, address, MTU), with its name;
  /// with an empty name when any may have. If there is a port of that name, `configure` it again (it
  /// refuses when its device was replaced); if a row failed for want of the device, `make` it again.
  public var onChange: ((String) -> Void)?
  /// Simulated devices that live, by name: those that `netdev-dummy/...` commands can reach.
  let dummies = DummyDevices()

  let ethdevs = Ethdevs()
  let vhostClients = VhostClients()
  /// For vhost-user ports that are made from now on.
  public var vhostDefaults = VhostDefaults() {
    didSet {
      guard vhostDefaults != oldValue, let complaint = vhostDefaults.complaint else { return }
      vhostLog.err("\(complaint)")
    }
  }
  /// Transmit queues that dpdk interfaces ask for: one per worker spares the workers a lock.
  public var transmitQueues = 2
  private var monitor: KernelLinkMonitor?
  private var loop: ControlLoop?

  public init(dummy: DummyMode) { dummyMode = dummy }

  public convenience init(dummyEnabled: Bool = false) {
    self.init(dummy: dummyEnabled ? .on : .off)
  }

  /// Starts to tell `onChange` of devices. Once, when the control thread runs.
  public func watchDevices(_ loop: ControlLoop) throws {
    self.loop = loop
    vhostClients.loop = loop
    monitor = try KernelLinkMonitor(loop) { [weak self] name in self?.onChange?(name) }
    // For the life of the process, as the factory.
    pb_dev_watch_removals(
      { factory, device in
        guard let factory, let device else { return }
        let name = String(cString: device)
        Unmanaged<InterfaceFactory>.fromOpaque(factory).takeUnretainedValue().deviceIsTaken(name)
      }, Unmanaged.passRetained(self).toOpaque())
    pb_ethdev_watch_links(
      { factory in
        guard let factory else { return }
        Unmanaged<InterfaceFactory>.fromOpaque(factory).takeUnretainedValue().linksChanged()
      }, Unmanaged.passRetained(self).toOpaque())
  }

  /// Of DPDK's interrupt thread.
  private func linksChanged() { loop?.execute { [weak self] in self?.pollLinks() } }

  /// Of DPDK's interrupt thread.
  private func deviceIsTaken(_ device: String) {
    loop?.execute { [self] in
      for interface in ethdevs.deviceIsTaken(device) { onChange?(interface.name) }
    }
  }

  /// Calls `onChange` for interfaces whose cards are back. Every second.
  public func lookForCards() {
    for name in ethdevs.cards.comeBack() { onChange?(name) }
  }

  /// Calls `onChange`, soon, on the control thread. Any thread.
  func tellChange(_ name: String) {
    loop?.execute { [weak self] in self?.onChange?(name) }
  }

  /// Asks DPDK's devices for their links, of which few tell by themselves, and calls `onChange` for those
  /// that came or went. Every few seconds.
  public func pollLinks() {
    vhostClients.reportLostPages()
    for device in ethdevs.all where device.linkChanged() { onChange?(device.name) }
  }

  /// Writes what simulated devices have sent to their capture files. After `Datapath.quiesce`, or
  /// now and then.
  public func writeCaptures() {
    for device in dummies.all { device.writeCaptures() }
  }

  /// The column `iface_types`.
  public var availableTypes: [String] {
    InterfaceCatalog.types.filter { $0.isAvailable(self) }.map(\.name).sorted()
  }

  /// Constructs and configures a device.
  /// - Throws: `TextError` with the text for the row's `error` column.
  public func make(_ request: InterfaceRequest) throws -> any InterfaceDevice {
    if let simulated = simulatedTypeName(request) {
      return try DummyInterface(request, typeName: simulated, among: dummies)
    }
    if let type = InterfaceCatalog.type(named: request.type), type.isAvailable(self) {
      return try type.make(request, self)
    }
    if let why = InterfaceCatalog.refusal(of: request.type) {
      throw TextError("\(request.name): \(why)")
    }
    log.warn("could not create netdev \(request.name) of unknown type \(request.type)")
    throw TextError.cannotOpen(request.name, "Address family not supported by protocol")
  }

  /// What a device that stands in for another type calls itself; nil when the type is to be real.
  private func simulatedTypeName(_ request: InterfaceRequest) -> String? {
    if request.type == "internal" && request.dummyDatapath && dummyEnabled {
      return "dummy-internal"
    }
    guard InterfaceCatalog.type(named: request.type) != nil else { return nil }
    switch (dummyMode, request.type) {
    case (.off, _), (.on, _), (_, "patch"), (_, "dummy"), (_, "dummy-pmd"): return nil
    case (.system, let type): return type == "system" ? type : nil
    case (.override, let type): return type == "internal" ? "tap" : type
    }
  }
}

extension TextError {
  /// OVS's text for a device that cannot be opened.
  static func cannotOpen(_ name: String, _ why: String) -> TextError {
    TextError("could not open network device \(name) (\(why))")
  }
}
