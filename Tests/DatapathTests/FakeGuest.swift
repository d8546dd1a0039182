import CDPDKShim
import Glibc

@testable import Datapath

/// A ring in the memory of a guest that is none: between pages that nobody may touch, so that whoever goes
/// past its end dies.
///
/// The ring's three parts are at the start; buffers of 2 KB are behind it. The guest's addresses begin at
/// `start`.
final class FakeGuest {
  static let size = 64 << 10
  static let page = 4096
  static let entries = 16
  static let start: UInt64 = 0x4000_0000
  private static let available = 512
  private static let used = 1024
  /// Where tables of indirect descriptors may be.
  static let tables = 2048
  static let writable: UInt16 = 2
  static let next: UInt16 = 1
  static let indirect: UInt16 = 4

  let memory: UnsafeMutableRawPointer
  private let reserved: UnsafeMutableRawPointer
  private let table: UnsafeMutablePointer<pb_guest_memory>
  var ring = pb_guest_ring()

  init(header: UInt16 = 12, next: UInt16 = 0) {
    let whole = FakeGuest.size + 2 * FakeGuest.page
    reserved = mmap(nil, whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    memory = reserved + FakeGuest.page
    mprotect(memory, FakeGuest.size, PROT_READ | PROT_WRITE)
    table = .allocate(capacity: 1)
    table.initialize(to: pb_guest_memory())
    table.pointee.count = 1
    table.pointee.region.0 = pb_guest_region(
      guest: FakeGuest.start, size: UInt64(FakeGuest.size),
      host: memory.assumingMemoryBound(to: UInt8.self))
    ring.descriptors = memory
    ring.available = memory + FakeGuest.available
    ring.used = memory + FakeGuest.used
    ring.memory = UnsafePointer(table)
    ring.size = UInt16(FakeGuest.entries)
    ring.header = header
    ring.next_available = next
    ring.next_used = next
    (availableIndex, usedIndex) = (next, next)
  }

  deinit {
    munmap(reserved, FakeGuest.size + 2 * FakeGuest.page)
    table.deallocate()
  }

  private func word(_ offset: Int) -> UnsafeMutablePointer<UInt16> {
    (memory + offset).assumingMemoryBound(to: UInt16.self)
  }
  var availableIndex: UInt16 {
    get { word(FakeGuest.available + 2).pointee }
    set { word(FakeGuest.available + 2).pointee = newValue }
  }
  var usedIndex: UInt16 {
    get { word(FakeGuest.used + 2).pointee }
    set { word(FakeGuest.used + 2).pointee = newValue }
  }
  /// The chain's number and the length of a used entry.
  func used(_ index: UInt16) -> (head: UInt32, length: UInt32) {
    let entry = memory + FakeGuest.used + 4 + 8 * (Int(index) % FakeGuest.entries)
    return (entry.load(as: UInt32.self), entry.load(fromByteOffset: 4, as: UInt32.self))
  }

  /// A descriptor of the ring, or of a table at an offset of the memory.
  func describe(
    _ i: Int, table: Int = 0, _ address: UInt64, _ length: Int, _ flags: UInt16 = 0,
    next: UInt16 = 0
  ) {
    let d = memory + table + 16 * i
    d.storeBytes(of: address, as: UInt64.self)
    d.storeBytes(of: UInt32(length), toByteOffset: 8, as: UInt32.self)
    d.storeBytes(of: flags, toByteOffset: 12, as: UInt16.self)
    d.storeBytes(of: next, toByteOffset: 14, as: UInt16.self)
  }

  /// The guest's address of buffer n, and ours.
  static func buffer(_ n: Int) -> UInt64 { start + UInt64(4096 + 2048 * n) }
  func bytes(_ address: UInt64, _ count: Int) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: memory + Int(address - FakeGuest.start), count: count)
  }

  func offer(_ head: UInt16) {
    word(FakeGuest.available + 4 + 2 * (Int(availableIndex) % FakeGuest.entries)).pointee = head
    availableIndex &+= 1
  }
}
