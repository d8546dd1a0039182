/// The templates of all shapes and sizes of a kind of traffic, as generators use them. Read only;
/// control makes and destroys it.
struct FrameTemplates {
  private let templates: UnsafeMutablePointer<FrameTemplate>
  private let count: Int
  /// Sizes in a period; a shape's templates lie behind each other in that order.
  let sizes: Int
  /// The bits of a flow's number that say its shape.
  private let shapeMask: UInt32
  let source: UInt32
  let destination: UInt32

  init(_ traffic: Traffic) {
    let shapes = traffic.shapes
    sizes = traffic.sizes.count
    count = shapes.count * sizes
    shapeMask = UInt32(shapes.count - 1)
    (source, destination) = (traffic.source, traffic.destination)
    templates = .allocate(capacity: count)
    for (i, shape) in shapes.enumerated() {
      for (j, size) in traffic.sizes.enumerated() {
        (templates + i * sizes + j).initialize(to: FrameTemplate(shape, size: size, traffic))
      }
    }
  }

  func destroy() {
    for i in 0..<count { templates[i].destroy() }
    templates.deallocate()
  }

  @inline(__always)
  func template(flow: UInt32, size: Int) -> UnsafeMutablePointer<FrameTemplate> {
    templates + (Int(flow & shapeMask) &* sizes &+ size)
  }
}
