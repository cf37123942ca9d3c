import Synchronization

/// The scope keys that a replica has, by what names them in the clear; safe to use from several threads.
package final class Keyring: Sendable {
  private let keys = Mutex<[UInt64: ScopeKey]>([:])

  /// An empty one.
  package init() {}

  /// The key of an ID.
  package subscript(_ id: UInt64) -> ScopeKey? { keys.withLock { $0[id] } }

  /// Adds a key.
  package func add(_ key: ScopeKey) { keys.withLock { $0[key.id] = key } }

  /// Takes a key away.
  package func remove(_ id: UInt64) { keys.withLock { $0[id] = nil } }

  /// All keys, in no order.
  package var all: [ScopeKey] { keys.withLock { Array($0.values) } }
}
