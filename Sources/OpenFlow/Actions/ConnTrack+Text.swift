import Fields

extension ConnTrack {
  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    var track = ConnTrack()
    for (key, value) in KeyValueText(argument) {
      switch key {
      case "commit": track.flags.insert(.commit)
      case "force": track.flags.insert(.force)
      case "table": try track.takeTable(value)
      case "zone": try track.takeZone(value[...])
      case "alg": try track.takeHelper(value)
      case "nat": track.actions += try NATAction.parse(value[...], keyword: key, context)
      case "exec": track.actions += try ActionText.parse(value, context, inside: .connTrack)
      default: throw FlowTextError("invalid argument to \"ct\" action: `\(key)'")
      }
    }
    guard !track.flags.contains(.force) || track.flags.contains(.commit) else {
      throw FlowTextError("\"force\" flag requires \"commit\" flag.")
    }
    return [track]
  }

  private mutating func takeTable(_ text: String) throws(FlowTextError) {
    guard let number = Number.parse(text, max: 255) else {
      throw FlowTextError("unknown table \(text)")
    }
    guard number != UInt128(Self.noTable) else { throw FlowTextError("invalid table 0xff") }
    table = UInt8(number)
  }

  private mutating func takeZone(_ text: Substring) throws(FlowTextError) {
    if let number = Number.parse(text, max: 65535) {
      zone = .number(UInt16(number))
    } else {
      zone = .field(try Subfield.parse(text))
    }
  }

  private mutating func takeHelper(_ text: String) throws(FlowTextError) {
    switch text {
    case "ftp": helper = Self.ftp
    case "tftp": helper = Self.tftp
    default: throw FlowTextError("invalid conntrack helper \"\(text)\"")
    }
  }

  public func appendText(to text: inout String) {
    var items: [String] = []
    if flags.contains(.commit) { items.append("commit") }
    if flags.contains(.force) { items.append("force") }
    if table != Self.noTable { items.append("table=\(table)") }
    switch zone {
    case .number(let number): if number != 0 { items.append("zone=\(number)") }
    case .field(let field):
      var name = ""
      field.appendText(to: &name)
      items.append("zone=" + name)
    }
    // A leading nat stands for itself, everything else in exec().
    var rest = actions[...]
    if let nat = rest.first as? NATAction {
      var name = ""
      nat.appendText(to: &name)
      items.append(name)
      rest = rest.dropFirst()
    }
    if !rest.isEmpty { items.append("exec(" + ActionText.format(Array(rest)) + ")") }
    switch helper {
    case 0: break
    case Self.ftp: items.append("alg=ftp")
    case Self.tftp: items.append("alg=tftp")
    default: items.append("alg=\(helper)")
    }
    text += "ct(" + items.joined(separator: ",") + ")"
  }
}
