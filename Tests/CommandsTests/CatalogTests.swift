import TestSupport
import Testing

/// A command that no catalog names would silently not exist.
@Suite struct CatalogTests {
  @Test func everyCommandFileIsInTheCatalog() {
    let catalog = SourceTree.text("Sources/Commands/Catalog.swift")
    var found = 0
    for path in SourceTree.files(below: "Sources/Commands") {
      for name in declaredLists(SourceTree.text(path)) where !path.hasSuffix("/Catalog.swift") {
        found += 1
        #expect(catalog.contains(name + ".all("), "\(path): \(name)")
      }
    }
    #expect(found > 10)
  }

  /// Types that have a list of commands.
  private func declaredLists(_ text: String) -> [String] {
    var type = ""
    var names: [String] = []
    for line in text.split(separator: "\n") {
      if line.hasPrefix("enum ") { type = String(line.split(separator: " ")[1]) }
      if line.hasPrefix("  static func all(") { names.append(type) }
    }
    return names
  }

  /// The folders say the prefixes of the commands within.
  @Test func commandsLieBelowTheirPrefix() {
    for path in SourceTree.files(below: "Sources/Commands") {
      let parts = path.split(separator: "/")
      guard parts.count == 4, !["daemon", "later"].contains(parts[2]) else { continue }
      let text = SourceTree.text(path)
      guard text.contains("static func all(") else { continue }
      #expect(text.contains("\"\(parts[2])/"), "\(path)")
    }
  }
}
