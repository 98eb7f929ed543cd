"""nbgrader for TypeScript on the project's kernel; see INSTRUCTORS.md. Run it by `npm run nbgrader -- ...`."""

import os
import sys

from nbformat import v4
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions, Execute, OverwriteCells
from traitlets import List

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "jupyter"))
from grading import GradedExecution  # noqa: E402

c = get_config()  # noqa: F821 - nbgrader defines it

c.CourseDirectory.course_id = "pglab"
# starter/ holds what `npm run homework` makes and students get; nbgrader has a folder of its own, which it may overwrite.
c.CourseDirectory.release_directory = "release"
c.ClearSolutions.code_stub = {"typescript": "throw new Error('not implemented yet: NAME');"}
c.ClearSolutions.text_stub = "YOUR ANSWER HERE"
c.Execute.timeout = 180  # seconds a cell
c.OverwriteCells.add_missing_cells = True


class ClearNamedSolutions(ClearSolutions):
    """The stub says which exercise it stands for."""

    def preprocess_cell(self, cell, resources, cell_index):
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        if cell.cell_type == "code" and "nbgrader" in cell.metadata:
            cell.source = cell.source.replace("not implemented yet: NAME", f"not implemented yet: {cell.metadata.nbgrader.grade_id}")
        return cell, resources


class OverwriteAndRestoreCells(OverwriteCells):
    """Puts back each locked or graded cell that a student deleted, behind the one that it followed; nbgrader's own way
    writes Python's comments and looks for the cell before among the graded ones only."""

    def report_change(self, name, attr, old, new):
        if attr != "checksum":  # the starter lacks the hidden tests, so this is so of every locked cell
            super().report_change(name, attr, old, new)

    def add_missing_task_cells(self, nb, resources):
        return nb, resources  # there are none

    def add_missing_grade_cells(self, nb, resources):
        for cell in nb.cells:  # a copy, or a cell of another name, is a cell like any other
            if "grade_id" not in cell.metadata.get("nbgrader", {"grade_id": ""}):
                del cell.metadata["nbgrader"]
        notebook = self.gradebook.find_notebook(self.notebook_id, self.assignment_id)
        points = {cell.name: cell.max_score for cell in notebook.grade_cells}
        solutions = {cell.name for cell in notebook.solution_cells}
        place = 0
        for source in notebook.source_cells:
            name = source.name
            ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in nb.cells]
            if name in ids:
                place = ids.index(name) + 1
            elif source.locked or name in points:
                self.log.warning("The cell %s was missing and is put back", name)
                marks = {"grade_id": name, "schema_version": 3, "locked": source.locked, "task": False}
                marks |= {"grade": name in points, "solution": name in solutions, "checksum": source.checksum}
                marks |= {"points": points[name]} if name in points else {}
                make = v4.new_code_cell if source.cell_type == "code" else v4.new_markdown_cell
                nb.cells.insert(place, make(source.source, id=name[:64], metadata={"nbgrader": marks}))
                place += 1
        return nb, resources


class ExecuteToTheEnd(GradedExecution, Execute):
    """See jupyter/grading.py."""


class HideTests(ClearHiddenTests):
    """Feedback shows of a check what the student's own copy shows, and of its error the message."""

    display_data_priority = List().tag(config=True)  # the HTML exporter offers it to every preprocessor

    def preprocess_cell(self, cell, resources, cell_index):
        source = cell.source
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        if cell.source != source:
            for output in cell.outputs:
                if output.output_type == "error":
                    output.traceback = [f"{output.ename}: {output.evalue}"]
        return cell, resources


def replaced(preprocessors, old, new):
    return [new if preprocessor is old else preprocessor for preprocessor in preprocessors.default()]


c.GenerateAssignment.preprocessors = replaced(GenerateAssignment.preprocessors, ClearSolutions, ClearNamedSolutions)
c.Autograde.sanitize_preprocessors = replaced(Autograde.sanitize_preprocessors, OverwriteCells, OverwriteAndRestoreCells)
c.Autograde.autograde_preprocessors = replaced(Autograde.autograde_preprocessors, Execute, ExecuteToTheEnd)
c.GenerateFeedback.preprocessors = [HideTests, *GenerateFeedback.preprocessors.default()]
