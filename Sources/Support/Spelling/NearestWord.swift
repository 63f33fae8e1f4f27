/// The word of `words` that a typo most likely meant: the one fewest edits away (insert, remove, replace, swap of two
/// neighbours), if that is at most a third of its length, or one that begins alike; else `nil`.
public func nearestWord(to typo: String, among words: [String]) -> String? {
  // What is longer than any word can be is no misspelling of one, and the distance costs length times length.
  guard typo.utf8.count <= 64 else { return nil }
  let lowered = typo.lowercased()
  let ranked = words.map { (word: $0, distance: editDistance(lowered, $0.lowercased())) }
  guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
  if best.distance <= max(1, best.word.count / 3) { return best.word }
  guard lowered.count >= 3 else { return nil }
  return words.first { $0.lowercased().hasPrefix(lowered) || lowered.hasPrefix($0.lowercased()) }
}

/// The words that are the fewest edits away, however many that are, the nearest first.
public func nearestWords(to typo: String, among words: [String], most: Int) -> [String] {
  let lowered = typo.lowercased().prefix(64)
  let ranked = words.map { (word: $0, distance: editDistance(String(lowered), $0.lowercased())) }
  return ranked.sorted { ($0.distance, $0.word) < ($1.distance, $1.word) }.prefix(most).map(\.word)
}

/// The optimal string alignment distance (Damerau-Levenshtein where no piece is edited twice).
public func editDistance(_ left: String, _ right: String) -> Int {
  let a = Array(left)
  let b = Array(right)
  var rows = [[Int]](repeating: [Int](repeating: 0, count: b.count + 1), count: a.count + 1)
  for i in 0...a.count { rows[i][0] = i }
  for j in 0...b.count { rows[0][j] = j }
  guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
  for i in 1...a.count {
    for j in 1...b.count {
      let replaced = rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
      rows[i][j] = min(replaced, rows[i - 1][j] + 1, rows[i][j - 1] + 1)
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
        rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
      }
    }
  }
  return rows[a.count][b.count]
}
