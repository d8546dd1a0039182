/// The machine, as /sys and /proc show it.
struct Machine: Equatable {
  struct Core: Equatable {
    var id: Int
    var node = 0
    /// nil where the kernel has no say in the frequency (virtual machines).
    var governor: String?
    /// Cores that share its execution units, itself included.
    var siblings: [Int]
  }

  struct HugePages: Equatable {
    var kilobytes: Int
    var total: Int
    var free: Int
  }

  /// A network card on the PCI bus.
  struct Card: Equatable {
    var driver: String?
    /// -1 when the machine does not say.
    var node: Int
  }

  /// Online ones, by number.
  var cores: [Int: Core] = [:]
  /// Those that the kernel's scheduler leaves alone.
  var isolated: Set<Int> = []
  /// By NUMA node.
  var pages: [Int: [HugePages]] = [:]
  var mountsHugePages = false
  /// By PCI address.
  var cards: [String: Card] = [:]
  var hasIOMMU = false
  /// vfio may do without one.
  var allowsNoIOMMU = false
  /// Kilobytes.
  var memory = 0
  var availableMemory = 0

  init() {}

  init(_ files: FileTree) {
    readCores(files)
    readPages(files)
    readCards(files)
    hasIOMMU = !files.names("/sys/kernel/iommu_groups").isEmpty
    allowsNoIOMMU = files.text("/sys/module/vfio/parameters/enable_unsafe_noiommu_mode") == "Y"
    let mounts = files.text("/proc/mounts") ?? ""
    mountsHugePages = mounts.split(separator: "\n").contains { line in
      line.split(separator: " ").dropFirst(2).first == "hugetlbfs"
    }
    memory = Self.meminfo("MemTotal", files)
    availableMemory = Self.meminfo("MemAvailable", files)
  }

  private mutating func readCores(_ files: FileTree) {
    let place = "/sys/devices/system/cpu"
    for id in files.list("\(place)/online") ?? [0] {
      cores[id] = Core(
        id: id, governor: files.text("\(place)/cpu\(id)/cpufreq/scaling_governor"),
        siblings: files.list("\(place)/cpu\(id)/topology/thread_siblings_list") ?? [id])
    }
    for node in nodes(files) {
      for id in files.list("\(Self.nodes)/node\(node)/cpulist") ?? [] { cores[id]?.node = node }
    }
    isolated = Set(files.list("\(place)/isolated") ?? [])
  }

  private static let nodes = "/sys/devices/system/node"

  /// Numbers of NUMA nodes; none on a kernel that knows no NUMA.
  private func nodes(_ files: FileTree) -> [Int] {
    files.names(Self.nodes).compactMap { name in
      name.hasPrefix("node") ? Int(name.dropFirst(4)) : nil
    }.sorted()
  }

  private mutating func readPages(_ files: FileTree) {
    for node in nodes(files) {
      pages[node] = Self.pages("\(Self.nodes)/node\(node)/hugepages", files)
    }
    if pages.isEmpty { pages[0] = Self.pages("/sys/kernel/mm/hugepages", files) }
  }

  private static func pages(_ place: String, _ files: FileTree) -> [HugePages] {
    files.names(place).compactMap { name in
      // "hugepages-2048kB"
      guard name.hasPrefix("hugepages-"), let size = Int(name.dropFirst(10).dropLast(2)) else {
        return nil
      }
      return HugePages(
        kilobytes: size, total: files.number("\(place)/\(name)/nr_hugepages") ?? 0,
        free: files.number("\(place)/\(name)/free_hugepages") ?? 0)
    }
  }

  private mutating func readCards(_ files: FileTree) {
    let place = "/sys/bus/pci/devices"
    for address in files.names(place) {
      // 0x02: network controller.
      guard files.text("\(place)/\(address)/class")?.hasPrefix("0x02") ?? false else { continue }
      cards[address] = Card(
        driver: files.linkName("\(place)/\(address)/driver"),
        node: files.number("\(place)/\(address)/numa_node") ?? -1)
    }
  }

  private static func meminfo(_ name: String, _ files: FileTree) -> Int {
    for line in (files.text("/proc/meminfo") ?? "").split(separator: "\n") {
      guard line.hasPrefix(name + ":") else { continue }
      return line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }
    return 0
  }

  // MARK: Questions

  /// Megabytes of huge pages on a node.
  func hugeMegabytes(_ node: Int, freeOnly: Bool = false) -> Int {
    (pages[node] ?? []).reduce(0) { $0 + $1.kilobytes * (freeOnly ? $1.free : $1.total) / 1024 }
  }

  var allHugeMegabytes: Int { pages.keys.reduce(0) { $0 + hugeMegabytes($1) } }

  /// A mask of cores as `pmd-cpu-mask` wants it.
  static func mask(_ cores: some Sequence<Int>) -> String {
    let cores = Set(cores)
    let digits = (0...((cores.max() ?? 0) / 4)).map { digit in
      String((0..<4).reduce(0) { $0 | (cores.contains(digit * 4 + $1) ? 1 << $1 : 0) }, radix: 16)
    }
    return "0x" + digits.reversed().joined()
  }
}
