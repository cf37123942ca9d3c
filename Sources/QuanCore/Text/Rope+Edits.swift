extension Rope {
  /// Takes an edit that was made in this very version.
  package mutating func apply(_ edit: TextEdit) {
    unsafe edit.utf8.withUnsafeBufferPointer { utf8 in
      var start = 0
      for whole in edit.runs {
        let run = whole.clamped(to: count)
        if run.kind == .delete {
          delete(run.count, at: run.position)
        } else {
          let end = unsafe Rope.end(of: run.count, from: start, in: utf8)
          unsafe insert(UnsafeBufferPointer(rebasing: utf8[start..<end]), count: run.count, at: run.position)
          start = end
        }
      }
    }
  }

  /// Takes a step that a walker made of an edit.
  package mutating func apply(_ step: TextWalker.Step, of edit: TextEdit) {
    guard step.run.kind == .insert else {
      delete(step.run.count, at: step.run.position)
      return
    }
    unsafe edit.utf8.withUnsafeBufferPointer { utf8 in
      // Where everything is ASCII, scalars are bytes.
      let isASCII = utf8.count == edit.insertedCount
      let start = unsafe isASCII ? step.source : Rope.end(of: step.source, from: 0, in: utf8)
      let end = unsafe isASCII ? start + step.run.count : Rope.end(of: step.run.count, from: start, in: utf8)
      unsafe insert(UnsafeBufferPointer(rebasing: utf8[start..<end]), count: step.run.count, at: step.run.position)
    }
  }

  /// Where so many scalars behind a place end.
  @unsafe private static func end(of count: Int, from start: Int, in utf8: UnsafeBufferPointer<UInt8>) -> Int {
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
