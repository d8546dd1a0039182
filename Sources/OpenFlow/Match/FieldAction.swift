import Fields

/// An action that names match fields.
public protocol FieldAction: Action {
  var matchFields: [MatchField] { get }
}

extension SetField: FieldAction {
  public var matchFields: [MatchField] { [field] }
}

extension RegLoad: FieldAction {
  public var matchFields: [MatchField] { [destination.field] }
}

extension RegMove: FieldAction {
  public var matchFields: [MatchField] { [source.field, destination.field] }
}

extension OutputReg: FieldAction {
  public var matchFields: [MatchField] { [source.field] }
}

extension StackPush: FieldAction {
  public var matchFields: [MatchField] { [source.field] }
}

extension StackPop: FieldAction {
  public var matchFields: [MatchField] { [destination.field] }
}

extension DeleteField: FieldAction {
  public var matchFields: [MatchField] { [field] }
}

extension Multipath: FieldAction {
  public var matchFields: [MatchField] { [destination.field] }
}

extension BundleAction: FieldAction {
  public var matchFields: [MatchField] { destination.map { [$0.field] } ?? [] }
}

extension CheckPacketLarger: FieldAction {
  public var matchFields: [MatchField] { [destination.field] }
}

extension LearnAction: FieldAction {
  public var matchFields: [MatchField] {
    specs.flatMap(\.matchFields) + (result.map { [$0.field] } ?? [])
  }
}

extension LearnSpec {
  fileprivate var matchFields: [MatchField] {
    var fields: [MatchField] = []
    if case .field(let place) = source { fields.append(place.field) }
    switch destination {
    case .match(let place), .load(let place): fields.append(place.field)
    case .output: break
    }
    return fields
  }
}
