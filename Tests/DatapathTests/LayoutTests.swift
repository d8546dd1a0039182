import CDPDKShim
import Testing

@testable import Datapath

/// The layouts that the packet's path relies on.
struct LayoutTests {
  @Test func flowIsTwoCacheLines() {
    #expect(MemoryLayout<FlowSlot>.stride == 128)
    #expect(MemoryLayout<FlowSlot>.offset(of: \.mask) == 64)
    #expect(MemoryLayout<FlowSlot>.offset(of: \.word0) == 108)
    #expect(MemoryLayout<pb_bucket>.stride == 64)
  }

  @Test func mailboxWordsAreApart() {
    #expect(MemoryLayout<Command>.stride == 384)
    #expect(MemoryLayout<Command>.offset(of: \.key) == 64)
    #expect(MemoryLayout<ParkingLot.Key>.stride == 128)
    #expect(MemoryLayout<Subtable>.offset(of: \.mask) == 0)
  }

  @Test func everyDropReasonHasAName() {
    #expect(Set(DropReason.allCases.map(\.name)).count == DropReason.allCases.count)
    #expect(DropReason.allCases.map(\.rawValue) == Array(0..<DropReason.allCases.count))
  }

  @Test func deepKeysLieWhereKernelsReadThem() {
    #expect(MemoryLayout<DeepKey>.size == 128 && MemoryLayout<LongKey>.size == 192)
    #expect(MemoryLayout<Subtable>.offset(of: \.deepMask) == Subtable.deepMaskOffset)
    #expect(MemoryLayout<FlowRecord>.offset(of: \.mask) == MemoryLayout<LongKey>.size)
    #expect(MemoryLayout<FlowRecord>.offset(of: \.deepMask) == 256)
    #expect(MemoryLayout<Command>.size % 64 == 0)
    for offset in [
      MemoryLayout<Command>.offset(of: \.key), MemoryLayout<Command>.offset(of: \.deep),
    ] {
      #expect((offset ?? 1) % 64 == 0)
    }
  }
}
