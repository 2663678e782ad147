#!/usr/bin/python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The widgets used as a person uses them: pointer, keys, drag, scanner. Prints TAP."""
import subprocess
import sys

import pyatspi

from driver import App, keys, scan_code, type_text

CELL = pyatspi.ROLE_TABLE_CELL


def place_by_click(app):
    app.click(app.find("S-000", pyatspi.ROLE_LABEL))
    app.click(app.find("S-002", pyatspi.ROLE_LABEL), "shift")
    app.click(app.find("B:2, empty"))
    app.find("3 samples placed from B:2")
    app.find("C:2, S-001")


def drag_well(app):
    app.drag(app.centre(app.find("B:2, S-000")), app.centre(app.find("A:5, empty")))
    app.find("S-000 moved to A:5")
    app.find("A:5, S-000")


def drag_from_list(app):
    app.drag(app.centre(app.find("S-006", pyatspi.ROLE_LABEL)),
             app.centre(app.find("D:6, empty")))
    app.find("D:6, S-006")


def plate_keys(app):
    app.click(app.find("A:1, empty"))
    keys("Right", "Right", "Right", "Right")  # to A:5
    keys("Return", "Down", "Return")  # pick up, put down
    app.find("B:5, S-000")
    keys("Delete")
    app.find("B:5, empty")
    keys("ctrl+z")
    app.find("B:5, S-000")


def list_keys(app):
    app.click(app.find("S-003", pyatspi.ROLE_LABEL))
    keys("shift+Down")
    app.click(app.find("D:1, empty"))
    app.find("2 samples placed from D:1")
    app.click(app.find("S-003", pyatspi.ROLE_LABEL))
    keys("ctrl+a")
    keys("ctrl+shift+a")  # nothing is chosen now, so a click places nothing
    app.click(app.find("A:2, S-004"))


def grid_typing(app):
    app.click(app.find("Conc., S-000, empty"))
    type_text("12,5")
    keys("Return")
    app.find("Conc., S-000, 12.5")
    type_text("abc")
    keys("Tab")
    app.find("Conc., S-001, abc, abc is not a number")
    keys("p")
    app.find("QC, S-001, ✓ PASS")
    keys("F8")
    app.find("Conc., S-001, abc, abc is not a number", pyatspi.ROLE_LABEL)


def grid_double_click(app):
    app.click(app.find("Conc., S-001, abc, abc is not a number", CELL), double=True)
    keys("ctrl+a")
    type_text("3")
    keys("Escape")
    app.find("Conc., S-001, abc, abc is not a number", CELL)


def grid_drag_and_fill(app):
    app.drag(app.centre(app.find("Conc., S-000, 12.5")),
             app.centre(app.find("Conc., S-003, empty")))
    keys("ctrl+d")
    app.find("3 cells filled")
    app.find("Conc., S-003, 12.5")
    keys("ctrl+c")
    app.find("4 cells copied")
    app.click(app.find("Lot, S-000, 2411A"))
    keys("ctrl+v")
    app.find("4 cells pasted")
    keys("ctrl+z")
    app.find("Lot, S-000, 2411A")


def grid_choice(app):
    app.click(app.find("Lot, S-001, 2411A"))
    keys("Return")
    app.find("2411B")
    keys("Down", "Return")
    app.find("Lot, S-001, 2411B")


def scan(app):
    app.click(app.find("C:1, empty"))
    scan_code("27-1000")
    app.find("scanned 27-1000")


def main():
    tests = [place_by_click, drag_well, drag_from_list, plate_keys, list_keys, grid_typing,
             grid_double_click, grid_drag_and_fill, grid_choice, scan]
    program = subprocess.Popen([sys.argv[1]])
    failed = 0
    try:
        app = App(program.pid, "Widgets")
        print(f"1..{len(tests)}", flush=True)
        for number, test in enumerate(tests, 1):
            try:
                test(app)
                print(f"ok {number} {test.__name__}", flush=True)
            except AssertionError as error:
                failed += 1
                subprocess.call(["import", "-window", "root", f"{sys.argv[2]}/{test.__name__}.png"])
                print(f"not ok {number} {test.__name__}\n# {error}", flush=True)
        if program.poll() is not None:
            failed += 1
    finally:
        program.terminate()
        program.wait()
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
