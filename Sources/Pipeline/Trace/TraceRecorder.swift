/// What a translation says about itself, for `ofproto/trace`: a tree, in the order in which things
/// happened. The text's indentation is OVS's: what follows stays at the same level as long as it is
/// the last thing its parent does, so that a long chain of resubmits does not drift to the right.
final class TraceRecorder {
  enum Kind { case bridge, table, bucket, action, detail, warning, error }

  private struct Node {
    let kind: Kind
    let text: String
    let parent: Int
  }

  private var nodes: [Node] = []
  /// The last child of each node; one more, in front, for the root.
  private var lastChild: [Int] = [-1]
  /// Where things are added: an index in `nodes`, -1 at first.
  var parent = -1
  /// Whether the packet is real enough to teach the bridge something (`-generate`, or a packet).
  let learns: Bool

  init(learns: Bool = false) { self.learns = learns }

  /// What the next node will be called.
  var next: Int { nodes.count }

  func add(_ kind: Kind, _ text: String) {
    lastChild[parent + 1] = nodes.count
    nodes.append(Node(kind: kind, text: text, parent: parent))
    lastChild.append(-1)
  }

  /// Adds a node, and what comes next below it.
  func enter(_ kind: Kind, _ text: String) {
    add(kind, text)
    parent = nodes.count - 1
  }

  func enterBridge(_ name: String) { enter(.bridge, "bridge(\"\(name)\")") }

  /// Nodes were added parents first, so one pass knows every level.
  var text: String {
    var result = ""
    var levels = [Int](repeating: 0, count: nodes.count + 1)
    for (index, node) in nodes.enumerated() {
      let more = node.kind.isTerminal || lastChild[node.parent + 1] != index ? 1 : 0
      let level = levels[node.parent + 1] + more
      levels[index + 1] = level + more
      append(node, String(repeating: " ", count: level * 4), to: &result)
    }
    return result
  }

  private func append(_ node: Node, _ indent: String, to text: inout String) {
    switch node.kind {
    case .bridge:
      text += "\n\(indent)\(node.text)\n\(indent)"
      text += String(repeating: "-", count: node.text.utf8.count) + "\n"
    case .table, .bucket, .action: text += "\(indent)\(node.text)\n"
    case .detail: text += "\(indent) -> \(node.text)\n"
    case .warning: text += "\(indent) >> \(node.text)\n"
    case .error: text += "\(indent) >>>> \(node.text) <<<<\n"
    }
  }
}

extension TraceRecorder.Kind {
  /// Below these everything is indented once more.
  fileprivate var isTerminal: Bool {
    switch self {
    case .bridge, .table: false
    case .bucket, .action, .detail, .warning, .error: true
    }
  }
}
