import TestTraces
import Testing
import TraceReport

@Suite struct ReportFormatTests {
  @Test func `every report of the folder stands in the list`() {
    let files = fileNames(in: "\(packageFolder)/Sources/TraceReport")
      .filter { $0.hasSuffix("Report.swift") }
    let listed = Set(allReportFormats.map { "\($0).swift" })
    for file in files {
      #expect(
        listed.contains(file),
        "add the line `\(file.dropLast(6)).self,` to allReportFormats in ReportFormat.swift")
    }
    #expect(allReportFormats.count == files.count)
  }

  @Test func `the text report is what is printed where nothing is asked for`() {
    #expect(allReportFormats.first?.name == "text")
  }

  @Test func `no two reports share a name`() {
    #expect(Set(allReportFormats.map { $0.name }).count == allReportFormats.count)
  }
}
