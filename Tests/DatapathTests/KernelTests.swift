import CDPDKShim
import Fields
import Testing
import TestSupport

@testable import Datapath

/// Every kernel that this processor runs against the generic parser and against each other.
@Suite(.serialized)
struct KernelTests {
  static let names = ["sse4.2", "aes", "avx2"]

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
        templates: ParseTemplates.shared, buckets: nil, bucket_mask: 0)
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

  @Test func crc32cIsTheStandardOne() {
    let digits = Array("123456789".utf8)
    #expect(pb_crc32c(digits, 9) == 0xe306_9283)
  }
}
