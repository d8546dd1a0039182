/// A command-line option, as getopt_long describes one.
struct OptionSpecification {
  enum Argument { case none, required, optional }

  let name: String
  let argument: Argument
  /// The one-letter form, if there is one.
  let short: Character?

  init(_ name: String, _ argument: Argument = .none, short: Character? = nil) {
    self.name = name
    self.argument = argument
    self.short = short
  }
}

/// What GNU getopt_long makes of a command line, including its messages: long options may be cut short
/// as long as they stay unambiguous, arguments and options may be mixed, `--` ends the options.
///
/// Scanning goes on to the first error; what came before is still to be obeyed, since `-h` before a
/// mistake prints the help.
struct OptionScanner {
  struct Found: Equatable {
    var name: String
    var value: String?
  }

  private(set) var options: [Found] = []
  private(set) var operands: [String] = []
  /// Without the program's name in front.
  private(set) var error: String?

  private let specifications: [OptionSpecification]
  private var rest: ArraySlice<String>

  init(_ arguments: [String], _ specifications: [OptionSpecification]) {
    self.specifications = specifications
    rest = arguments[...]
    while error == nil, let word = rest.popFirst() {
      if word == "--" {
        operands += rest
        break
      } else if word.hasPrefix("--") {
        scanLong(word.dropFirst(2))
      } else if word.hasPrefix("-"), word != "-" {
        scanShort(word.dropFirst())
      } else {
        operands.append(word)
      }
    }
  }

  private mutating func scanLong(_ word: Substring) {
    let name = String(word.prefix { $0 != "=" })
    let value = word.firstIndex(of: "=").map { String(word[word.index(after: $0)...]) }
    let exact = specifications.filter { $0.name == name }
    let candidates = exact.isEmpty ? specifications.filter { $0.name.hasPrefix(name) } : exact
    guard let option = candidates.first else {
      error = "unrecognized option '--\(name)'"
      return
    }
    guard candidates.count == 1 else {
      let list = candidates.map { " '--\($0.name)'" }.joined()
      error = "option '--\(word)' is ambiguous; possibilities:\(list)"
      return
    }
    switch (option.argument, value) {
    case (.none, .some): error = "option '--\(option.name)' doesn't allow an argument"
    case (.required, nil):
      guard let next = rest.popFirst() else {
        error = "option '--\(option.name)' requires an argument"
        return
      }
      options.append(Found(name: option.name, value: next))
    default: options.append(Found(name: option.name, value: value))
    }
  }

  private mutating func scanShort(_ word: Substring) {
    var letters = word
    while let letter = letters.popFirst() {
      guard let option = specifications.first(where: { $0.short == letter }) else {
        error = "invalid option -- '\(letter)'"
        return
      }
      guard option.argument != .none else {
        options.append(Found(name: option.name, value: nil))
        continue
      }
      var value = letters.isEmpty ? nil : String(letters)
      if value == nil, option.argument == .required { value = rest.popFirst() }
      if value == nil, option.argument == .required {
        error = "option requires an argument -- '\(letter)'"
        return
      }
      options.append(Found(name: option.name, value: value))
      return
    }
  }
}
