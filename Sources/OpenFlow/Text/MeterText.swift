/// Meters in text: `meter=1 kbps burst bands=type=drop rate=1000 burst_size=500` (ovs-ofctl(8), "Meter
/// Table Commands").
public enum MeterText {
  // MARK: Writing

  /// What `ovs-ofctl dump-meters` prints of a meter: the bands on lines of their own.
  public static func format(_ meter: MeterConfig) -> String {
    var text = "meter=\(name(meter.id)) "
    let words: [(MeterFlags, String)] = [
      (.kbps, "kbps "), (.pktps, "pktps "), (.burst, "burst "), (.stats, "stats "),
    ]
    for (flag, word) in words where meter.flags.contains(flag) { text += word }
    let unknown = meter.flags.subtracting(.known)
    if !unknown.isEmpty { text += "flags:\(Number.hex(unknown.rawValue)) " }
    text += "bands="
    for band in meter.bands {
      text += "\ntype=\(band.kind == .drop ? "drop" : "dscp_remark") rate=\(band.rate)"
      if meter.flags.contains(.burst) { text += " burst_size=\(band.burst)" }
      if band.kind == .remarkDSCP { text += " prec_level=\(band.precedence)" }
    }
    return text + "\n"
  }

  /// The number of a meter, or its name.
  public static func name(_ id: UInt32) -> String {
    switch id {
    case MeterID.slowpath: "slowpath"
    case MeterID.controller: "controller"
    case MeterID.all: "all"
    case ...MeterID.max: String(id)
    default: "unknown"
    }
  }

  // MARK: Reading

  private static let separators = Set("=, \t\r\n".utf8)

  /// Reads what `ovs-ofctl add-meter` and its siblings take.
  public static func parse(
    _ text: some StringProtocol, _ command: MeterMod.Command = .add
  ) throws(FlowTextError) -> MeterMod {
    var request = MeterMod(command, MeterConfig(id: 0))
    let words = Substring(text).utf8.split(whereSeparator: separators.contains)
      .map { String(Substring($0)) }
    let bandsAt = words.firstIndex { $0.hasPrefix("band") } ?? words.count
    try head(words[..<bandsAt], into: &request)
    guard request.meter.id != 0 else { throw FlowTextError("must specify 'meter'") }
    guard command != .delete else { return request }
    guard bandsAt < words.count else { throw FlowTextError("must specify bands") }
    guard !request.meter.flags.isEmpty else {
      throw FlowTextError("meter must specify either 'kbps' or 'pktps'")
    }
    try bands(words[(bandsAt + 1)...], into: &request.meter)
    return request
  }

  private static func head(
    _ words: ArraySlice<String>, into request: inout MeterMod
  ) throws(FlowTextError) {
    let flags: [String: MeterFlags] = [
      "kbps": .kbps, "pktps": .pktps, "burst": .burst, "stats": .stats,
    ]
    var rest = words
    while let word = rest.popFirst() {
      if let flag = flags[word], request.command != .delete {
        request.meter.flags.insert(flag)
        continue
      }
      guard let value = rest.popFirst() else { throw FlowTextError("field \(word) missing value") }
      guard word == "meter" else { throw FlowTextError("unknown keyword \(word)") }
      switch value {
      case "all": request.meter.id = MeterID.all
      case "controller": request.meter.id = MeterID.controller
      case "slowpath": request.meter.id = MeterID.slowpath
      default:
        request.meter.id = try ActionText.number(value[...], "meter", as: UInt32.self)
        guard (1...MeterID.max).contains(request.meter.id) else {
          throw FlowTextError("invalid value for meter")
        }
      }
    }
  }

  private static func bands(
    _ words: ArraySlice<String>, into meter: inout MeterConfig
  ) throws(FlowTextError) {
    var rest = words
    while let word = rest.popFirst() {
      guard let value = rest.popFirst() else { throw FlowTextError("field \(word) missing value") }
      if word == "type" {
        switch value {
        case "drop": meter.bands.append(MeterBand(.drop, rate: 0))
        case "dscp_remark": meter.bands.append(MeterBand(.remarkDSCP, rate: 0))
        default: throw FlowTextError("field \(word) unknown value \(value)")
        }
        continue
      }
      guard !meter.bands.isEmpty else {
        throw FlowTextError("band must start with the 'type' keyword")
      }
      let last = meter.bands.count - 1
      let number = try ActionText.number(value[...], word, as: UInt32.self)
      switch word {
      case "rate": meter.bands[last].rate = number
      case "burst_size": meter.bands[last].burst = number
      case "prec_level": meter.bands[last].precedence = UInt8(clamping: number)
      default: throw FlowTextError("unknown keyword \(word)")
      }
    }
    guard !meter.bands.isEmpty else { throw FlowTextError("meter must have bands") }
    for band in meter.bands { try check(band, meter.flags) }
  }

  private static func check(_ band: MeterBand, _ flags: MeterFlags) throws(FlowTextError) {
    guard (band.kind == .remarkDSCP) == (band.precedence != 0) else {
      throw FlowTextError(
        band.kind == .remarkDSCP
          ? "'dscp_remark' band must have 'prec_level'"
          : "Only 'dscp_remark' band may have 'prec_level'")
    }
    guard band.rate != 0 else { throw FlowTextError("band must have 'rate'") }
    guard flags.contains(.burst) == (band.burst != 0) else {
      throw FlowTextError(
        flags.contains(.burst)
          ? "band must have 'burst_size' when 'burst' flag is set"
          : "band may have 'burst_size' only when 'burst' flag is set")
    }
  }
}
