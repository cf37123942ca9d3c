import QuanCore
import QuanSync

extension Replica {
  /// Takes in those of several bundles that can be read, in one transaction, and names the others: what is wrong with one
  /// must not keep the rest from anybody.
  ///
  /// - Throws: ``StoreError``; also when it cannot be said which one is broken.
  func applyReadable(
    bundlesAt paths: [String], from source: MergeSource, dryRun: Bool, examine: ((MergeReport) throws -> Void)? = nil
  ) throws -> (merge: MergeReport, broken: [SkippedFile]) {
    var readable = paths
    var broken: [SkippedFile] = []
    while true {
      do {
        return (try apply(bundlesAt: readable, from: source, dryRun: dryRun, examine: examine), broken)
      } catch let error as StoreError where Self.mayBeOfABundle(error) {
        let culprits = culprits(of: error, among: readable)
        guard !culprits.isEmpty else { throw error }
        readable.removeAll { path in culprits.contains { $0.path == path } }
        broken += culprits.map { SkippedFile(name: File.name(of: $0.path), reason: $0.error.message) }
      }
    }
  }

  /// The bundles that cannot be taken in, with what is wrong with each.
  private func culprits(of error: StoreError, among paths: [String]) -> [(path: String, error: StoreError)] {
    if paths.contains(error.subject) { return [(error.subject, error)] }
    // What was found out while merging does not say where it came from: each is tried alone.
    return paths.compactMap { path in
      do {
        _ = try apply(bundlesAt: [path], from: .bundle(path), dryRun: true)
        return nil
      } catch let error as StoreError {
        // Damage that is not the bundle's is the replica's own.
        return Self.mayBeOfABundle(error) && (error.code != .damaged || error.subject == path) ? (path, error) : nil
      } catch {
        return nil
      }
    }
  }

  /// Whether an error can be a bundle's fault.
  private static func mayBeOfABundle(_ error: StoreError) -> Bool {
    switch error.code {
    case .damaged, .notABundle, .newerFormat, .otherWorkspace, .overLimit: true
    default: false
    }
  }
}
