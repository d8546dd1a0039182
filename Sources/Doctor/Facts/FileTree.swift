import Glibc

/// Small files below a directory that stands for "/": /sys and /proc, or a test's.
struct FileTree {
  private let root: String

  init(_ root: String = "") { self.root = root }

  /// A file's text without white space around it; nil when it cannot be read.
  func text(_ path: String) -> String? {
    guard let file = fopen(root + path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
      bytes += buffer[..<count]
    }
    let text = String(decoding: bytes, as: UTF8.self)
    let isBlank = { (c: Character) in c == "\n" || c == " " }
    return String(String(text.drop(while: isBlank).reversed()).drop(while: isBlank).reversed())
  }

  func number(_ path: String) -> Int? { text(path).flatMap { Int($0) } }

  /// A list like "0-3,8".
  func list(_ path: String) -> [Int]? { text(path).map(Self.list) }

  static func list(_ text: String) -> [Int] {
    text.split(separator: ",").flatMap { part -> [Int] in
      let ends = part.split(separator: "-").compactMap { Int($0) }
      guard let first = ends.first, let last = ends.last, first <= last, last < 1 << 16 else {
        return []
      }
      return Array(first...last)
    }
  }

  /// Names in a directory, sorted.
  func names(_ path: String) -> [String] {
    guard let directory = opendir(root + path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// The last component of what a symbolic link points to.
  func linkName(_ path: String) -> String? {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink(root + path, &buffer, buffer.count)
    guard count > 0 else { return nil }
    let target = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return target.split(separator: "/").last.map(String.init)
  }
}
