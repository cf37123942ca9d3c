import QuanCore

extension Transaction {
  /// The initial values of a record's fields; a list, because there are few.
  struct InitialFields {
    private(set) var items: [InitialField] = []
    /// Whether they are known to ascend by key with none empty, as in an operation.
    private(set) var isOrdered = true

    init(capacity: Int = 0) { items.reserveCapacity(capacity) }

    mutating func append(_ key: FieldKey, _ values: [Value]) {
      if isOrdered, values.isEmpty || items.last.map({ $0.key >= key }) == true { isOrdered = false }
      items.append(InitialField(key, values))
    }

    subscript(key: FieldKey) -> [Value]? {
      get { items.first { $0.key == key }?.values }
      set {
        items.removeAll { $0.key == key }
        if let newValue { append(key, newValue) }
      }
    }
  }
}
