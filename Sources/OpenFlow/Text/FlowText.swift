import Fields

/// Whole flows in text: `priority=5,in_port=1,actions=output:2` (ovs-ofctl(8), "Flow Syntax").
public enum FlowText {
  /// Reads what `ovs-ofctl add-flow` and its siblings take.
  public static func parse(
    _ text: some StringProtocol, _ command: FlowMod.Command = .add,
    _ context: TextContext = TextContext()
  ) throws(FlowTextError) -> FlowMod {
    var flow = FlowMod(command)
    let takesActions = command != .delete && command != .deleteStrict
    let (items, actions) = split(text)
    guard takesActions == (actions != nil) else {
      throw FlowTextError(takesActions ? "must specify an action" : "unknown keyword actions")
    }
    var match = MatchTextBuilder(context)
    for (key, value) in KeyValueText(items) {
      if try !match.take(key, value) { try take(key, value, into: &flow, context) }
    }
    flow.match = match.finish()
    if let actions { flow.actions = try ActionText.parse(actions, context) }
    do {
      try ActionCheck.check(flow.actions, after: flow.match)
    } catch {
      throw FlowTextError("actions are invalid with specified match (\(error))")
    }
    return flow
  }

  /// The items before `actions=` and what follows it.
  private static func split(
    _ text: some StringProtocol
  ) -> (items: Substring, actions: Substring?) {
    let text = Substring(text)
    let words = ["actions", "action"]
    var start = text.startIndex
    while start < text.endIndex {
      let isItemStart =
        start == text.startIndex || ", \t\r\n".contains(text[text.index(before: start)])
      if isItemStart, let word = words.first(where: { text[start...].hasPrefix($0) }) {
        let after = text.index(start, offsetBy: word.count)
        if after < text.endIndex, text[after] == "=" {
          return (text[..<start], text[text.index(after: after)...])
        }
      }
      start = text.index(after: start)
    }
    return (text, nil)
  }

  private static let ignored: Set<String> = [
    "duration", "n_packets", "n_bytes", "idle_age", "hard_age", "no_readonly_table",
    "allow_hidden_fields",
  ]

  private static func take(
    _ key: String, _ value: String, into flow: inout FlowMod, _ context: TextContext
  ) throws(FlowTextError) {
    switch key {
    case "send_flow_rem": return flow.flags.formUnion(.sendFlowRemoved)
    case "check_overlap": return flow.flags.formUnion(.checkOverlap)
    case _ where ignored.contains(key): return
    default: break
    }
    if value.isEmpty { throw FlowTextError("field \(key) missing value") }
    switch key {
    case "table":
      guard let table = Number.parse(value, max: 255) else {
        throw FlowTextError("unknown table \"\(value)\"")
      }
      flow.table = UInt8(table)
    case "priority": flow.priority = try number(value, key)
    case "idle_timeout": flow.idleTimeout = try number(value, key)
    case "hard_timeout": flow.hardTimeout = try number(value, key)
    case "cookie": try takeCookie(value, into: &flow)
    case "out_port":
      guard let port = context.port(value) else {
        throw FlowTextError("\(value) is not a valid OpenFlow port")
      }
      flow.outPort = port
    default: throw FlowTextError("unknown keyword \(key)")
    }
  }

  private static func number(_ text: String, _ what: String) throws(FlowTextError) -> UInt16 {
    try ActionText.number(text[...], what, as: UInt16.self)
  }

  private static func takeCookie(
    _ text: String, into flow: inout FlowMod
  ) throws(FlowTextError) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    func word(_ part: Substring) throws(FlowTextError) -> UInt64 {
      part == "-1" ? .max : try ActionText.number(part, "cookie", as: UInt64.self)
    }
    let value = try word(parts[0])
    guard parts.count == 2 else {
      switch flow.command {
      case .add: flow.cookie = value
      case .modify, .modifyStrict: flow.newCookie = value
      case .delete, .deleteStrict:
        throw FlowTextError(
          "cannot set cookie (to match on a cookie, specify a mask, e.g. cookie=\(text)/-1)")
      }
      return
    }
    guard flow.command != .add else {
      throw FlowTextError("flow additions cannot use a cookie mask")
    }
    flow.cookieMask = try word(parts[1])
    flow.cookie = value & flow.cookieMask
  }
}
