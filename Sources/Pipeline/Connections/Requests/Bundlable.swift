import OpenFlow

/// A request that may stand in a bundle. It is checked when it is put in, begun when the bundle is
/// committed, and ended when all others have begun without an error.
protocol Bundlable: Request {
  func prepare(_ exchange: Exchange) throws -> any BundleStep
}

/// A request in a bundle.
protocol BundleStep {
  /// Makes the change, with a note in `changes` of how to undo it; inside `Pipeline.change`. When it
  /// throws, it has done nothing.
  func begin(_ changes: FlowChanges) throws
  /// What cannot be undone, behind the change.
  func end()
}

extension BundleStep {
  func end() {}
}

extension FlowMod: Bundlable {
  func prepare(_ exchange: Exchange) throws -> any BundleStep {
    FlowModStep(try exchange.bridge.plan(self), exchange)
  }
}

struct FlowModStep: BundleStep {
  let plan: FlowModPlan
  let exchange: Exchange

  init(_ plan: FlowModPlan, _ exchange: Exchange) {
    self.plan = plan
    self.exchange = exchange
  }

  func begin(_ changes: FlowChanges) throws {
    try changes.bridge.carryOut(plan, changes, for: exchange.requester)
  }

  func end() { exchange.connection.countFlowMod(plan.command) }
}

extension GroupMod: Bundlable {
  func prepare(_ exchange: Exchange) throws -> any BundleStep { GroupModStep(request: self) }
}

private struct GroupModStep: BundleStep {
  let request: GroupMod

  func begin(_ changes: FlowChanges) throws { try changes.bridge.carryOut(request, changes) }
}

extension PortMod: Bundlable {
  func prepare(_ exchange: Exchange) throws -> any BundleStep {
    PortModStep(request: self, exchange: exchange)
  }
}

/// A device cannot be told to come up together with flows: only bundles that are not atomic may have
/// these.
private struct PortModStep: BundleStep {
  let request: PortMod
  let exchange: Exchange

  func begin(_ changes: FlowChanges) throws {
    guard !changes.isAtomic else { throw OpenFlowError.bundleMessageFailed }
    try request.check(exchange.bridge)
  }

  func end() { try? request.handle(exchange) }
}

extension PacketOut: Bundlable {
  func prepare(_ exchange: Exchange) throws -> any BundleStep {
    PacketOutStep(
      packet: try PreparedPacketOut(self, in: exchange.bridge), pipeline: exchange.pipeline)
  }
}

/// The packet goes when the bundle has come true, through the tables as they are then.
private struct PacketOutStep: BundleStep {
  let packet: PreparedPacketOut
  let pipeline: Pipeline

  func begin(_ changes: FlowChanges) {}
  func end() { pipeline.execute(packet) }
}
