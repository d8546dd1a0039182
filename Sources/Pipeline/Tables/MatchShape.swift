import Fields
import OpenFlow
import Synchronization

/// Which bits of a flow a match looks at: the non-zero words of its mask, in the order in which a
/// lookup compares them. Rules of one shape share one `MatchShape`, and a rule itself holds only the
/// words of its value that the shape names: 5 of 80 for a 5-tuple.
///
/// A word that has bits of two stages stands in the list twice, each time with the bits of one stage;
/// so the words of a stage are a run of the list, and a hash over the list can be continued from stage
/// to stage.
///
/// Shapes are interned: equal masks are the same object. Immutable, any thread.
public final class MatchShape: @unchecked Sendable {
  struct Item: Hashable {
    let word: UInt8
    let stage: UInt8
    let bits: UInt64
  }

  let items: [Item]
  /// Behind which item each stage ends, if something is compared in it and something remains: what is
  /// compared last is the whole value.
  let stageEnds: [Int]
  /// The mask itself.
  let mask: PipelineMask

  private init(_ items: [Item], _ mask: PipelineMask) {
    self.items = items
    self.mask = mask
    var ends: [Int] = []
    for index in items.indices.dropFirst() where items[index].stage != items[index - 1].stage {
      ends.append(index)
    }
    stageEnds = ends
  }

  // MARK: Interning

  private struct Catalog {
    var shapes: [[Item]: MatchShape] = [:]
    /// With so many shapes, those that nobody uses are dropped.
    var limit = 256
  }

  private static let catalog = Mutex(Catalog())
  private static let recent = Mutex(RecentShapes())

  /// The shape of a match.
  static func of(_ match: Match) -> MatchShape { recent.withLock { $0.shape(of: match) } }

  /// The shape of a mask.
  static func of(_ mask: PipelineMask) -> MatchShape {
    let items = items(of: mask)
    return catalog.withLock { catalog in
      if let shape = catalog.shapes[items] { return shape }
      if catalog.shapes.count >= catalog.limit { sweep(&catalog) }
      let shape = MatchShape(items, mask)
      catalog.shapes[items] = shape
      return shape
    }
  }

  /// Drops the shapes that only the catalog refers to.
  private static func sweep(_ catalog: inout Catalog) {
    for key in Array(catalog.shapes.keys) {
      guard var shape = catalog.shapes.removeValue(forKey: key) else { continue }
      if !isKnownUniquelyReferenced(&shape) { catalog.shapes[key] = shape }
    }
    catalog.limit = max(256, catalog.shapes.count * 2)
  }

  private static func items(of mask: PipelineMask) -> [Item] {
    var items: [Item] = []
    withUnsafePointer(to: mask) { mask in
      let words = FlowWords(mask)
      for (stage, bits) in StageMasks.bits.enumerated() {
        for word in 0..<Flow.wordCount where words[word] & bits[word] != 0 {
          items.append(
            Item(word: UInt8(word), stage: UInt8(stage), bits: words[word] & bits[word]))
        }
      }
    }
    return items
  }

  // MARK: Values

  /// Which item has bits of the `bytes` bytes from `offset`, which lie in one word and are all of one
  /// stage.
  func item(of offset: Int, bytes: Int) -> Int? {
    let ones = (UInt64.max >> UInt64(64 - bytes * 8)) << UInt64((8 - offset % 8 - bytes) * 8)
    return items.firstIndex {
      Int($0.word) == offset / 8 && $0.bits & ones.bigEndian != 0
    }
  }

  /// Writes the words of a match that the shape names.
  @inline(__always)
  func write(_ match: borrowing Match, to words: UnsafeMutablePointer<UInt64>) {
    if match.isKeyOnly {
      withUnsafePointer(to: match.key) { write(FlowWords(key: $0), to: words) }
    } else {
      withUnsafePointer(to: match.value) { write(FlowWords($0), to: words) }
    }
  }

  @inline(__always)
  private func write(_ flow: FlowWords, to words: UnsafeMutablePointer<UInt64>) {
    items.withUnsafeBufferPointer { items in
      for index in items.indices {
        words[index] = flow[Int(items[index].word)] & items[index].bits
      }
    }
  }

  /// The words of a match that the shape names.
  func values(of match: Match) -> [UInt64] {
    guard match.isKeyOnly else {
      return withUnsafePointer(to: match.value) { values(of: FlowWords($0)) }
    }
    return withUnsafePointer(to: match.key) { values(of: FlowWords(key: $0)) }
  }

  private func values(of flow: FlowWords) -> [UInt64] {
    items.map { flow[Int($0.word)] & $0.bits }
  }

  /// The flow that has these values and zeros elsewhere.
  func flow(_ values: [UInt64]) -> Flow {
    var flow = Flow()
    for (item, value) in zip(items, values) {
      flow.setWord(Int(item.word), flow.word(Int(item.word)) | value)
    }
    return flow
  }
}

/// A flow's 64-bit words in place.
struct FlowWords {
  private let words: UnsafePointer<UInt64>

  init(_ flow: UnsafePointer<Flow>) {
    words = UnsafeRawPointer(flow).assumingMemoryBound(to: UInt64.self)
  }

  /// The first words alone.
  init(key: UnsafePointer<FlowKey>) {
    words = UnsafeRawPointer(key).assumingMemoryBound(to: UInt64.self)
  }

  @inline(__always)
  subscript(index: Int) -> UInt64 { words[index] }
}
