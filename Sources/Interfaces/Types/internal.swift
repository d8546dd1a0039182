/// A port that the host itself uses: a bridge's own (LOCAL), or an extra one. In a simulated
/// datapath it is a dummy (see `InterfaceFactory.make`).
let internalType = InterfaceType(name: "internal") { request, _ in try TapInterface(request) }
