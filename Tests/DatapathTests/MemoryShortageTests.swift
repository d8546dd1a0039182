import Foundation
import Testing

@testable import Datapath

/// What an operator is told when memory is short.
struct MemoryShortageTests {
  @Test func hugepagesAreNamedByNode() {
    let shortage = MemoryShortage(
      neededBytes: 262 << 20, freeBytes: 128 << 20, node: 0, wantedPages: 640)
    #expect(
      "\(shortage)" == "needs 262 MB of hugepages on node 0, 128 MB free: "
        + "set vm.nr_hugepages to 640 or lower n_rxq_desc")
  }

  @Test func withoutHugepagesOtherThingsHelp() {
    let shortage = MemoryShortage(
      neededBytes: 1, freeBytes: 90 << 20 + 5, node: nil, wantedPages: nil)
    #expect(
      "\(shortage)".hasPrefix(
        "needs 1 MB of DPDK's memory, 90 MB free: DPDK runs without hugepages"))
  }

  /// A copy of /sys with two nodes.
  @Test func pagesAreReadPerNode() throws {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: root) }
    for (node, size, total, free) in [(0, 2048, 500, 3), (1, 2048, 100, 40), (1, 1_048_576, 4, 1)] {
      let folder = root.appendingPathComponent(
        "devices/system/node/node\(node)/hugepages/hugepages-\(size)kB")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data("\(total)\n".utf8).write(to: folder.appendingPathComponent("nr_hugepages"))
      try Data("\(free)\n".utf8).write(to: folder.appendingPathComponent("free_hugepages"))
    }
    let pages = Hugepages(root: root.path)
    #expect(pages.pages.count == 3)
    #expect(pages.freeBytes(node: 0) == 6 << 20)
    #expect(pages.freeBytes(node: 1) == 80 << 20 + 1 << 30)
    #expect(pages.freeBytes(node: nil) == 86 << 20 + 1 << 30)
    #expect(pages.wantedPages(moreBytes: 3 << 20) == 602)
    #expect(pages.wantedPages(moreBytes: -1) == 600)
    #expect(Hugepages(root: "/nonexistent").pages == [])
  }

  /// In the tests' environment, without hugepages: asking for too much is refused at once, and what was
  /// there stays usable.
  @Test func tooMuchIsRefused() throws {
    try EAL.initialize()
    #expect(throws: MemoryShortage.self) {
      try MempoolRegistry.shared.pool(bufferSize: 60000, count: 10_000_000)
    }
    _ = try MempoolRegistry.shared.pool(bufferSize: MempoolRegistry.defaultBufferSize)
  }
}
