import NIOCore
import OpenFlow

/// Flow-mods come in great numbers and rarely have an answer. Those that follow one on another are
/// worked off together: under one write lock, with one new generation of the pipeline.
///
/// Each still comes true by itself, or not at all. A run ends when others must hear of something, before
/// the next flow-mod is looked at: an error, or news of flows. So nobody can tell that it was a run.
extension OpenFlowConnection {
  /// Works off flow-mods as long as they are what comes next, `limit` at most. Returns how many.
  func takeFlowMods(upTo limit: Int, in turn: Turn) -> Int {
    guard role != .secondary, let first = nextFlowMod() else { return 0 }
    let now = service.now
    beginFlowMods(at: now)
    var count = 1
    var current = first
    do {
      // What cannot be read changes nothing, and needs no lock.
      let request = try read(first)
      try service.bridge.changeFlowsOneByOne { changes in
        try carryOut(request, first, changes, at: now)
        while count < limit, changes.events.isEmpty, !turn.isOver, let bytes = nextFlowMod() {
          count += 1
          current = bytes
          try carryOut(try read(bytes), bytes, changes, at: now)
        }
      }
    } catch {
      refuse(Array(current), error)
    }
    return count
  }

  private func read(_ bytes: ArraySlice<UInt8>) throws(OpenFlowError) -> FlowMod {
    onMessage?(Array(bytes), true)
    return try FlowMod(message: bytes, context)
  }

  private func carryOut(
    _ request: borrowing FlowMod, _ bytes: ArraySlice<UInt8>, _ changes: FlowChanges, at now: Int64
  ) throws {
    let requester = FlowRequester(
      connection: ObjectIdentifier(self), xid: FlowMod.xid(ofMessage: bytes))
    try changes.bridge.carryOut(request, changes, for: requester)
    countFlowMod(request.command, at: now)
  }
}
