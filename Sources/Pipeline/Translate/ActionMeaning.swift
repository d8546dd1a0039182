import OpenFlow

/// Finds what an action means without asking the runtime for a conformance, which would cost more
/// than most actions do: the types of the catalog are known, and each has its function in a table.
enum ActionMeaning {
  private typealias Meaning = (any Action, Translator) -> Void

  private static let byType: [ObjectIdentifier: Meaning] = {
    var table: [ObjectIdentifier: Meaning] = [:]
    for type in ActionCatalog.all {
      guard let type = type as? any TranslatableAction.Type else { continue }
      table[ObjectIdentifier(type)] = meaning(type)
    }
    return table
  }()

  private static func meaning<A: TranslatableAction>(_ type: A.Type) -> Meaning {
    { action, translator in translate(action, as: type, translator) }
  }

  /// The table is asked by the action's type, so the two types are one.
  private static func translate<A: TranslatableAction, B: Action>(
    _ action: B, as type: A.Type, _ translator: Translator
  ) {
    precondition(A.self == B.self)
    unsafeBitCast(action, to: A.self).translate(translator)
  }

  static func translate(_ action: any Action, _ translator: Translator) {
    if let meaning = byType[ObjectIdentifier(type(of: action))] {
      meaning(action, translator)
    } else {
      (action as? any TranslatableAction)?.translate(translator)
    }
  }
}
