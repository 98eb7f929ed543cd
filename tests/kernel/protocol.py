"""Jupyter's own test suite for kernels (jupyter_kernel_test), with what this kernel's language makes of each part.

One part does not apply: there is no way for a cell to send clear_output (a display that changes in place takes its
turn). The suite's second class, on iopub_welcome, is for kernels of protocol 5.4.
"""

import sys
import unittest

import jupyter_kernel_test

FRAME = """({ columns: ['x'], index: [0, 1], values: [[1], [2.5]] })"""
FIGURE = """({ data: [{ type: 'scatter', x: [1, 2], y: [3, 4] }], layout: {} })"""
OWN = """({ [Symbol.for('Jupyter.display')]: () => ({ 'text/plain': 'mine', 'text/html': '<b>mine</b>' }) })"""


class TypeScriptKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = "tslab"
    language_name = "typescript"
    file_extension = ".ts"

    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('oops')"
    completion_samples = [
        {"text": "const list = [1]; list.toS", "matches": {"toSorted", "toSpliced", "toString"}},
        {"text": "Math.hyp", "matches": {"hypot"}},
    ]
    complete_code_samples = ["1", "for (let i = 0; i < 3; i++) console.log(i);", "for await (const x of []) {}", "Math.hypot?"]
    incomplete_code_samples = ["function f() {", "const x = [1,", "const t = `a", "/* so", "class A {\n  m() {"]
    invalid_code_samples = ["const const = 1", "x ) y", "let 1a"]
    code_page_something = "Math.hypot?"
    code_generate_error = "throw new Error('on purpose')"
    code_execute_result = [
        {"code": FRAME, "result": "    x\n-----\n    1\n2.500"},
        {"code": OWN, "result": "mine"},
        {"code": OWN, "result": "<b>mine</b>", "mime": "text/html"},
        {"code": FIGURE, "mime": "application/vnd.plotly.v1+json"},
    ]
    code_display_data = [
        {"code": "import { display } from 'tslab'; display.html('<b>x</b>')", "mime": "text/html"},
        {"code": "import { show, lineChart } from 'pglab'; show(lineChart({ a: { x: [1], y: [2] } }, { xTitle: 'x', yTitle: 'y' }))", "mime": "application/vnd.plotly.v1+json"},
    ]
    code_history_pattern = "({ [Symbol*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "Math.hypot"

    def test_stdin(self):
        """Reading from standard input fails at once, in one sentence, and asks the front end nothing."""
        self.flush_channels()
        for code in (
            "import * as readline from 'node:readline/promises';\n"
            "await readline.createInterface({ input: process.stdin }).question('name? ')",
            "for await (const line of process.stdin) console.log(line)",
            "process.stdin.on('data', console.log); await new Promise(() => {})",
        ):
            self.kc.allow_stdin = True
            reply, output = self.execute_helper(code, timeout=15)
            self.assertEqual(reply["content"]["status"], "error")
            self.assertRegex(reply["content"]["evalue"], r"^A cell cannot read from standard input .*\.$")
            self.assertFalse(self.kc.stdin_channel.msg_ready())


if __name__ == "__main__":
    program = unittest.main(exit=False, argv=["protocol"], verbosity=2)
    result = program.result
    print(f"ran {result.testsRun}, failed {len(result.failures) + len(result.errors)}, skipped {len(result.skipped)}")
    sys.exit(not result.wasSuccessful())
