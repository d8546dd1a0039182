import Testing

@testable import Bridges

@Suite struct GlobalSettingsTests {
  @Test(arguments: [
    ("0x2", [1]), ("6", [1, 2]), ("0X10000000000000001", [0, 64]), ("f", [0, 1, 2, 3]),
  ])
  func coresOfMask(mask: String, cores: [Int]) {
    #expect(GlobalSettings.cores(mask) == cores)
  }

  @Test(arguments: ["", "0x", "0", "zz", "-1", String(repeating: "f", count: 300), "١"])
  func unusableMask(mask: String) {
    #expect(GlobalSettings.cores(mask) == nil)
  }

  @Test func absurdValuesAreBounded() {
    let s = GlobalSettings([
      "pmd-sleep-max": "99999999999", "max-idle": "-5", "flow-limit": "-1", "max-revalidator": "0",
    ])
    #expect(s.polling.options.maximumSleep == 10_000 && s.megaflows.maxIdle == 500)
    #expect(s.megaflows.flowLimit == 0 && s.megaflows.maxRevalidator == 100)
    #expect(GlobalSettings(["max-idle": "99999999999999999999"]).megaflows.maxIdle == 10_000)
  }
}
