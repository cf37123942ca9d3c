extension Rope {
  /// Takes an edit that was made in this very version.
  ///
  /// - Parameter deleted: Gains what the edit deletes, in UTF-8.
  package mutating func apply(_ edit: TextEdit, deleted: inout [UInt8]) {
    unsafe edit.utf8.withUnsafeBufferPointer { utf8 in
      var start = 0
      for whole in edit.runs {
        let run = whole.clamped(to: count)
        if run.kind == .delete {
          deleted.append(contentsOf: self.utf8(run.position..<run.position + run.count))
          delete(run.count, at: run.position)
        } else {
          let end = unsafe Rope.end(of: run.count, from: start, in: utf8)
          unsafe insert(UnsafeBufferPointer(rebasing: utf8[start..<end]), count: run.count, at: run.position)
          start = end
        }
      }
    }
  }

  /// A place in what an edit inserts: the steps of one edit ask for later and later ones.
  package struct Source {
    private var event = -1
    private var scalar = 0
    private var byte = 0

    /// The beginning.
    package init() {}

    /// The bytes of so many scalars from one on.
    @unsafe fileprivate mutating func range(
      _ event: Int, _ scalar: Int, _ count: Int, in utf8: UnsafeBufferPointer<UInt8>
    ) -> Range<Int> {
      if event != self.event || scalar < self.scalar { self = Source() }
      let start = unsafe Rope.end(of: scalar - self.scalar, from: byte, in: utf8)
      let end = unsafe Rope.end(of: count, from: start, in: utf8)
      (self.event, self.scalar, byte) = (event, scalar + count, end)
      return start..<end
    }
  }

  /// Takes a step that a walker made of an edit.
  ///
  /// - Parameters:
  ///   - inserted: What the edit inserts, in UTF-8.
  ///   - deleted: Gains what the step deletes, in UTF-8.
  package mutating func apply(
    _ step: TextWalker.Step, of inserted: [UInt8], from source: inout Source, deleted: inout [UInt8]
  ) {
    guard step.run.kind == .insert else {
      deleted.append(contentsOf: utf8(step.run.position..<step.run.position + step.run.count))
      delete(step.run.count, at: step.run.position)
      return
    }
    unsafe inserted.withUnsafeBufferPointer { utf8 in
      let range = unsafe source.range(step.event, step.source, step.run.count, in: utf8)
      unsafe insert(UnsafeBufferPointer(rebasing: utf8[range]), count: step.run.count, at: step.run.position)
    }
  }

  /// Where so many scalars behind a place end.
  @unsafe static func end(of count: Int, from start: Int, in utf8: UnsafeBufferPointer<UInt8>) -> Int {
    var rest = count
    var place = start
    while place < utf8.count {
      if unsafe utf8[place] & 0xC0 != 0x80 {
        if rest == 0 { break }
        rest -= 1
      }
      place += 1
    }
    return place
  }
}
