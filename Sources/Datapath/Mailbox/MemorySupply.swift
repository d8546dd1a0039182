import CDPDKShim

/// Big pieces of memory for one worker, made ready and taken back by the control side: a worker that
/// maps huge pages itself stops for as long as the kernel takes to zero them, 0.1 ms per page and more.
///
/// A worker orders a piece long before it needs it; whoever posts a command to the worker serves
/// orders. What is not there in time the worker maps itself: late, but it goes on.
struct MemorySupply {
  /// For more flow slots, and for a bigger hash table.
  var slots = MemoryOrder()
  var table = MemoryOrder()
  private var discarded = MemoryOrder()

  /// Worker: gives memory back.
  mutating func discard(_ memory: PageMemory) { discarded.discard(memory) }

  /// Control, one thread at a time: does what there is to do.
  mutating func serve() {
    slots.serve()
    table.serve()
    discarded.free()
  }

  /// After the worker's end.
  func destroy() {
    slots.destroy()
    table.destroy()
    discarded.destroy()
  }
}

/// One piece of memory on its way.
struct MemoryOrder {
  private enum State { static let none: UInt32 = 0, ordered: UInt32 = 1, ready: UInt32 = 2 }

  /// The worker goes from none to ordered and from ready to none, control from ordered to ready.
  private var state = State.none
  private var byteCount = 0
  private var memory: PageMemory?

  // MARK: Worker

  /// Orders huge pages, unless something is on its way.
  mutating func order(_ bytes: Int) {
    guard pb_load_acquire_u32(&state) == State.none else { return }
    byteCount = bytes
    pb_store_release_u32(&state, State.ordered)
  }

  /// What was ordered, if it is ready and has the right size.
  mutating func take(_ bytes: Int) -> PageMemory? {
    guard pb_load_acquire_u32(&state) == State.ready, let piece = memory else { return nil }
    memory = nil
    defer { pb_store_release_u32(&state, State.none) }
    if byteCount == bytes { return piece }
    piece.unmap()
    return nil
  }

  /// The other way: leaves memory to be unmapped, or does it.
  mutating func discard(_ piece: PageMemory) {
    guard pb_load_acquire_u32(&state) == State.none else { return piece.unmap() }
    memory = piece
    pb_store_release_u32(&state, State.ready)
  }

  // MARK: Control

  mutating func serve() {
    guard pb_load_acquire_u32(&state) == State.ordered else { return }
    memory = PageMemory.map(byteCount, huge: true)
    pb_store_release_u32(&state, memory == nil ? State.none : State.ready)
  }

  mutating func free() {
    guard pb_load_acquire_u32(&state) == State.ready, let piece = memory else { return }
    piece.unmap()
    memory = nil
    pb_store_release_u32(&state, State.none)
  }

  func destroy() { memory?.unmap() }
}
