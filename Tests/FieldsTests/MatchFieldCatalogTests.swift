import TestSupport
import Testing

@testable import Fields

@Suite struct MatchFieldCatalogTests {
  @Test func namesAndHeadersAreUnique() {
    var names = Set<String>()
    var headers = Set<MatchField.Header>()
    for field in MatchFieldCatalog.all {
      for name in [field.name, field.extraName].compactMap({ $0 }) {
        #expect(names.insert(name).inserted, "\(name)")
      }
      for header in field.headers {
        #expect(headers.insert(header).inserted, "\(header.name)")
        #expect(header.bytes * 8 >= field.bits && header.bytes <= 124)
        #expect(
          MatchFieldCatalog.field(
            oxmClass: header.oxmClass, header.field, experimenter: header.experimenter) == field)
        #expect(MatchFieldCatalog.field(named: header.name) == field)
      }
      #expect(field.shift + field.bits <= 8 * field.bytes || field == .inPortOXM)
      #expect(field.offset + field.bytes <= Flow.byteCount)
    }
  }

  /// Fields lie in the same place only where OVS has them there, too.
  @Test func theCatalogIsWhole() {
    #expect(MatchFieldCatalog.all.count == 183)
    #expect(
      MatchFieldCatalog.all.filter { $0.headers.isEmpty }.map(\.name) == [
        "tun_ttl", "tun_tos", "skb_priority", "dl_vlan", "dl_vlan_pcp",
      ])
  }

  @Test func fieldsKeepOtherBits() {
    for field in MatchFieldCatalog.all where field != .inPortOXM && field.tunnelOption == nil {
      var flow = Flow()
      field.store(.max, mask: .max, in: &flow)
      #expect(field.value(in: flow) == field.allOnes)
      var ones = Flow()
      ones.setBytes(field.offset, field.bytes, .max)
      field.store(0, mask: .max, in: &ones)
      #expect(field.value(in: ones) == 0)
      let left = ones.bytes(field.offset, field.bytes).nonzeroBitCount
      #expect(left == 8 * field.bytes - field.bits)
    }
  }

  /// Every `static let x = MatchField(` of the module stands in the catalog.
  @Test func everyFieldIsInTheCatalog() {
    let catalog = SourceTree.text("Sources/Fields/MatchFieldCatalog.swift")
    var declared: [Substring] = []
    for path in SourceTree.files(below: "Sources/Fields") {
      let lines = SourceTree.text(path).split(separator: "\n").map { $0.drop { $0 == " " } }
      for line in lines where line.hasPrefix("public static let ") && line.contains("MatchField(") {
        declared.append(line.dropFirst("public static let ".count).prefix { $0 != " " })
      }
    }
    #expect(declared.count > 30)
    for name in declared {
      let isNamed = [",", "]"].contains { catalog.contains("." + name + $0) }
      #expect(isNamed, "\(name)")
    }
  }
}
