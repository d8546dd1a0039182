import Glibc
import Testing

@testable import Interfaces

struct KeptBuffersTests {
  /// A pcap file in the host's byte order or the other, with frames of these lengths.
  private static func pcap(_ lengths: [UInt32], swapped: Bool = false) -> [UInt8] {
    func word(_ value: UInt32) -> [UInt8] {
      withUnsafeBytes(of: swapped ? value.byteSwapped : value) { Array($0) }
    }
    var bytes = word(0xa1b2_c3d4) + [UInt8](repeating: 0, count: 20)
    for length in lengths {
      bytes += word(0) + word(0) + word(length) + word(length)
      bytes += [UInt8](repeating: 1, count: Int(length))
    }
    return bytes
  }

  @Test(arguments: [false, true]) func framesAreCounted(_ swapped: Bool) {
    let file = Self.pcap([60, 0, 1514, 64], swapped: swapped)
    #expect(file.withUnsafeBytes { KeptBuffers.frames($0) } == 4)
    #expect(file.dropLast().withUnsafeBytes { KeptBuffers.frames($0) } == 3)
    for end in 0..<file.count {
      #expect(file[..<end].withUnsafeBytes { KeptBuffers.frames($0) } <= 4)
    }
    #expect(Self.pcap([]).withUnsafeBytes { KeptBuffers.frames($0) } == 0)
    #expect([UInt8](repeating: 0xff, count: 640).withUnsafeBytes { KeptBuffers.frames($0) } == 20)
  }

  @Test func onlyEndlessReplayKeepsBuffers() throws {
    let path = "/tmp/patchbay-kept-\(getpid()).pcap"
    let file = try #require(fopen(path, "w"))
    let bytes = Self.pcap([60, 60, 60])
    #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    fclose(file)
    defer { unlink(path) }
    #expect(KeptBuffers.count("net_pcap0,rx_pcap=\(path),infinite_rx=1") == 3)
    #expect(KeptBuffers.count("net_pcap0,infinite_rx=1,rx_pcap=\(path),rx_pcap=\(path)") == 6)
    #expect(KeptBuffers.count("net_pcap0,rx_pcap=\(path),infinite_rx=0") == 0)
    #expect(KeptBuffers.count("net_pcap0,rx_pcap=\(path)") == 0)
    #expect(KeptBuffers.count("net_null0,rx_pcap=\(path),infinite_rx=1") == 0)
    #expect(KeptBuffers.count("net_pcap0,rx_pcap=/nonexistent,infinite_rx=1") == 0)
    #expect(KeptBuffers.count("") == 0)
  }
}
