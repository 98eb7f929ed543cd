"""JupyterLab's menu Save and Export Notebook As → HTML writes what nbconvert writes."""

load_subconfig("jupyter_nbconvert_config.py")  # noqa: F821
