"""How Sphinx makes the reading pages. scripts/site/pages.mjs writes what it reads; paths come from scripts/site.mjs."""

import json
import os
import subprocess

from docutils import nodes
from sphinx.errors import ExtensionError

project = "Policy gradients, executed"
html_title = project
language = "en"

extensions = ["myst_nb"]

# The notebooks come with their outputs.
nb_execution_mode = "off"
nb_render_markdown_format = "myst"  # captions hold formulas
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
# Pygments' TypeScript does not know every regular expression of TypeScript's; it then colours all but that.
suppress_warnings = ["misc.highlighting_failure"]

html_math_renderer = "katex"

html_theme = "furo"
html_theme_options = {"top_of_page_buttons": []}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
html_static_path = ["static", os.environ["PGLAB_STATIC"]]
html_extra_path = [os.environ["PGLAB_EXTRA"]]
html_css_files = ["katex/katex.min.css", "figures.css", "site.css"]
html_js_files = [("figures.js", {"defer": "defer"}), ("site.js", {"defer": "defer"})]
templates_path = ["templates"]
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/beside.html",
        "sidebar/scroll-end.html",
    ]
}
html_context = {"pglab_live": os.environ["PGLAB_LIVE"]}
html_copy_source = False
html_favicon = "static/icon.svg"
html_show_sourcelink = False
html_show_copyright = False
html_use_index = False
html_permalinks_icon = "#"


class Typesetter:
    """Equations are typeset here, by the project's KaTeX in Node: readers load its style and fonts, no program."""

    def __init__(self):
        self.process = None

    def __call__(self, tex, display):
        if self.process is None:
            command = [os.environ["PGLAB_NODE"], os.path.join(os.path.dirname(__file__), "typeset.mjs")]
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf8")
        self.process.stdin.write(json.dumps({"tex": tex, "display": display}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise ExtensionError(f"KaTeX can't typeset {tex!r}: {answer['error']}")
        return answer["html"]

    def close(self, *_):
        if self.process is not None:
            self.process.stdin.close()
            self.process.wait()


typeset = Typesetter()


def visit_math(self, node):
    self.body.append(typeset(node.astext(), False))
    raise nodes.SkipNode


def visit_math_block(self, node):
    self.body.append(typeset(node.astext(), True))
    raise nodes.SkipNode


def level_captions(app, page, template, context, doctree):
    """Sphinx calls the captions of the navigation headings, but not of which level."""
    tree = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = tree.replace('role="heading"', 'role="heading" aria-level="2"')


def setup(app):
    app.connect("html-page-context", level_captions, priority=900)
    app.add_html_math_renderer("katex", (visit_math, None), (visit_math_block, None))
    app.connect("build-finished", typeset.close)
