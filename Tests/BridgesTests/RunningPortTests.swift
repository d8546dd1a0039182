import Interfaces
import OpenFlow
import Testing

@testable import Bridges

@Suite struct RunningPortTests {
  private func features(
    _ megabits: Int64?, fullDuplex: Bool? = true, _ medium: InterfaceStatus.Medium? = nil
  ) -> PortFeatures {
    var status = InterfaceStatus()
    status.linkSpeed = megabits.map { $0 * 1_000_000 }
    status.fullDuplex = fullDuplex
    status.medium = medium
    return PortFeatures(status)
  }

  @Test func speedsBecomeFeatures() {
    #expect(features(10_000, .copper) == [.fullDuplex10G, .copper])
    #expect(features(100, fullDuplex: false) == .halfDuplex100M)
    #expect(features(25_000, .fiber) == [.otherSpeed, .fiber])
    #expect(features(nil, .copper) == [])
  }
}
