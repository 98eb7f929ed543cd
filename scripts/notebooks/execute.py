"""Executes notebooks on the project's kernel and writes them the way Jupyter does.

Reads one request a line from standard input, as JSON, and answers each with one line of JSON:
  {"do": "execute", "notebook": path, "to": path, "folder": path, "limit": seconds}
      runs all code cells with `folder` as working directory and writes the result; the notebook itself stays as it is.
      -> {"seconds": s}  or  {"cell": n, "name": ..., "message": ..., "traceback": [...]} for the first cell that fails
         or  {"cell": n, "late": true} when the limit is passed  or  {"failure": ...} when there is no kernel to run on
  {"do": "grade", ...the same}
      runs the notebook to its end, whatever its cells do (jupyter/grading.py), and writes the result -> {"seconds": s}
  {"do": "write", "notebook": path, "to": path}
      normalises a notebook and writes it in nbformat's form -> {}
Cells are numbered from 1, and all kinds are counted, as a reader would.
"""

import asyncio
import json
import os
import sys
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "jupyter"))
from grading import GradedExecution  # noqa: E402

KERNELSPEC = {"name": "tslab", "display_name": "TypeScript", "language": "typescript"}
# What the kernel says of itself, less the version numbers, which differ from machine to machine.
LANGUAGE = {
    "codemirror_mode": {"mode": "typescript", "name": "javascript", "typescript": True},
    "file_extension": ".ts",
    "mimetype": "text/typescript",
    "name": "typescript",
    "nbconvert_exporter": "",
    "pygments_lexer": "typescript",
}


def normalise(notebook):
    """Drops what differs between runs of the same notebook: timings, versions, how output was cut into messages."""
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNELSPEC, "language_info": LANGUAGE})
    for cell in notebook.cells:
        for key in ("execution", "collapsed", "scrolled", "trusted", "ExecuteTime"):
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            cell.outputs = merge_streams(cell.outputs)
    return notebook


def merge_streams(outputs):
    """Text of one stream that arrived in several messages becomes one output."""
    merged = []
    for output in outputs:
        last = merged[-1] if merged else None
        if output.output_type == "stream" and last and last.output_type == "stream" and last.name == output.name:
            last.text += output.text
        else:
            merged.append(output)
    return merged


def write(notebook, path):
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        nbformat.write(normalise(notebook), file)


class GradingClient(GradedExecution, NotebookClient):
    """See jupyter/grading.py."""


def execute(request, client_class=NotebookClient):
    notebook = nbformat.read(request["notebook"], as_version=4)
    begun = time.monotonic()
    at = {"cell": 0}

    def on_cell_start(cell, cell_index):
        at["cell"] = cell_index + 1

    client = client_class(
        notebook,
        kernel_name="tslab",
        timeout=request["limit"],
        startup_timeout=60,
        record_timing=False,
        on_cell_start=on_cell_start,
        resources={"metadata": {"path": request["folder"]}},
    )
    try:
        client.execute()
    except CellExecutionError as error:
        outputs = notebook.cells[at["cell"] - 1].outputs
        traceback = next((o.traceback for o in outputs if o.output_type == "error"), [])
        return {"cell": at["cell"], "name": error.ename, "message": error.evalue, "traceback": traceback}
    except (CellTimeoutError, asyncio.TimeoutError, TimeoutError):
        return {"cell": at["cell"], "late": True}
    except DeadKernelError:
        return {"cell": at["cell"], "name": "DeadKernel", "message": "the kernel ended", "traceback": []}
    seconds = time.monotonic() - begun
    write(notebook, request["to"])
    return {"seconds": round(seconds, 2)}


def main():
    if sys.platform == "win32":
        # pyzmq needs a loop that can wait on sockets.
        asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["do"] == "execute":
                answer = execute(request)
            elif request["do"] == "grade":
                answer = execute(request, GradingClient)
            else:
                write(nbformat.read(request["notebook"], as_version=4), request["to"])
                answer = {}
        except Exception as error:  # noqa: BLE001 - the caller decides what to do with any failure
            answer = {"failure": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
