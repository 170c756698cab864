import Glibc
import PipelineTrace
import TensorFormats
import Testing

@Suite struct NpyFolderTests {
  static let one = npy("'|u1'", "(1,)", [1])

  @Test func `2 stands before 10, and other files are skipped`() throws {
    let scratch = Scratch()
    for name in ["10_c.npy", "2_b.npy", "1_a.npy", "notes.txt"] {
      scratch.write(Self.one, as: name)
    }
    let trace = try openTrace(at: scratch.path)
    #expect(trace.stages.map(\.name) == ["a", "b", "c"])
    #expect(trace.warnings == ["File 'notes.txt' is no .npy file and is skipped."])
    #expect(trace.isComplete)
  }

  @Test func `a folder without arrays is no trace`() {
    let scratch = Scratch()
    #expect(openingError(scratch.path)?.problem == .notATrace("it is an empty folder"))
    scratch.write([], as: "notes.txt")
    #expect(
      openingError(scratch.path)?.problem
        == .notATrace("it is a folder without .npy files and without the trace of a debugger"))
  }

  @Test func `no link leads out`() throws {
    let scratch = Scratch()
    let elsewhere = Scratch()
    scratch.write(Self.one, as: "1_a.npy")
    symlink(elsewhere.write(Self.one, as: "secret.npy"), "\(scratch.path)/2_b.npy")
    mkdir("\(scratch.path)/3_c.npy", 0o700)
    let trace = try openTrace(at: scratch.path)
    #expect(trace.outline == ["a u8 1", "b unreadable", "c unreadable"])
    guard case .unreadable(let error) = trace.stages[1].values[0].content else { return }
    #expect(
      error.problem
        == .unsupported(
          "it is a symbolic link, which is not followed", advice: "copy the file itself there"))
    #expect(error.file == "\(scratch.path)/2_b.npy")
  }

  @Test func `a cut file leaves an incomplete trace`() throws {
    let scratch = Scratch()
    scratch.write(Self.one, as: "1_a.npy")
    scratch.write(Self.one.dropLast(), as: "2_b.npy")
    let trace = try openTrace(at: scratch.path)
    #expect(trace.outline == ["a u8 1", "b unreadable"])
    #expect(!trace.isComplete)
    #expect(
      trace.warnings == [
        """
        'b' is lost, so the trace is incomplete: \(scratch.path)/2_b.npy, byte 68: \
        1 bytes announced, 0 present; copy it again.
        """.replacing("'b'", with: "'2_b'")
      ])
  }

  @Test func `the last file cut after any byte is lost alone`() throws {
    let scratch = Scratch()
    scratch.write(Self.one, as: "1_a.npy")
    for count in 0..<Self.one.count {
      scratch.write(Array(Self.one[..<count]), as: "2_b.npy")
      let trace = try openTrace(at: scratch.path)
      #expect(trace.outline == ["a u8 1", "b unreadable"])
      #expect(!trace.isComplete)
      #expect(!trace.isEndKnown)
      #expect(try trace.output("a").numbers() == [1])
      if case .unreadable(let error) = try trace.output("b").content {
        #expect(error.isCut, "\(count): \(error)")
      }
    }
  }

  @Test func `an empty file is a cut one`() throws {
    let scratch = Scratch()
    scratch.write(Self.one, as: "1_a.npy")
    scratch.write([], as: "2_b.npy")
    #expect(
      try openTrace(at: scratch.path).warnings == [
        """
        '2_b' is lost, so the trace is incomplete: \(scratch.path)/2_b.npy, byte 0: \
        10 bytes announced, 0 present; copy it again.
        """
      ])
  }

  @Test func `names that are no UTF-8 open, and are escaped`() throws {
    let scratch = Scratch()
    let raw = Array("\(scratch.path)/1_a".utf8) + [0xFF] + Array(".npy\0".utf8)
    scratch.write(Self.one, as: "x.npy")
    raw.withUnsafeBytes {
      _ = rename("\(scratch.path)/x.npy", $0.baseAddress!.assumingMemoryBound(to: CChar.self))
    }
    let trace = try openTrace(at: scratch.path)
    #expect(trace.stages.map(\.name) == [#"a\xff"#])
    #expect(try trace.stages[0].values[0].numbers() == [1])
    raw.withUnsafeBytes { _ = unlink($0.baseAddress!.assumingMemoryBound(to: CChar.self)) }
  }
}
