"""Executing homework: to its end, whatever a student's code does.

A grader gives a check its points if the cell ends without an error. So every cell that did not run as it should must hold
an error, and nothing else may look like one:
  - a cell that passes the time limit is interrupted, and says so; the cells after it run
  - a kernel that does not react any more, ended, or talks nonsense ends the run: the cells left say why they did not run
  - what is printed to stderr is output like any other
  - no tag of a cell keeps it from being run
"""

import time

from jupyter_core.utils import run_sync
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_output

TIMEOUT = "CellTimeoutError"
NOT_RUN = "NotRun"
# The reply that nbclient takes for that of a cell which it interrupted.
INTERRUPTED_REPLY = {"ename": TIMEOUT, "evalue": "", "traceback": []}


class GradedExecution:
    """Goes before nbclient's NotebookClient, or a class made of it, among the bases of a class."""

    ended = ""  # why the kernel is no more

    async def async_execute_cell(self, cell, cell_index, **options):
        if cell.cell_type != "code" or not cell.source.strip():
            return await super().async_execute_cell(cell, cell_index, **options)
        if self.ended:
            cell.outputs = [error(NOT_RUN, f"The cell was not run, because {self.ended}.")]
            return cell
        self.allow_errors = self.interrupt_on_timeout = self.raise_on_iopub_timeout = True
        self.error_on_timeout = INTERRUPTED_REPLY
        self.skip_cells_with_tag = ""
        begun = time.monotonic()
        try:
            await super().async_execute_cell(cell, cell_index, **options)
            if self.timeout and time.monotonic() - begun >= self.timeout:
                cell.outputs = [output for output in cell.outputs if output.output_type != "error"]
                cell.outputs.append(error(TIMEOUT, f"The cell was still running after {self.timeout} s: interrupted."))
        except CellTimeoutError:
            did = f"was still running after {self.timeout} s, and could not be interrupted"
            await self.end(cell, cell_index, TIMEOUT, did)
        except DeadKernelError:
            await self.end(cell, cell_index, "DeadKernel", "ended the kernel (process.exit, or out of memory)")
        except Exception as reason:  # noqa: BLE001 - whatever a broken kernel makes nbclient do
            await self.end(cell, cell_index, "BrokenKernel", f"broke the kernel ({type(reason).__name__})")
        for output in cell.outputs:
            if output.output_type == "stream":
                output.name = "stdout"
        return cell

    execute_cell = run_sync(async_execute_cell)

    async def end(self, cell, cell_index, name, did):
        """Ends the run, because of what a cell did."""
        self.ended = f"cell {cell_index + 1} {did}"
        cell.outputs.append(error(name, f"The cell {did}."))
        await self.km.shutdown_kernel(now=True)


def error(name, message):
    return new_output("error", ename=name, evalue=message, traceback=[f"{name}: {message}"])
