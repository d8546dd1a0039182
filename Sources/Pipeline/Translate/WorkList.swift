import Fields
import OpenFlow

/// A list of actions as translators work it off.
///
/// Of a rule's list it is found out once, when a packet first meets the rule, what each action means:
/// writing a constant into one word of the flow, going on in another table, or a call of the action's
/// own `translate`. Most rules of a long pipeline do nothing but the first two, which then cost a few
/// instructions. Other lists are run once and found out action by action.
///
/// A trace goes by the actions themselves and never by the steps; `StepTests` holds the two together.
/// Immutable; any thread.
final class WorkList {
  let actions: [any Action]
  /// One per action, or none at all.
  let steps: UnsafeMutablePointer<Step>
  let stepCount: Int
  private let meanings: ContiguousArray<any TranslatableAction>

  /// A list that is run once.
  init(_ actions: [any Action]) {
    self.actions = actions
    steps = .allocate(capacity: 0)
    stepCount = 0
    meanings = []
  }

  /// A list that is run often.
  init(compiling actions: [any Action]) {
    let meanings = ContiguousArray(actions.compactMap { $0 as? any TranslatableAction })
    self.actions = actions
    // Without a meaning of its own for each there are none.
    let isComplete = meanings.count == actions.count
    self.meanings = isComplete ? meanings : []
    stepCount = isComplete ? actions.count : 0
    steps = .allocate(capacity: stepCount)
    for index in 0..<stepCount { (steps + index).initialize(to: Step(actions[index])) }
  }

  deinit { steps.deallocate() }

  var count: Int { actions.count }

  func perform(_ index: Int, _ translator: Translator) {
    if index < meanings.count {
      meanings[index].translate(translator)
    } else {
      ActionMeaning.translate(actions[index], translator)
    }
  }
}

/// What an action does, if that can be said in a few words. Plain data.
enum Step {
  case write(FieldWrite)
  case move(FieldMove)
  case resubmit(inPort: UInt16, table: UInt8)
  case goto(table: UInt8)
  /// Ask the action.
  case other

  init(_ action: any Action) {
    switch action {
    case let load as RegLoad: self = .writing(load.destination.field, load)
    case let set as SetField: self = .writing(set.field, set)
    case let move as RegMove: self = FieldMove(move).map { .move($0) } ?? .other
    case let metadata as WriteMetadata:
      var mask = PipelineMask()
      var value = Flow()
      mask.setBytes(Flow.Offset.metadata, 8, UInt128(metadata.mask))
      value.setBytes(Flow.Offset.metadata, 8, UInt128(metadata.value & metadata.mask))
      self = FieldWrite(value, mask).map { .write($0) } ?? .other
    case let resubmit as Resubmit:
      self = .resubmit(inPort: resubmit.inPort, table: resubmit.table)
    case let goto as GotoTable: self = .goto(table: goto.table)
    default: self = .other
    }
  }

  private static func writing(_ field: MatchField, _ action: any ConstantWrite) -> Step {
    guard field.isPlainlyWritten || field.isPlainlyWrittenToEthernet else { return .other }
    var value = Flow()
    var mask = PipelineMask()
    action.write(to: &value, mask: &mask)
    guard var write = FieldWrite(value, mask) else { return .other }
    write.needsEthernet = field.prerequisite == .ethernet
    return .write(write)
  }
}

extension MatchField {
  /// Whether nothing but the field's bits changes when it is written, in whatever packet.
  fileprivate var isPlainlyWritten: Bool { hasNoConsequences && prerequisite == .none }
  /// The same in every packet with an Ethernet header.
  fileprivate var isPlainlyWrittenToEthernet: Bool {
    hasNoConsequences && prerequisite == .ethernet
  }

  private var hasNoConsequences: Bool {
    writable && tunnelOption == nil && format != .ofPort32 && offset != FlowKey.Offset.vlanTCI
  }
}

/// The copying of bits of one word of the flow to another, which every packet has. What is copied and
/// what is replaced are part of the megaflow's mask.
struct FieldMove {
  private let source: UInt8, destination: UInt8
  /// How far above the low end of the word, which is in network order, the bits begin.
  private let sourceShift: UInt8, destinationShift: UInt8
  /// Right-aligned.
  private let bits: UInt64
  /// What a packet must be to have the source.
  let prerequisite: MatchField.Prerequisite

  /// Nil unless source and destination lie in one word each, and writing means no more than that.
  init?(_ move: RegMove) {
    guard move.destination.field.isPlainlyWritten, move.source.field.tunnelOption == nil,
      move.source.field.format != .ofPort32,
      let source = Self.place(of: move.source), let destination = Self.place(of: move.destination)
    else { return nil }
    (self.source, sourceShift) = source
    (self.destination, destinationShift) = destination
    bits = UInt64(truncatingIfNeeded: move.source.allOnes)
    prerequisite = move.source.field.prerequisite
  }

  private static func place(of subfield: Subfield) -> (word: UInt8, shift: UInt8)? {
    guard subfield.bits <= 64 else { return nil }
    var mask = PipelineMask()
    subfield.store(.max, in: &mask)
    let words = (0..<Flow.wordCount).filter { mask.word($0) != 0 }
    guard words.count == 1 else { return nil }
    let bits = UInt64(bigEndian: mask.word(words[0]))
    guard bits.nonzeroBitCount == subfield.bits else { return nil }
    return (UInt8(words[0]), UInt8(bits.trailingZeroBitCount))
  }

  @inline(__always)
  func apply(to flow: UnsafeMutablePointer<UInt64>, _ wildcards: UnsafeMutablePointer<UInt64>) {
    let value = UInt64(bigEndian: flow[Int(source)]) &>> UInt64(sourceShift) & bits
    wildcards[Int(source)] |= (bits &<< UInt64(sourceShift)).bigEndian
    let mask = (bits &<< UInt64(destinationShift)).bigEndian
    wildcards[Int(destination)] |= mask
    flow[Int(destination)] =
      flow[Int(destination)] & ~mask | (value &<< UInt64(destinationShift)).bigEndian
  }
}

/// The writing of a constant under a mask into one word of the flow. What is replaced is part of the
/// megaflow's mask.
struct FieldWrite {
  let word: Int
  let value: UInt64
  let mask: UInt64
  /// Not done for packets without an Ethernet header.
  var needsEthernet = false

  /// Nil unless the mask has bits in just one word.
  init?(_ value: Flow, _ mask: PipelineMask) {
    let words = (0..<Flow.wordCount).filter { mask.word($0) != 0 }
    guard words.count == 1 else { return nil }
    word = words[0]
    self.mask = mask.word(word)
    self.value = value.word(word) & self.mask
  }

  @inline(__always)
  func apply(to flow: UnsafeMutablePointer<UInt64>, _ wildcards: UnsafeMutablePointer<UInt64>) {
    wildcards[word] |= mask
    flow[word] = flow[word] & ~mask | value
  }
}

/// An action that writes a constant into a field which every packet has.
private protocol ConstantWrite {
  func write(to value: inout Flow, mask: inout PipelineMask)
}

extension RegLoad: ConstantWrite {
  fileprivate func write(to flow: inout Flow, mask: inout PipelineMask) {
    destination.store(value, in: &flow)
    destination.store(.max, in: &mask)
  }
}

extension SetField: ConstantWrite {
  fileprivate func write(to flow: inout Flow, mask: inout PipelineMask) {
    field.store(number, mask: numberMask, in: &flow)
    field.store(numberMask, mask: numberMask, in: &mask)
  }
}
