"""Makes `jupyter nbconvert --to html` and JupyterLab's export write a notebook as one whole file: see the template pglab.

Found by itself where the project's set-up started Jupyter; elsewhere:
    jupyter nbconvert --config jupyter/config/jupyter_nbconvert_config.py --to html notebooks/01-reinforce-variance.ipynb
"""

import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KATEX = ROOT / "node_modules" / "katex" / "dist"
package = find_spec("plotly")

if package is None or not KATEX.exists():
    missing = "the npm packages (npm start installs them)" if package else "the Python package plotly"
    print(f"Export to HTML lacks {missing}: figures will be still, without descriptions.", file=sys.stderr)
else:
    c.TemplateExporter.extra_template_basedirs = [str(ROOT / "jupyter" / "nbconvert" / "templates")]  # noqa: F821
    plotly = Path(package.origin).parent / "package_data"
    c.TemplateExporter.extra_template_paths = [str(plotly), str(KATEX)]  # noqa: F821
    c.HTMLExporter.template_name = "pglab"  # noqa: F821
    # These are HTML exporters, too, with templates of their own.
    c.SlidesExporter.template_name = "reveal"  # noqa: F821
    c.WebPDFExporter.template_name = "webpdf"  # noqa: F821
