import Fields
import OpenFlow

extension LearnAction: TranslatableAction {
  public func translate(_ translator: Translator) {
    for case .field(let source) in specs.map(\.source) {
      translator.examine(source.field, source.fieldMask)
    }
    guard translator.trace?.learns ?? true else {
      return translator.warn("suppressing side effects, so learn action ignored")
    }
    let lesson = FlowLesson(self, of: translator.flow, in: translator.bridge)
    translator.note(lesson.text)
    guard Int(table) < Bridge.tableCount else {
      return translator.report("LEARN action execution failed (OFPBRC_BAD_TABLE_ID).")
    }
    let bridge = translator.bridge
    lesson.find()
    let hasRoom = lesson.isLearned || bridge.hasRoom(for: lesson)
    if let result {
      translator.write(hasRoom ? 1 : 0, into: result)
      translator.noteValue(of: result)
    }
    guard hasRoom else { return translator.note("Limit exceeded, learn failed") }
    translator.effects.append(.learnFlow(lesson))
  }
}

extension FinTimeout: TranslatableAction {
  public func translate(_ translator: Translator) {
    translator.examineProtocol()
    guard let rule = translator.rule, idle != 0 || hard != 0,
      let table = translator.bridge.tables[Int(rule.table)]
    else { return }
    translator.effects.append(.finTimeout(table, rule, self))
  }
}
