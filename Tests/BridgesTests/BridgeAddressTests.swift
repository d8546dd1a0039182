import Fields
import Testing

@testable import Bridges

@Suite struct BridgeAddressTests {
  private let fallback = EthernetAddress(0x0200_0000_0099)
  private let ports = [EthernetAddress(0x0200_0000_0002), EthernetAddress(0x0200_0000_0001)]

  @Test func lowestPortAddressNamesTheBridge() {
    let a = BridgeAddress(DesiredBridge(name: "b", uuid: nil), ports: ports, fallback: fallback)
    #expect(a.address.value == 0x0200_0000_0001 && a.datapathID == 0x0200_0000_0001)
  }

  @Test func configurationWins() {
    var b = DesiredBridge(name: "b", uuid: nil)
    b.hardwareAddress = "02:00:00:00:00:77"
    b.datapathID = 0x1234_0000_0000_0001
    let a = BridgeAddress(b, ports: ports, fallback: fallback)
    #expect(a.address.value == 0x0200_0000_0077 && a.datapathID == 0x1234_0000_0000_0001)
  }

  @Test(arguments: ["", "garbage", "01:00:00:00:00:01", "00:00:00:00:00:00"])
  func unusableAddressIsIgnored(text: String) {
    var b = DesiredBridge(name: "b", uuid: nil)
    b.hardwareAddress = text
    let a = BridgeAddress(b, ports: [.zero, .broadcast], fallback: fallback)
    #expect(a.address == fallback)
  }

  @Test func randomAddressesAreUnicastAndLocal() {
    for _ in 0..<100 {
      let a = BridgeAddress.random()
      #expect(!a.isMulticast && a.value & 0x0200_0000_0000 != 0)
    }
  }
}
