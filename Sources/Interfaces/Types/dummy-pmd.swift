/// A dummy that says of itself that it has queues to poll, as DPDK devices do.
let dummyPMDType = InterfaceType(
  name: "dummy-pmd", isAvailable: { $0.dummyEnabled },
  make: { try DummyInterface($0, typeName: "dummy-pmd", among: $1.dummies) })
