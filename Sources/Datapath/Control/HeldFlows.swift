/// The handles that a worker may hold: kept alive here until it has let go of them. A list through the
/// handles themselves, because every new flow is added to it.
///
/// Its owner has a lock, and calls `removeAll` at the end.
struct HeldFlows {
  private var first: Unmanaged<FlowHandle>?

  /// Adds a handle that is not in the list.
  mutating func add(_ handle: FlowHandle) {
    let new = Unmanaged.passRetained(handle)
    handle.next = first
    first?._withUnsafeGuaranteedRef { $0.before = new }
    first = new
  }

  /// Removes a handle, if it is in the list. The caller keeps it alive meanwhile.
  mutating func remove(_ handle: FlowHandle) {
    let reference = Unmanaged.passUnretained(handle)
    let isFirst = first?.toOpaque() == reference.toOpaque()
    guard isFirst || handle.before != nil else { return }
    handle.next?._withUnsafeGuaranteedRef { $0.before = handle.before }
    if isFirst {
      first = handle.next
    } else {
      handle.before?._withUnsafeGuaranteedRef { $0.next = handle.next }
    }
    (handle.next, handle.before) = (nil, nil)
    reference.release()
  }

  mutating func removeAll(where isGone: (FlowHandle) -> Bool = { _ in true }) {
    var place = first
    while let reference = place {
      let handle = reference.takeUnretainedValue()
      place = handle.next
      if isGone(handle) { remove(handle) }
    }
  }
}
