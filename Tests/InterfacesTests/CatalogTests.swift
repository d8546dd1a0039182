import TestSupport
import Testing

@testable import Interfaces
@testable import Runtime

@Suite struct CatalogTests {
  @Test func everyFileOfTypesIsInTheCatalog() {
    let files = SourceTree.entries("Sources/Interfaces/Types").filter { $0.hasSuffix(".swift") }
    #expect(files == InterfaceCatalog.types.map { $0.name + ".swift" }.sorted())
  }

  private func refusal(
    _ type: String, _ options: [String: String] = [:], dummy: Bool = false
  ) -> String {
    do {
      _ = try InterfaceFactory(dummyEnabled: dummy).make(
        InterfaceRequest(name: "p0", type: type, options: options))
      return ""
    } catch { return "\(error)" }
  }

  @Test(arguments: ["foo", "dummy", "dummy-pmd", "\u{0}", ""])
  func unknownTypesAreRefusedWithTheTextOfOVS(_ type: String) {
    #expect(
      refusal(type)
        == "could not open network device p0 (Address family not supported by protocol)")
  }

  @Test func retiredTypesAreRefusedByName() {
    #expect(refusal("dpdkr").contains("type dpdkr was removed"))
    #expect(refusal("lisp").contains("lisp was removed"))
    #expect(refusal("stt").contains("stt was removed"))
    #expect(refusal("vxlan") == "p0: type vxlan is not supported yet")
  }

  @Test func patchOptionsAreCheckedAsOVSDoes() throws {
    #expect(refusal("patch") == "p0: patch type requires valid 'peer' argument")
    #expect(refusal("patch", ["x": "y"]) == "p0: patch type requires valid 'peer' argument")
    #expect(refusal("patch", ["peer": "p0"]) == "p0: patch peer must not be self")
    #expect(
      refusal("patch", ["peer": "p1", "x": "y"]) == "p0: patch type takes only a 'peer' argument")
    let request = InterfaceRequest(name: "p0", type: "patch", options: ["peer": "p1"])
    let patch = try InterfaceFactory().make(request)
    #expect(patch.configurationText == "peer=p1")
    #expect(patch.source == nil)
    #expect(patch.status.macAddress.map { !$0.isMulticast && $0 != .zero } == true)
    #expect(patch.status.mtu == nil && patch.status.ifindex == 0 && patch.status.linkUp)
    #expect(throws: TextError.self) {
      try patch.configure(InterfaceRequest(name: "p0", type: "patch"))
    }
  }

  @Test func namesOfDevicesThatCannotBe() {
    #expect(refusal("system") == "could not open network device p0 (No such device)")
  }

  @Test func availableTypes() {
    let types = InterfaceFactory(dummyEnabled: true).availableTypes
    #expect(types == types.sorted() && types.contains("dummy-pmd"))
    #expect(!InterfaceFactory().availableTypes.contains("dummy"))
  }
}
