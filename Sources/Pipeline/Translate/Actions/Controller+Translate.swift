import Datapath
import Fields
import OpenFlow

extension ControllerAction: TranslatableAction {
  public func translate(_ translator: Translator) {
    if pauses { translator.pause(self) } else { translator.punt(self) }
  }
}

extension Translator {
  /// Gives controllers a copy of the packet as it is now.
  func punt(_ action: ControllerAction) {
    commit()
    let isMiss = action.reason == .action && rule?.isTableMiss == true
    var target = PuntTarget(action, in: bridge, flow)
    if isMiss { target.reason = .explicitMiss }
    target.table = table
    target.cookie = rule?.cookie
    let meter = action.meter == ControllerAction.noMeter ? MeterID.controller : action.meter
    emit(target, meter: self.meter(meter)?.index)
  }

  /// Gives the packet to controllers, and leaves to them when the work in this bridge goes on. What is
  /// below a boundary goes on here, with the packet as it was there.
  func pause(_ action: ControllerAction) {
    commit()
    // A trace that has no effects says nothing of it, either.
    if trace?.learns ?? true {
      var target = PuntTarget(action, in: bridge, flow)
      target.cookie = entryRule?.cookie
      target.frozen = frozenState()
      emit(target, meter: nil)
    }
    exit()
  }

  private func emit(_ target: PuntTarget, meter: UInt32?) {
    let reference = pipeline.punts.reference(to: target)
    effects.append(.punt(reference))
    let copy = DatapathAction.userspace(reference.number)
    actions.append(
      meter.map { .sample(probability: .max, [.meter(index: $0), copy]) } ?? copy)
  }
}

extension Translator {
  /// Why an output to the controller happens here.
  var controllerReason: PacketInReason {
    if isPacketOut { return .packetOut }
    let below = stack.all.dropLast(hasRestOfList ? 1 : 0).last
    if case .buckets? = below { return .group }
    return isInActionSet ? .actionSet : .action
  }
}

extension Rule {
  /// A flow for all that no other flow is for.
  fileprivate var isTableMiss: Bool { priority == 0 && match.mask == PipelineMask() }
}
