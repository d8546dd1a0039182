import CDPDKShim

/// A meter in the table: four cache lines that all workers share. `MeterTable` says how it works.
///
/// ```
/// word 0       number of bands; bit 8 for packets instead of bits
/// word 4 + 3n  band n: rate in tokens per millisecond, burst in tokens, spent
/// ```
struct MeterCell {
  static let byteCount = 256
  private static let firstBand = 4
  private static let wordsPerBand = 3
  private static let packetsBit: UInt64 = 0x100

  private let words: UnsafeMutablePointer<UInt64>

  @inline(__always) init(_ base: UnsafeMutableRawPointer, _ index: Int) {
    words = (base + index &* Self.byteCount).assumingMemoryBound(to: UInt64.self)
  }

  // MARK: Control side

  /// Configures the meter; its buckets are full.
  func set(_ meter: DatapathMeter, now: Int64) {
    for (n, band) in meter.bands.prefix(DatapathMeter.maxBands).enumerated() {
      let rate = UInt64(band.rate)
      let burst = UInt64(band.burst) &* 1000
      let place = self.band(n)
      pb_store_relaxed_u64(place, rate)
      pb_store_relaxed_u64(place + 1, burst)
      pb_store_relaxed_u64(place + 2, UInt64(bitPattern: now) &* rate &- burst)
    }
    let count = UInt64(min(meter.bands.count, DatapathMeter.maxBands))
    pb_store_release_u64(words, count | (meter.countsPackets ? Self.packetsBit : 0))
  }

  /// Lets everything pass.
  func clear() { pb_store_release_u64(words, 0) }

  // MARK: Workers

  @inline(__always) var bandCount: Int {
    Int(truncatingIfNeeded: pb_load_acquire_u64(words) & 0xff)
  }

  /// Tokens that so many packets of so many bytes cost.
  @inline(__always) func cost(packets: Int, bytes: UInt64) -> Int64 {
    let tokens =
      pb_load_acquire_u64(words) & Self.packetsBit != 0
      ? UInt64(truncatingIfNeeded: packets) &* 1000 : bytes &* 8
    return Int64(truncatingIfNeeded: tokens)
  }

  @inline(__always) private func band(_ n: Int) -> UnsafeMutablePointer<UInt64> {
    words + (Self.firstBand &+ n &* Self.wordsPerBand)
  }

  @inline(__always) func rate(_ n: Int) -> UInt64 { pb_load_relaxed_u64(band(n)) }

  /// Takes `cost` tokens out of a band's bucket; false, and nothing is taken, when there are fewer.
  @inline(__always) func take(_ cost: Int64, from n: Int, now: Int64) -> Bool {
    let place = band(n)
    let rate = pb_load_relaxed_u64(place)
    let burst = Int64(truncatingIfNeeded: pb_load_relaxed_u64(place + 1))
    let line = UInt64(bitPattern: now) &* rate
    // A second is more than clocks of workers differ.
    let past = 0 &- Int64(truncatingIfNeeded: rate &* 1000)
    var spent = pb_load_relaxed_u64(place + 2)
    while true {
      var left = Int64(bitPattern: line &- spent)
      if left > burst || left < past { left = burst }
      if left < cost { return false }
      let next = line &- UInt64(bitPattern: left &- cost)
      if pb_compare_exchange_u64(place + 2, &spent, next) != 0 { return true }
    }
  }
}

/// What one worker counted at one meter: what came, then what each band dropped, as packets and bytes.
struct MeterCounts {
  static let byteCount = 192

  private let words: UnsafeMutablePointer<UInt64>

  @inline(__always) init(_ base: UnsafeMutableRawPointer, _ index: Int) {
    words = (base + index &* Self.byteCount).assumingMemoryBound(to: UInt64.self)
  }

  @inline(__always) func receive(packets: Int, bytes: UInt64) {
    words[0] &+= UInt64(truncatingIfNeeded: packets)
    words[1] &+= bytes
  }

  @inline(__always) func drop(band n: Int, bytes: UInt64) {
    words[2 &+ 2 &* n] &+= 1
    words[3 &+ 2 &* n] &+= bytes
  }

  var statistics: DatapathMeter.Statistics {
    var result = DatapathMeter.Statistics()
    result.packets = words[0]
    result.bytes = words[1]
    for n in 0..<DatapathMeter.maxBands {
      result.bands[n].packets = words[2 + 2 * n]
      result.bands[n].bytes = words[3 + 2 * n]
    }
    return result
  }
}
