/// The indices of a longest subsequence of `numbers` in which each number is larger than the last.
///
/// Among equally long ones it has the smallest sum of `costs`, and then ends as late as possible;
/// 3, 4, 1, 2 at equal costs keeps 1, 2. Cost: O(n log n).
///
/// - Parameters:
///   - numbers: All different, none negative, none much larger than there are of them.
///   - costs: What keeping each of them costs; nothing where this is empty.
func longestIncreasingSubsequence(of numbers: [Int], costs: [Int] = []) -> [Int] {
  if zip(numbers, numbers.dropFirst()).allSatisfy({ $0 < $1 }) { return Array(numbers.indices) }
  var best: [Chain] = Array(repeating: .empty, count: (numbers.max() ?? 0) + 2)
  var previous = [Int](repeating: -1, count: numbers.count)
  var longest = Chain.empty
  for (i, number) in numbers.enumerated() {
    // A Fenwick tree: `best[n]` is the best chain among those that end in a range of numbers to n.
    var before = Chain.empty
    var node = number
    while node > 0 {
      if before < best[node] { before = best[node] }
      node &= node - 1
    }
    previous[i] = before.last
    let chain = Chain(
      length: before.length + 1, cost: before.cost + (costs.isEmpty ? 0 : costs[i]), last: i)
    if longest < chain { longest = chain }
    node = number + 1
    while node < best.count {
      if best[node] < chain { best[node] = chain }
      node += node & -node
    }
  }
  var indices: [Int] = []
  var last = longest.last
  while last >= 0 {
    indices.append(last)
    last = previous[last]
  }
  return indices.reversed()
}

/// An increasing subsequence by its length, its cost and its last index; a better one is larger.
private struct Chain: Comparable {
  var length: Int
  var cost: Int
  var last: Int

  static let empty = Chain(length: 0, cost: 0, last: -1)

  static func < (worse: Chain, better: Chain) -> Bool {
    if worse.length != better.length { return worse.length < better.length }
    if worse.cost != better.cost { return worse.cost > better.cost }
    return worse.last < better.last
  }
}
