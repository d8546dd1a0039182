import Glibc
import Runtime

extension BenchReport {
  /// An SVG picture: the trials of a search, or the latency's percentiles.
  public var plot: String { options.searches ? trialsPlot : latencyPlot }

  /// A bar for each trial, as high as its rate; the part that was received is filled.
  private var trialsPlot: String {
    let top = trials.map(\.sentRate).max() ?? 1
    var chart = Chart(
      title: "Throughput trials: \(BenchReport.describe(options.traffic))", x: "trial", y: "Mpps",
      yMax: top / 1e6)
    let width = chart.width / Double(max(trials.count, 1))
    for (i, trial) in trials.enumerated() {
      let passes = trial.sent > 0 && trial.loss <= options.loss ?? 0
      let color = passes ? "#2a7f3f" : "#b3392f"
      let x = Double(i) * width + width * 0.15
      chart.bar(x, width * 0.7, trial.sentRate / 1e6, "fill=\"none\" stroke=\"\(color)\"")
      chart.bar(x, width * 0.7, trial.receivedRate / 1e6, "fill=\"\(color)\"")
      chart.xLabel(Double(i) * width + width / 2, "\(i + 1)")
    }
    return chart.svg
  }

  /// Latency over percentile; equal steps to the right are 90, 99, 99.9, ... percent.
  private var latencyPlot: String {
    let histogram = trials.last?.latency
    let total = Double(histogram?.totalCount ?? 0)
    let nines = max(1, min(6, (log10(max(total, 10))).rounded(.up)))
    let top = trials.last?.maxMicroseconds ?? 0
    var chart = Chart(
      title: "Latency: \(BenchReport.describe(options.traffic))", x: "percentile",
      y: "microseconds",
      yMax: top)
    for n in 0...Int(nines) {
      let percentile = 100 * (1 - pow(10, -Double(n)))
      chart.xLabel(chart.width * Double(n) / nines, formatted("%.6g", percentile))
    }
    guard let trial = trials.last, total > 0 else { return chart.svg }
    chart.line(
      stride(from: 0.0, through: nines, by: nines / 200).map { n in
        (chart.width * n / nines, trial.microseconds(percentile: 100 * (1 - pow(10, -n))))
      })
    return chart.svg
  }
}

/// Axes, bars and lines, as SVG. x in pixels from the left axis, y in the unit of the axis.
struct Chart {
  let width = 640.0
  private let height = 320.0
  private let left = 70.0
  private let above = 40.0
  private let yMax: Double
  private var body = ""

  init(title: String, x: String, y: String, yMax: Double) {
    self.yMax = yMax > 0 ? yMax : 1
    text(left, 22, title, "start")
    text(left + width / 2, above + height + 38, x, "middle")
    text(8, 22 + 12, y, "start")
    for i in 0...4 {
      let value = self.yMax * Double(i) / 4
      let place = yPixel(value)
      body += "<path d=\"M\(pixel(left)) \(pixel(place)) h\(pixel(width))\" stroke=\"#ccc\"/>\n"
      text(left - 6, place + 4, formatted("%.4g", value), "end")
    }
  }

  mutating func bar(_ x: Double, _ width: Double, _ value: Double, _ style: String) {
    let top = yPixel(value)
    body +=
      "<rect x=\"\(pixel(left + x))\" y=\"\(pixel(top))\" width=\"\(pixel(width))\" "
      + "height=\"\(pixel(above + height - top))\" \(style)/>\n"
  }

  mutating func line(_ points: [(Double, Double)]) {
    let list = points.map { "\(pixel(left + $0.0)),\(pixel(yPixel($0.1)))" }
    body +=
      "<polyline points=\"\(list.joined(separator: " "))\" fill=\"none\" stroke=\"#24527a\" "
      + "stroke-width=\"2\"/>\n"
  }

  mutating func xLabel(_ x: Double, _ label: String) {
    text(left + x, above + height + 18, label, "middle")
  }

  var svg: String {
    let size = "\(pixel(left + width + 30)) \(pixel(above + height + 50))"
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(size)\" "
      + "font-family=\"sans-serif\" font-size=\"12\">\n"
      + "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\(body)</svg>\n"
  }

  private mutating func text(_ x: Double, _ y: Double, _ text: String, _ anchor: String) {
    body +=
      "<text x=\"\(pixel(x))\" y=\"\(pixel(y))\" text-anchor=\"\(anchor)\">\(text)</text>\n"
  }

  private func yPixel(_ value: Double) -> Double { above + height * (1 - min(value / yMax, 1)) }
  private func pixel(_ value: Double) -> String { formatted("%.1f", value) }
}
