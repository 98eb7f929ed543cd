"""Whether every pin of set-up, and of what npm run site installs, has a wheel, so that nothing is compiled on anybody's machine.

    npm run pins [-- 3.14 3.15]     for these Pythons; by default for all that set-up takes (jupyter/pythons.json) and one beyond

Run it when the pins are renewed. It asks pip for each Python, each system and both processors; pip evaluates the conditions behind a
pin (`python_version >= "3.11"`) for the Python that runs it, so that this file evaluates them for the one that is meant. Nothing is
installed. A wheel without machine code, which serves all systems, is asked for once. The exit status is 0 if set-up takes those
Pythons that have all wheels, and no others, and the site has all of its own there: 1 if a wheel is missing for one that set-up takes,
or jupyter/pythons.json could take one more.
"""

import json
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

LINUX = ["manylinux_2_28", "manylinux_2_27", "manylinux_2_24", "manylinux_2_17", "manylinux2014"]
SYSTEMS = [  # a name, then what sysconfig, sys and platform say there, then the tags of wheels
    ("Linux x86-64", "linux-x86_64", "linux", "x86_64", [f"{name}_x86_64" for name in LINUX]),
    ("Linux arm64", "linux-aarch64", "linux", "aarch64", [f"{name}_aarch64" for name in LINUX]),
    ("macOS x86-64", "macosx-13.0-x86_64", "darwin", "x86_64", ["macosx_13_0_x86_64"]),
    ("macOS arm64", "macosx-13.0-arm64", "darwin", "arm64", ["macosx_13_0_arm64"]),
    ("Windows x86-64", "win-amd64", "win32", "AMD64", ["win_amd64"]),
    ("Windows arm64", "win-arm64", "win32", "ARM64", ["win_arm64"]),
]
KNOWN = json.loads((ROOT / "jupyter" / "pythons.json").read_text(encoding="utf8"))
JUPYTER = ["jupyter/requirements.txt", "jupyter/constraints.txt"]
SITE = ["scripts/site/requirements.txt", "scripts/site/constraints.txt", "scripts/site/live/requirements.txt"]


def minor(version):
    """10 of "3.10"."""
    return int(version.split(".")[1])


def takes(python, system):
    """Whether set-up takes this Python on this system, named as sysconfig names it, without a word."""
    return minor(KNOWN["oldestOn"].get(system, KNOWN["oldest"])) <= minor(python) <= minor(KNOWN["newest"])


def pins(files):
    """Every pin of these files."""
    for name in files:
        for line in (ROOT / name).read_text(encoding="utf8").splitlines():
            line = re.sub(r"(^|\s)#.*", "", line).strip()
            if line:
                yield Requirement(line)


def applying(files, python, platform, machine):
    """The pins of these files that hold for this Python on this system, as name==version."""
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.9",
        "sys_platform": platform,
        "platform_machine": machine,
        "os_name": "nt" if platform == "win32" else "posix",
    }
    return [
        f"{pin.name}{pin.specifier}"
        for pin in pins(files)
        if pin.marker is None or pin.marker.evaluate(environment)
    ]


def find_wheels(python, wanted, tags):
    """Those of the pins for which pip finds no wheel, and those whose wheel is for all systems."""
    missing = []
    while True:
        if not wanted:
            return missing, set()
        with tempfile.TemporaryDirectory() as folder:
            file, report = pathlib.Path(folder, "pins.txt"), pathlib.Path(folder, "report.json")
            file.write_text("\n".join(wanted), encoding="utf8")
            command = [sys.executable, "-m", "pip", "install", "--dry-run", "--no-deps", "--ignore-installed", "--quiet"]
            command += ["--disable-pip-version-check", "--no-input", "--only-binary=:all:", "--target", folder]
            command += ["--python-version", f"{python}.9", "--implementation", "cp", "-r", str(file), "--report", str(report)]
            command += [word for tag in tags for word in ("--platform", tag)]
            result = subprocess.run(command, capture_output=True, encoding="utf8")
            if result.returncode == 0:
                chosen = json.loads(report.read_text(encoding="utf8"))["install"]
                return missing, {
                    same_name(entry["metadata"]["name"])
                    for entry in chosen
                    if entry["download_info"]["url"].endswith("-none-any.whl")
                }
        found = re.search(r"No matching distribution found for ([\w.-]+==[\w.]+)", result.stderr)
        if not found:
            sys.exit(f"pip gave no answer:\n{result.stderr}")
        missing.append(found[1])
        wanted = [pin for pin in wanted if pin.lower() != found[1].lower()]


def same_name(name):
    """A package's name as the index normalises it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def on_systems(files, python):
    """For each system its names, how many pins of these files hold there, and those that have no wheel."""
    for_all = set()
    for name, system, platform, machine, tags in SYSTEMS:
        wanted = applying(files, python, platform, machine)
        missing, any_system = find_wheels(python, [p for p in wanted if same_name(p.split("==")[0]) not in for_all], tags)
        for_all |= any_system
        yield name, system, len(wanted), missing


def main():
    pythons = sys.argv[1:] or [f"3.{i}" for i in range(minor(KNOWN["oldest"]), minor(KNOWN["newest"]) + 2)]
    failed = False
    for python in pythons:
        for name, system, count, missing in on_systems(JUPYTER, python):
            taken = takes(python, system)
            word = f"no wheel of {', '.join(missing)}" if missing else f"{count} wheels"
            if taken and missing:
                word += ": mend the pin, or take this Python out of jupyter/pythons.json"
            elif missing:
                word += "; set-up passes over it"
            elif not taken:
                word += ": jupyter/pythons.json may take it"
            failed = failed or taken == bool(missing)
            print(f"Python {python}, {name}: {word}", flush=True)
        if minor(python) < minor(KNOWN["oldestForSite"]):
            continue
        for name, system, count, missing in on_systems(SITE, python):
            word = f"no wheel of {', '.join(missing)}" if missing else f"{count} wheels"
            failed = failed or (takes(python, system) and bool(missing))
            print(f"Python {python}, {name}, the site: {word}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
