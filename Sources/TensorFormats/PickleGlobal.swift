/// The name of a class or a function in a pickle: `torch._utils`, `_rebuild_tensor_v2`.
struct PickleGlobal: Sendable, Equatable, CustomStringConvertible {
  var module: String
  var name: String

  /// As Python writes it: `os.system`.
  var description: String { "\(module).\(name)" }

  /// Whether no file of tensors has a use for it, so that the file is hostile or of another kind.
  ///
  /// Nothing is ever called, whatever this says: other unknown names only make their own item
  /// unreadable, these make the whole file suspect.
  var isSuspect: Bool {
    let package = module.prefix { $0 != "." }
    if package == "builtins" || package == "__builtin__" {
      return Self.suspectBuiltins.contains(name)
    }
    return Self.suspectPackages.contains(String(package))
  }

  private static let suspectBuiltins: Set<String> = [
    "__import__", "apply", "breakpoint", "compile", "delattr", "eval", "exec", "execfile", "file",
    "getattr", "globals", "input", "locals", "open", "setattr", "vars",
  ]

  /// Packages that start programs, load code, or reach files and the network.
  private static let suspectPackages: Set<String> = [
    "_posixsubprocess", "bdb", "code", "codeop", "commands", "ctypes", "dill", "ftplib", "imp",
    "importlib", "marshal", "nt", "os", "pdb", "pickle", "pip", "pkgutil", "popen2", "posix", "pty",
    "runpy", "shutil", "socket", "subprocess", "sys", "timeit", "urllib", "webbrowser",
  ]
}
