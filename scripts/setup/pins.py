"""Whether every pin of jupyter/constraints.txt has a wheel, so that nothing is compiled on anybody's machine.

    npm run pins [-- 3.14 3.15]     for these Pythons; for all from 3.10 to one beyond the newest that set-up takes by default

Run it when the pins are renewed. It asks pip for each Python, each system and both processors; pip evaluates the conditions behind a
pin (`python_version >= "3.11"`) for the Python that runs it, so that this file evaluates them for the one that is meant. Nothing is
installed. The exit status is 1 if a wheel is missing for a Python that set-up takes.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

try:
    from packaging.requirements import Requirement
except ImportError:  # a Python that never installed anything has it within pip
    from pip._vendor.packaging.requirements import Requirement

ROOT = pathlib.Path(__file__).resolve().parents[2]
OLDEST = 10

LINUX = ["manylinux_2_28", "manylinux_2_27", "manylinux_2_24", "manylinux_2_17", "manylinux2014"]
SYSTEMS = {
    "Linux x86-64": ("linux", [f"{name}_x86_64" for name in LINUX]),
    "Linux arm64": ("linux", [f"{name}_aarch64" for name in LINUX]),
    "macOS x86-64": ("darwin", ["macosx_13_0_x86_64"]),
    "macOS arm64": ("darwin", ["macosx_13_0_arm64"]),
    "Windows x86-64": ("win32", ["win_amd64"]),
    "Windows arm64": ("win32", ["win_arm64"]),
}


def newest_of_setup():
    """The newest minor version that set-up takes without a word."""
    source = (ROOT / "scripts" / "setup" / "python.mjs").read_text(encoding="utf8")
    return int(re.search(r"NEWEST_PYTHON = \[3, (\d+)\]", source)[1])


def pins():
    """Every pin of both files."""
    for name in ("requirements.txt", "constraints.txt"):
        for line in (ROOT / "jupyter" / name).read_text(encoding="utf8").splitlines():
            line = re.sub(r"(^|\s)#.*", "", line).strip()
            if line:
                yield Requirement(line)


def applying(python, platform):
    """The pins that hold for this Python on this system, as name==version."""
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.9",
        "sys_platform": platform,
        "os_name": "nt" if platform == "win32" else "posix",
    }
    return [
        f"{pin.name}{pin.specifier}"
        for pin in pins()
        if pin.marker is None or pin.marker.evaluate(environment)
    ]


def without_wheel(python, platform, tags):
    """Pins for which pip finds no wheel."""
    wanted, missing = applying(python, platform), []
    while True:
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "pins.txt")
            file.write_text("\n".join(wanted), encoding="utf8")
            command = [sys.executable, "-m", "pip", "install", "--dry-run", "--no-deps", "--ignore-installed", "--quiet"]
            command += ["--disable-pip-version-check", "--no-input", "--only-binary=:all:", "--target", folder]
            command += ["--python-version", f"{python}.9", "--implementation", "cp", "-r", str(file)]
            command += [word for tag in tags for word in ("--platform", tag)]
            result = subprocess.run(command, capture_output=True, encoding="utf8")
        if result.returncode == 0:
            return missing
        found = re.search(r"No matching distribution found for ([\w.-]+==[\w.]+)", result.stderr)
        if not found:
            sys.exit(f"pip gave no answer:\n{result.stderr}")
        missing.append(found[1])
        wanted = [pin for pin in wanted if pin.lower() != found[1].lower()]


def main():
    newest = newest_of_setup()
    pythons = sys.argv[1:] or [f"3.{minor}" for minor in range(OLDEST, newest + 2)]
    failed = False
    for python in pythons:
        taken = int(python.split(".")[1]) <= newest
        for name, (platform, tags) in SYSTEMS.items():
            missing = without_wheel(python, platform, tags)
            failed = failed or (taken and bool(missing))
            print(f"Python {python}, {name}: {'all wheels' if not missing else 'no wheel of ' + ', '.join(missing)}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
