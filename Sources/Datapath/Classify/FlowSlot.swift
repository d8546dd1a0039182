import Fields

/// A megaflow as the worker keeps it: two cache lines. (Completed with the classifier.)
struct FlowSlot {
  var key = FlowKey()
  var statistics = FlowHandle.Statistics()
}
