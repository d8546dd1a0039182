import CDPDKShim

/// What a row asks of an ethdev, in OVS's terms and with its defaults (ovs-vswitchd.conf.db(5),
/// Interface, "DPDK"). Pure.
struct EthdevSettings: Equatable {
  var deviceArguments: String
  var rxQueues: Int
  var rxDescriptors: Int
  var txDescriptors: Int
  var mtu: Int
  /// The device tells when its link comes or goes, instead of being asked.
  var linkInterrupts: Bool

  static let defaultDescriptors = 2048
  static let maximumDescriptors = 4096

  init(_ request: InterfaceRequest) {
    let options = request.options
    deviceArguments = options["dpdk-devargs"] ?? ""
    rxQueues = min(max(options["n_rxq"].flatMap(Int.init) ?? 1, 1), 1024)
    rxDescriptors = EthdevSettings.descriptors(options["n_rxq_desc"])
    txDescriptors = EthdevSettings.descriptors(options["n_txq_desc"])
    mtu = request.mtuRequest ?? 1500
    linkInterrupts = options["dpdk-lsc-interrupt"] == "true"
  }

  /// Powers of two up to 4096; anything else means the default.
  static func descriptors(_ text: String?) -> Int {
    guard let n = text.flatMap({ Int($0) }), n > 0, n <= maximumDescriptors, n & (n - 1) == 0 else {
      return defaultDescriptors
    }
    return n
  }
}

/// What an ethdev's speed is called in the column `status`.
enum LinkSpeedText {
  static func format(_ megabits: UInt32) -> String {
    switch megabits {
    case 10, 100: "\(megabits)Mbps"
    case 1000: "1Gbps"
    case 2500: "2.5Gbps"
    case 5000, 10_000, 20_000, 25_000, 40_000, 50_000, 56_000, 100_000, 200_000, 400_000:
      "\(megabits / 1000)Gbps"
    case .max: "Unknown"
    default: "Not Defined"
    }
  }
}
