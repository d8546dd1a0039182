/// The prefixes of one field that the rules of a table use, as a path-compressed binary trie.
///
/// What it is for: a lookup that finds no rule of 10.0.0.0/8 for 192.168.1.1 has learned that from the
/// first bit. Without the trie the megaflow would match all eight bits of the subtable (or 32, of
/// the one beside it), and the datapath would need many more megaflows.
///
/// Values are left-aligned in 128 bits, so that one trie serves ports, IPv4 and IPv6. Nodes are values
/// of 20 bytes in one array, the children given by index; a node holds at most 32 bits, a longer piece
/// of a path is a chain of nodes; rules are only counted.
struct PrefixTrie {
  private struct Node {
    /// The node's own bits, left-aligned, `length` of them.
    var bits: UInt32
    /// How many rules have exactly the prefix that ends here.
    var rules: UInt32 = 0
    var zero: Int32 = -1
    var one: Int32 = -1
    var length: UInt8
    /// The number of the node's first bit in the values.
    var start: UInt8

    init(bits: UInt32, start: Int, length: Int) {
      self.bits = bits
      self.length = UInt8(length)
      self.start = UInt8(start)
    }
  }

  /// Of the field.
  let width: Int
  private var nodes: [Node] = []
  private var free: [Int32] = []
  private var root: Int32 = -1

  init(width: Int = 32) { self.width = width }

  /// What a lookup tells: which prefix lengths (bit n for length n + 1) some rule has that covers the
  /// value, and how many bits of the value one must know to be sure of that.
  struct Answer {
    var lengths: UInt128 = 0
    var examined = 0

    func covers(_ length: Int) -> Bool { lengths & (1 << UInt128(length - 1)) != 0 }

    /// Of a field of at most 32 bits.
    var narrowLengths: UInt32 { UInt32(truncatingIfNeeded: lengths) }
  }

  /// The length of the prefix that a mask (left-aligned) is; nil when it is none, or empty.
  static func length(of mask: UInt128) -> Int? {
    let length = (~mask).leadingZeroBitCount
    return length > 0 && mask == Self.mask(length) ? length : nil
  }

  /// The first `length` bits set.
  static func mask(_ length: Int) -> UInt128 {
    length <= 0 ? 0 : length >= 128 ? .max : ~0 << UInt128(128 - length)
  }

  var isEmpty: Bool { root < 0 }
  var nodeCount: Int { nodes.count - free.count }

  @inline(__always)
  func lookup(_ value: UInt128) -> Answer {
    width <= 32 ? lookupNarrow(UInt32(truncatingIfNeeded: value >> 96)) : lookupWide(value)
  }

  /// Of a field of at most 32 bits.
  func lookupNarrow(_ value: UInt32) -> Answer {
    var lengths: UInt32 = 0
    var index = root
    var depth = 0
    var examined = 0
    nodes.withUnsafeBufferPointer { nodes in
      while index >= 0 {
        let node = nodes[Int(index)]
        let length = Int(node.length)
        let equal = Self.common(value << UInt32(depth), node.bits, length)
        guard equal == length else {
          examined = depth &+ equal &+ 1
          return
        }
        depth &+= length
        if node.rules > 0, depth > 0 { lengths |= 1 << UInt32(depth &- 1) }
        guard depth < width else { break }
        index = (value << UInt32(depth)) >> 31 == 1 ? node.one : node.zero
        // The bit that chose a missing branch was looked at, unless there is no branch at all.
        let isLeaf = node.zero < 0 && node.one < 0
        if index < 0 { examined = isLeaf ? depth : depth &+ 1 }
      }
      if depth >= width { examined = width }
    }
    return Answer(lengths: UInt128(lengths), examined: examined)
  }

  private func lookupWide(_ value: UInt128) -> Answer {
    var answer = Answer()
    var index = root
    var depth = 0
    while index >= 0 {
      let node = nodes[Int(index)]
      let length = Int(node.length)
      let equal = Self.common(Self.chunk(value, depth), node.bits, length)
      guard equal == length else {
        answer.examined = depth + equal + 1
        return answer
      }
      depth += length
      if node.rules > 0, depth > 0 { answer.lengths |= 1 << UInt128(depth - 1) }
      guard depth < width else { break }
      index = Self.chunk(value, depth) >> 31 == 1 ? node.one : node.zero
      // The bit that chose a missing branch was looked at, unless there is no branch at all.
      let isLeaf = node.zero < 0 && node.one < 0
      if index < 0 { answer.examined = isLeaf ? depth : depth + 1 }
    }
    if depth >= width { answer.examined = width }
    return answer
  }

  /// The 32 bits of `value` behind its first `depth`.
  @inline(__always)
  private static func chunk(_ value: UInt128, _ depth: Int) -> UInt32 {
    if depth <= 32 {
      return UInt32(truncatingIfNeeded: UInt64(truncatingIfNeeded: value &>> 64) &>> (32 - depth))
    }
    return UInt32(truncatingIfNeeded: (value << UInt128(depth)) &>> 96)
  }

  /// How many of the first `limit` bits are equal.
  @inline(__always)
  private static func common(_ a: UInt32, _ b: UInt32, _ limit: Int) -> Int {
    min((a ^ b).leadingZeroBitCount, limit)
  }

  private struct Edge {
    let node: Int32
    let isOne: Bool
  }

  // MARK: Adding

  /// Counts a prefix once more; makes its nodes when there are none.
  mutating func insert(_ value: UInt128, length: Int) {
    var way = descend(value, length)
    if let place = way.split { split(way.node, at: place) }
    if way.depth < length {
      let edge =
        way.split == nil
        ? way.last : Edge(node: way.node, isOne: Self.isOne(value, way.depth))
      way.node = extend(value, from: way.depth, to: length, below: edge)
    }
    nodes[Int(way.node)].rules &+= 1
  }

  /// Counts prefixes of a field of at most 32 bits, which come in the order of their values. The way of
  /// each begins where it leaves that of the one before; so many are added at the cost of their own
  /// nodes.
  mutating func insert(sorted prefixes: [NarrowPrefix]) {
    var path: [Int32] = []
    var last: UInt32 = 0
    for prefix in prefixes {
      let shared = min((prefix.value ^ last).leadingZeroBitCount, prefix.length)
      while path.count > 1, Int(nodes[Int(path[path.count - 1])].start) >= shared {
        path.removeLast()
      }
      if path.isEmpty {
        insert(prefix.wide, length: prefix.length)
        path.append(root)
      } else {
        insert(prefix, &path)
      }
      last = prefix.value
    }
  }

  /// Counts a prefix on whose way the last node of `path` is; adds the nodes behind that.
  private mutating func insert(_ prefix: NarrowPrefix, _ path: inout [Int32]) {
    var index = path[path.count - 1]
    var depth = Int(nodes[Int(index)].start)
    while true {
      let node = nodes[Int(index)]
      let rest = prefix.value << UInt32(depth)
      let equal = Self.common(rest, node.bits, min(Int(node.length), prefix.length - depth))
      depth += equal
      if equal < Int(node.length) { split(index, at: equal) }
      if depth == prefix.length { break }
      let isOne = (prefix.value << UInt32(depth)) >> 31 == 1
      let next = equal < Int(node.length) ? -1 : isOne ? node.one : node.zero
      index =
        next >= 0
        ? next
        : extend(
          prefix.wide, from: depth, to: prefix.length, below: Edge(node: index, isOne: isOne))
      path.append(index)
      if next < 0 { break }
    }
    nodes[Int(index)].rules &+= 1
  }

  private static func isOne(_ value: UInt128, _ depth: Int) -> Bool {
    chunk(value, depth) >> 31 == 1
  }

  /// How far a prefix goes in the trie.
  private struct Way {
    /// The node where it ends, or -1 when the branch behind `last` is missing.
    var node: Int32
    /// How many bits are in nodes.
    var depth: Int
    /// How many bits of `node` are the prefix's, if not all are.
    var split: Int?
    var last: Edge?
  }

  private func descend(_ value: UInt128, _ length: Int) -> Way {
    var way = Way(node: root, depth: 0)
    nodes.withUnsafeBufferPointer { nodes in
      while way.node >= 0 {
        let node = nodes[Int(way.node)]
        let nodeLength = Int(node.length)
        let equal = Self.common(
          Self.chunk(value, way.depth), node.bits, min(nodeLength, length - way.depth))
        way.depth += equal
        if equal < nodeLength {
          way.split = equal
          return
        }
        if way.depth == length { return }
        let isOne = Self.isOne(value, way.depth)
        way.last = Edge(node: way.node, isOne: isOne)
        way.node = isOne ? node.one : node.zero
      }
    }
    return way
  }

  // MARK: Removing

  /// Counts a prefix once less, and prunes when the count becomes zero.
  mutating func remove(_ value: UInt128, length: Int) {
    var path: [Edge] = []
    path.reserveCapacity(32)
    var depth = 0
    var index = root
    while index >= 0 {
      let node = nodes[Int(index)]
      let nodeLength = Int(node.length)
      let equal = Self.common(
        Self.chunk(value, depth), node.bits, min(nodeLength, length - depth))
      guard equal == nodeLength else { return }
      depth += equal
      if depth == length { break }
      let isOne = Self.isOne(value, depth)
      path.append(Edge(node: index, isOne: isOne))
      index = isOne ? node.one : node.zero
    }
    guard index >= 0, nodes[Int(index)].rules > 0 else { return }
    nodes[Int(index)].rules -= 1
    prune(index, path)
  }

  /// Makes nodes for the rest of a prefix, and gives the last.
  private mutating func extend(
    _ value: UInt128, from start: Int, to length: Int, below parent: Edge?
  ) -> Int32 {
    var parent = parent
    var depth = start
    while true {
      let size = min(32, length - depth)
      let bits = Self.chunk(value, depth) & UInt32(truncatingIfNeeded: Self.mask(size) >> 96)
      let index = make(Node(bits: bits, start: depth, length: size))
      attach(index, to: parent)
      depth += size
      if depth >= length { return index }
      parent = Edge(node: index, isOne: Self.chunk(value, depth) >> 31 == 1)
    }
  }

  private mutating func make(_ node: Node) -> Int32 {
    if let index = free.popLast() {
      nodes[Int(index)] = node
      return index
    }
    nodes.append(node)
    return Int32(truncatingIfNeeded: nodes.count - 1)
  }

  private mutating func attach(_ index: Int32, to parent: Edge?) {
    guard let parent else {
      root = index
      return
    }
    if parent.isOne {
      nodes[Int(parent.node)].one = index
    } else {
      nodes[Int(parent.node)].zero = index
    }
  }

  /// Cuts a node in two; the upper part keeps the index.
  private mutating func split(_ index: Int32, at length: Int) {
    var lower = nodes[Int(index)]
    lower.bits = length >= 32 ? 0 : lower.bits << UInt32(length)
    lower.length -= UInt8(length)
    lower.start += UInt8(length)
    let below = make(lower)
    var upper = Node(
      bits: nodes[Int(index)].bits & UInt32(truncatingIfNeeded: Self.mask(length) >> 96),
      start: Int(nodes[Int(index)].start), length: length)
    if lower.bits >> 31 == 1 { upper.one = below } else { upper.zero = below }
    nodes[Int(index)] = upper
  }

  /// Removes nodes without rule that do not branch, from `index` upward.
  private mutating func prune(_ index: Int32, _ path: [Edge]) {
    var path = path
    var index = index
    while index >= 0, nodes[Int(index)].rules == 0 {
      let node = nodes[Int(index)]
      guard node.zero < 0 || node.one < 0 else { return }
      let child = max(node.zero, node.one)
      if child >= 0 { return join(index, with: child) }
      let parent = path.popLast()
      attach(-1, to: parent)
      free.append(index)
      index = parent?.node ?? -1
    }
  }

  /// Makes a node and its only child one, if one node can hold both.
  private mutating func join(_ index: Int32, with child: Int32) {
    let upper = nodes[Int(index)]
    let lower = nodes[Int(child)]
    let length = Int(upper.length)
    guard length + Int(lower.length) <= 32 else { return }
    var joined = lower
    joined.bits = upper.bits | (length >= 32 ? 0 : lower.bits >> UInt32(length))
    joined.length = UInt8(length) + lower.length
    joined.start = upper.start
    nodes[Int(index)] = joined
    free.append(child)
  }
}

/// A prefix of a field of at most 32 bits, left-aligned. In one word, whose order is that of the values.
struct NarrowPrefix {
  let word: UInt64

  init(_ value: UInt32, length: Int) { word = UInt64(value) << 32 | UInt64(length) }

  var value: UInt32 { UInt32(truncatingIfNeeded: word >> 32) }
  var length: Int { Int(word & 0xff) }
  var wide: UInt128 { UInt128(value) << 96 }
}
