import JSONRPC
import Runtime

/// Something that should be different.
public struct Finding: Equatable, Sendable {
  /// In falling order.
  public enum Severity: String, CaseIterable, Sendable {
    /// Something that is asked for does not work.
    case broken
    /// It works, and loses packets or time.
    case slow
    /// It could be better.
    case hint
  }

  public var severity: Severity
  /// What it is about, in a word.
  public var topic: String
  public var text: String
  /// A command that mends it; nil when that needs more than a command.
  public var fix: String?

  init(_ severity: Severity, _ topic: String, _ text: String, fix: String?) {
    (self.severity, self.topic, self.text, self.fix) = (severity, topic, text, fix)
  }
}

/// All findings, the worst first.
public struct Diagnosis: Equatable, Sendable {
  public var findings: [Finding]

  /// For scripts: 0 nothing worse than hints, 2 something is slow, 3 something is broken.
  public var exitStatus: Int32 {
    switch findings.first?.severity {
    case .broken?: 3
    case .slow?: 2
    case .hint?, nil: 0
    }
  }

  public var text: String {
    if findings.isEmpty { return "nothing to complain about\n" }
    return findings.map { finding in
      let head = finding.severity.rawValue.padded(8) + finding.topic.padded(11)
      let fix = finding.fix.map { String(repeating: " ", count: 19) + "fix: \($0)\n" } ?? ""
      return head + finding.text + "\n" + fix
    }.joined()
  }

  public var json: JSON {
    [
      "findings": .array(
        findings.map { finding in
          [
            "severity": .string(finding.severity.rawValue), "topic": .string(finding.topic),
            "text": .string(finding.text), "fix": finding.fix.map(JSON.string) ?? .null,
          ]
        }),
      "status": .integer(Int64(exitStatus)),
    ]
  }
}
