import Testing

@testable import TraceDiagnosis

@Suite struct ShortTextTests {
  @Test func `six digits, as C writes them`() {
    #expect(shortText(0) == "0")
    #expect(shortText(255) == "255")
    #expect(shortText(-1.5) == "-1.5")
    #expect(shortText(0.1) == "0.1")
    #expect(shortText(1 / 255.0) == "0.00392157")
    #expect(shortText(0.000012345678) == "1.23457e-05")
    #expect(shortText(0.0001) == "0.0001")
    #expect(shortText(999_999.5) == "1e+06")
    #expect(shortText(123_456) == "123456")
    #expect(shortText(1_234_567) == "1.23457e+06")
    #expect(shortText(0.99999996) == "1")
    #expect(shortText(3e-7) == "3e-07")
    #expect(shortText(1e300) == "1e+300")
    #expect(shortText(.leastNonzeroMagnitude) == "4.94066e-324")
    #expect(shortText(.nan) == "nan")
    #expect(shortText(-.infinity) == "-inf")
  }
}
