import CDPDKShim
import Fields

/// A megaflow as its worker keeps it: two cache lines, the masked key in the first, all that a hit
/// reads and writes in the second.
///
/// Slots never move and are never given back to the system while the worker lives: a stale pointer
/// in the flow cache always points to a slot, dead or reused. A dead slot's key is zero under an
/// all-ones mask, which no packet matches (a packet's `inPort` is never 0); a reused one matches
/// only what its new flow matches. So the cache is never swept. Worker's thread only, except that
/// control reads the statistics words.
struct FlowSlot {
  var key = FlowKey()
  /// The mask inside the `Subtable` that the flow is in; `FlowSlot.deadMask` for a dead slot.
  var mask: UnsafePointer<FlowMask>
  var packets: UInt64 = 0
  var bytes: UInt64 = 0
  var used: Int64 = 0
  /// What control holds of the flow; nil for a dead slot. Links free slots through `packets`.
  var record: UnsafeMutablePointer<FlowRecord>?
  /// Words of the action program, and TCP flags seen in network order.
  var wordCount: UInt16 = 0
  var tcpFlags: UInt16 = 0
  /// The program itself if it has at most `inlineWords` words, else words 1-2 hold its address.
  var word0: UInt32 = 0, word1: UInt32 = 0, word2: UInt32 = 0, word3: UInt32 = 0, word4: UInt32 = 0

  static let inlineWords = 5

  /// Matches no packet together with an all-zero key.
  static let deadMask: UnsafePointer<FlowMask> = {
    let mask = allocateLines(FlowMask.self, count: 1)
    mask.initialize(to: FlowMask.allOnes)
    return UnsafePointer(mask)
  }()

  var statistics: FlowHandle.Statistics {
    var s = FlowHandle.Statistics()
    s.packets = packets
    s.bytes = bytes
    s.used = used
    s.tcpFlags = UInt16(bigEndian: tcpFlags)
    return s
  }
}

typealias FlowPointer = UnsafeMutablePointer<FlowSlot>

extension FlowKey {
  static let allOnes: FlowMask = {
    var m = FlowKey()
    m.w0 = ~0
    m.w1 = ~0
    m.w2 = ~0
    m.w3 = ~0
    m.w4 = ~0
    m.w5 = ~0
    m.w6 = ~0
    m.w7 = ~0
    return m
  }()
}

extension UnsafeMutablePointer where Pointee == FlowSlot {
  @inline(__always) private var words: UnsafeMutablePointer<UInt32> {
    UnsafeMutableRawPointer(self).advanced(by: 108).assumingMemoryBound(to: UInt32.self)
  }

  /// The action program.
  @inline(__always) var program: UnsafePointer<UInt32> {
    if pointee.wordCount <= FlowSlot.inlineWords { return UnsafePointer(words) }
    let address = UInt64(pointee.word2) << 32 | UInt64(pointee.word1)
    return UnsafePointer(bitPattern: UInt(address)).unsafelyUnwrapped
  }

  /// Sets the program; a long one must outlive the flow.
  func setProgram(_ program: UnsafePointer<UInt32>, count: Int) {
    pointee.wordCount = UInt16(count)
    if count <= FlowSlot.inlineWords {
      for i in 0..<count { words[i] = program[i] }
    } else {
      let address = UInt64(UInt(bitPattern: program))
      pointee.word1 = UInt32(truncatingIfNeeded: address)
      pointee.word2 = UInt32(truncatingIfNeeded: address >> 32)
    }
  }
}

/// The slots of one worker: chunks that grow, and a list of free slots. Worker's thread only. Big chunks
/// are ordered when the last one is half used up (`MemorySupply`).
struct FlowSlab {
  private let supply: UnsafeMutablePointer<MemorySupply>?
  private var free: FlowPointer?
  private var fresh: FlowPointer?
  private var freshCount = 0
  private var chunks: UnsafeMutablePointer<PageMemory>
  private var chunkCount = 0
  private var nextChunk: Int
  private let huge: Bool
  private static let maxChunks = 4096
  private static let maxChunk = 2 << 20

  init(huge: Bool, supply: UnsafeMutablePointer<MemorySupply>? = nil) {
    self.huge = huge
    self.supply = supply
    nextChunk = huge ? FlowSlab.maxChunk : 64 << 10
    chunks = .allocate(capacity: FlowSlab.maxChunks)
    // Here it costs nobody time.
    if huge { _ = grow() }
  }

  /// A dead slot to fill in; nil when there is no memory.
  mutating func take() -> FlowPointer? {
    if let slot = free {
      free = FlowPointer(bitPattern: UInt(truncatingIfNeeded: slot.pointee.packets))
      return slot
    }
    if freshCount == 0 && !grow() { return nil }
    defer {
      fresh = fresh.map { $0 + 1 }
      freshCount -= 1
    }
    fresh?.initialize(to: FlowSlot(mask: FlowSlot.deadMask))
    if freshCount == FlowSlab.maxChunk / MemoryLayout<FlowSlot>.stride / 2 {
      supply?.pointee.slots.order(FlowSlab.maxChunk)
    }
    return fresh
  }

  /// Makes a slot dead and free.
  mutating func release(_ slot: FlowPointer) {
    slot.pointee.key = FlowKey()
    slot.pointee.mask = FlowSlot.deadMask
    slot.pointee.record = nil
    slot.pointee.packets = UInt64(UInt(bitPattern: free))
    free = slot
  }

  private mutating func grow() -> Bool {
    let ready = nextChunk == FlowSlab.maxChunk ? supply?.pointee.slots.take(nextChunk) : nil
    guard chunkCount < FlowSlab.maxChunks,
      let chunk = ready ?? PageMemory.map(nextChunk, huge: huge && nextChunk == FlowSlab.maxChunk)
    else { return false }
    chunks[chunkCount] = chunk
    chunkCount += 1
    fresh = chunk.bound(to: FlowSlot.self)
    freshCount = chunk.size / MemoryLayout<FlowSlot>.stride
    nextChunk = min(nextChunk * 2, FlowSlab.maxChunk)
    return true
  }

  /// After the worker's end.
  func destroy() {
    for i in 0..<chunkCount { chunks[i].unmap() }
    chunks.deallocate()
  }
}
