/// A dev stage and the prod stage that stands across from it; either side may be missing.
package struct StagePair: Sendable, Equatable {
  /// What made two stages a pair.
  package enum MatchedBy: String, Sendable {
    case name
    /// Their outputs have the same bits.
    case content
    /// The user said so, by a pair or by a rename.
    case user
  }

  /// Index among dev's stages; at least one of the two is set.
  package var dev: Int?
  /// Index among prod's stages.
  package var prod: Int?
  /// `nil` where one side is missing.
  package var matchedBy: MatchedBy?
  /// The same stage in another order: one of the fewest stages that have to move to make both alike.
  package var isMoved: Bool
  /// Paired under names that mean different things; separators, case and the number of a repetition
  /// do not count.
  package var isRenamed: Bool
  /// For an unpaired stage: the index of the stage on its own side that it repeats by name
  /// (`normalize_1` repeats `normalize`).
  package var repeats: Int?

  package init(
    dev: Int?, prod: Int?, matchedBy: MatchedBy? = nil, isMoved: Bool = false,
    isRenamed: Bool = false, repeats: Int? = nil
  ) {
    precondition(dev != nil || prod != nil, "a pair of no stages")
    self.dev = dev
    self.prod = prod
    self.matchedBy = matchedBy
    self.isMoved = isMoved
    self.isRenamed = isRenamed
    self.repeats = repeats
  }

  /// Whether both sides are there.
  package var isWhole: Bool { dev != nil && prod != nil }
}
