/// Lists of actions that were read before, by their bytes: most flows do what others do.
///
/// A list is remembered when it was found to be right. The next flow-mod with the same bytes gets the
/// same array, so a million flows with four lists of actions have four arrays. There is room for a
/// few hundred lists; one that comes to a taken place takes it.
///
/// Belongs to a connection, and to its thread.
public final class KnownActions: @unchecked Sendable {
  /// A list that is right.
  struct List {
    let actions: [any Action]
    let traits: ActionTraits

    init(_ actions: [any Action]) {
      self.actions = actions
      traits = ActionTraits(of: actions)
    }
  }

  private struct Entry {
    let version: OpenFlowVersion
    let bytes: [UInt8]
    let list: List
  }

  private var entries = [Entry?](repeating: nil, count: 256)
  /// Longer lists are hardly ever the same.
  private static let maxBytes = 256

  public init() {}

  func find(_ bytes: ArraySlice<UInt8>, _ version: OpenFlowVersion) -> List? {
    guard bytes.count <= Self.maxBytes else { return nil }
    return bytes.withUnsafeBytes { raw in
      guard let entry = entries[Self.place(raw)], entry.version == version,
        entry.bytes.withUnsafeBytes({ Self.areEqual($0, raw) })
      else { return nil }
      return entry.list
    }
  }

  func remember(_ bytes: ArraySlice<UInt8>, _ version: OpenFlowVersion, _ list: List) {
    guard bytes.count <= Self.maxBytes else { return }
    let place = bytes.withUnsafeBytes { Self.place($0) }
    entries[place] = Entry(version: version, bytes: Array(bytes), list: list)
  }

  private static func areEqual(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
    guard a.count == b.count else { return false }
    let words = a.count & ~7
    for offset in stride(from: 0, to: words, by: 8) {
      let (x, y) = (
        a.loadUnaligned(fromByteOffset: offset, as: UInt64.self),
        b.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      )
      if x != y { return false }
    }
    return (words..<a.count).allSatisfy { a[$0] == b[$0] }
  }

  /// Lists of actions are multiples of eight bytes; what else there is does not count.
  private static func place(_ bytes: UnsafeRawBufferPointer) -> Int {
    var hash: UInt64 = 0
    for offset in stride(from: 0, to: bytes.count & ~7, by: 8) {
      let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      hash = (hash ^ (hash >> 29) ^ word) &* 0x9e37_79b9_7f4a_7c15
    }
    return Int(hash >> 56)
  }
}

extension WireContext {
  /// Lists that may be used. Options of tunnels mean what the bridge's table says, so while it has any
  /// every list is read.
  var usableActions: KnownActions? { tunnelOptions?.isEmpty == true ? knownActions : nil }
}
