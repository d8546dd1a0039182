/// Whether there is memory left for flows and for what else runs here.
enum MemoryCheck {
  /// Kilobytes.
  private static let little = 256 * 1024

  static func look(_ machine: Machine, _ state: SwitchState) -> [Finding] {
    let (all, left) = (machine.memory, machine.availableMemory)
    guard all > 0, left < little || left < all / 20 else { return [] }
    let free = machine.pages.keys.reduce(0) { $0 + machine.hugeMegabytes($1, freeOnly: true) }
    let hoards = free * 1024 > all / 10
    let hint = hoards ? ", and \(free) MB of huge pages are free, which nobody else can use" : ""
    return [
      Finding(
        .slow, "memory", "\(left / 1024) MB of \(all / 1024) MB of memory are available" + hint,
        fix: hoards
          ? "sysctl -w vm.nr_hugepages=\(max(0, machine.allHugeMegabytes - free / 2) / 2)"
          : "ps -eo rss,pid,comm --sort=-rss | head")
    ]
  }
}
