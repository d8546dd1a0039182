/// Asks that replies of Nicira's flow statistics tell ages, which ours do anyway.
public struct FlowAge: EmptyMessage {
  public static let places = [MessagePlace(.nicira(18), .v10 ... .v15)]
  public init() {}
}
