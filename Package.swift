// swift-tools-version: 6.1
import PackageDescription

/// `STATIC_CURSES=1 swift build …` links the archives of ncurses instead of its shared libraries.
let curses: [LinkerSetting] =
  Context.environment["STATIC_CURSES"] == "1"
  ? [.linkedLibrary(":libncursesw.a"), .linkedLibrary(":libtinfo.a")]
  : [.linkedLibrary("ncursesw"), .linkedLibrary("tinfo")]

// The targets stand in the order in which the data passes through them; each imports only targets above itself.
let package = Package(
  name: "paritty",
  products: [.executable(name: "paritty", targets: ["paritty"])],
  dependencies: [
    // Subcommands, validated options, usage texts and shell completions: solved well there, and no part of our work.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // ncurses: the terminal database, input decoding and minimal redraw that every Linux machine already carries.
    .target(name: "CTerminal", linkerSettings: curses),
    // zlib: inflate and CRC-32 for the archives that numpy writes.
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    // Vector loops for AVX2 and AVX-512 beside the common ground: Swift cannot choose among them at run time.
    .target(name: "CTensorKernels"),
    // CRC-32 by carry-less multiplication, which needs a choice of instructions at run time.
    .target(name: "CChecksum", dependencies: ["CZlib"]),
    .target(name: "PipelineTrace", dependencies: ["CChecksum", "CZlib"]),
    .target(name: "TensorFormats", dependencies: ["CZlib", "PipelineTrace"]),
    .target(name: "TensorKernels", dependencies: ["CTensorKernels", "PipelineTrace"]),
    .target(name: "TraceAlignment", dependencies: ["PipelineTrace"]),
    .target(
      name: "TraceComparison",
      dependencies: ["PipelineTrace", "TensorKernels", "TraceAlignment"]),
    .target(
      name: "TraceDiagnosis",
      dependencies: ["PipelineTrace", "TensorKernels", "TraceAlignment", "TraceComparison"]),
    .target(
      name: "TraceReport",
      dependencies: [
        "PipelineTrace", "TensorKernels", "TraceAlignment", "TraceComparison", "TraceDiagnosis",
      ]),
    .target(
      name: "TraceScreen",
      dependencies: [
        "PipelineTrace", "TensorKernels", "TraceAlignment", "TraceComparison", "TraceDiagnosis",
        "TraceReport",
      ]),
    .target(name: "TraceTerminal", dependencies: ["PipelineTrace", "CTerminal", "TraceScreen"]),
    .executableTarget(
      name: "paritty",
      dependencies: [
        "PipelineTrace", "TensorFormats", "TensorKernels", "TraceAlignment", "TraceComparison",
        "TraceDiagnosis", "TraceReport", "TraceScreen", "TraceTerminal",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    // How long opening takes, without the start of a process: for Benchmarks/header-listing.
    .executableTarget(
      name: "OpenTrace", dependencies: ["PipelineTrace", "TensorFormats"],
      path: "Benchmarks/OpenTrace"),
    // How fast the difference kernel is, path by path, over two files of raw elements.
    .executableTarget(
      name: "KernelBench", dependencies: ["PipelineTrace", "TensorKernels"],
      path: "Benchmarks/KernelBench"),
    // forkpty and window sizes, which Swift cannot reach: for the tests alone.
    .target(
      name: "CPseudoTerminal", path: "Tests/CPseudoTerminal",
      linkerSettings: [.linkedLibrary("util")]),
    // A program that shows, crashes and hangs on demand, to be driven by the tests of the terminal.
    .executableTarget(
      name: "TerminalProbe", dependencies: ["TraceScreen", "TraceTerminal"],
      path: "Tests/TerminalProbe"),
    // All elements of a trace, for the comparison with what numpy reads.
    .executableTarget(
      name: "ElementDump", dependencies: ["PipelineTrace", "TensorFormats"],
      path: "Tests/ElementDump"),
    // Small traces, folders and random numbers that the tests of several modules make their examples of.
    .target(name: "TestTraces", dependencies: ["PipelineTrace"], path: "Tests/TestTraces"),
    // Small traces with something changed, and what must hold of each.
    .target(
      name: "Mutations",
      dependencies: [
        "TestTraces", "PipelineTrace", "TensorFormats", "TensorKernels", "TraceAlignment",
        "TraceComparison", "TraceDiagnosis", "TraceReport",
      ],
      path: "Tests/Mutations"),
    // Goes through hundreds of thousands of them, each in a process that it may end: for .ci/run.
    .executableTarget(
      name: "MutationProbe", dependencies: ["Mutations", "PipelineTrace", "TensorFormats"],
      path: "Tests/MutationProbe"),
    .testTarget(name: "MutationsTests", dependencies: ["Mutations", "TensorFormats"]),
    .testTarget(name: "PipelineTraceTests", dependencies: ["PipelineTrace"]),
    .testTarget(name: "TensorFormatsTests", dependencies: ["PipelineTrace", "TensorFormats"]),
    .testTarget(name: "TensorKernelsTests", dependencies: ["PipelineTrace", "TensorKernels"]),
    .testTarget(
      name: "TraceAlignmentTests", dependencies: ["TestTraces", "PipelineTrace", "TraceAlignment"]),
    .testTarget(
      name: "TraceComparisonTests",
      dependencies: [
        "TestTraces", "PipelineTrace", "TensorFormats", "TensorKernels", "TraceAlignment",
        "TraceComparison",
      ]),
    .testTarget(
      name: "TraceDiagnosisTests",
      dependencies: [
        "TestTraces", "PipelineTrace", "TensorFormats", "TensorKernels", "TraceAlignment",
        "TraceComparison", "TraceDiagnosis",
      ]),
    .testTarget(
      name: "TraceReportTests",
      dependencies: [
        "TestTraces", "PipelineTrace", "TensorFormats", "TensorKernels", "TraceAlignment",
        "TraceComparison", "TraceDiagnosis", "TraceReport",
      ]),
    .testTarget(
      name: "TraceScreenTests",
      dependencies: [
        "PipelineTrace", "TensorKernels", "TraceAlignment", "TraceComparison", "TraceDiagnosis",
        "TraceScreen",
      ]),
    // The program as its users run it: under a pseudo-terminal, in a pipe, on the samples.
    .testTarget(
      name: "ParittyTests",
      dependencies: [
        "CPseudoTerminal", "TestTraces", "PipelineTrace", "TensorFormats", "TraceAlignment",
        "TraceComparison", "TraceScreen", "TerminalProbe", "TraceTerminal", "paritty",
      ]),
  ],
  swiftLanguageModes: [.v6])

// Links only with libFuzzer, so it is built only where Tests/Fuzzing/run asks for it.
if Context.environment["FUZZING"] == "1" {
  package.targets.append(
    .executableTarget(
      name: "Fuzzing", dependencies: ["Mutations", "PipelineTrace", "TensorFormats"],
      path: "Tests/Fuzzing", exclude: ["README.md", "run"]))
}
