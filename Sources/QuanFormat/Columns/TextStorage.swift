/// Texts as UTF-8 in one block of memory that does not move, so that a reader may hand out where they lie.
@safe package final class TextStorage: @unchecked Sendable {
  // Unchecked: written only while it is being made, by the one thread that makes it.
  private let bytes: UnsafeMutableBufferPointer<UInt8>

  /// Makes room for `count` bytes, which `fill` must write, all of them.
  init(count: Int, _ fill: (UnsafeMutableBufferPointer<UInt8>) -> Void) {
    unsafe bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: count)
    unsafe bytes.initialize(repeating: 0)
    unsafe fill(bytes)
  }

  deinit { unsafe bytes.deallocate() }

  /// How many bytes there are.
  package var count: Int { unsafe bytes.count }

  /// The bytes of a range; they stay for as long as the storage does.
  package func utf8(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
    unsafe UnsafeBufferPointer(rebasing: bytes[range])
  }

  /// The bytes of a range as a text.
  package func string(_ range: Range<Int>) -> String { unsafe String(decoding: utf8(range), as: UTF8.self) }

  /// Whether all is valid UTF-8 and every one of `starts` is the start of a scalar or the end.
  func isValid(starts: [Int]) -> Bool {
    let span = unsafe Span(_unsafeElements: UnsafeBufferPointer(bytes))
    guard (try? UTF8Span(validating: span)) != nil else { return false }
    return starts.allSatisfy { start in
      unsafe start == bytes.count || bytes[start] & 0xC0 != 0x80
    }
  }
}
