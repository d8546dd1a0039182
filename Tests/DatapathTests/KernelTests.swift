import CDPDKShim
import Fields
import TestSupport
import Testing

@testable import Datapath

/// Every kernel that this processor runs against the generic parser and against each other.
@Suite(.serialized)
struct KernelTests {
  static let names = ["sse4.2", "aes", "avx2", "avx512"]

  static func kernels() -> [pb_kernels] {
    names.compactMap { name in
      var k = pb_kernels()
      return pb_kernels_select(name, &k) == 0 ? k : nil
    }
  }

  /// Extracts one frame; nil when the kernel declines.
  static func extract(_ frame: [UInt8], _ k: pb_kernels, _ pool: OpaquePointer, mask: FlowMask)
    -> (key: FlowKey, hash: UInt64)?
  {
    let packet = frame.withUnsafeBytes { MempoolRegistry.packet(from: $0, pool: pool) }
    var packets: [OpaquePointer?] = [packet]
    let keys = allocateLines(FlowKey.self, count: 2)
    let hashes = allocateLines(UInt64.self, count: 8)
    keys[1] = mask
    defer {
      pb_mbuf_free(packet)
      keys.deallocate()
      hashes.deallocate()
    }
    let word = UInt64(PortNumber(5).bigEndian)
    let done = packets.withUnsafeMutableBufferPointer { list in
      var burst = pb_burst(
        packets: list.baseAddress, keys: keys, hashes: hashes, flows: nil,
        templates: ParseTemplates.shared, buckets: nil, bucket_mask: 0, total: pb_total())
      return k.extract(&burst, 1, word, keys + 1)
    }
    return done == 1 ? (keys[0], hashes[0]) : nil
  }

  @Test func keysAreTheParsersAndHashesAgree() throws {
    try EAL.initialize()
    let pool = try MempoolRegistry.shared.pool(bufferSize: 2048)
    let all = Self.kernels()
    try #require(!all.isEmpty)
    var g = SplitMix(seed: 4)
    var taken = 0
    for round in 0..<4000 {
      var frame = ParserTests.frame(&g)
      if round % 2 == 1 {
        frame[Int.random(in: 12..<frame.count, using: &g)] ^= 1 << UInt8(round % 8)
      }
      if round % 5 == 0 { frame.removeLast(Int.random(in: 0...frame.count - 14, using: &g)) }
      let expected = PacketParser.parse(frame, inPort: 5)
      var mask = FlowMask.allOnes
      mask.w3 = g.next()
      mask.w6 = g.next()
      let maskLine = allocateLines(FlowKey.self, count: 2)
      defer { maskLine.deallocate() }
      maskLine[0] = mask
      maskLine[1] = expected
      var aesHashes: Set<UInt64> = []
      for k in all {
        guard let got = Self.extract(frame, k, pool, mask: mask) else { continue }
        taken += 1
        #expect(got.key == expected, "\(String(cString: k.name)) \(frame)")
        #expect(got.hash == k.hash(maskLine + 1, maskLine))
        if String(cString: k.name) != "sse4.2" { aesHashes.insert(got.hash) }
      }
      #expect(aesHashes.count <= 1)
    }
    #expect(taken > 150 * all.count)
  }

  /// Keys that differ in two bytes, anywhere, have different hashes: traffic often varies in few bytes,
  /// and what collides takes turns in one entry of the flow cache.
  @Test func twoBytesDoNotCollide() throws {
    let lines = allocateLines(FlowKey.self, count: 2)
    defer { lines.deallocate() }
    lines[1] = .allOnes
    let bytes = UnsafeMutableRawPointer(lines).assumingMemoryBound(to: UInt8.self)
    var g = SplitMix(seed: 9)
    for k in Self.kernels() {
      for _ in 0..<600 {
        let (i, j) = (Int.random(in: 0..<64, using: &g), Int.random(in: 0..<64, using: &g))
        var seen: Set<UInt64> = []
        for n in 0..<400 {
          bytes[i] = UInt8(n % 20)
          bytes[j] = UInt8(n / 20)
          seen.insert(k.hash(lines, lines + 1))
        }
        #expect(seen.count == (i == j ? 20 : 400), "\(String(cString: k.name)): bytes \(i), \(j)")
      }
    }
  }

  /// The shapes that templates are for are really done by them.
  @Test func commonShapesAreTaken() throws {
    try EAL.initialize()
    let pool = try MempoolRegistry.shared.pool(bufferSize: 2048)
    for tags in [[], [(tpid: UInt16(0x8100), tci: UInt16(0x2005))]] {
      for payload in [Frames.tcp(), Frames.udp()] {
        let proto: UInt8 = payload.count > 10 ? 6 : 17
        let v4 = Frames.ethernet(tags: tags, type: 0x0800, Frames.ipv4(proto: proto, payload))
        let v6 = Frames.ethernet(tags: tags, type: 0x86dd, Frames.ipv6(next: proto, payload))
        for k in Self.kernels() {
          for frame in [v4, v6] {
            let got = Self.extract(frame, k, pool, mask: .allOnes)
            #expect(got?.key == PacketParser.parse(frame, inPort: 5))
          }
        }
      }
    }
  }

  /// Two tags, of either type each: what is behind them is not looked at, not even whether it is there.
  @Test func twoTagsAreTaken() throws {
    try EAL.initialize()
    let pool = try MempoolRegistry.shared.pool(bufferSize: 2048)
    let ip = Frames.ipv4(proto: 17, Frames.udp())
    for types in [[0x8100, 0x8100], [0x88a8, 0x8100], [0x8100, 0x88a8], [0x88a8, 0x88a8]] {
      let tags = types.map { (tpid: UInt16($0), tci: UInt16(0x2005)) }
      let whole = Frames.ethernet(tags: tags, type: 0x0800, ip)
      for frame in [whole, Array(whole.prefix(18)), Array(whole.prefix(20))] {
        for k in Self.kernels() {
          let got = Self.extract(frame, k, pool, mask: .allOnes)
          #expect(got?.key == PacketParser.parse(frame, inPort: 5))
        }
      }
    }
  }

  /// `same` says yes only when every frame's key, as the parser has it, matches the flow, and then
  /// its sums are right; frames that differ only where the mask does not look are taken together.
  @Test func burstsOfOneFlowAreRecognised() throws {
    try EAL.initialize()
    let pool = try MempoolRegistry.shared.pool(bufferSize: 2048)
    let flow = allocateLines(FlowSlot.self, count: 1)
    let mask = allocateLines(FlowKey.self, count: 1)
    defer {
      flow.deallocate()
      mask.deallocate()
    }
    flow.initialize(to: FlowSlot(mask: mask))
    var g = SplitMix(seed: 11)
    var taken = 0
    for round in 0..<1500 {
      let first = round % 3 == 0 ? ParserTests.frame(&g) : KernelTests.common(round)
      var frames = [[UInt8]](repeating: first, count: 8)
      for i in 1..<8 where round % 2 == 0 {
        frames[i][Int.random(in: 12..<first.count, using: &g)] ^= 1 << UInt8(round % 8)
      }
      mask.pointee = FlowMask.allOnes
      mask.pointee.w3 = g.next() & g.next()
      if round % 4 == 1 { mask.pointee.w0 = 0xffff }
      let keys = frames.map { PacketParser.parse($0, inPort: 5) }
      flow.pointee.key = keys[0] & mask.pointee
      let right = keys.allSatisfy { $0 & mask.pointee == flow.pointee.key }
      for k in Self.kernels() {
        guard let total = Self.same(frames, k, pool, flow) else {
          #expect(!right || round % 3 == 0 || round % 2 == 0)
          continue
        }
        taken += 1
        #expect(right)
        #expect(total.bytes == UInt64(frames.reduce(0) { $0 + $1.count }))
        #expect(total.longest == UInt32(first.count))
        #expect(total.tcp_flags == keys.reduce(0) { $0 | UInt16(truncatingIfNeeded: $1.w0 >> 16) })
      }
    }
    #expect(taken > 500)
  }

  private static func common(_ round: Int) -> [UInt8] {
    let (payload, proto) = round % 5 < 2 ? (Frames.tcp(), UInt8(6)) : (Frames.udp(), UInt8(17))
    return round % 7 < 3
      ? Frames.ethernet(type: 0x86dd, Frames.ipv6(next: proto, payload))
      : Frames.ethernet(type: 0x0800, Frames.ipv4(proto: proto, payload))
  }

  /// What the kernel sums up; nil when it says no.
  private static func same(
    _ frames: [[UInt8]], _ k: pb_kernels, _ pool: OpaquePointer,
    _ flow: UnsafeMutablePointer<FlowSlot>
  ) -> pb_total? {
    var packets = frames.map { frame in
      frame.withUnsafeBytes { MempoolRegistry.packet(from: $0, pool: pool) }
    }
    defer { for packet in packets { pb_mbuf_free(packet) } }
    return packets.withUnsafeMutableBufferPointer { list in
      var burst = pb_burst(
        packets: list.baseAddress, keys: nil, hashes: nil, flows: nil,
        templates: ParseTemplates.shared, buckets: nil, bucket_mask: 0, total: pb_total())
      let count = UInt32(frames.count)
      return k.same(&burst, count, UInt64(PortNumber(5).bigEndian), flow) != 0 ? burst.total : nil
    }
  }

  @Test func crc32cIsTheStandardOne() {
    let digits = Array("123456789".utf8)
    #expect(pb_crc32c(digits, 9) == 0xe306_9283)
  }
}
