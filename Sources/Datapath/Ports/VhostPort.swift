import CDPDKShim

/// A vhost-user socket and the guest behind it, for control.
///
/// A port has any number of connections (a server's socket is open to all who may open the file), and
/// at most one whose driver runs: that is the guest. It is made known to the workers as a whole
/// (`VhostDevice`) and taken from them as a whole: librte_vhost waits in `stopped` until every worker
/// has passed its mailbox, so that none is inside the guest's memory when it is unmapped.
///
/// Files: this one (socket and settings), `+Events` (what librte_vhost tells), `+Guest` (what the guest
/// is like).
///
/// The library looks for a lost peer once a second, and never says why there is none. So it is told
/// not to look; whoever owns a client port calls `connect` when somebody is there (`probe`).
///
/// Threads: the control thread calls; librte_vhost's own thread tells. `lock` guards the state of
/// connections. `life` is held while something of a running guest is read, and taken before it ends;
/// it comes before `lock`, and must not be taken in `ringChanged`, which runs under the rings' locks.
public final class VhostPort {
  /// How a socket is to be.
  public struct Setup: Equatable, Sendable {
    public var path: String
    /// Connects to a socket that the hypervisor made, instead of making one.
    public var isClient: Bool
    public var iommu = false
    public var postcopy = false
    /// The guest may leave checksums and segmentation to us.
    public var offloads = true
    /// Queue pairs that a guest is told it may have; nil: no limit but the library's.
    public var maximumQueues: Int?

    public init(path: String, isClient: Bool) {
      self.path = path
      self.isClient = isClient
    }
  }

  /// What librte_vhost's thread tells of.
  public enum Event: Sendable {
    case connected, disconnected
    case started(numaNode: Int)
    case stopped
    case ring(Int, isOn: Bool)
  }

  public let setup: Setup
  let device: UnsafeMutablePointer<VhostDevice>
  /// Called on librte_vhost's thread, or within `connect`; must not wait for the control thread. To be
  /// set before the socket is opened.
  public var onEvent: (@Sendable (Event) -> Void)?
  /// Returns when no worker uses what it read before. Set while the port is attached.
  var quiesce: (() -> Void)?

  let lock = Lock()
  let life = Lock()
  // Under `lock`.
  var connections: [Int32: [Bool]] = [:]
  var guest: Int32?
  var isUp = true
  // Control thread.
  private var isOpen = false
  private var pool: OpaquePointer?

  public init(_ setup: Setup) {
    self.setup = setup
    device = VhostDevice.create()
  }

  deinit {
    if let pool { MempoolRegistry.shared.giveBack(pool, count: VhostPort.promisedBuffers) }
    VhostDevice.destroy(device)
  }

  // MARK: The socket (control thread)

  /// Who is at the path: nil when somebody is, else errno's value; ECONNREFUSED means a socket that
  /// was left behind, ENOTSOCK another kind of file. Nobody notices.
  public static func probe(_ path: String) -> Int32? {
    let error = pb_vhost_probe(path)
    return error == 0 ? nil : error
  }

  /// Makes the socket and listens. Throws errno's value in an `EALError`.
  public func listen() throws {
    let error = open()
    guard error == 0 else { throw EALError(code: error) }
  }

  /// Connects, if there is no connection; errno's value when that fails.
  public func connect() -> Int32 {
    if isConnected { return 0 }
    close()
    let error = open()
    guard error == 0 else { return error }
    if !isConnected {
      close()
      return EAGAIN
    }
    return 0
  }

  private func open() -> Int32 {
    guard VhostPorts.add(self) else { return EADDRINUSE }
    isOpen = true
    var wanted = pb_vhost_setup()
    wanted.client = setup.isClient ? 1 : 0
    wanted.iommu = setup.iommu ? 1 : 0
    wanted.postcopy = setup.postcopy ? 1 : 0
    wanted.offloads = setup.offloads ? 1 : 0
    var error = pb_vhost_open(setup.path, &wanted) { VhostPorts.tell($0, $1, $2, $3, $4) }
    guard error == 0 else {
      VhostPorts.remove(self)
      isOpen = false
      return -error
    }
    error = pb_vhost_start(setup.path)
    if error != 0 { close() }
    return -error
  }

  /// Ends the connection and takes the socket away; the guest's driver finds its link down.
  public func close() {
    guard isOpen else { return }
    isOpen = false
    pb_vhost_close(setup.path)
    VhostPorts.remove(self)
    lock.withLock { connections = [:] }
  }

  // MARK: Settings (control thread)

  /// Buffers of a port that are promised: for packets that wait, here or in other ports' rings.
  private static let promisedBuffers = 2048

  /// Sees to buffers for frames of this length. The guest notices nothing.
  public func setFrameLength(_ bytes: Int) throws {
    let new = try MempoolRegistry.shared.pool(
      bufferSize: bytes, count: VhostPort.promisedBuffers, owner: setup.path)
    if let pool { MempoolRegistry.shared.giveBack(pool, count: VhostPort.promisedBuffers) }
    pool = new
    device.pointee.setPool(new)
  }

  /// Where buffers for received frames come from.
  public var buffers: OpaquePointer? { pool }

  public func setRetries(_ count: Int) { device.pointee.setRetries(count) }

  /// A port that is down takes and gives no packets; the guest is not told.
  public func setUp(_ up: Bool) {
    lock.withLock {
      isUp = up
      if let guest, up { device.pointee.publish(guest) } else { device.pointee.withdraw() }
    }
  }
}

/// The ports that have a socket, by its path: how librte_vhost's events find them. Any thread.
enum VhostPorts {
  private static let lock = Lock()
  private static var ports: [String: VhostPort] = [:]

  /// False if another port has the path.
  static func add(_ port: VhostPort) -> Bool {
    lock.withLock {
      guard ports[port.setup.path] == nil else { return false }
      ports[port.setup.path] = port
      return true
    }
  }

  static func remove(_ port: VhostPort) {
    lock.withLock { if ports[port.setup.path] === port { ports[port.setup.path] = nil } }
  }

  static func tell(
    _ event: pb_vhost_event, _ connection: Int32, _ path: UnsafePointer<CChar>?, _ ring: UInt16,
    _ isOn: Int32
  ) -> Int32 {
    guard let path, let port = lock.withLock({ ports[String(cString: path)] }) else { return -1 }
    return port.handle(event, connection, ring: Int(ring), isOn: isOn != 0)
  }
}
