import Glibc
import PipelineTrace
import TensorKernels
import TraceComparison

/// Numbers as reports and the screen write them.
package enum NumberText {
  /// A whole number with its thousands separated: `17,825`.
  package static func grouped(_ number: Int) -> String {
    let digits = String(number.magnitude)
    var text = ""
    for (i, digit) in digits.enumerated() {
      if i > 0, (digits.count - i) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return number < 0 ? "-" + text : text
  }

  /// A count with its noun: `1 stage`, `1,024 stages`.
  package static func count(_ number: Int, _ noun: String) -> String {
    "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
  }

  /// A number in at most `digits` significant digits, as `%g` of C writes it: `0.7176`, `3.2e-06`.
  ///
  /// Infinity and NaN are `inf`, `-inf` and `nan`. What is not zero never shows as zero.
  package static func brief(_ number: Double, digits: Int = 4) -> String {
    var buffer = [CChar](repeating: 0, count: 40)
    let length = withVaList([Int32(digits), number.isNaN ? Double.nan.magnitude : number]) {
      vsnprintf(&buffer, buffer.count, "%.*g", $0)
    }
    return String(decoding: buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// How many times something fits: `2.6`, `134`, `178,000`, `3.4e+38`; three digits count.
  package static func factor(_ number: Double) -> String {
    guard number >= 999.5, number < 1e9 else { return brief(number, digits: number < 100 ? 2 : 3) }
    var unit = 1.0
    while number / unit >= 999.5 { unit *= 10 }
    return grouped(Int((number / unit).rounded() * unit))
  }

  /// A share as a percentage that is 0 % or 100 % only where nothing or all is meant: `47.4 %`.
  package static func percent(_ part: Int, of whole: Int) -> String {
    guard whole > 0, part > 0 else { return "0 %" }
    guard part < whole else { return "100 %" }
    let share = 100 * Double(part) / Double(whole)
    if share < 0.1 { return "< 0.1 %" }
    if share > 99.9 { return "> 99.9 %" }
    let tenths = Int((share * 10).rounded())
    return "\(tenths / 10).\(tenths % 10) %"
  }

  /// Bytes in the largest unit that keeps them above one: `1.5 GB`.
  package static func bytes(_ count: Int) -> String {
    guard count >= 1000 else { return "\(count) B" }
    var size = Double(count)
    for unit in ["kB", "MB", "GB", "TB", "PB"] {
      size /= 1000
      if size < 999.5 { return "\(brief(size, digits: 3)) \(unit)" }
    }
    return "\(brief(size / 1000, digits: 3)) EB"
  }

  /// A range as `-2.1 to 2.6`, with fewer digits where it would not fit `columns`; two digits take up
  /// to 20.
  package static func range(_ minimum: Double, _ maximum: Double, columns: Int) -> String {
    let texts = [4, 3, 2].lazy.map {
      "\(brief(minimum, digits: $0)) to \(brief(maximum, digits: $0))"
    }
    return texts.first { $0.columnCount <= columns } ?? texts[2]
  }

  /// An index as Python writes it: `[104, 30, 2]`; `[]` for a scalar.
  package static func index(_ index: [Int]) -> String {
    "[\(index.map(String.init).joined(separator: ", "))]"
  }
}

extension MetricReading.Quantity {
  /// The number as the screen and the text report write it.
  package var text: String {
    switch self {
    case .count(let count): NumberText.grouped(Int(clamping: count))
    case .number(let number) where number < 1 && number > 0.999_999:
      "1 - \(NumberText.brief(1 - number, digits: 2))"  // a cosine that is not quite 1 says so
    case .number(let number): NumberText.brief(number, digits: 6)
    case .undefined: "not defined here"
    }
  }
}

extension SideStatistics {
  /// The smallest and the largest element: `-2.1 to 2.6`.
  package var rangeText: String { rangeText(columns: .max) }

  /// The same with fewer digits where it would not fit `columns`; two digits take up to 20.
  package func rangeText(columns: Int) -> String {
    guard let minimum, let maximum else { return "no numbers" }
    return NumberText.range(minimum, maximum, columns: columns)
  }
}
