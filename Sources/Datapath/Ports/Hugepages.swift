import Glibc

/// The machine's hugepages, per NUMA node and page size, as the kernel counts them now.
public struct Hugepages: Equatable, Sendable {
  public struct Pages: Equatable, Sendable {
    public var node: Int
    public var kilobytes: Int
    public var total: Int
    public var free: Int
    public init(node: Int, kilobytes: Int, total: Int, free: Int) {
      (self.node, self.kilobytes, self.total, self.free) = (node, kilobytes, total, free)
    }
  }
  public var pages: [Pages]

  public init(_ pages: [Pages]) { self.pages = pages }

  /// Reads `devices/system/node/nodeN/hugepages/hugepages-KkB` below `root`.
  public init(root: String = "/sys") {
    let nodes = "\(root)/devices/system/node"
    pages = Hugepages.numbers(in: nodes, prefix: "node", suffix: "").flatMap { node in
      let folder = "\(nodes)/node\(node)/hugepages"
      return Hugepages.numbers(in: folder, prefix: "hugepages-", suffix: "kB").map { size in
        let base = "\(folder)/hugepages-\(size)kB"
        return Pages(
          node: node, kilobytes: size, total: Hugepages.number("\(base)/nr_hugepages"),
          free: Hugepages.number("\(base)/free_hugepages"))
      }
    }
  }

  /// Of one node, or of all.
  public func freeBytes(node: Int?) -> Int {
    pages.filter { node == nil || $0.node == node }
      .reduce(0) { $0 + $1.free * $1.kilobytes * 1024 }
  }

  /// What `vm.nr_hugepages` must be, so that there are so many bytes more: it counts the pages of the
  /// usual size on all nodes.
  public func wantedPages(moreBytes: Int) -> Int {
    let size = pages.contains { $0.kilobytes == 2048 } ? 2048 : pages.first?.kilobytes ?? 2048
    let pageBytes = size * 1024
    let total = pages.filter { $0.kilobytes == size }.reduce(0) { $0 + $1.total }
    return total + (max(moreBytes, 0) + pageBytes - 1) / pageBytes
  }

  private static func numbers(in folder: String, prefix: String, suffix: String) -> [Int] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var found: [Int] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard name.hasPrefix(prefix), name.hasSuffix(suffix),
        let n = Int(name.dropFirst(prefix.utf8.count).dropLast(suffix.utf8.count))
      else { continue }
      found.append(n)
    }
    return found.sorted()
  }

  private static func number(_ path: String) -> Int {
    guard let file = fopen(path, "r") else { return 0 }
    defer { fclose(file) }
    var value = 0
    return withUnsafeMutablePointer(to: &value) { pointer in
      withVaList([pointer]) { vfscanf(file, "%ld", $0) } == 1 ? pointer.pointee : 0
    }
  }
}
