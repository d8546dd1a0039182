/// The prefixes of one 32-bit field that the rules of a table use, as a path-compressed binary trie.
///
/// What it is for: a lookup that finds no rule of 10.0.0.0/8 for 192.168.1.1 has learned that from the
/// first bit. Without the trie the megaflow would match all eight bits of the subtable (or 32, of
/// the one beside it), and the datapath would need many more megaflows.
///
/// Nodes are values in one array, the children given by index; rules are only counted.
struct PrefixTrie {
  private struct Node {
    /// The node's own bits, left-aligned, `length` of them.
    var bits: UInt32
    var length: Int
    /// How many rules have exactly the prefix that ends here.
    var rules = 0
    var child = (-1, -1)
  }

  private var nodes: [Node] = []
  private var free: [Int] = []
  private var root = -1

  /// What a lookup tells: which prefix lengths (bit n for length n + 1) some rule has that covers the
  /// value, and how many bits of the value one must know to be sure of that.
  struct Answer {
    var lengths: UInt32 = 0
    var examined = 0

    func covers(_ length: Int) -> Bool { lengths & (1 << UInt32(length - 1)) != 0 }
  }

  /// The length of the prefix that a mask is; nil when it is none, or empty.
  static func length(of mask: UInt32) -> Int? {
    let length = (~mask).leadingZeroBitCount
    return length > 0 && mask == Self.mask(length) ? length : nil
  }

  static func mask(_ length: Int) -> UInt32 { length == 0 ? 0 : ~0 << UInt32(32 - length) }

  func lookup(_ value: UInt32) -> Answer {
    var answer = Answer()
    var index = root
    var depth = 0
    while index >= 0 {
      let node = nodes[index]
      let equal = Self.common(value << UInt32(depth), node.bits, node.length)
      guard equal == node.length else {
        answer.examined = depth + equal + 1
        return answer
      }
      depth += node.length
      if node.rules > 0, depth > 0 { answer.lengths |= 1 << UInt32(depth - 1) }
      guard depth < 32 else { break }
      let one = value & (1 << UInt32(31 - depth)) != 0
      index = one ? node.child.1 : node.child.0
      // The bit that chose a missing branch was looked at, unless there is no branch at all.
      let isLeaf = node.child.0 < 0 && node.child.1 < 0
      if index < 0 { answer.examined = isLeaf ? depth : depth + 1 }
    }
    if depth == 32 { answer.examined = 32 }
    return answer
  }

  mutating func insert(_ value: UInt32, length: Int) { change(value, length, by: 1) }
  mutating func remove(_ value: UInt32, length: Int) { change(value, length, by: -1) }

  /// How many of the first `limit` bits are equal.
  private static func common(_ a: UInt32, _ b: UInt32, _ limit: Int) -> Int {
    min((a ^ b).leadingZeroBitCount, limit)
  }

  /// Adds `step` to the count of a prefix; makes its node when there is none, and prunes when the
  /// count becomes zero.
  private mutating func change(_ value: UInt32, _ length: Int, by step: Int) {
    var path: [(node: Int, side: Int)] = []
    var depth = 0
    var index = root
    while index >= 0 {
      let node = nodes[index]
      let equal = Self.common(value << UInt32(depth), node.bits, min(node.length, length - depth))
      if equal < node.length {
        guard step > 0 else { return }
        split(index, at: equal)
      }
      depth += equal
      if depth == length { break }
      let side = Int(value >> UInt32(31 - depth)) & 1
      path.append((index, side))
      index = side == 0 ? nodes[index].child.0 : nodes[index].child.1
    }
    if index < 0 {
      guard step > 0 else { return }
      index = make(Node(bits: shift(value, depth), length: length - depth))
      attach(index, to: path.last)
    }
    nodes[index].rules += step
    if step < 0 { prune(index, path) }
  }

  private func shift(_ value: UInt32, _ by: Int) -> UInt32 { by >= 32 ? 0 : value << UInt32(by) }

  private mutating func make(_ node: Node) -> Int {
    if let index = free.popLast() {
      nodes[index] = node
      return index
    }
    nodes.append(node)
    return nodes.count - 1
  }

  private mutating func attach(_ index: Int, to parent: (node: Int, side: Int)?) {
    guard let parent else {
      root = index
      return
    }
    if parent.side == 0 {
      nodes[parent.node].child.0 = index
    } else {
      nodes[parent.node].child.1 = index
    }
  }

  /// Cuts a node in two; the upper part keeps the index.
  private mutating func split(_ index: Int, at length: Int) {
    var lower = nodes[index]
    lower.bits = shift(lower.bits, length)
    lower.length -= length
    let side = Int(lower.bits >> 31)
    let below = make(lower)
    nodes[index].length = length
    nodes[index].bits &= Self.mask(length)
    nodes[index].rules = 0
    nodes[index].child = side == 0 ? (below, -1) : (-1, below)
  }

  /// Removes nodes without rule that do not branch, from `index` upward.
  private mutating func prune(_ index: Int, _ path: [(node: Int, side: Int)]) {
    var path = path
    var index = index
    while index >= 0, nodes[index].rules <= 0 {
      let node = nodes[index]
      let children = [node.child.0, node.child.1].filter { $0 >= 0 }
      guard children.count < 2 else { return }
      if let child = children.first {
        return join(index, with: child)
      }
      let parent = path.popLast()
      attach(-1, to: parent)
      free.append(index)
      index = parent?.node ?? -1
    }
  }

  /// Makes a node and its only child one.
  private mutating func join(_ index: Int, with child: Int) {
    let lower = nodes[child]
    let length = nodes[index].length
    nodes[index].bits |= length >= 32 ? 0 : lower.bits >> UInt32(length)
    nodes[index].length += lower.length
    nodes[index].rules = lower.rules
    nodes[index].child = lower.child
    free.append(child)
  }
}
