import Glibc
import Runtime

@testable import Doctor

/// A directory that stands for "/", with a healthy machine of four cores on two NUMA nodes.
final class FakeRoot {
  let path: String

  init() {
    var template = Array("/tmp/patchbay-doctor-test.XXXXXX".utf8CString)
    path = mkdtemp(&template).map { String(cString: $0) } ?? ""
    self["/proc/meminfo"] =
      "MemTotal:       16000000 kB\nMemFree:  1 kB\nMemAvailable:    8000000 kB\n"
    self["/proc/mounts"] = "proc /proc proc rw 0 0\nhugetlbfs /dev/hugepages hugetlbfs rw 0 0\n"
    self["/sys/devices/system/cpu/online"] = "0-3\n"
    self["/sys/devices/system/cpu/isolated"] = "1,3\n"
    for core in 0..<4 {
      self["/sys/devices/system/cpu/cpu\(core)/topology/thread_siblings_list"] = "\(core)\n"
      self["/sys/devices/system/cpu/cpu\(core)/cpufreq/scaling_governor"] = "performance\n"
    }
    for node in 0..<2 {
      self["/sys/devices/system/node/node\(node)/cpulist"] = "\(node * 2)-\(node * 2 + 1)\n"
      pages(node, total: 1024, free: 1024)
    }
    self["/sys/devices/system/node/has_cpu"] = "0-1\n"
    card("0000:03:00.0", driver: "vfio-pci", node: 0)
    self["/sys/bus/pci/devices/0000:00:01.0/class"] = "0x060400\n"
    self["/sys/kernel/iommu_groups/7/type"] = "DMA\n"
  }

  deinit { remove("") }

  /// Removes a file or a directory with all that is in it.
  func remove(_ name: String) { _ = try? ChildProcess.run("rm", ["-rf", path + name]) }

  var machine: Machine { Machine(FileTree(path)) }

  /// Writes a file, with its directories.
  subscript(_ name: String) -> String {
    get { FileTree(path).text(name) ?? "" }
    set {
      makeDirectories(of: name)
      guard let file = fopen(path + name, "w") else { return }
      fputs(newValue, file)
      fclose(file)
    }
  }

  func pages(_ node: Int, total: Int, free: Int) {
    let place = "/sys/devices/system/node/node\(node)/hugepages/hugepages-2048kB"
    self[place + "/nr_hugepages"] = "\(total)\n"
    self[place + "/free_hugepages"] = "\(free)\n"
  }

  func card(_ address: String, driver: String?, node: Int) {
    let place = "/sys/bus/pci/devices/\(address)"
    self[place + "/class"] = "0x020000\n"
    self[place + "/numa_node"] = "\(node)\n"
    unlink(path + place + "/driver")
    if let driver { symlink("../../../bus/pci/drivers/\(driver)", path + place + "/driver") }
  }

  private func makeDirectories(of name: String) {
    var place = path
    for part in name.split(separator: "/").dropLast() {
      place += "/" + part
      mkdir(place, 0o755)
    }
  }
}
