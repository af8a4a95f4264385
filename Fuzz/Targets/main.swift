// varve-fuzz: runs one fuzz target under libFuzzer.
//
// `varve-fuzz --list` names the targets; `varve-fuzz NAME [libFuzzer's arguments]` runs one. Built
// and used by scripts/fuzz.sh.

import CFuzzer

let words = CommandLine.arguments
if words.count == 2 && words[1] == "--list" {
    for target in FuzzTarget.all { print(target.name) }
} else if words.count >= 2, let target = FuzzTarget.all.first(where: { $0.name == words[1] }) {
    // The program's name and libFuzzer's own arguments; libFuzzer keeps them to the end.
    var count = CommandLine.argc - 1
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
    CommandLine.unsafeArgv[1] = CommandLine.unsafeArgv[0]
    _ = LLVMFuzzerRunDriver(&count, &arguments, target.run)
} else {
    print("usage: varve-fuzz --list | varve-fuzz TARGET [libFuzzer arguments]")
}
