import Fields

/// `learn(table=1,hard_timeout=10,NXM_OF_VLAN_TCI[0..11],NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],
/// output:NXM_OF_IN_PORT[])`: settings, then specs, in any order.
extension LearnAction {
  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    var learn = LearnAction()
    for (key, value) in KeyValueText(argument) {
      if try !learn.takeSetting(key, value, in: argument) {
        learn.specs.append(try LearnSpec(key, value[...], in: argument, context))
      }
    }
    return [learn]
  }

  private mutating func takeSetting(
    _ key: String, _ value: String, in argument: Substring
  ) throws(FlowTextError) -> Bool {
    func number<T: FixedWidthInteger>(_: T.Type) -> T {
      T(truncatingIfNeeded: Number.leading(value))
    }
    switch key {
    case "table":
      guard let table = Number.parse(value, max: 255) else {
        throw FlowTextError("unknown table \"\(value)\"")
      }
      guard table != 255 else {
        throw FlowTextError("\(argument): table id 255 not valid for `learn' action")
      }
      self.table = UInt8(table)
    case "priority": priority = number(UInt16.self)
    case "idle_timeout": idleTimeout = number(UInt16.self)
    case "hard_timeout": hardTimeout = number(UInt16.self)
    case "fin_idle_timeout": finIdleTimeout = number(UInt16.self)
    case "fin_hard_timeout": finHardTimeout = number(UInt16.self)
    case "cookie": cookie = UInt64(Number.parse(value, max: UInt128(UInt64.max)) ?? 0)
    case "send_flow_rem": flags.insert(.sendFlowRemoved)
    case "delete_learned": flags.insert(.deleteLearned)
    case "limit": limit = number(UInt32.self)
    case "result_dst": try takeResult(value[...])
    default: return false
    }
    return true
  }

  private mutating func takeResult(_ text: Substring) throws(FlowTextError) {
    let place = try Subfield.parse(text)
    guard place.field.writable else { throw FlowTextError("\(text) is read-only") }
    guard place.bits == 1 else {
      throw FlowTextError("result_dst in 'learn' action must be a single bit")
    }
    flags.insert(.writeResult)
    result = place
  }

  public func appendText(to text: inout String) {
    text += "learn(table=\(table)"
    if idleTimeout != 0 { text += ",idle_timeout=\(idleTimeout)" }
    if hardTimeout != 0 { text += ",hard_timeout=\(hardTimeout)" }
    if finIdleTimeout != 0 { text += ",fin_idle_timeout=\(finIdleTimeout)" }
    if finHardTimeout != 0 { text += ",fin_hard_timeout=\(finHardTimeout)" }
    if priority != FlowMod.defaultPriority { text += ",priority=\(priority)" }
    if flags.contains(.sendFlowRemoved) { text += ",send_flow_rem" }
    if flags.contains(.deleteLearned) { text += ",delete_learned" }
    if cookie != 0 { text += ",cookie=" + Number.hex(cookie) }
    if limit != 0 { text += ",limit=\(limit)" }
    if let result {
      text += ",result_dst="
      result.appendText(to: &text)
    }
    for spec in specs {
      text += ","
      spec.appendText(to: &text)
    }
    text += ")"
  }
}

extension LearnSpec {
  init(
    _ key: String, _ value: Substring, in argument: Substring, _ context: TextContext
  ) throws(FlowTextError) {
    if let place = try? Subfield.parse(key[...]) {
      try self.init(matching: place, key, value, in: argument, context)
    } else if key == "load" {
      try self.init(load: value)
    } else if key == "output" {
      self.init(.field(try Subfield.parse(value)), .output)
    } else {
      throw FlowTextError("\(argument): unknown keyword \(key)")
    }
  }

  /// `DST=SRC`, `DST=VALUE`, or `DST` alone for the same field of the packet.
  private init(
    matching place: Subfield, _ key: String, _ value: Substring, in argument: Substring,
    _ context: TextContext
  ) throws(FlowTextError) {
    if value.isEmpty {
      self.init(.field(place), .match(place))
    } else {
      self.init(try Self.source(value, for: place, key, in: argument, context), .match(place))
    }
  }

  private static func source(
    _ text: Substring, for place: Subfield, _ key: String, in argument: Substring,
    _ context: TextContext
  ) throws(FlowTextError) -> Source {
    let source: Subfield
    do throws(FlowTextError) {
      source = try Subfield.parse(text)
    } catch let noField {
      do throws(FlowTextError) {
        return .constant(try constant(text, for: place, in: argument, context))
      } catch let noValue {
        throw FlowTextError(
          "\(argument): \(key) value \(text) cannot be parsed as a subfield (\(noField)) "
            + "or an immediate value (\(noValue))")
      }
    }
    guard source.bits == place.bits else {
      throw FlowTextError(
        "\(argument): bit widths of \(key) (\(source.bits)) and \(text) (\(place.bits)) differ")
    }
    return .field(source)
  }

  private static func constant(
    _ text: Substring, for place: Subfield, in argument: Substring, _ context: TextContext
  ) throws(FlowTextError) -> UInt128 {
    if place.offset == 0 && place.bits == place.field.actionBits {
      let condition = try FieldText.parse(text, for: place.field, context)
      guard condition.mask & place.allOnes == place.allOnes else {
        throw FlowTextError("\(text): wildcards not allowed here")
      }
      return condition.value & place.allOnes
    }
    guard let value = Number.parse(text, max: .max) else {
      throw FlowTextError("\(argument): cannot parse integer value")
    }
    guard value & ~place.allOnes == 0 else {
      throw FlowTextError(
        "\(argument): value \(FieldText.format(place.field, value)) does not fit into "
          + "\(place.bits) bits")
    }
    return value
  }

  /// `load:SRC->DST` and `load:VALUE->DST`.
  private init(load text: Substring) throws(FlowTextError) {
    if text.hasPrefix("->") {
      throw FlowTextError("load: missing source before `->' in `\(text)'")
    }
    guard text.contains("->") else { throw FlowTextError("load: missing `->' in `\(text)'") }
    let (from, to) = try ActionText.splitArrow(text)
    if let first = from.first, first.isNumber {
      guard let value = Number.parse(from, max: .max) else {
        throw FlowTextError("load: garbage before `->' in `\(text)'")
      }
      let place = try Subfield.parse(to)
      guard value & ~place.allOnes == 0 else {
        throw FlowTextError("\(text): value does not fit into \(place.bits) bits")
      }
      self.init(.constant(value), .load(place))
    } else {
      let source = try Subfield.parse(from)
      let place = try Subfield.parse(to)
      guard source.bits == place.bits else {
        throw FlowTextError(
          "\(text): source field is \(source.bits) bits wide but destination is \(place.bits) "
            + "bits wide")
      }
      self.init(.field(source), .load(place))
    }
  }

  func appendText(to text: inout String) {
    switch (source, destination) {
    case (.constant(let value), .match(let place)):
      if place.offset == 0 && place.bits == place.field.actionBits {
        text += place.field.name + "=" + FieldText.format(place.field, value)
      } else {
        place.appendText(to: &text)
        text += "=" + Number.hex(value)
      }
    case (.field(let source), .match(let place)):
      place.appendText(to: &text)
      guard source != place else { return }
      text += "="
      source.appendText(to: &text)
    case (.constant(let value), .load(let place)):
      text += "load:" + Number.hex(value) + "->"
      place.appendText(to: &text)
    case (.field(let source), .load(let place)):
      text += "load:"
      source.appendText(to: &text)
      text += "->"
      place.appendText(to: &text)
    case (.field(let source), .output):
      text += "output:"
      source.appendText(to: &text)
    case (.constant, .output): break
    }
  }
}
