import Datapath
import Glibc
import Runtime

/// What `Open_vSwitch.other_config` says of all vhost-user ports: holds for those that are added later.
public struct VhostDefaults: Equatable, Sendable {
  /// Where sockets of type dpdkvhostuser are made.
  public var directory: String
  public var iommu = false
  public var postcopy = false
  /// Checksums and segmentation are left to others, in both directions: of guests and of NICs. Unless
  /// `userspace-tso-enable` is false; OVS has it the other way round.
  public var offloads = true

  /// What is wrong with them.
  public var complaint: String?

  /// - Parameter run: the directory that `vhost-sock-dir` is below of.
  public init(_ other: [String: String] = [:], run: String = Paths.run) {
    directory = run
    iommu = other["vhost-iommu-support"] == "true"
    postcopy = other["vhost-postcopy-support"] == "true"
    offloads = other["userspace-tso-enable"] != "false"
    guard let wanted = other["vhost-sock-dir"], !wanted.isEmpty, wanted != run else { return }
    if wanted.contains("..") {
      complaint =
        "vhost-user sock directory request '\(run)/\(wanted)' has invalid characters '..' - using "
        + "\(run) instead."
    } else {
      directory = "\(run)/\(wanted)"
    }
  }
}

/// What a row asks of its vhost-user port, with OVS's defaults. Pure.
struct VhostSettings: Equatable {
  var setup: VhostPort.Setup
  var retries: Int
  var mtu: Int

  /// The longest path that a socket can have.
  static let longestPath = 107
  static let defaultRetries = 8
  static let mtus = 68...9702

  init(_ request: InterfaceRequest, isClient: Bool, _ defaults: VhostDefaults) throws {
    let options = request.options
    let path =
      isClient
      ? options["vhost-server-path"] ?? "" : "\(defaults.directory)/\(request.name)"
    if request.name.contains(where: { $0 == "/" || $0 == "\\" }) {
      vhostLog.err(
        "\"\(request.name)\" is not a valid name for a vhost-user port. A valid name must not "
          + "include '/' or '\\'")
      throw TextError.cannotOpen(request.name, "Invalid argument")
    }
    guard path.utf8.count <= VhostSettings.longestPath else {
      throw TextError(
        "\(request.name): a socket's path has at most \(VhostSettings.longestPath) bytes, this one "
          + "has \(path.utf8.count): \(path)")
    }
    setup = VhostPort.Setup(path: path, isClient: isClient)
    setup.iommu = defaults.iommu
    setup.postcopy = defaults.postcopy
    setup.offloads = defaults.offloads
    setup.maximumQueues = options["vhost-max-queue-pairs"].flatMap { Int($0) }
      .flatMap { (1...128).contains($0) ? $0 : nil }
    retries =
      options["tx-retries-max"].flatMap { Int($0) }
      .flatMap { (0...32).contains($0) ? $0 : nil } ?? VhostSettings.defaultRetries
    mtu = request.mtuRequest ?? 1500
    if !VhostSettings.mtus.contains(mtu) {
      vhostLog.warn("\(request.name): unsupported MTU \(mtu)")
      mtu = min(max(mtu, VhostSettings.mtus.lowerBound), VhostSettings.mtus.upperBound)
    }
  }

  /// What received frames need: the MTU, Ethernet header and checksum, and two tags.
  var bufferSize: Int { mtu + 14 + 4 + 8 }
}
