import Glibc

/// The repository's own text, for tests that hold files and catalogs together.
public enum SourceTree {
  /// Where Package.swift is.
  public static let root =
    "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/"

  /// Paths of the Swift files below a folder, from the root.
  public static func files(below folder: String) -> [String] {
    entries(folder).flatMap { name -> [String] in
      if name.hasPrefix(".") { return [] }
      let path = folder + "/" + name
      return name.hasSuffix(".swift") ? [path] : files(below: path)
    }
  }

  /// Names in a folder, sorted; none when it is no folder.
  public static func entries(_ folder: String) -> [String] {
    guard let directory = opendir(root + folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      names.append(
        withUnsafeBytes(of: entry.pointee.d_name) {
          String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        })
    }
    return names.sorted()
  }

  /// A file's text; empty when there is none.
  public static func text(_ path: String) -> String {
    guard let file = fopen(root + path, "r") else { return "" }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes += buffer[..<count]
    }
  }
}
