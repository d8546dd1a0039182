import CDPDKShim
import Fields

/// A packet that hit a flow, for the self-check: the packet's own keys, and which flow it was given.
public struct HitSample: Sendable {
  /// `FlowHandle.number` of the flow.
  public internal(set) var flow: UInt64 = 0
  public internal(set) var key = FlowKey()
  public internal(set) var deep = DeepKey()

  public init(flow: UInt64, key: FlowKey, deep: DeepKey = DeepKey()) {
    (self.flow, self.key, self.deep) = (flow, key, deep)
  }
}

/// The way of samples from one worker to the control side: a small ring. The worker puts one packet of
/// every `period` bursts, if there is room; one control thread takes.
///
/// The period adapts: control takes at the pace that it can afford, doubles the period when it finds
/// the ring full, and halves it when it finds it almost empty. So a busy worker is sampled rarely, a
/// worker with few packets often, and neither notices. While the ring is full there are no samples.
struct SampleRing {
  static let capacity: UInt64 = 64
  static let periods: ClosedRange<UInt32> = 16...65536

  private var put: UInt64 = 0  // worker
  private var pad: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0, 0)
  private var taken: UInt64 = 0  // control
  /// Bursts from one sample to the next. Control writes, the worker reads.
  private(set) var period = periods.lowerBound
  private let samples: UnsafeMutablePointer<HitSample>

  init() { samples = allocateLines(HitSample.self, count: Int(SampleRing.capacity)) }

  func destroy() { samples.deallocate() }

  // MARK: Worker

  /// The place to fill before `publish`; nil when the ring is full.
  mutating func reserve() -> UnsafeMutablePointer<HitSample>? {
    guard put &- pb_load_acquire_u64(&taken) < SampleRing.capacity else { return nil }
    return samples + Int(put % SampleRing.capacity)
  }
  mutating func publish() { pb_store_release_u64(&put, put &+ 1) }

  // MARK: Control

  mutating func take() -> HitSample? {
    guard pb_load_acquire_u64(&put) != taken else { return nil }
    let sample = samples[Int(taken % SampleRing.capacity)]
    pb_store_release_u64(&taken, taken &+ 1)
    return sample
  }

  /// Adapts the period to what waits now.
  mutating func adapt() {
    let waiting = pb_load_acquire_u64(&put) &- taken
    if waiting == SampleRing.capacity {
      period = min(period * 2, SampleRing.periods.upperBound)
    } else if waiting < SampleRing.capacity / 4 {
      period = max(period / 2, SampleRing.periods.lowerBound)
    }
  }
}
