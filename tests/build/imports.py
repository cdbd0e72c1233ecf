#!/usr/bin/env python3
"""imports.py NM ARCHIVE: fails when the archive needs a symbol that is not on the list below, and names it."""
import re
import subprocess
import sys

ALLOWED = [
    # pattern of the demangled name                  why
    (r"operator new(\[\])?\(unsigned long.*\)",      "create allocates"),
    (r"operator delete(\[\])?\(void\*.*\)",          "destructors free"),
    (r"std::nothrow",                                "create reports that memory is short, it does not throw"),
    (r"mem(cpy|move|set|cmp)",                       "compilers make these of plain loops"),
    (r"strlen",                                      "compilers make this of std::string_view"),
    (r"sqrtf?",                                      "the one function that rounds correctly everywhere"),
    (r"__stack_chk_fail",                            "distributions harden the stack"),
    (r"_GLOBAL_OFFSET_TABLE_",                       "position independent code"),
    (r"__stack_pointer|__linear_memory|__indirect_function_table", "WebAssembly's own"),
]


def symbols(nm, archive, *options):
    # An address is dashes where the archive holds LLVM bitcode (the optimised WebAssembly build).
    text = subprocess.run([nm, "-C", *options, archive], check=True, capture_output=True, text=True).stdout
    return {m[1] for m in re.finditer(r"^[-0-9a-f ]*\s[A-Za-z] (.+)$", text, re.MULTILINE)}


def main():
    nm, archive = sys.argv[1:]
    defined = symbols(nm, archive, "--defined-only")
    if not defined:
        sys.exit(f"{archive} defines nothing: this test would prove nothing")
    imports = symbols(nm, archive, "--undefined-only") - defined
    offenders = sorted(name for name in imports if not any(re.fullmatch(pattern, name) for pattern, _ in ALLOWED))
    for name in offenders:
        print(f"{archive} must not need {name}")
    print(f"{len(imports)} imports: {', '.join(sorted(imports))}")
    sys.exit(1 if offenders else 0)


if __name__ == "__main__":
    main()
