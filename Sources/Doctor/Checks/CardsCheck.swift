/// Whether the cards of dpdk ports are there, have a driver that DPDK can use, and an IOMMU to use it
/// safely.
enum CardsCheck {
  static func look(_ machine: Machine, _ state: SwitchState) -> [Finding] {
    state.interfaces.compactMap { interface in
      interface.card.flatMap { look(interface.name, $0, machine) }
    }
  }

  /// Drivers that leave the card to a program, and those that share it with one.
  private static let handsOff: Set = ["vfio-pci", "uio_pci_generic", "igb_uio"]
  private static let shared: Set = ["mlx4_core", "mlx5_core", "hv_netvsc"]

  private static func look(_ port: String, _ address: String, _ machine: Machine) -> Finding? {
    guard let card = machine.cards[address] else {
      return Finding(
        .broken, "card", "\(port): this machine has no network card \(address)",
        fix: "dpdk-devbind.py --status-dev net  # and set options:dpdk-devargs of \(port)")
    }
    let driver = card.driver ?? "no driver"
    if shared.contains(driver) { return nil }
    guard handsOff.contains(driver) else {
      return Finding(
        .broken, "driver", "\(port): \(address) is bound to \(driver), which keeps DPDK away",
        fix: "patchbay-bind-nic \(address)")
    }
    guard driver == "vfio-pci", !machine.hasIOMMU, !machine.allowsNoIOMMU else { return nil }
    return Finding(
      .broken, "iommu", "\(port): \(address) is bound to vfio-pci, but there is no IOMMU",
      fix: "boot with intel_iommu=on iommu=pt (or amd_iommu=on); without an IOMMU, unsafe: "
        + "echo Y > /sys/module/vfio/parameters/enable_unsafe_noiommu_mode")
  }
}
